"""A bar chart as inline SVG, where a table holds one column of comparable figures.

Bars start at zero, keep the table's order and carry the figure as the document writes it. Positions are percentages and
type sizes are pixels, so the chart follows the width of the page without shrinking its words.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from rag.figures import Figure, find_figures
from rag.standings import is_rank
from rag.types import Language
from rag.ui.tables import Table
from rag.ui.texts import both, label

MIN_ROWS, MAX_ROWS = 3, 15
_ROW_HEIGHT, _BAR_HEIGHT = 38, 8
_COMPARABLE = {"money", "percent", "points", "count", "measure", "number", "multiple", "duration"}
_AROUND = 6  # characters a cell may hold beside its figure: "about ", a bracketed mark


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, the figure as written and as a number, and whether the answer cites it."""

    name: str
    shown: str
    value: float
    cited: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars of one column of a table."""

    caption: str
    column: str
    bars: tuple[Bar, ...]
    language: Language


def chart_of(table: Table, answer: str = "") -> Chart | None:
    """The chart of the column the answer speaks of, else of the first comparable one; None if there is none."""
    if not MIN_ROWS <= len(table.rows) <= MAX_ROWS:
        return None
    columns = {
        index: values
        for index, name in enumerate(table.columns)
        if (values := _comparable(name, table.column(index))) is not None
    }
    if not columns:
        return None
    chosen = max(columns, key=lambda index: (_mentions(table, index, answer), -index))
    names = table.column(_name_column(table, chosen))
    bars = (
        Bar(name, row.cells[chosen], value, bool(row.markers))
        for name, row, value in zip(names, table.rows, columns[chosen], strict=True)
    )
    return Chart(table.caption, table.columns[chosen], tuple(bars), table.language)


def measure(cell: str) -> Figure | None:
    """The figure a cell consists of; None for words, ranges, years and ranks, and for more than one figure."""
    figures = find_figures(cell)
    if len(figures) != 1 or figures[0].kind not in _COMPARABLE or figures[0].high is not None:
        return None
    return figures[0] if len(cell.strip()) - len(figures[0].text) <= _AROUND else None


def _comparable(column: str, cells: list[str]) -> list[float] | None:
    """The column's figures, if they share a unit, differ, are not negative, and are no ranks or numbering."""
    figures = [figure for cell in cells if (figure := measure(cell)) is not None]
    values = [float(figure.value) for figure in figures]
    if len(figures) < len(cells) or len({(figure.kind, figure.unit) for figure in figures}) > 1 or is_rank(column):
        return None
    numbering = [value - values[0] for value in values] == [float(step) for step in range(len(values))]
    return None if numbering or len(set(values)) < 2 or min(values) < 0 else values


def _mentions(table: Table, index: int, answer: str) -> int:
    return sum(row.cells[index] in answer for row in table.rows if row.markers)


def _name_column(table: Table, chosen: int) -> int:
    others = [index for index in range(len(table.columns)) if index != chosen]
    words = [index for index in others if not any(measure(cell) for cell in table.column(index))]
    worded = [index for index in words if not is_rank(table.columns[index])]
    return (worded or others or [chosen])[0]


def chart_svg(chart: Chart, interface: Language) -> str:
    """The chart as an accessible picture: a title for screen readers, classes for colour."""
    caption = both("chart", caption=chart.caption, column=chart.column)
    top = max(bar.value for bar in chart.bars)
    bars = "".join(_bar_svg(bar, number * _ROW_HEIGHT, top) for number, bar in enumerate(chart.bars))
    return (
        f'<svg class="chart" role="img" width="100%" height="{len(chart.bars) * _ROW_HEIGHT}" lang="{chart.language}">'
        f"{label(caption, interface, 'title')}{bars}</svg>"
    )


def _bar_svg(bar: Bar, y: int, top: float) -> str:
    width = 100 * bar.value / top if top else 0
    return (
        f'<g class="bar{" hit" if bar.cited else ""}">'
        f'<text x="0" y="{y + 16}">{escape(bar.name)}</text>'
        f'<text class="value" x="100%" y="{y + 16}" text-anchor="end">{escape(bar.shown)}</text>'
        f'<rect class="track" x="0" y="{y + 23}" width="100%" height="{_BAR_HEIGHT}" rx="2"/>'
        f'<rect x="0" y="{y + 23}" width="{width:.1f}%" height="{_BAR_HEIGHT}" rx="2"/></g>'
    )
