"""Figures in the other language's units, digit for digit."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise

from rag.figures.clock import DAY, HOURS
from rag.figures.comparing import same
from rag.figures.figure import Figure
from rag.figures.finding import find_figures
from rag.figures.measures import UNITS
from rag.figures.vocabulary import CURRENCY_FORMS
from rag.types import Language

_ENGLISH_SCALES = ((Decimal(10**12), "trillion"), (Decimal(10**9), "billion"), (Decimal(10**6), "million"))
_KOREAN_SCALES = ((10**12, "조"), (10**8, "억"), (10**4, "만"))
_MOST_DECIMALS = 4  # beyond, "1.23456 million" reads worse than 1,234,560
_COUNTERS = {
    "person": "명", "company": "개사", "country": "개국", "language": "개 언어", "city": "개 도시",
    "university": "개 대학", "paper": "편", "time": "회",
}  # fmt: skip
_HANGUL = re.compile("[가-힣]")
_GLOSS_GAP = 14  # characters between a figure and its other form: " (", ", or about "
_SENTENCE_END = re.compile(r"[.!?。\n]\s")


def convert(figure: Figure, language: Language) -> str:
    """Money, a number, a measure or a time in the writing of `language`, no digit lost; "" for other kinds.

    4,076억 원 -> "KRW 407.6 billion"; USD 341.8 billion -> "3,418억 달러"; 5,000만 명 -> "50 million";
    30,000 square metres -> "3만 m²"; 18:30 -> "오후 6시 30분".
    """
    if figure.kind == "time":
        values = (figure.value,) if figure.high is None else (figure.value, figure.high)
        return "~".join(_time(int(value), bool(figure.iso), language) for value in values)
    if figure.kind not in ("money", "count", "measure", "number"):
        return ""
    write = _english if language == "en" else _korean
    if figure.high is None:
        return write(figure, (figure.value,))
    return write(figure, (figure.value, figure.high))


def with_conversions(text: str, language: Language) -> str:
    """The text with the reader's form in parentheses after each sum of money written in the other system.

    Nothing is added where that form stands beside the sum already, so that a second pass changes nothing.
    """
    figures = find_figures(text)
    given = _already_given(text, figures)
    pieces: list[str] = []
    cursor = 0
    for figure in figures:
        form = "" if figure in given or not _is_foreign(figure, language) else convert(figure, language)
        if form:
            pieces += [text[cursor : figure.end], f" ({form})"]
            cursor = figure.end
    return "".join([*pieces, text[cursor:]])


def _is_foreign(figure: Figure, language: Language) -> bool:
    return figure.kind == "money" and (language == "en") == bool(_HANGUL.search(figure.text))


def _already_given(text: str, figures: tuple[Figure, ...]) -> set[Figure]:
    """Figures whose neighbour is the same sum in the other writing."""
    given: set[Figure] = set()
    for left, right in pairwise(figures):
        gap = text[left.end : right.start]
        written_twice = bool(_HANGUL.search(left.text)) != bool(_HANGUL.search(right.text))
        if written_twice and len(gap) <= _GLOSS_GAP and not _SENTENCE_END.search(gap) and same(left, right):
            given |= {left, right}
    return given


def _english(figure: Figure, values: tuple[Decimal, ...]) -> str:
    prefix = CURRENCY_FORMS.get(figure.unit, (f"{figure.unit} ", ""))[0] if figure.kind == "money" else ""
    scale, word = _english_scale(values)
    written = "–".join(_digits(value / scale) for value in values)
    return " ".join(part for part in (f"{prefix}{written}", word, _unit(figure, 0)) if part)


def _english_scale(values: tuple[Decimal, ...]) -> tuple[Decimal, str]:
    for scale, word in _ENGLISH_SCALES:
        if abs(values[-1]) >= scale and all(_decimals(value / scale) <= _MOST_DECIMALS for value in values):
            return scale, word
    return Decimal(1), ""


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _digits(value: Decimal) -> str:
    return f"{value.normalize():,f}"


def _korean(figure: Figure, values: tuple[Decimal, ...]) -> str:
    if figure.kind == "money":
        unit = CURRENCY_FORMS.get(figure.unit, ("", figure.unit))[1]
    else:
        unit = _unit(figure, 1) or _COUNTERS.get(figure.unit, "")
    written = "~".join(_korean_number(value) for value in values)
    space = " " if unit and _HANGUL.search(written[-1]) else ""
    return f"{written}{space}{unit}"


def _unit(figure: Figure, words: int) -> str:
    """The unit of a measure: its symbol, else its last word in English (0) or its first in Korean (1)."""
    if figure.kind != "measure":
        return ""
    unit = UNITS[figure.unit]
    return unit.symbols[0] if unit.symbols else (unit.english[-1], unit.korean[0])[words]


def _time(minutes: int, told: bool, language: Language) -> str:
    """A time of day; on a clock of 24 hours where the half of the day is open (3:30, 3시 30분)."""
    hour, minute = divmod(minutes % DAY, 60)
    twelve = (hour % HOURS or HOURS) if told else hour
    if language == "en":
        return f"{twelve}:{minute:02}" + ((" p.m." if hour >= HOURS else " a.m.") if told else "")
    half = ("오후 " if hour >= HOURS else "오전 ") if told else ""
    return f"{half}{twelve}시" + (f" {minute}분" if minute else "")


def _korean_number(value: Decimal) -> str:
    parts: list[str] = []
    rest = value
    for scale, word in _KOREAN_SCALES:
        count, rest = divmod(rest, scale)
        if count:
            parts.append(f"{_digits(count)}{word}")
    if rest or not parts:
        parts.append(_digits(rest))
    return " ".join(parts)
