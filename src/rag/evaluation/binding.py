"""Figures of a sentence that quotes do not bear out: absent, of another year, or without the bound they have there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.evaluation.clauses import is_row
from rag.figures import Figure, find_figures, supports, unsupported
from rag.text import language_of

_IN_WORDS = 10
_BOUND = re.compile(
    r"이상|이하|초과|미만|최대|최소|넘|여\s|\b(?:over|pass\w*|exceed\w*|more|less|fewer|least|most|up to|under|above|below|than)\b",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\([^()]*\)")
_PREPOSITION = re.compile(r"\b(?:in|since|by|until|from|to|during)\s$", re.IGNORECASE)
_FOLLOWS = re.compile(r"[^.;]{0,24}?\b(?:in|by|for|at|since|as of|during)\s(?:the\s)?$")


def displaced_figures(claim: str, quotes: Sequence[str]) -> Iterator[str]:
    """A reason for each figure that the quotes tell of another year, or as a bound only."""
    yield from _other_years(claim, quotes)
    yield from _without_bound(claim, "\n".join(quotes))


def missing_figures(claim: str, quotes: Sequence[str], context: Sequence[str] = ()) -> Iterator[str]:
    """A reason for each figure that stands nowhere in the quotes; a date may also come from the context."""
    told = "\n".join(quotes)
    across = language_of(claim) != language_of(told)
    dates = "\n".join([told, *context])
    for figure in unsupported(claim, told):
        found = _is_loose(figure, across) or _in_cell(figure, told)
        if not found and (figure.kind != "date" or figure in unsupported(claim, dates)):
            yield f"{figure.text} is not in the quotes"


def _is_loose(figure: Figure, across: bool) -> bool:
    """In one year, a year: no amount. Small numbers in words are counted otherwise in the other language: four, 네 곳."""
    once = figure.kind in ("duration", "count") and figure.value == 1
    return once or (across and figure.value <= _IN_WORDS and not re.search(r"\d", figure.text))


def _in_cell(figure: Figure, told: str) -> bool:
    """Whether a cell of a table row holds the number alone: its column says of what ("Rank: 6", 6 | South Korea)."""
    number = re.sub(r"[^\d.,]", "", figure.text).strip(".,")
    return any(number == cell.strip() for line in told.splitlines() if is_row(line) for cell in line.split("|"))


def _without_bound(claim: str, told: str) -> Iterator[str]:
    if _BOUND.search(claim):
        return
    evidence = find_figures(told)
    for figure in find_figures(claim):
        if figure.kind not in ("money", "percent", "count", "measure", "number"):
            continue
        same = [other for other in evidence if supports(other, figure)]
        if same and not figure.qualifier and all(other.qualifier in ("over", "under") for other in same):
            yield f"{figure.text}: a bound in the quotes, exact here"


def _other_years(claim: str, quotes: Sequence[str]) -> Iterator[str]:
    """Figures told of one year where the quotes tell them of another."""
    own = _years(claim)
    if len(own) != 1:
        return
    for figure in find_figures(claim):
        if figure.kind in ("date", "rank"):
            continue
        years = {year for quote in quotes if not is_row(quote) for year in _years_of(figure, quote)}
        if years and not years & own:
            yield f"{figure.text}: of {', '.join(sorted(years))} in the quotes"


def _years_of(figure: Figure, quote: str) -> Iterator[str]:
    """The years that a quote of several years tells a figure of; nothing where it tells of one."""
    for sentence in re.split(r"(?<=[.!?])\s+", quote):
        found = find_figures(sentence)
        dates = [other for other in found if other.kind == "date" and _year(other)]
        if len({_year(date) for date in dates}) > 1:
            yield from (_year(_beside(other, dates, sentence)) for other in found if supports(other, figure))


def _beside(figure: Figure, dates: Sequence[Figure], text: str) -> Figure:
    """The date a figure belongs to: in English the one after it (46 in 2019), else the last before it."""
    after = [date for date in dates if date.start >= figure.end]
    before = [date for date in dates if date.end <= figure.start]
    if after and (not before or _FOLLOWS.fullmatch(text[figure.end : after[0].start])):
        return after[0]
    return before[-1] if before else dates[0]


def _years(text: str) -> set[str]:
    """The years that a text speaks of; those in brackets and in names (2022 Seoul Industry Report) are of its source."""
    bare = _BRACKETS.sub(lambda match: " " * len(match.group()), text)
    dates = (figure for figure in find_figures(bare) if figure.kind == "date" and _year(figure))
    return {_year(date) for date in dates if not _in_name(date, bare)}


def _in_name(date: Figure, text: str) -> bool:
    bare = date.text.isdigit() and re.match(r"\s[A-Z가-힣]", text[date.end :])
    return bool(bare) and not _PREPOSITION.search(text[: date.start])


def _year(figure: Figure) -> str:
    return figure.iso[:4] if figure.iso[:4].isdigit() else ""
