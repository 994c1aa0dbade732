"""Responses that end, and free what they hold, when the reader goes away: a stream of events, or one JSON object."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

import anyio
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from rag.api.problems import ProblemError, problem
from rag.api.schemas import ChatAnswer, DeltaData, FoundPassage, RetrievedData
from rag.api.service import Making
from rag.types import Delta, Done, Event, Language, Retrieved

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # the second: nginx must not hold events back
log = logging.getLogger(__name__)


class EventStream(StreamingResponse):
    """Server-sent events of an answer in the making; where they break off, the last one is what `told` says of it."""

    media_type = "text/event-stream"

    def __init__(
        self, making: Making, events: AsyncGenerator[str], told: Callable[[ProblemError], str], request_id: str
    ) -> None:
        super().__init__(_ended(events, told, request_id), headers=HEADERS)
        self._making = making

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events; whatever happens, the place is given back."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._making.close()


class OneShot(Response):
    """A response that takes a while to make."""

    def __init__(self, making: Making, make: Callable[[], Awaitable[Response]]) -> None:
        super().__init__()
        self._making = making
        self._make = make

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Make and send it, unless the reader goes away first."""
        failure: Exception | None = None
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(_until_gone, receive, group.cancel_scope)
                try:
                    response = await self._make()
                    await response(scope, receive, send)
                except Exception as error:  # noqa: BLE001 - raised below: the task group would wrap it
                    failure = error
                group.cancel_scope.cancel()
        finally:
            self._making.close()
        if failure:
            raise failure


async def _until_gone(receive: Receive, scope: anyio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()


async def _ended(
    events: AsyncGenerator[str], told: Callable[[ProblemError], str], request_id: str
) -> AsyncGenerator[str]:
    try:
        async with aclosing(events):
            async for event in events:
                yield event
    except ProblemError as error:
        yield told(error)
    except Exception:  # the status is sent already: all that can be done is to say so
        log.exception("An answer broke off (request %s)", request_id)
        yield told(ProblemError("internal"))


async def one_by_one(making: Making) -> AsyncGenerator[Event]:
    """What there is to send, an event at a time."""
    async with aclosing(making.events()) as batches:
        async for batch in batches:
            for event in batch:
                yield event


def sse(making: Making, language: Language, request_id: str) -> EventStream:
    """The events of `POST /api/v1/chat`."""

    async def encoded() -> AsyncGenerator[str]:
        async with aclosing(making.events()) as batches:
            async for batch in batches:
                yield "".join(_encoded(event, making) for event in batch)

    return EventStream(making, encoded(), lambda error: _failure(error, language, request_id), request_id)


async def finished(making: Making) -> ChatAnswer:
    """The whole answer; raises ProblemError."""
    async with aclosing(making.events()) as batches:
        async for batch in batches:
            if isinstance(batch[-1], Done):
                return ChatAnswer.of(batch[-1].answer, making.asked.answer_id, making.asked.conversation_id)
    raise ProblemError("no-answer-made", language=making.asked.language)


def _encoded(event: Event, making: Making) -> str:
    asked = making.asked
    if isinstance(event, Delta):
        return message("delta", DeltaData(text=event.text).model_dump_json())
    if isinstance(event, Done):
        return message("done", ChatAnswer.of(event.answer, asked.answer_id, asked.conversation_id).model_dump_json())
    found = RetrievedData(
        answer_id=asked.answer_id,
        conversation_id=asked.conversation_id,
        hits=_found(event, making.service.document_name),
    )
    return message("retrieved", found.model_dump_json())


def _found(event: Retrieved, document_name: Callable[[str], str]) -> list[FoundPassage]:
    return [
        FoundPassage(
            passage_id=hit.passage.id,
            document=document_name(hit.passage.document_id),
            title=hit.passage.source.title,
            score=round(hit.score, 4),
        )
        for hit in event.hits
    ]


def _failure(error: ProblemError, language: Language, request_id: str) -> str:
    told = problem(error, error.language or language, request_id)
    return message("error", told.model_dump_json(exclude_none=True))


def message(name: str, data: str) -> str:
    """One server-sent event; `data` is JSON, which has no line ends of its own. Nameless for the empty name."""
    return (f"event: {name}\n" if name else "") + f"data: {data}\n\n"


def to_json(value: object) -> str:
    """Compact JSON, Korean as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
