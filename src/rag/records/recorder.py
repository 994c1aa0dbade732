"""Write-behind: answers put what is to be kept in a queue and go on; one thread writes it down, many at a time.

The queue is bounded. While the database is full, locked, read-only or gone, the thread tries again with growing pauses;
what does not fit in the queue meanwhile is counted as dropped. Either change of state is logged once. What is
committed survives `kill -9` and, on SQLite with `synchronous=FULL`, a power cut.
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from queue import Empty, Full, Queue

from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from rag.errors import InputError, RecordsError
from rag.exchanges import Exchange, NullRecorder, Recorder
from rag.records.database import Database, database_from, reason
from rag.records.keeping import expire
from rag.records.rows import Item, Rows, Verdict
from rag.settings import Settings

_CAPACITY = 5000  # items that may wait: some ten megabytes of answers
_BATCH = 200  # items of one transaction
_PAUSES = (0.1, 30.0)  # seconds between attempts: the first, the longest
_DRAIN = 5.0  # seconds that `close` gives the database
_SWEEP = timedelta(days=1)
_IDLE = 60.0  # seconds after which an idle thread looks whether a sweep is due
_REFUSED = (DataError, IntegrityError, UnicodeError, ValueError)  # by what is written, not by the state of the database

log = logging.getLogger(__name__)


def recorder_from(settings: Settings) -> Recorder:
    """The recorder of the settings; raises InputError for settings of no use, but not for a database that is away."""
    if settings.records_days < 0:
        raise InputError(f"RAG_RECORDS_DAYS={settings.records_days}: must be 0 (records are kept) or more")
    database = database_from(settings)
    if database is None:
        return NullRecorder()
    return WriteBehind(database, settings.records_days, public=[settings.contact])


class WriteBehind:
    """A `Recorder` into a database."""

    def __init__(
        self,
        database: Database,
        days: int = 0,
        public: Sequence[str] = (),
        capacity: int = _CAPACITY,
        pauses: tuple[float, float] = _PAUSES,
        drain: float = _DRAIN,
    ) -> None:
        self.database = database
        self.days = days
        self.public = tuple(public)
        self.pauses = pauses
        self.drain = drain
        self.written = 0
        self.dropped = 0
        self._queue: Queue[Item | None] = Queue(capacity)
        self._closing = threading.Event()
        self._deadline = float("inf")
        self._failing = self._overflowing = False
        self._next_sweep = datetime.min.replace(tzinfo=UTC)
        self._thread = threading.Thread(target=self._run, name="records", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def record(self, exchange: Exchange) -> None:
        """Keep an exchange."""
        self._put(exchange)

    def feedback(self, answer_id: str, helpful: bool, comment: str) -> None:
        """Keep a verdict on an answer; a later one on the same answer replaces it."""
        self._put(Verdict(answer_id, helpful, comment, datetime.now(UTC)))

    def counters(self) -> dict[str, int]:
        """`records_written` and `records_dropped` since the start, `records_waiting` now."""
        waiting = self._queue.unfinished_tasks
        return {"records_written": self.written, "records_dropped": self.dropped, "records_waiting": waiting}

    def flush(self, timeout: float = _DRAIN) -> bool:
        """Wait until all that was handed over is written or dropped; False when it took too long."""
        with self._queue.all_tasks_done:
            return self._queue.all_tasks_done.wait_for(lambda: not self._queue.unfinished_tasks, timeout)

    def close(self) -> None:
        """Write down what is waiting, for a few seconds at most, and stop."""
        if self._closing.is_set():
            return
        self._deadline = time.monotonic() + self.drain
        self._closing.set()
        with suppress(Full):  # wakes an idle thread; a full queue does so as well
            self._queue.put_nowait(None)
        self._thread.join(self.drain + 1)
        if lost := self._queue.unfinished_tasks:
            log.error("%s: %d records could not be written before the end", self.database, lost)
        atexit.unregister(self.close)
        self.database.close()

    def _put(self, item: Item) -> None:
        try:
            if not self._closing.is_set():
                return self._queue.put_nowait(item)
        except Full:
            if not self._overflowing:
                self._overflowing = True
                log.warning("%s: too much is waiting to be written; exchanges are not recorded", self.database)
        self.dropped += 1

    def _run(self) -> None:
        while not self._closing.is_set() or not self._queue.empty():
            self._sweep()
            batch, taken = self._next()
            try:
                self._write(batch)
            except Exception:  # the thread must live on: its errors surface here
                self._drop(len(batch))
                log.exception("%s: %d records lost to an error of the program", self.database, len(batch))
            for _ in range(taken):
                self._queue.task_done()

    def _next(self) -> tuple[list[Item], int]:
        """What is waiting, up to a batch, and how much was taken from the queue for it."""
        taken: list[Item | None] = []
        with suppress(Empty):
            taken.append(self._queue.get(timeout=_IDLE))
            while len(taken) < _BATCH:
                taken.append(self._queue.get_nowait())
        return [item for item in taken if item is not None], len(taken)

    def _write(self, batch: Sequence[Item]) -> None:
        """Write a batch, however long the database is away; items it refuses for what they are get dropped."""
        pause, longest = self.pauses
        while batch:
            try:
                self.database.prepare()
                with self.database.writing() as connection:
                    Rows.of(batch, self.public).write(connection)
                self._wrote(len(batch))
                return
            except _REFUSED as error:
                return self._write_singly(batch, error)
            except (SQLAlchemyError, OSError, RecordsError) as error:
                self._failed(error)
            if not self._rest(pause):
                return self._drop(len(batch))
            pause = min(pause * 2, longest)

    def _rest(self, pause: float) -> bool:
        """Wait before another attempt; False when the time that closing allows is over."""
        if self._closing.wait(pause):
            time.sleep(_PAUSES[0])
        return time.monotonic() < self._deadline

    def _write_singly(self, batch: Sequence[Item], error: Exception) -> None:
        if len(batch) > 1:
            for item in batch:
                self._write([item])
            return
        self._drop(1)
        log.warning("%s: a record was refused and dropped (%s)", self.database, reason(error))

    def _wrote(self, count: int) -> None:
        self.written += count
        if self._failing or self._overflowing:
            log.warning("%s: records are written again; %d were dropped so far", self.database, self.dropped)
        self._failing = self._overflowing = False

    def _failed(self, error: Exception) -> None:
        self.database.distrust()
        if not self._failing:
            self._failing = True
            log.error("%s: records cannot be written (%s); answers go on, trying again", self.database, reason(error))

    def _drop(self, count: int) -> None:
        self.dropped += count

    def _sweep(self) -> None:
        """Once a day, delete what is older than the days of the settings; a failure waits for the next day."""
        now = datetime.now(UTC)
        if not self.days or now < self._next_sweep or self._closing.is_set():
            return
        self._next_sweep = now + _SWEEP
        try:
            expire(self.database, now - timedelta(days=self.days))
        except RecordsError as error:
            self._next_sweep = now + timedelta(minutes=10)
            self._failed(error)
