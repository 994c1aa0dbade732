"""Answers for many people at once: a place for each, the processor in turn, and an end when the reader goes away."""

from __future__ import annotations

import logging
import os
import secrets
import threading
import time
from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol

import anyio
from anyio import CapacityLimiter, to_thread

from rag.api.admission import Gate, Visitor
from rag.api.budget import NOTICE, SITE, Budget
from rag.api.cache import AnswerCache
from rag.api.limits import Ticket
from rag.api.line import Line
from rag.api.metrics import Metrics
from rag.api.problems import ProblemError
from rag.errors import RagError
from rag.exchanges import Exchange, NullRecorder, Recorder
from rag.settings import Settings
from rag.types import Answer, Delta, Done, Event, Hit, Language, Passage, Turn

FIRST, FURTHER = 0, 1  # urgencies
_PATIENCE = 3.0  # seconds
_BATCH_SECONDS = 0.03  # pieces that come about faster than this are sent together
log = logging.getLogger(__name__)


class ServedChatbot(Protocol):
    """What the service needs of a chatbot."""

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


@dataclass(frozen=True, slots=True)
class Voices:
    """A chatbot as it serves: with the language model within its budget, if there is one, and without."""

    full: ServedChatbot
    plain: ServedChatbot
    search: Callable[[str, int], list[Hit]]
    cache: AnswerCache = field(default_factory=AnswerCache)  # of this chatbot: another index, other answers

    @property
    def has_model(self) -> bool:
        """Whether a language model writes answers."""
        return self.full is not self.plain

    def anticipate(self) -> None:
        """Keep answers to the questions offered at the start, about a second's work; not those that a language model writes."""
        offered = () if self.has_model else (*self.full.starters("ko"), *self.full.starters("en"))
        for question in offered:
            self.cache.put((question, None), list(self.full.stream(question)))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it reached the service."""

    question: str
    history: tuple[Turn, ...] = ()
    language: Language | None = None
    conversation_id: str = field(default_factory=lambda: secrets.token_hex(16))
    answer_id: str = field(default_factory=lambda: secrets.token_hex(16))


class Service:
    """What all surfaces share. `voices` may be replaced while it serves: answers in the making keep the old ones."""

    def __init__(
        self,
        voices: Voices,
        settings: Settings,
        *,
        gate: Gate | None = None,
        budget: Budget | None = None,
        recorder: Recorder | None = None,
    ) -> None:
        self.voices = voices
        self.settings = settings
        self.gate = gate or Gate(settings)
        self.budget = budget or Budget.from_settings(settings, self.gate.storage)
        self.recorder: Recorder = recorder or NullRecorder()
        self.metrics = Metrics()
        self.metrics.watch(self.recorder.counters)
        self.metrics.making.set_function(lambda: self.gate.places.taken)
        self.line = Line(max(2, min(4, os.cpu_count() or 2)))
        self.threads = CapacityLimiter(settings.max_answers)
        self.ready = threading.Event()
        self.stopping = threading.Event()
        self.condition: Callable[[], Mapping[str, object]] = dict  # what `/readyz` tells beside
        self._documents = settings.docs_label

    def document_name(self, document_id: str) -> str:
        """The name citations show for a document."""
        return f"{self._documents}/{document_id}"

    def make(self, asked: Asked, visitor: Visitor) -> Making:
        """Begin an answer; raises ProblemError (503, 429) when there is no place for it. Close what is returned."""
        return Making(self, asked, visitor, self.gate.place(visitor))


class Making:
    """One answer in the making. `events` may be iterated once; `close` gives the place back."""

    def __init__(self, service: Service, asked: Asked, visitor: Visitor, ticket: Ticket) -> None:
        self.service = service
        self.asked = asked
        self.visitor = visitor
        self._ticket = ticket
        self._voices = service.voices
        self.chatbot = self._voices.plain  # for what belongs to the answer, such as the documents it cites
        self._started = time.perf_counter()
        self._heard = False  # whether anything was sent yet
        self._ended = False

    def close(self) -> None:
        """Give the place back; an answer that nobody waited for is counted as such."""
        if not self._ended:
            self._ended = True
            self.service.metrics.abandoned.inc()
        self._ticket.close()

    async def events(self) -> AsyncGenerator[list[Event], None]:
        """What there is to send, as it comes; raises ProblemError when the answer cannot be made."""
        try:
            async with aclosing(self._batches()) as batches:
                async for batch in batches:
                    for event in batch:
                        self._note(event)
                    yield _joined(batch)
        except RagError as error:
            self._ended = True
            # The reader is told in the reader's language; the message itself is for whoever runs the server.
            log.warning("No answer: %s", error)
            raise ProblemError("no-answer-made", language=self.asked.language) from error

    def _note(self, event: Event) -> None:
        seconds = time.perf_counter() - self._started
        metrics = self.service.metrics
        if not self._heard:
            self._heard = True
            metrics.first_event_seconds.observe(seconds)
        if isinstance(event, Done):
            self._ended = True
            answer = event.answer
            metrics.answers.labels(answer.status, answer.mode, answer.language).inc()
            self.service.recorder.record(self._exchange(answer, seconds))

    def _exchange(self, answer: Answer, seconds: float) -> Exchange:
        asked, origin = self.asked, self.visitor.origin
        milliseconds = round(seconds * 1000, 1)
        return Exchange(
            asked.answer_id, asked.conversation_id, origin, asked.question, answer, datetime.now(UTC), milliseconds
        )

    async def _batches(self) -> AsyncGenerator[list[Event], None]:
        """From the cache, or made; who asks what somebody is asking now waits a little for that answer."""
        cache, key = self._voices.cache, self._key
        if key is not None and key in cache.making:
            with anyio.move_on_after(_PATIENCE):
                await cache.making[key].wait()
        if found := self._cached():
            yield list(found)
            return
        with cache.mark(key):
            async with aclosing(self._made()) as batches:
                async for batch in batches:
                    yield batch

    async def _made(self) -> AsyncGenerator[list[Event], None]:
        stream = self._stream()
        try:
            async with self.service.line.turn(FIRST):
                batch, failure = await self._in_thread(stream, 0.0)
            while batch:
                yield batch
                if failure or isinstance(batch[-1], Done):
                    break
                async with self._further():
                    batch, failure = await self._in_thread(stream, _BATCH_SECONDS)
            if failure:
                raise failure
        finally:
            stream.close()

    def _further(self) -> AbstractAsyncContextManager[None]:
        """Quoting is work for the processor; a language model is waited for beside the line."""
        return nullcontext() if self._voices.has_model else self.service.line.turn(FURTHER)

    async def _in_thread(self, stream: Iterator[Event], seconds: float) -> tuple[list[Event], RagError | None]:
        return await to_thread.run_sync(_take, stream, seconds, self.visitor.site, limiter=self.service.threads)

    @property
    def _key(self) -> tuple[str, Language | None] | None:
        """What a cached answer would depend on; None when it depends on more."""
        asked = self.asked
        return None if asked.history or self._voices.has_model else (asked.question, asked.language)

    def _cached(self) -> tuple[Event, ...]:
        found = self._voices.cache.get(self._key) if self._key else ()
        if found:
            self.service.metrics.cached.inc()
        return found

    def _stream(self) -> Generator[Event, None, None]:
        """The events; to be iterated in worker threads."""
        spent = self._voices.has_model and self.service.budget.is_spent(self.visitor.site)
        chatbot = self._voices.plain if spent else self._voices.full
        events: list[Event] = []
        for event in chatbot.stream(self.asked.question, self.asked.history, self.asked.language):
            told = _told_of_budget(event) if spent else event
            events.append(told)
            if isinstance(event, Done) and self._key:
                self._voices.cache.put(self._key, events)
            yield told


def _take(stream: Iterator[Event], seconds: float, site: str) -> tuple[list[Event], RagError | None]:
    """The next event and those that follow within the time, and how the stream broke; runs in a worker thread."""
    SITE.set(site)
    batch: list[Event] = []
    end = time.monotonic() + seconds
    try:
        for event in stream:
            batch.append(event)
            if isinstance(event, Done) or time.monotonic() >= end:
                break
    except RagError as error:  # what came before it is sent all the same
        return batch, error
    return batch, None


def _joined(batch: Sequence[Event]) -> list[Event]:
    """The same events, neighbouring pieces of text as one."""
    joined: list[Event] = []
    for event in batch:
        before = joined[-1] if joined else None
        if isinstance(event, Delta) and isinstance(before, Delta):
            joined[-1] = Delta(before.text + event.text)
        else:
            joined.append(event)
    return joined


def _told_of_budget(event: Event) -> Event:
    """The finished answer, saying why no language model wrote it."""
    if not isinstance(event, Done) or event.answer.status != "answered":
        return event
    answer = event.answer
    notice = " ".join(filter(None, [NOTICE[answer.language], answer.notice]))
    return Done(replace(answer, notice=notice))
