"""Results of evaluation turns that never ran, for tests of what is made of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

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
