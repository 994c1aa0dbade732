"""Waiting in line for the processor: first words before further ones, and otherwise who came first."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count


class Line:
    """Lets a few in at a time, by urgency (lower first) and arrival. Used from the event loop only.

    Answers without a model are work for the processor: begun all at once they would all end last.
    """

    def __init__(self, abreast: int) -> None:
        self._free = abreast
        self._arrival = count()
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []

    @asynccontextmanager
    async def turn(self, urgency: int) -> AsyncIterator[None]:
        """Wait for a turn, and give it back at the end of the block."""
        await self._enter(urgency)
        try:
            yield
        finally:
            self._leave()

    async def _enter(self, urgency: int) -> None:
        if self._free:
            self._free -= 1
            return
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (urgency, next(self._arrival), called))
        try:
            await called
        except asyncio.CancelledError:
            if called.done() and not called.cancelled():  # called and gone in the same moment: let the next one in
                self._leave()
            raise

    def _leave(self) -> None:
        while self._waiting:
            _, _, called = heapq.heappop(self._waiting)
            if not called.done():
                called.set_result(None)
                return
        self._free += 1
