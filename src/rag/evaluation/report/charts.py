"""The two curves of a report: risk against coverage, and the distribution of the time taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rag.evaluation.report.plots import Curve, distribution, line_chart, percent_axis, risk_coverage, time_axis
from rag.evaluation.report.view import Report, wrong
from rag.evaluation.results import TurnResult


def risk_chart(report: Report) -> str:
    """Risk against coverage as a chart; empty where nothing was answered with a confidence."""
    now = _risk([pair.now for pair in report.pairs])
    if not now:
        return ""
    before = _risk([pair.earlier for pair in report.pairs if pair.earlier is not None])
    highest = max(risk for _, risk in (*now, *before))
    curves = [Curve("baseline", before, "before"), Curve("now", now, "now")]
    told = (
        f"At the threshold in use {now[-1][0]:.0%} of the questions are answered and {now[-1][1]:.1%} of these wrongly."
    )
    x, y = percent_axis("questions answered"), percent_axis("of these wrong", highest)
    return line_chart("Risk and coverage", told, curves, x, y, now[-1])


def _risk(results: Sequence[TurnResult]) -> tuple[tuple[float, float], ...]:
    asked = [result for result in results if result.expect != "smalltalk" and result.error is None]
    sure = [
        (result.confidence, not wrong(result))
        for result in asked
        if result.status == "answered" and result.confidence is not None
    ]
    return risk_coverage(sure, len(asked)) if sure else ()


def latency_chart(report: Report) -> str:
    """The distribution of the time a turn takes; empty where no time was taken."""
    now = [pair.now for pair in report.pairs]
    total = _times(now, lambda result: result.timings_ms.get("total"))
    if not total:
        return ""
    before = _times(
        [pair.earlier for pair in report.pairs if pair.earlier is not None], lambda r: r.timings_ms.get("total")
    )
    retrieve = _times(now, lambda result: result.timings_ms.get("retrieve"))
    values = (*total, *before, *retrieve)
    curves = [
        Curve("baseline, whole answer", distribution(before), "before"),
        Curve("retrieval alone", distribution(retrieve), "part"),
        Curve("whole answer", distribution(total), "now"),
    ]
    middle = sorted(total)[len(total) // 2]
    x = time_axis("milliseconds", min(values), max(values))
    return line_chart("Latency", f"Half of the answers take at most {middle:.0f} ms.", curves, x, percent_axis("turns"))


def _times(results: Sequence[TurnResult], time: Callable[[TurnResult], float | None]) -> tuple[float, ...]:
    return tuple(_positive(map(time, results)))


def _positive(values: Iterator[float | None]) -> Iterator[float]:
    return (max(value, 0.1) for value in values if value is not None)
