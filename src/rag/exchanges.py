"""What surfaces tell whoever keeps records; both sides import it from here. `rag.records` keeps them in a database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from rag.types import Answer


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and the answer that was given to it."""

    answer_id: str  # unique; feedback names it
    conversation_id: str
    origin: str  # the site that asked, such as `https://invest.example.kr`; empty for the own page and for programs
    question: str
    answer: Answer
    asked_at: datetime  # with a time zone, UTC
    milliseconds: float  # from the question to the last word


class Recorder(Protocol):
    """Keeps exchanges and readers' verdicts on them, personal data masked. Never waits for a disk, never raises."""

    def record(self, exchange: Exchange) -> None:
        """Keep an exchange."""

    def feedback(self, answer_id: str, helpful: bool, comment: str) -> None:
        """Keep a verdict on an answer; a later one on the same answer replaces it."""

    def counters(self) -> dict[str, int]:
        """For the metrics: `records_written` and `records_dropped` since the start, `records_waiting` now."""

    def close(self) -> None:
        """Write down what is still waiting, for a few seconds at most."""


class NullRecorder:
    """A `Recorder` that keeps nothing."""

    def record(self, exchange: Exchange) -> None:
        """Keep nothing."""

    def feedback(self, answer_id: str, helpful: bool, comment: str) -> None:
        """Keep nothing."""

    def counters(self) -> dict[str, int]:
        """All zero."""
        return {"records_written": 0, "records_dropped": 0, "records_waiting": 0}

    def close(self) -> None:
        """Nothing is waiting."""
