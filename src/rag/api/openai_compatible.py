"""OpenAI's chat completions over the same answers, so that programs made for that protocol work unchanged.

The citations are in the member `citations`, beside `status`, `notice`, `suggestions`, `answer_id` and `conversation_id`:
of the completion, or of the last chunk of a stream. System messages and sampling parameters are not used, for answers
come from the documents; any name of a model will do.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from itertools import pairwise
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import Field, StringConstraints
from starlette.responses import Response

from rag.api.admission import Visitor
from rag.api.examples import COMPLETION, examples
from rag.api.problems import ProblemError, language_wanted, problem
from rag.api.routes import admission, problems, sse_schema
from rag.api.schemas import (
    ANSWER_LIMIT,
    QUESTION_LIMIT,
    TURNS_LIMIT,
    ChatAnswer,
    ChatRequest,
    CitationModel,
    FieldError,
    Schema,
)
from rag.api.service import Asked, Making, Service
from rag.api.streaming import EventStream, OneShot, finished, message, one_by_one, to_json
from rag.types import Delta, Done, Language, Mode, Status, Turn

MODEL = "seoul-ai-guide"
MESSAGES_LIMIT = 100
_BESIDE = ("citations", "status", "mode", "language", "notice", "suggestions", "answer_id", "conversation_id")
log = logging.getLogger(__name__)

Text = Annotated[str, StringConstraints(max_length=ANSWER_LIMIT)]


class Part(Schema):
    """A piece of a message's content; only text is read."""

    type: str
    text: Text = ""


class ChatMessage(Schema):
    """A message of a conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Text | Annotated[list[Part], Field(max_length=20)] | None = None

    @property
    def said(self) -> str:
        """The text of the message."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class CompletionRequest(Schema):
    """What OpenAI's clients send; other members are ignored."""

    model_config = examples({"messages": [{"role": "user", "content": "Where does Seoul rank among AI cities?"}]})

    model: Annotated[str, StringConstraints(max_length=200)] = MODEL
    messages: list[ChatMessage] = Field(min_length=1, max_length=MESSAGES_LIMIT)
    stream: bool | None = False


class CompletionMessage(Schema):
    """The answer as a message."""

    role: Literal["assistant"] = "assistant"
    content: str


class Choice(Schema):
    """The one choice there is."""

    index: int = 0
    message: CompletionMessage
    finish_reason: Literal["stop"] = "stop"


class Completion(Schema):
    """A chat completion, with what OpenAI's has no place for beside it."""

    model_config = examples(COMPLETION)

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str = MODEL
    choices: list[Choice]
    citations: list[CitationModel]
    status: Status
    mode: Mode
    language: Language
    notice: str
    suggestions: list[str]
    answer_id: str
    conversation_id: str


def openai_routes(service: Service) -> APIRouter:
    """`POST /v1/chat/completions` and `GET /v1/models`."""
    router = APIRouter(prefix="/v1", tags=["OpenAI-compatible"])
    admitted = Depends(admission(service))

    @router.post("/chat/completions", responses=_responses(), response_model=None)
    async def completions(request: Request, body: CompletionRequest, visitor: Visitor = admitted) -> Response:
        """An answer to the last user message, as OpenAI's clients expect it."""
        accept = request.headers.get("accept-language", "")
        making = service.make(_asked(body, accept), visitor)
        if body.stream:
            language = language_wanted(accept, {"question": making.asked.question})
            return _stream(making, language, request.state.request_id)

        async def made() -> Response:
            return Response(_completion(await finished(making)).model_dump_json(), media_type="application/json")

        return OneShot(making, made)

    @router.get("/models", responses=problems(403))
    async def models() -> dict[str, Any]:
        """The one model there is."""
        return {"object": "list", "data": [{"id": MODEL, "object": "model", "created": 0, "owned_by": MODEL}]}

    return router


def _asked(body: CompletionRequest, accept: str) -> Asked:
    """The last message as the question, the exchanges before it as history; raises ProblemError (422)."""
    spoken = [(m.role, m.said) for m in body.messages if m.role in ("user", "assistant")]
    if not spoken or spoken[-1][0] != "user":
        raise _invalid(len(body.messages) - 1, accept)
    question = spoken[-1][1].strip()
    turns: list[Turn] = []
    for (role, said), (next_role, reply) in pairwise(spoken):
        if role == "user" and next_role == "assistant":
            turns.append(Turn(said[:QUESTION_LIMIT], reply))
    try:
        checked = ChatRequest(question=question)
    except ValueError:
        raise _invalid(len(body.messages) - 1, accept) from None
    return Asked(checked.question, tuple(turns[-TURNS_LIMIT:]))


def _invalid(place: int, accept: str) -> ProblemError:
    language = language_wanted(accept)
    said = {
        "ko": f"마지막은 1~{QUESTION_LIMIT}자의 사용자 메시지여야 합니다",
        "en": f"The last one must be a user message of 1 to {QUESTION_LIMIT} characters",
    }
    error = FieldError(pointer=f"#/messages/{place}", detail=said[language])
    return ProblemError("invalid-request", language=language, errors=[error])


def _completion(answer: ChatAnswer) -> Completion:
    choice = Choice(message=CompletionMessage(content=answer.answer))
    return Completion(**_head(answer.answer_id, "chat.completion"), choices=[choice], **_beside(answer))


def _head(answer_id: str, kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{answer_id}", "object": kind, "created": int(time.time()), "model": MODEL}


def _beside(answer: ChatAnswer) -> dict[str, Any]:
    return answer.model_dump(include=set(_BESIDE))


def _stream(making: Making, language: Language, request_id: str) -> EventStream:
    def told(error: ProblemError) -> str:
        return message("", to_json({"error": _error(error, language, request_id)}))

    return EventStream(making, _chunks(making), told, request_id)


async def _chunks(making: Making) -> AsyncGenerator[str]:
    """Pieces of text, then the citations with the end, then OpenAI's own end sign."""
    head = _head(making.asked.answer_id, "chat.completion.chunk")

    def chunk(delta: dict[str, str], finish: str | None = None, **beside: Any) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return message("", to_json({**head, "choices": [choice], **beside}))

    said = ""
    yield chunk({"role": "assistant", "content": ""})
    async with aclosing(one_by_one(making)) as events:
        async for event in events:
            if isinstance(event, Delta):
                said += event.text
                yield chunk({"content": event.text})
            elif isinstance(event, Done):
                answer = ChatAnswer.of(event.answer, making.asked.answer_id, making.asked.conversation_id)
                # What was streamed cannot be taken back; what the check took out is told beside the text.
                beside = {} if said == answer.answer else {"content_final": answer.answer}
                yield chunk({}, "stop", **_beside(answer), **beside)
    yield message("", "[DONE]")


def _error(error: ProblemError, language: Language, request_id: str) -> dict[str, Any]:
    told = problem(error, error.language or language, request_id)
    return {"message": f"{told.title}. {told.detail}", "type": told.code, "code": told.code, "param": None}


def _responses() -> dict[int | str, dict[str, Any]]:
    answered = {
        "description": "The answer; a stream of chunks when `stream` is true",
        "model": Completion,
        "content": {"text/event-stream": {"schema": sse_schema()}},
    }
    return {200: answered, **problems(400, 401, 403, 413, 415, 422, 429, 503)}
