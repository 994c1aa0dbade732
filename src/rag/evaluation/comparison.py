"""What a comparison of a run with the baseline comes to: the values that `gate` makes and `report` shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["invariant", "floor", "regression", "critical", "invalid", "infrastructure"]
PASS, GATE, INVALID, INFRASTRUCTURE = 0, 1, 2, 3  # exit codes of `rag eval compare`


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason not to pass."""

    kind: Kind
    text: str  # one line: what, where, how much
    metric: str = ""
    turns: tuple[str, ...] = ()  # keys of the turns to look at first


@dataclass(frozen=True, slots=True)
class Delta:
    """How a metric moved on the turns that the baseline and the run share; higher is better."""

    metric: str
    before: float
    after: float
    n: int  # turns compared
    low: float  # of after - before, 95 % interval, clusters of cases resampled
    high: float
    p: float  # two-sided, after Holm
    gated: bool  # whether there are turns enough to judge by

    @property
    def change(self) -> float:
        """After less before."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Item:
    """One turn as the baseline keeps it."""

    asked: str  # checksum of the case's turn: question and all that is expected
    answer: str  # cut at some length; empty unless answered
    status: str
    metrics: Mapping[str, float]  # `correct` and the primary metrics, those that apply


@dataclass(frozen=True, slots=True)
class Flip:
    """A turn that was right and is wrong now, or the other way round. Both results' words are in the run and here."""

    key: str
    better: bool
    critical: bool
    question: str
    before: Item
    after: Item
    reasons: tuple[str, ...]  # what is wrong now


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run beside the baseline."""

    findings: Sequence[Finding]
    deltas: Sequence[Delta]
    flips: Sequence[Flip]  # those for the worse first
    added: tuple[str, ...]  # turns that the baseline does not know

    @property
    def exit_code(self) -> int:
        """What the command ends with; errors come first, since they leave nothing to judge."""
        kinds = {finding.kind for finding in self.findings}
        if "infrastructure" in kinds:
            return INFRASTRUCTURE
        if "invalid" in kinds:
            return INVALID
        return GATE if kinds else PASS
