"""Pictures as inline SVG: a change with its interval, and curves. No colour is set here, only classes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 360, 232  # of a chart, in units that are about a pixel on a phone
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 18, 10, 40
_MAX_POINTS = 240  # a curve needs no more to look the same

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Curve:
    """A line of a chart; `role` is its class: `now`, `before`, `part`."""

    name: str
    points: tuple[Point, ...]
    role: str = "now"


@dataclass(frozen=True, slots=True)
class Axis:
    """One direction of a chart: what it shows, where it begins and ends, its ticks; logarithmic if need be."""

    label: str
    low: float
    high: float
    ticks: tuple[float, ...]
    text: Callable[[float], str]
    logarithmic: bool = False

    def share(self, value: float) -> float:
        """Where a value stands between the ends, from 0 to 1."""
        low, high, value = (
            math.log10(number) if self.logarithmic else number for number in (self.low, self.high, value)
        )
        return min(1.0, max(0.0, (value - low) / (high - low))) if high > low else 0.0


def percent_axis(label: str, high: float = 1.0) -> Axis:
    """An axis of shares, from 0 to a little above `high`."""
    step = next((step for step in (0.01, 0.02, 0.05, 0.1) if high / step <= 5), 0.2)
    top = min(1.0, max(step, math.ceil(high / step - 1e-9) * step))
    ticks = tuple(round(step * number, 4) for number in range(round(top / step) + 1))
    return Axis(label, 0.0, top, ticks, lambda value: f"{value * 100:.0f} %")


def time_axis(label: str, low: float, high: float) -> Axis:
    """A logarithmic axis of milliseconds around two values."""
    steps = [mantissa * 10.0**power for power in range(-1, 7) for mantissa in (1, 2, 5)]
    below = max((step for step in steps if step <= low), default=steps[0])
    above = min((step for step in steps if step >= high and step > below), default=steps[-1])
    inside = [step for step in steps if below <= step <= above]
    every = math.ceil(len(inside) / 6)
    return Axis(label, below, above, tuple(inside[::every]), _milliseconds, logarithmic=True)


def _milliseconds(value: float) -> str:
    return f"{value / 1000:g} s" if value >= 1000 else f"{value:g}"


def line_chart(
    title: str, description: str, curves: Sequence[Curve], x: Axis, y: Axis, mark: Point | None = None
) -> str:
    """Curves above their axes; `mark` is a point that stands out."""
    lines = "".join(_curve(curve, x, y) for curve in curves if curve.points)
    dot = f'<circle class="mark" cx="{_across(x, mark[0])}" cy="{_down(y, mark[1])}" r="4.5"/>' if mark else ""
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"><title>{escape(title)}</title>'
        f"<desc>{escape(description)}</desc>{_grid(x, y)}{lines}{dot}</svg>"
    )


def _across(axis: Axis, value: float) -> str:
    return f"{_LEFT + axis.share(value) * (WIDTH - _LEFT - _RIGHT):.1f}"


def _down(axis: Axis, value: float) -> str:
    return f"{_TOP + (1 - axis.share(value)) * (HEIGHT - _TOP - _BOTTOM):.1f}"


def _grid(x: Axis, y: Axis) -> str:
    floor, right = HEIGHT - _BOTTOM, WIDTH - _RIGHT
    across = (
        f'<line class="grid" x1="{_LEFT}" x2="{right}" y1="{_down(y, tick)}" y2="{_down(y, tick)}"/>'
        f'<text x="{_LEFT - 6}" y="{_down(y, tick)}" dy="0.35em" text-anchor="end">{escape(y.text(tick))}</text>'
        for tick in y.ticks
    )
    down = (
        f'<line class="grid" y1="{_TOP}" y2="{floor}" x1="{_across(x, tick)}" x2="{_across(x, tick)}"/>'
        f'<text x="{_across(x, tick)}" y="{floor + 14}" text-anchor="middle">{escape(x.text(tick))}</text>'
        for tick in x.ticks
    )
    middle = (_LEFT + right) / 2
    label = f'<text class="axis" x="{middle}" y="{HEIGHT - 6}" text-anchor="middle">{escape(x.label)}</text>'
    return "".join((*across, *down, label))


def _curve(curve: Curve, x: Axis, y: Axis) -> str:
    points = " ".join(f"{_across(x, right)},{_down(y, up)}" for right, up in thinned(curve.points))
    return f'<polyline class="{escape(curve.role)}" points="{points}"><title>{escape(curve.name)}</title></polyline>'


def thinned(points: Sequence[Point], most: int = _MAX_POINTS) -> list[Point]:
    """At most `most` points, evenly chosen, the first and the last among them."""
    if len(points) <= most:
        return list(points)
    return [points[round(number * (len(points) - 1) / (most - 1))] for number in range(most)]


def distribution(values: Sequence[float]) -> tuple[Point, ...]:
    """The empirical cumulative distribution: (value, share of values at or below it)."""
    ordered = sorted(values)
    return tuple((value, number / len(ordered)) for number, value in enumerate(ordered, 1))


def risk_coverage(confident: Sequence[tuple[float, bool]], total: int) -> tuple[Point, ...]:
    """(coverage, risk) as the threshold falls (El-Yaniv and Wiener 2010), over `(confidence, right)` of what was answered.

    Coverage counts all `total` questions, so the curve ends where the system as it is set stands. Ties fall together.
    """
    ordered = sorted(confident, key=lambda pair: -pair[0])
    points, wrong = [], 0
    for number, (confidence, right) in enumerate(ordered, 1):
        wrong += not right
        if number == len(ordered) or ordered[number][0] != confidence:
            points.append((number / total, wrong / number))
    return tuple(points)


def interval_plot(change: float, low: float, high: float, reach: float, verdict: str) -> str:
    """A change and its interval on a line from `-reach` to `reach`; `verdict` is a class."""

    def place(value: float) -> str:
        return f"{50 + 50 * max(-1.0, min(1.0, value / reach)):.2f}%"

    return (
        f'<svg class="interval {escape(verdict)}" width="100%" height="22" aria-hidden="true">'
        f'<line class="zero" x1="50%" x2="50%" y1="0" y2="22"/>'
        f'<line class="range" x1="{place(low)}" x2="{place(high)}" y1="11" y2="11"/>'
        f'<circle cx="{place(change)}" cy="11" r="4.5"/></svg>'
    )
