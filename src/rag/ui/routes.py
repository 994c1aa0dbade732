"""The page's own routes, beside Gradio's: the answer as server-sent events, and the reader's verdict on it.

Gradio's queue costs seconds where many people ask at once; these routes keep nothing between requests, so that any
number of servers can share the work. The conversation lives in the browser and comes along with each question.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import date
from typing import Any, Protocol, TypeVar

from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field, field_validator

from rag.api.admission import Visitor
from rag.api.routes import admission
from rag.api.service import Asked as Question
from rag.api.service import Making, ServedChatbot, Service, Voices
from rag.api.streaming import EventStream, message, one_by_one, to_json
from rag.errors import RagError
from rag.settings import Settings
from rag.types import Answer, Done, Language, Turn
from rag.ui.events import encode_event
from rag.ui.render import answer_html, cards
from rag.ui.shell import QUESTION_LIMIT

TURNS_KEPT = 8
T = TypeVar("T")
Feedback = Callable[[str, str, bool], None]

log = logging.getLogger(__name__)


class PageChatbot(ServedChatbot, Protocol):
    """What the page needs of the chatbot."""

    def ask(self, question: str, history: Sequence[Turn] = (), language: Language | None = None) -> Answer:
        """The answer to a question."""


class Exchange(BaseModel):
    """An earlier turn of the conversation, as the browser remembers it."""

    question: str = Field(max_length=QUESTION_LIMIT)
    answer: str = Field(max_length=20_000)


class Asked(BaseModel):
    """What the page sends: a question and the turns before it."""

    question: str = Field(max_length=QUESTION_LIMIT)
    history: list[Exchange] = Field(default=[], max_length=TURNS_KEPT)
    conversation_id: str = Field(default="", pattern=r"^([A-Za-z0-9_-]{8,64})?$")  # as the first answer gave it

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
    answer_id: str = Field(default="", pattern=r"^[A-Za-z0-9_-]{0,64}$")


def page_routes(
    chatbot: PageChatbot, contact: str = "", on_feedback: Feedback | None = None, service: Service | None = None
) -> APIRouter:
    """`POST page/stream` and `POST page/feedback`; what a service protects and records, the page's routes do too."""
    router = APIRouter(include_in_schema=False)
    serving = service or Service(Voices(chatbot, chatbot, lambda query, k: []), Settings())
    admitted = Depends(admission(serving))

    @router.post("/page/stream")
    async def stream(request: Request, asked: Asked, visitor: Visitor = admitted) -> EventStream:
        history = tuple(Turn(turn.question, turn.answer) for turn in asked.history)
        question = Question(asked.question, history)
        if asked.conversation_id:
            question = replace(question, conversation_id=asked.conversation_id)
        making = serving.make(question, visitor)
        failed = message("", to_json({"type": "error"}))
        return EventStream(
            making, _page_events(making, contact), lambda error: failed, getattr(request.state, "request_id", "")
        )

    @router.post("/page/feedback", status_code=204)
    async def feedback(request: Request, verdict: Verdict) -> None:
        serving.gate.visitor(request)
        await serving.gate.admit_aside(request, "feedback")
        if verdict.answer_id:
            serving.recorder.feedback(verdict.answer_id, verdict.helpful, "")
        if on_feedback is not None:
            on_feedback(verdict.question, verdict.answer, verdict.helpful)

    return router


async def _page_events(making: Making, contact: str) -> AsyncGenerator[str]:
    """The stream's events as JSON; the last one also carries the HTML of the answer and of its source cards."""
    async with aclosing(one_by_one(making)) as events:
        async for event in events:
            encoded = encode_event(event)
            if isinstance(event, Done):
                encoded |= await to_thread.run_sync(rendered_answer, making.chatbot, event.answer, contact)
                encoded["answer_id"] = making.asked.answer_id
                encoded["conversation_id"] = making.asked.conversation_id
            yield message("", to_json(encoded))


def rendered_answer(chatbot: ServedChatbot, answer: Answer, contact: str = "") -> dict[str, Any]:
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
