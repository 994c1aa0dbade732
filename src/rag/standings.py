"""The rows of a table in the order a question compares them by: the most, the third, the top five, those above another."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from rag.figures import Figure, find_figures
from rag.questions import DEGREE, Question, superlative_in
from rag.types import Sentence

BLANK = re.compile(
    r"[-–—.]*|n/?a|none|unknown|not (given|stated|available|known|in the \w+)|없음|미상|미공개|해당 없음|\S+에 없음",
    re.I,
)
_NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?")
_RANK_COLUMN = re.compile(r"순위|등수|\brank|position|\bno\b|#", re.IGNORECASE)
_TOTAL = re.compile(r"(grand |sub)?-?totals?|sum|average|mean|합계|총계|소계|총합|계|합|전체|평균", re.IGNORECASE)
_COUNTS = {
    **{word: n for n, word in enumerate("two three four five six seven eight nine ten".split(), 2)},
    **{word: n for n, word in enumerate("두 세 네 다섯 여섯 일곱 여덟 아홉 열".split(), 2)},
    **{str(n): n for n in range(2, 51)},
}
_N = "(" + "|".join(sorted(_COUNTS, key=len, reverse=True)) + ")"
# The top three; the three largest; which three ... most; 상위 세 곳; 가장 많은 세 곳.
_TOP = re.compile(
    rf"\b(?:top|first|bottom|last)[ -]{_N}\b|\b{_N}[ -]{DEGREE}|\b(?:which|what) {_N} \w+s\b(?=.*{DEGREE})|"
    rf"(?:상위|하위|톱|탑)\s*{_N}|(?:가장|제일)\s*[가-힣]+[은는큰]\s+(?:\S+\s+)?{_N}\s*(?:개|곳|나라|군데|팀|명)",
    re.IGNORECASE,
)
_BOTTOM = re.compile(r"bottom|\blast\b|하위", re.IGNORECASE)
_LEADING = re.compile(r"top|first|상위|톱|탑", re.IGNORECASE)
_FROM_TO = re.compile(r"부터.*까지|\b(to|through)\b|[~-]")
_EARLIEST = re.compile(
    r"(가장|제일)\s*(먼저|오래|이른|일찍|빨리|빠른)|최초|\boldest\b|\bearliest\b|\blongest\b", re.IGNORECASE
)
_LATEST = re.compile(
    r"(가장|제일)\s*(최근|늦|나중|마지막)|최신|\bnewest\b|\blatest\b|\byoungest\b|most recent", re.IGNORECASE
)
_TIME_ALONE = re.compile(
    r"(가장|제일)\s*(먼저|오래|이른|일찍|최근|늦|나중)|\b(old|earli|new|young|lat)est\b|most recent", re.IGNORECASE
)
_ABOVE = re.compile(
    r"\b(above|ahead of|outrank\w*)\b|\b(high|larg|bigg|great|bett)er\b.*\bthan\b|\bmore\b.*\bthan\b|"
    r"보다\s*([가-힣]+\s+){0,3}(위|앞|높|상위|많|크|큰)",
    re.IGNORECASE,
)
_BELOW = re.compile(
    r"\b(below|behind)\b|\b(low|small|few|worse?)(er)?\b.*\bthan\b|\bless\b.*\bthan\b|"
    r"보다\s*([가-힣]+\s+){0,3}(아래|뒤|낮|하위|밑|적|작)",
    re.IGNORECASE,
)
_NEXT = re.compile(r"\b(just|right|directly|immediately)\b|바로", re.IGNORECASE)
_OF_TWO = re.compile(r"\b\w+er\b|\bmore\b|\bless\b|더\s", re.IGNORECASE)
_HOW_FAR = re.compile(r"\bhow\b|얼마|몇", re.IGNORECASE)
_ISO_DAY = re.compile(r"\d{4}(-\d\d){0,2}")


@dataclass(frozen=True, slots=True)
class Standing:
    """Rows by the values of one column, the first the one with the most (of ranks the least, of dates as asked)."""

    column: str
    kind: str
    rows: tuple[tuple[Decimal, Sentence], ...]

    def places(self, places: Sequence[int], lowest: bool = False) -> list[Sentence]:
        """The rows at some places, counted from 1 and from the other end for the lowest; equal ones share a place."""
        ordered = self.rows[::-1] if lowest else self.rows
        values = {ordered[place - 1][0] for place in places if 0 < place <= len(ordered)}
        return [row for value, row in ordered if value in values]

    def beside(self, other: Sentence, above: bool) -> list[Sentence]:
        """The rows that stand above (or below) another."""
        at = next((place for place, (_, row) in enumerate(self.rows) if row is other), None)
        if at is None:
            return []
        rest = self.rows[:at] if above else self.rows[at + 1 :]
        return [row for value, row in rest if value != self.rows[at][0]]

    @property
    def ranks(self) -> bool:
        """Whether the rows stand by their ranks."""
        return is_rank(self.column)


def numeric(value: str) -> Decimal | None:
    """The number a cell holds, if it starts with one."""
    match = _NUMBER.match(value.strip())
    try:
        return Decimal(match.group().replace(",", "")) if match else None
    except InvalidOperation:
        return None


def is_rank(column: str) -> bool:
    """Whether a column holds ranks, where a low number is good."""
    return bool(_RANK_COLUMN.search(column))


def subject_of(row: Sentence) -> tuple[str, str]:
    """The cell that says what a row is about: the first that is not its rank."""
    return next((cell for cell in row.cells if cell[1] and not is_rank(cell[0])), row.cells[0])


def standing_of(column: str, rows: Sequence[Sentence], text: str) -> Standing | None:
    """The rows by a column, if its cells hold figures of one kind and unit; a row that sums up others takes no part."""
    each = [row for row in rows if not _TOTAL.fullmatch(subject_of(row)[1].strip())]
    cells = [(v, row) for row in each for c, v in row.cells if c == column and not BLANK.fullmatch(v.strip())]
    found = [(figures, row) for value, row in cells if (figures := _figures(column, value))]
    kinds = Counter(kind for figures, _ in found for kind in dict.fromkeys(map(_kind, figures)))
    kind = max(kinds, key=lambda kind: (kinds[kind], kind not in ("duration", "date")), default="")
    held = [(figure, row) for figures, row in found if (figure := _of_kind(kind, figures))]
    # Where one cell cannot be compared with the others, it might have been the one.
    if len(held) < max(2, len(found)) or 2 * len(held) <= len(cells) or not _is_asked(kind, text):
        return None
    if kind != "date" and len({figure.unit for figure, _ in held} - {""}) > 1:
        return None
    rising = is_rank(column) or (kind == "date" and not _LATEST.search(text))
    valued = [(_value(figure, kind), row) for figure, row in held]
    return Standing(column, kind, tuple(sorted(valued, key=lambda pair: pair[0] if rising else -pair[0])))


@lru_cache(maxsize=8192)
def _figures(column: str, value: str) -> tuple[Figure, ...]:
    """The figures of a cell, read with its column, which may tell the unit."""
    head = f"{column}: "
    return tuple(figure for figure in find_figures(head + value) if figure.start >= len(head))


def _kind(figure: Figure) -> str:
    return "count" if figure.kind in ("number", "points") else figure.kind


def _of_kind(kind: str, figures: Sequence[Figure]) -> Figure | None:
    """The first figure of a kind; among dates a bare number is a year long ago, among measures one without its unit."""
    bare = kind in ("date", "measure")
    return next((f for f in figures if _kind(f) == kind or (bare and f.kind == "number")), None)


def _is_asked(kind: str, text: str) -> bool:
    """Whether a text can mean a column of this kind: the oldest is no matter of amounts, the largest none of years."""
    in_time = _EARLIEST.search(text) or _LATEST.search(text)
    return bool(in_time) if kind == "date" else not _TIME_ALONE.search(text)


def _value(figure: Figure, kind: str) -> Decimal:
    """What a figure is compared by; a date by its year, month and day."""
    if kind != "date":
        return figure.value
    day = _ISO_DAY.match(figure.iso)
    return Decimal(day.group().replace("-", "").ljust(8, "0")) if day else figure.value * 10000


def compares(question: Question) -> bool:
    """Whether a question may ask for rows by their place among others."""
    text = question.text
    asked = question.superlative or _TOP.search(text) or _ABOVE.search(text) or _BELOW.search(text)
    return bool(asked or _places(text))


def chosen_rows(question: Question, by: Standing | None, ranked: Standing | None) -> list[Sentence]:
    """The rows at the places a question asks for, by what it compares (`by`) or by the ranks of the table."""
    if top := _TOP.search(question.text):
        return _top_rows(question.text, top, by)
    places = _places(question.text)
    lowest = question.superlative == "lowest" and by is not None and by.kind != "date"
    # "Third" is a rank where the table has ranks; "third largest" goes by what is large, "third lowest" from the end.
    counted = question.superlative and by and (lowest or not by.ranks)
    if places and ranked and (_is_place(question.text) or not counted):
        held = [row for value, row in ranked.rows if value in places]
        if held or not question.superlative:  # where ranks are missing, the second best is the second of those told
            return held
    if by is None or not (question.superlative or _is_place(question.text)):
        return []
    if not places and len(by.rows) == 2 and _OF_TWO.search(question.text):
        return by.places([1, 2], lowest)  # the higher of two is told beside the other
    return by.places(places or [1], lowest)


def _top_rows(text: str, top: re.Match[str], by: Standing | None) -> list[Sentence]:
    """The first rows by what is compared; of these the most or the least where that is asked of them."""
    if by is None:
        return []
    count = _COUNTS[next(group for group in top.groups() if group).lower()]
    others = superlative_in(text[: top.start()] + text[top.end() :])
    own = "lowest" if _BOTTOM.search(top.group()) else "highest" if _LEADING.search(top.group()) else ""
    own = own or superlative_in(top.group())
    rows = by.places(range(1, count + 1), (own or others) == "lowest")[:count]
    if not own or not others:
        return rows
    return rows[:1] if own == others else rows[-1:]  # the smallest of the top five


def _places(text: str) -> list[int]:
    """The places a question names: third, 2위, 1~3위."""
    figures = [figure for figure in find_figures(text) if figure.kind == "rank" and figure.unit != "top"]
    places = [int(value) for figure in figures for value in (figure.value, figure.high) if value is not None]
    if len(places) == 2 and _FROM_TO.search(text[figures[0].start : figures[-1].end + 3]):
        return list(range(min(places), min(max(places), min(places) + 50) + 1))
    return places


def _is_place(text: str) -> bool:
    return any(figure.kind == "rank" and figure.unit == "place" for figure in find_figures(text))


def rows_beside(question: Question, by: Standing | None, named: Sequence[Sentence]) -> list[Sentence]:
    """The rows above or below the one row that a question names ("which are above X?")."""
    above = bool(_ABOVE.search(question.text))
    if by is None or len(named) != 1 or not (above or _BELOW.search(question.text)) or _HOW_FAR.search(question.text):
        return []
    rows = by.beside(named[0], above)
    return rows if not _NEXT.search(question.text) else rows[-1:] if above else rows[:1]
