"""One question with its answer, as surfaces hand it to whoever records it. Both sides import it from here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from rag.types import Answer


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question that was answered, and how long that took."""

    answer_id: str  # unique; feedback names it
    conversation_id: str
    origin: str  # the site the visitor came from, or "page", "api"; empty where unknown
    question: str
    answer: Answer
    asked_at: datetime  # with its time zone
    milliseconds: float


class Recorder(Protocol):
    """Keeps exchanges. No method waits for a disk, and none raises because of one."""

    def record(self, exchange: Exchange) -> None:
        """Keep an exchange."""

    def judge(self, answer_id: str, helpful: bool | None, comment: str = "") -> None:
        """Keep the reader's verdict on an answer; a later one replaces it, None takes it back."""

    def counters(self) -> dict[str, int]:
        """`records_written`, `records_dropped` since the start and `records_waiting` now, for the metrics."""

    def close(self) -> None:
        """Write what is waiting, for a few seconds at most, and stop."""


class NoRecorder:
    """A recorder that keeps nothing: recording is off."""

    def record(self, exchange: Exchange) -> None:
        """Forget it."""

    def judge(self, answer_id: str, helpful: bool | None, comment: str = "") -> None:
        """Forget it."""

    def counters(self) -> dict[str, int]:
        """All zero."""
        return {"records_written": 0, "records_dropped": 0, "records_waiting": 0}

    def close(self) -> None:
        """Nothing to do."""
