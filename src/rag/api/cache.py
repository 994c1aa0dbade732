"""Answers given lately, for the questions that many people ask: the ones the page and the widget offer."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from rag.types import Done, Event, Language

Key = tuple[str, Language | None]


class AnswerCache:
    """Keeps the events of finished answers that depend on nothing but the question. Safe to use from several threads."""

    def __init__(self, size: int = 1000) -> None:
        self.size = size
        self.making: dict[Key, asyncio.Event] = {}  # used from the event loop only
        self._kept: OrderedDict[Key, tuple[Event, ...]] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def mark(self, key: Key | None) -> Iterator[None]:
        """Show others that the answer is being made, until the block ends."""
        if key is None or key in self.making:
            yield
            return
        made = self.making[key] = asyncio.Event()
        try:
            yield
        finally:
            del self.making[key]
            made.set()

    def get(self, key: Key) -> tuple[Event, ...]:
        """The events of an answer, or none."""
        with self._lock:
            if key not in self._kept:
                return ()
            self._kept.move_to_end(key)
            return self._kept[key]

    def put(self, key: Key, events: list[Event]) -> None:
        """Keep a finished answer; the one not asked for the longest time goes."""
        *before, last = events
        if not isinstance(last, Done):
            return
        untimed = replace(last.answer, timings_ms=dict.fromkeys(last.answer.timings_ms, 0.0))
        with self._lock:
            self._kept[key] = (*before, Done(untimed))
            while len(self._kept) > self.size:
                self._kept.popitem(last=False)
