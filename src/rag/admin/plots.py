"""Plots as inline SVG. Places across are percentages and letters are pixels, so a plot fits a phone and stays readable.

Colours are classes, for the page's policy allows no style in the HTML; every mark has a title that a pointer or a screen
reader finds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

_HEIGHT, _TOP, _FOOT = 200, 14, 26  # pixels: all, above the highest mark, below the axis
_PLOT = _HEIGHT - _TOP - _FOOT


@dataclass(frozen=True, slots=True)
class Column:
    """One column of stacked parts: (class, value) from the bottom up, its name below and what a pointer is told."""

    name: str
    parts: tuple[tuple[str, float], ...]
    title: str

    @property
    def total(self) -> float:
        """The height of the whole column."""
        return sum(value for _, value in self.parts)


@dataclass(frozen=True, slots=True)
class Line:
    """A line over the same days as others; None where there is nothing to show."""

    css: str
    values: tuple[float | None, ...]


def columns(title: str, data: Sequence[Column], shown: Callable[[float], str]) -> Markup:
    """Stacked columns from left to right, with a scale of whole numbers."""
    steps = scale(max((column.total for column in data), default=0), whole=True)
    slot = 100 / max(1, len(data))
    drawn = "".join(_column(column, slot * number, slot, steps[-1]) for number, column in enumerate(data))
    names = [column.name for column in data]
    return _plot(title, steps, shown, drawn + _names(names, slot))


def lines(title: str, names: Sequence[str], data: Sequence[Line], shown: Callable[[float], str]) -> Markup:
    """Lines over days; a day with neighbours that have no value is a dot."""
    values = [value for line in data for value in line.values if value is not None]
    steps = scale(max(values, default=0))
    slot = 100 / max(1, len(names))
    drawn = "".join(_line(line, slot, steps[-1]) for line in data)
    return _plot(title, steps, shown, drawn + _names(names, slot))


def scale(top: float, whole: bool = False) -> list[float]:
    """Round steps from zero to at least `top`: 1, 2 or 5 times a power of ten apart, three to five of them."""
    step = 10.0 ** math.floor(math.log10(max(top, 1e-9) / 4))
    step *= next(factor for factor in (1, 2, 5, 10) if factor * step * 4 >= max(top, 1e-9) * (1 - 1e-9))
    if whole or top <= 0:
        step = max(1.0, step)
    return [step * number for number in range(max(1, math.ceil(top / step - 1e-9)) + 1)]


def _plot(title: str, steps: Sequence[float], shown: Callable[[float], str], content: str) -> Markup:
    """The scale is HTML beside the picture, as wide as its labels need; the steps are evenly spaced, so it fits."""
    labels = "".join(f"<li>{escape(shown(step))}</li>" for step in reversed(steps))
    return Markup(
        '<div class="chart"><ol class="scale" aria-hidden="true">{}</ol>'
        '<svg class="plot" role="img" width="100%" height="{}"><title>{}</title>{}</svg></div>'
    ).format(Markup(labels), _HEIGHT, title, Markup(_grid(steps) + content))


def _y(value: float, top: float) -> float:
    return _TOP + _PLOT * (1 - value / top)


def _grid(steps: Sequence[float]) -> str:
    heights = [f"{_y(step, steps[-1]):.1f}" for step in steps]
    return "".join(f'<line class="grid" x1="0" x2="100%" y1="{y}" y2="{y}"/>' for y in heights)


def _column(column: Column, left: float, slot: float, top: float) -> str:
    x, width, base = left + slot * 0.16, slot * 0.68, 0.0
    parts = []
    for css, value in column.parts:
        if value:
            y = _y(base + value, top)
            height = _y(base, top) - y
            parts.append(
                f'<rect class="{css}" x="{x:.3f}%" y="{y:.1f}" width="{width:.3f}%" height="{height:.1f}" rx="1.5"/>'
            )
        base += value
    area = f'<rect class="area" x="{left:.3f}%" y="{_TOP}" width="{slot:.3f}%" height="{_PLOT}"/>'
    return f'<g class="column"><title>{escape(column.title)}</title>{area}{"".join(parts)}</g>'


def _line(line: Line, slot: float, top: float) -> str:
    """Straight pieces between neighbouring days. Percentages rule out one path, but not many short lines."""
    points = [
        (slot * (number + 0.5), _y(value, top)) if value is not None else None
        for number, value in enumerate(line.values)
    ]
    drawn = []
    for number, point in enumerate(points):
        before = points[number - 1] if number else None
        if point and before:
            drawn.append(f'<line x1="{before[0]:.3f}%" y1="{before[1]:.1f}" x2="{point[0]:.3f}%" y2="{point[1]:.1f}"/>')
        if point:
            drawn.append(f'<circle cx="{point[0]:.3f}%" cy="{point[1]:.1f}" r="2"/>')
    return f'<g class="line {line.css}">{"".join(drawn)}</g>'


def _names(names: Sequence[str], slot: float) -> str:
    """A few names below the axis: the first, the last and some between, so that they do not touch on a phone."""
    if not names:
        return ""
    last = len(names) - 1
    shown = sorted({0, last} | ({last // 2} if last > 3 else set()))
    anchors = {0: "start" if last else "middle", last: "end" if last else "middle"}
    return "".join(
        f'<text class="name" x="{_place(number, last, slot):.3f}%" y="{_HEIGHT - 6}" '
        f'text-anchor="{anchors.get(number, "middle")}">{escape(names[number])}</text>'
        for number in shown
    )


def _place(number: int, last: int, slot: float) -> float:
    if last and number in (0, last):
        return 100.0 * (number == last)
    return slot * (number + 0.5)
