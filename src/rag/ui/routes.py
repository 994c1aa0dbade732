"""The page's own routes, beside Gradio's: the answer as server-sent events, and the reader's verdict on it.

Gradio's queue costs seconds where many people ask at once; these routes keep nothing between requests, so that any
number of servers can share the work. The conversation lives in the browser and comes along with each question.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import date
from typing import Any, Protocol, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, Field, field_validator

from rag.errors import RagError
from rag.types import Answer, Done, Event, Language, Passage, Turn
from rag.ui.events import encode_event
from rag.ui.render import answer_html, cards
from rag.ui.shell import QUESTION_LIMIT

CONCURRENT_STREAMS = 200  # answers in the making at once, each holding a thread while it waits
TURNS_KEPT = 8
T = TypeVar("T")
Feedback = Callable[[str, str, bool], None]

log = logging.getLogger(__name__)


class PageChatbot(Protocol):
    """What the page needs of the chatbot."""

    def ask(self, question: str, history: Sequence[Turn] = (), language: Language | None = None) -> Answer:
        """The answer to a question."""

    def stream(self, question: str, history: Sequence[Turn] = (), language: Language | None = None) -> Iterator[Event]:
        """The answer in the making: `Retrieved`, `Delta`s, then `Done`."""

    def passage(self, passage_id: str) -> Passage:
        """A passage; raises KeyError for an unknown one."""

    def twin(self, passage_id: str) -> Passage | None:
        """The same passage in the other language."""

    def document_text(self, document: str) -> str:
        """A document's file as read; raises KeyError for an unknown one."""

    def starters(self, language: Language) -> tuple[str, ...]:
        """Questions to begin with."""


class Exchange(BaseModel):
    """An earlier turn of the conversation, as the browser remembers it."""

    question: str = Field(max_length=QUESTION_LIMIT)
    answer: str = Field(max_length=20_000)


class Asked(BaseModel):
    """What the page sends: a question and the turns before it."""

    question: str = Field(max_length=QUESTION_LIMIT)
    history: list[Exchange] = Field(default=[], max_length=TURNS_KEPT)

    @field_validator("question")
    @classmethod
    def _not_empty(cls, question: str) -> str:
        if not question.strip():
            raise ValueError("the question is empty")
        return question.strip()


class Verdict(BaseModel):
    """Whether an answer helped."""

    question: str = Field(max_length=QUESTION_LIMIT)
    answer: str = Field(max_length=20_000)
    helpful: bool


def page_routes(chatbot: PageChatbot, contact: str = "", on_feedback: Feedback | None = None) -> APIRouter:
    """`POST page/stream` and `POST page/feedback`."""
    router = APIRouter(include_in_schema=False)
    limiter = CapacityLimiter(CONCURRENT_STREAMS)

    @router.post("/page/stream", response_class=EventSourceResponse)
    async def stream(asked: Asked) -> AsyncIterator[ServerSentEvent]:
        history = tuple(Turn(turn.question, turn.answer) for turn in asked.history)
        events = _page_events(chatbot, asked.question, history, contact)
        while (event := await to_thread.run_sync(next, events, None, limiter=limiter)) is not None:
            yield ServerSentEvent(data=event)

    @router.post("/page/feedback", status_code=204)
    def feedback(verdict: Verdict) -> None:
        if on_feedback is not None:
            on_feedback(verdict.question, verdict.answer, verdict.helpful)

    return router


def _page_events(
    chatbot: PageChatbot, question: str, history: Sequence[Turn], contact: str
) -> Iterator[dict[str, Any] | None]:
    """The stream's events as JSON; the last one also carries the HTML of the answer and of its source cards."""
    try:
        for event in chatbot.stream(question, history):
            rendered = rendered_answer(chatbot, event.answer, contact) if isinstance(event, Done) else {}
            yield encode_event(event) | rendered
    except RagError as error:
        # The reader is told in the reader's language; the message itself is for whoever runs the server.
        log.warning("No answer: %s", error)
        yield {"type": "error"}


def rendered_answer(chatbot: PageChatbot, answer: Answer, contact: str = "") -> dict[str, Any]:
    """The HTML of an answer and of its cards. What the chatbot no longer has is left out of a card, not an error."""
    passages = _found(chatbot.passage, [citation.passage_id for citation in answer.citations])
    twins = {name: twin for name in passages if (twin := chatbot.twin(name)) is not None}
    files = _found(chatbot.document_text, [citation.document for citation in answer.citations])
    today = date.today()
    return {
        "html": answer_html(answer, passages, today, contact),
        "cards": cards(answer, passages, twins, files, today),
    }


def _found(look_up: Callable[[str], T], names: Sequence[str]) -> dict[str, T]:
    found: dict[str, T] = {}
    for name in dict.fromkeys(names):
        try:
            found[name] = look_up(name)
        except (KeyError, RagError):
            log.warning("%r is cited but no longer in the index; rebuild it with `rag index`", name)
    return found
