"""The value that stands for one quantity of a text."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Kind = Literal[
    "money",
    "percent",
    "points",
    "date",
    "rank",
    "count",
    "measure",
    "multiple",
    "duration",
    "fraction",
    "time",
    "number",
]
Qualifier = Literal["about", "over", "under", ""]


@dataclass(frozen=True, slots=True)
class Figure:
    """One quantity: `source[start:end] == text`. `unit` is "" where the text does not tell it.

    A date keeps what was written in `iso`: "2021", "2021-06-18", "2021-H2", "2021-Q3", "--09-10" (no year),
    "---10" (day alone), "202X" (decade), "2013/2017" (range); its `value` is the first field written.
    A time of day counts minutes after midnight; its `iso` is "18:30" or "09:00/18:00", and "" where the half of the
    day is left unsaid (6시, 6:30). A measure keeps the value and the unit as written: 1.2 and "km".
    `precision` is half a step of the last written digit.
    """

    kind: Kind
    value: Decimal
    unit: str
    text: str
    start: int
    end: int
    high: Decimal | None = None  # the upper end of a range
    qualifier: Qualifier = ""
    precision: Decimal = Decimal(0)
    iso: str = ""
