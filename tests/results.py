"""Results of evaluation turns that never ran, and reports on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rag.evaluation.baseline import Baseline, item_of
from rag.evaluation.gate import Thresholds, compare
from rag.evaluation.report.view import Report, pair_up
from rag.evaluation.results import FactResult, Fingerprint, Measure, Place, Summary, TurnResult

DOCUMENT = "docs/en/haram.md"
TEXT = "# Haram\n\nHaram Robotics builds robots. Its revenue in 2022 was KRW 64 billion. Its revenue in 2023 was KRW 82 billion.\n"
HOSTILE = "<script>alert(1)</script> ]]> | `code` **b** [x](http://evil.example) @seoul #12 <img src=x onerror=alert(2)> \x00\x1b[31m\u202e\ud800 \"' &amp; www.evil.example\u2028</details>"


def place(words: str, marker: int = 0) -> Place:
    """A place of the document by its words."""
    start = TEXT.index(words)
    return Place(DOCUMENT, start, start + len(words), words, marker)


OLD, NEW = place("Its revenue in 2022 was KRW 64 billion."), place("Its revenue in 2023 was KRW 82 billion.")


def turn(case: str = "haram-en-001", right: bool = True, **changes: Any) -> TurnResult:
    """A turn that asks for the revenue of 2023; a wrong one is told that of 2022."""
    cited = replace(NEW if right else OLD, marker=1)
    made = TurnResult(
        case=case,
        turn=1,
        cluster="haram",
        split="dev",
        tags=("fact", "quantity"),
        language="en",
        question="What was the revenue of Haram Robotics in 2023?",
        standalone="What was the revenue of Haram Robotics in 2023?",
        expect="answer",
        critical=False,
        asked="ab12",
        answer=f"{cited.text} [1]",
        status="answered",
        citations=(cited,),
        retrieved=(OLD, NEW),
        evidence=((NEW,),),
        facts=(FactResult("82 billion", True, right),),
        metrics={"correct": float(right), "vital_recall": float(right), "leak": None},
        reasons=() if right else ("misses 82 billion",),
        confidence=1.5,
        timings_ms={"retrieve": 2.0, "answer": 1.0, "total": 3.0},
    )
    return replace(made, **changes)


def refused(case: str, **changes: Any) -> TurnResult:
    """A turn that should have been answered and was not."""
    told = ("expected answer, got no_answer",)
    nothing: dict[str, Any] = {
        "answer": "Not in the documents.",
        "status": "no_answer",
        "citations": (),
        "reasons": told,
    }
    return turn(case, right=False, **{**nothing, **changes})


def summary(*results: TurnResult) -> Summary:
    """A summary of what the report shows; the intervals are invented."""
    right = [result.metrics["correct"] or 0.0 for result in results if result.error is None]
    mean = Measure(sum(right) / len(right), len(right), 0.4, 0.9) if right else None
    measures = {"correct": mean, "vital_recall": mean} if mean else {}
    slices = {f"tag={tag}": measures for result in results for tag in result.tags}
    errors = sum(result.error is not None for result in results)
    return Summary("extractive", Fingerprint("d0", "encoder", "c0"), len(results), errors, measures, slices, {}, 1.5)


def text_of(name: str) -> str | None:
    return TEXT if name == DOCUMENT else None


def report(now: Sequence[TurnResult], before: Sequence[TurnResult] = ()) -> Report:
    """A report of some turns, against others if there are some."""
    told = summary(*now)
    if not before:
        return Report("Evaluation of dev", pair_up(now, {}), told)
    items = {result.key: item_of(result) for result in before}
    compared = compare(now, told, Baseline("extractive", told.fingerprint, items), Thresholds())
    return Report("Evaluation of dev", pair_up(now, items, before), told, compared)


def regression(turns: int = 60) -> Report:
    """Every third turn is refused; those carry the tag `date`."""
    names = [f"case-{number:03}" for number in range(turns)]
    before = [turn(name, tags=("date",) if number % 3 == 0 else ("fact",)) for number, name in enumerate(names)]
    now = [refused(old.case, tags=old.tags) if old.tags == ("date",) else old for old in before]
    return report(now, before)


def hostile() -> Report:
    """Every text of a turn is an attack."""
    bad = replace(NEW, text=HOSTILE, document=f"docs/{HOSTILE}.md", marker=1)
    odd = {
        "cluster": HOSTILE,
        "question": HOSTILE,
        "standalone": HOSTILE + "?",
        "query": HOSTILE + "!",
        "answer": HOSTILE,
        "tags": (HOSTILE, "fact"),
        "reasons": (HOSTILE,),
        "citations": (bad,),
        "retrieved": (bad,),
        "evidence": ((bad,),),
        "split": HOSTILE,
    }
    now = [turn(HOSTILE, False, **odd), turn("b", **{**odd, "error": HOSTILE})]
    before = [replace(result, answer="x " + HOSTILE, error=None, metrics={"correct": 1.0}) for result in now]
    return replace(report(now, before), title=HOSTILE)
