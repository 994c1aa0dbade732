"""Reading the figures of a text, from left to right, each place once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from rag.figures import clock, words
from rag.figures.dates import MONTH, date_fields, read_date
from rag.figures.figure import Figure
from rag.figures.folding import fold
from rag.figures.numbers import ENGLISH, NATIVE
from rag.figures.quantities import read_quantity
from rag.figures.units import PREFIX, qualifier_around
from rag.figures.vocabulary import longest_first

_START = re.compile(
    rf"\d|['‘’](?=\d\d)|{PREFIX.pattern}|제(?=\s?\d)|[상하]반기|절반|최초|처음|첫(?=\s|째)|둘째|셋째|넷째|(?<![A-Za-z])(?:{MONTH}|Q[1-4]|H[12]|FY)"
    rf"|{clock.STARTS}"
    rf"|(?<![A-Za-z])(?i:{longest_first(ENGLISH)}|{words.STARTS}|an?)(?![A-Za-z])"
    rf"|(?:(?<![가-힣\d])|(?<=[약총단]))(?:{longest_first(NATIVE)}|[일이삼사오육칠팔구]?[십백천만])"
)
_SKIP = re.compile(r"[\d][\d.,]*[A-Za-z\d]*|[A-Za-z]+|.", re.DOTALL)
Reader = Callable[[str, int], Figure | None]


def find_figures(text: str) -> tuple[Figure, ...]:
    """The figures of a text in order, not overlapping. Names (GPT-4, CORE100), markers ([1]), numbers of tables and
    list items, telephone numbers, addresses and articles of laws are not figures and are left out."""
    folded = fold(text)
    found: list[Figure] = []
    pos = 0
    while start := _START.search(folded.text, pos):
        figure = _read(folded.text, start.start())
        if figure and figure.start >= pos:
            found.append(figure)
            pos = figure.end
        else:
            skipped = _SKIP.match(folded.text, start.start())
            pos = skipped.end() if skipped else start.end()
    return tuple(_place(figure, text, folded.offsets) for figure in found)


def _place(figure: Figure, text: str, offsets: list[int] | range) -> Figure:
    start, end = offsets[figure.start], offsets[figure.end]
    return replace(figure, text=text[start:end], start=start, end=end)


def _read(text: str, pos: int) -> Figure | None:
    for reader in _READERS:
        if figure := reader(text, pos):
            qualifier = figure.qualifier or qualifier_around(text, figure.start, figure.end, more=False)
            return replace(figure, qualifier=qualifier)
    return None


def _date(text: str, pos: int) -> Figure | None:
    day = read_date(text, pos)
    if day is None or (pos and text[pos].isdigit() and text[pos - 1].isdigit()):
        return None
    low, _, high = day.iso.partition("/")
    upper = _leading(high) if high else None
    return replace(words.plain_figure("date", day.unit, _leading(low), pos, day.end), iso=day.iso, high=upper)


def _leading(iso: str) -> Decimal:
    fields = date_fields(iso)
    if "year" not in fields and "decade" in fields:
        return Decimal(fields["decade"][:3] + "0")
    return Decimal(next(fields[name] for name in ("year", "month", "quarter", "half", "day") if name in fields))


_READERS: tuple[Reader, ...] = (
    clock.read_clock,
    _date,
    words.read_fraction,
    words.read_fold,
    words.read_ordinal,
    read_quantity,
)
