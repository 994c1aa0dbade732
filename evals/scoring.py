"""Judges an answer by the facts it states; no model and no reference answer is needed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from dataset import CaseTurn, Fact

from rag.figures import Figure, find_figures
from rag.types import Answer

_TOLERANCE = Decimal("0.005")  # share by which a rounded quantity may differ
_CURRENCIES = ("KRW", "USD")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is right and wrong about the answer to one turn."""

    turn: CaseTurn
    status: str
    missing: tuple[Fact, ...]  # vital facts that are not stated
    forbidden: tuple[Fact, ...]  # facts stated that must not be
    wrong_language: bool
    broken_quotes: int
    uncited: bool
    words: int

    @property
    def good(self) -> bool:
        """Whether the turn got what it expects: every vital fact, a refusal, or small talk."""
        if self.turn.answerable:
            return self.status == "answered" and not self.missing
        return self.status == self.turn.expect

    def reasons(self) -> Iterator[str]:
        """What is wrong, in words; nothing when all is well."""
        if not self.good and (self.status != "answered" or not self.turn.answerable):
            yield f"expected {self.turn.expect}, got {self.status}"
        for fact in self.missing:
            yield f"misses {' / '.join(fact.forms[:3])}"
        for fact in self.forbidden:
            yield f"states {' / '.join(fact.forms[:3])}"
        if self.wrong_language:
            yield f"should be in {self.turn.language!r}"
        if self.broken_quotes:
            yield f"{self.broken_quotes} quotes are not in the document"
        if self.uncited:
            yield "cites nothing"


def judge(turn: CaseTurn, answer: Answer, text_of: Callable[[str], str], quotes: bool = False) -> Verdict:
    """The verdict on an answer; `text_of` gives a cited document's text. With `quotes`, facts in quotes count too."""
    stated = " ".join([answer.text, *(citation.quote for citation in answer.citations)]) if quotes else answer.text
    broken = sum(text_of(cited.document)[cited.start : cited.end] != cited.quote for cited in answer.citations)
    return Verdict(
        turn,
        answer.status,
        tuple(fact for fact in turn.vital if turn.answerable and not fact_holds(fact, stated)),
        tuple(fact for fact in turn.forbidden if fact_holds(fact, answer.text)),
        answer.language != turn.language,
        broken,
        answer.status == "answered" and not answer.citations,
        len(answer.text.split()),
    )


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


def fact_holds(fact: Fact, text: str) -> bool:
    """Whether a text states a fact: in one of its forms, or for a quantity as a figure of its value."""
    if any(form_in(form, text) for form in fact.forms):
        return True
    return fact.value is not None and any(_same_quantity(fact, fact.value, figure) for figure in find_figures(text))


def _same_quantity(fact: Fact, value: Decimal, figure: Figure) -> bool:
    """Money agrees with money only, and nothing with a date; a date is recognised by its forms."""
    if figure.kind == "date" or figure.value == 0 or (figure.kind == "money") != (fact.unit in _CURRENCIES):
        return False
    return abs(figure.value - value) <= abs(value) * _TOLERANCE
