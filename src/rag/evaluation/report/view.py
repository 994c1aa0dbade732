"""What a report tells: each turn beside its baseline, what became of it, and where on the way it went wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rag.evaluation.baseline import item_of
from rag.evaluation.comparison import GATE, INFRASTRUCTURE, INVALID, PASS, Comparison, Item
from rag.evaluation.results import Place, Summary, TurnResult

State = Literal["broken", "failing", "flawed", "mended", "changed", "passing"]

STATES: Mapping[State, str] = {
    "broken": "newly wrong",
    "failing": "wrong",
    "flawed": "right, with a flaw",
    "mended": "newly right",
    "changed": "right, another answer",
    "passing": "right",
}

# Where on the way from the question to the answer a turn went wrong, in the order of the way.
SYMPTOMS: Mapping[str, str] = {
    "error": "ended in an error",
    "kind": "small talk and questions mixed up",
    "answered": "answered, should refuse",
    "unfound": "evidence not retrieved",
    "refused": "refused, though evidence was retrieved",
    "silent": "refused, no evidence labelled",
    "unchosen": "evidence retrieved, other words cited",
    "unstated": "evidence cited, answer still wrong",
    "unlocated": "answer wrong, no evidence labelled",
    "flawed": "right, but flawed",
}

VERDICTS: Mapping[int | None, str] = {
    None: "Measured, not compared",
    PASS: "Passed",
    GATE: "Blocked",
    INVALID: "Not comparable",
    INFRASTRUCTURE: "The run itself failed",
}


@dataclass(frozen=True, slots=True)
class Pair:
    """A turn now, and what the baseline keeps of it; all of it where the earlier run lies at hand."""

    now: TurnResult
    before: Item | None = None
    earlier: TurnResult | None = None

    @property
    def state(self) -> State:
        """What became of the turn."""
        was_right = self.before is not None and is_right(self.before.metrics)
        if wrong(self.now):
            return "broken" if was_right else "failing"
        if self.now.reasons:
            return "flawed"
        if self.before is not None and not was_right:
            return "mended"
        return "changed" if self.answered_otherwise else "passing"

    @property
    def answer_before(self) -> str:
        """The earlier answer, whole where the earlier run lies at hand."""
        return self.earlier.answer if self.earlier is not None else self.before.answer if self.before else ""

    @property
    def answered_otherwise(self) -> bool:
        """Whether the baseline, which keeps the beginning of an answer, has another one."""
        now = item_of(self.now)
        return self.before is not None and (self.before.status, self.before.answer) != (now.status, now.answer)

    @property
    def evidence(self) -> tuple[tuple[Place, ...], ...]:
        """What should have been found: as labelled, else what the right answer of the earlier run cited."""
        if self.now.evidence or self.earlier is None or wrong(self.earlier) or not self.earlier.citations:
            return self.now.evidence
        return (self.earlier.citations,)

    @property
    def symptom(self) -> str:
        """A key of `SYMPTOMS`; empty for a turn without a fault."""
        if wrong(self.now):
            return symptom(self.now, self.evidence)
        return "flawed" if self.now.reasons else ""


@dataclass(frozen=True, slots=True)
class Report:
    """All that the three formats show."""

    title: str
    pairs: tuple[Pair, ...]
    summary: Summary
    comparison: Comparison | None = None

    def of(self, *states: State) -> list[Pair]:
        """The pairs in some states, in the order given, critical ones first."""
        return sorted(
            (pair for pair in self.pairs if pair.state in states),
            key=lambda pair: (states.index(pair.state), not pair.now.critical),
        )

    @property
    def verdict(self) -> str:
        """What came out, in a word or two."""
        return VERDICTS[self.comparison.exit_code if self.comparison else None]


def lead_of(report: Report) -> str:
    """What happened, in a sentence."""
    counts = Counter(pair.state for pair in report.pairs)
    faulty = counts["broken"] + counts["failing"]
    right = f"{len(report.pairs) - faulty} of {len(report.pairs)} turns are right."
    if report.comparison is None:
        return right
    moved = f"{counts['broken']} newly wrong, {counts['mended']} newly right"
    return f"{right} Against the baseline: {moved}, {counts['failing']} wrong as before or new."


def pair_up(
    now: Sequence[TurnResult], before: Mapping[str, Item], earlier: Sequence[TurnResult] = ()
) -> tuple[Pair, ...]:
    """Each turn beside what the baseline has of the same question with the same expectations."""
    whole = {result.key: result for result in earlier}
    same = {result.key for result in now if result.key in before and before[result.key].asked == result.asked}
    return tuple(Pair(r, before[r.key], whole.get(r.key)) if r.key in same else Pair(r) for r in now)


def is_right(metrics: Mapping[str, float | None]) -> bool:
    """Whether a turn got what it expects; one that nothing can be said of counts as right."""
    correct = metrics.get("correct")
    return correct is None or correct >= 1


def wrong(result: TurnResult) -> bool:
    """Whether a turn did not get what it expects."""
    return result.error is not None or not is_right(result.metrics)


def overlaps(one: Place, other: Place) -> bool:
    """Whether two places share a character."""
    return one.document == other.document and one.start < other.end and other.start < one.end


def rank_of(group: Sequence[Place], found: Sequence[Place]) -> int | None:
    """The rank, from 1, of the first place found that meets one of a group; None if none does."""
    meets = (rank for rank, place in enumerate(found, 1) if any(overlaps(place, wanted) for wanted in group))
    return next(meets, None)


def nearest(group: Sequence[Place], result: TurnResult) -> Place:
    """Of a group of evidence the place that was cited, else retrieved, else the first."""
    found = (place for seen in (result.citations, result.retrieved) for place in group if rank_of([place], seen))
    return replace(next(found, group[0]), marker=0)


def symptom(result: TurnResult, evidence: Sequence[Sequence[Place]]) -> str:
    """Where a failing turn went wrong: the first step on the way that did not do its part."""
    if result.error is not None:
        return "error"
    if "smalltalk" in (result.expect, result.status) and result.expect != result.status:
        return "kind"
    if result.expect == "no_answer":
        return "answered"
    if not evidence:
        return "silent" if result.status == "no_answer" else "unlocated"
    if not all(rank_of(group, result.retrieved) for group in evidence):
        return "unfound"
    if result.status == "no_answer":
        return "refused"
    return "unstated" if all(rank_of(group, result.citations) for group in evidence) else "unchosen"
