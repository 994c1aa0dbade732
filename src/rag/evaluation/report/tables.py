"""The figures of a report as rows: metrics with their change, and the map of slices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import fsum

from rag.evaluation.comparison import Delta
from rag.evaluation.metrics import LOWER_IS_BETTER, METRICS, PRIMARY
from rag.evaluation.report.plots import interval_plot
from rag.evaluation.report.view import Pair, Report
from rag.evaluation.results import Measure, TurnResult
from rag.evaluation.statistics import cluster_bootstrap

SMALL = 25  # a slice of fewer turns is shown as counts and not judged
_SHADES = (0.005, 0.03, 0.06, 0.1, 0.18, 0.3, 0.5)  # shortfalls at which a cell gets darker
_REACHES = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)  # of the plot of changes, to either side
HEADLINE = ("correct", *PRIMARY)


@dataclass(frozen=True, slots=True)
class Row:
    """A metric: now with its interval, and the change where there is a baseline."""

    metric: str
    meaning: str
    value: float
    n: int
    low: float
    high: float
    before: float | None = None
    change: float | None = None
    change_low: float = 0.0
    change_high: float = 0.0
    verdict: str = ""  # worse, better, same: whether the interval of the change leaves 0 out
    plot: str = ""
    reach: float = 0.0  # of the plot to either side


@dataclass(frozen=True, slots=True)
class Cell:
    """A metric in a slice; `shade` grows with what it falls short of the best."""

    value: float
    n: int
    shade: int
    change: float | None
    worse: bool = False

    @property
    def small(self) -> bool:
        """Whether there are too few turns to judge by."""
        return self.n < SMALL


@dataclass(frozen=True, slots=True)
class Slice:
    """A row of the map: its name and a cell for each metric, None where no turn counts."""

    name: str
    cells: tuple[Cell | None, ...]

    @property
    def small(self) -> bool:
        """Whether no metric has turns enough to judge by."""
        return self.name != "all" and all(cell is None or cell.small for cell in self.cells)

    @property
    def order(self) -> tuple[float, float]:
        """What the first metric lost, then how low it is, to show the worst first."""
        first = self.cells[0] if self.cells else None
        return (first.change or 0.0, first.value) if first else (0.0, 1.0)


def metric_rows(report: Report) -> tuple[list[Row], list[Row]]:
    """The headline metrics and the rest; with a baseline, the headline is what was compared."""
    deltas = {delta.metric: delta for delta in _deltas(report)}
    reach = _reach(deltas.values())
    headline: list[Row] = []
    rest: list[Row] = []
    for name, measure in report.summary.metrics.items():
        row = Row(name, METRICS.get(name, ""), measure.value, measure.n, measure.low, measure.high)
        if name in deltas:
            headline.append(_compared(row, deltas[name], reach))
        else:
            (headline if not deltas and name in HEADLINE else rest).append(row)
    return headline, rest


def reach_of(rows: Iterable[Row]) -> float:
    """How far the plot of changes reaches to either side."""
    return next((row.reach for row in rows if row.reach), 0.0)


def _reach(deltas: Iterable[Delta]) -> float:
    widest = max((abs(edge) for delta in deltas for edge in (delta.low, delta.high)), default=0.0)
    return next((reach for reach in _REACHES if reach >= widest), 1.0)


def _deltas(report: Report) -> list[Delta]:
    """What the gate compared, after the share of turns that are right, which it does not judge."""
    if report.comparison is None:
        return []
    known = [delta.metric for delta in report.comparison.deltas]
    overall = [] if "correct" in known else list(_correct(report))
    return [*overall, *report.comparison.deltas]


def _correct(report: Report) -> Iterator[Delta]:
    values = [(pair.now.cluster, *both) for pair in report.pairs if (both := _both(pair, "correct"))]
    if values:
        clusters, after, before = zip(*values, strict=True)
        moved = cluster_bootstrap([now - then for now, then in zip(after, before, strict=True)], clusters)
        n = len(values)
        yield Delta("correct", fsum(before) / n, fsum(after) / n, n, moved.low, moved.high, moved.p, gated=False)


def _compared(row: Row, delta: Delta, reach: float) -> Row:
    sign = -1 if row.metric in LOWER_IS_BETTER else 1  # in the plot, worse is always to the left
    low, high = sorted((sign * delta.low, sign * delta.high))
    verdict = "worse" if high < 0 else "better" if low > 0 else "same"
    return replace(
        row,
        value=delta.after,
        n=delta.n,
        before=delta.before,
        change=delta.change,
        change_low=delta.low,
        change_high=delta.high,
        verdict=verdict,
        reach=reach,
        plot=interval_plot(sign * delta.change, low, high, reach, verdict),
    )


def slice_map(report: Report, metrics: Sequence[str]) -> tuple[list[Slice], list[Slice]]:
    """The slices of the summary with their metrics, the whole first, then what lost most; and those that are small."""
    every = {"all": report.summary.metrics, **report.summary.slices}
    rows = [
        Slice(name, tuple(_cell(report, name, metric, measures.get(metric)) for metric in metrics))
        for name, measures in every.items()
        if name == "all" or measures != report.summary.metrics
    ]
    order = sorted((row for row in rows if any(row.cells)), key=lambda row: (row.name != "all", row.order, row.name))
    return [row for row in order if not row.small], [row for row in order if row.small]


def _cell(report: Report, name: str, metric: str, measure: Measure | None) -> Cell | None:
    if measure is None or not measure.n:
        return None
    short = measure.value if metric in LOWER_IS_BETTER else 1 - measure.value
    shade = sum(short >= step for step in _SHADES)
    change = _change(report, name, metric)
    worse = change is not None and (change > 0 if metric in LOWER_IS_BETTER else change < 0)
    return Cell(measure.value, measure.n, shade, change, worse)


def _change(report: Report, name: str, metric: str) -> float | None:
    """How much the metric changed over the turns of a slice that both runs know."""
    pairs = (pair for pair in report.pairs if in_slice(pair.now, name))
    known = [both for pair in pairs if (both := _both(pair, metric))]
    return fsum(now - then for now, then in known) / len(known) if known else None


def _both(pair: Pair, metric: str) -> tuple[float, float] | None:
    """A metric of a turn now and before."""
    now, then = pair.now.metrics.get(metric), pair.before.metrics.get(metric) if pair.before else None
    return None if now is None or then is None else (now, then)


def in_slice(result: TurnResult, name: str) -> bool:
    """Whether a turn is in a slice such as `tag=table`, `language=ko`, `split=dev` or `all`."""
    kind, _, value = name.partition("=")
    if kind == "tag":
        return value in result.tags
    return name == "all" or str(getattr(result, kind, None)) == value
