"""Whether a text states a fact: in one of the forms listed, or for a quantity as any figure of its value."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from rag.evaluation.cases import Fact
from rag.figures import Figure, find_figures, in_base, unit_named

_CURRENCIES = ("KRW", "USD")
_UNTOLD = ("", "count")
_COUNTED = frozenset({"count", "number", "multiple", "duration", "points", "fraction"})
# Kinds of figures that may state a quantity of a unit; of any other unit, those of _COUNTED.
_KINDS = {
    **dict.fromkeys(_CURRENCIES, frozenset({"money"})),
    **dict.fromkeys(("%", "percent"), frozenset({"percent"})),
    "points": frozenset({"points", "number", "count"}),
    "rank": frozenset({"rank", "number"}),
}


def fact_holds(fact: Fact, text: str) -> bool:
    """Whether a text states a fact."""
    if any(form_in(form, text) for form in fact.forms):
        return True
    return fact.value is not None and any(_same_quantity(fact, fact.value, figure) for figure in find_figures(text))


def _same_quantity(fact: Fact, value: Decimal, figure: Figure) -> bool:
    """A figure of the unit, not further off than its last written digit tells. Dates are recognised by their forms."""
    if figure.kind == "measure":
        return _same_measure(fact, value, figure)
    if figure.value == 0 or figure.kind not in _KINDS.get(fact.unit, _COUNTED):
        return False
    if fact.unit in _CURRENCIES and figure.unit not in ("", fact.unit):
        return False
    return abs(figure.value - value) <= min(abs(value) * fact.tolerance, figure.precision)


def _same_measure(fact: Fact, value: Decimal, figure: Figure) -> bool:
    """A measure of the fact's unit or of one that converts to it; of any where the fact tells none."""
    unit = unit_named(fact.unit) or (figure.unit if fact.unit in _UNTOLD else "")
    if not unit or figure.value == 0:
        return False
    told, stated = in_base(figure), in_base(replace(figure, value=value, unit=unit))
    off = abs(told.value - stated.value)
    return told.unit == stated.unit and off <= min(abs(stated.value) * fact.tolerance, told.precision)


def fold(text: str) -> str:
    """Text without differences of width and case."""
    return unicodedata.normalize("NFKC", text).lower()


def form_in(form: str, text: str) -> bool:
    """Whether a text holds a form, spaced in any way.

    A form may go on to the right, so "invest" is met by "investment" and "서울" by "서울에서"; but no word or number
    may begin before it, and no number may go on after it: 17 is neither in 117, 17.5 nor 1,700.
    """
    pattern = _pattern(form)
    return pattern is not None and pattern.search(fold(text)) is not None


@lru_cache(maxsize=8192)
def _pattern(form: str) -> re.Pattern[str] | None:
    letters = re.sub(r"\s+", "", fold(form))
    if not letters:
        return None
    before = after = ""
    if letters[0].isdigit():
        before = r"(?<![\d.,])"
    elif letters[0].isascii() and letters[0].isalpha():
        before = r"(?<![a-z0-9])"
    if letters[-1].isdigit():
        after = r"(?!\d|[.,]\d)"
    return re.compile(before + r"\s*".join(map(re.escape, letters)) + after)
