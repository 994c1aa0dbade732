"""What stands beside a numeral: currencies, percent, physical units, counters, nouns, qualifiers.

Units are language-neutral nouns in the singular ("person", "company"); a Korean counter that fits anything (개, 건, 곳)
gives "", unless a known noun follows it (7개 대학 -> "university").
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.figures.figure import Kind, Qualifier
from rag.figures.measures import measure_after
from rag.figures.vocabulary import ENGLISH, ENGLISH_NOUNS, KOREAN, KOREAN_END, NOUNS, PREFIXES, longest_first

_PERCENT = re.compile(
    r"[^\S\t]?(?P<point>[%](?:-|[^\S\t])?[pP](?![A-Za-z])|[%][^\S\t]?포인트|[%][\s-]points?|퍼센트[^\S\t]?포인트|(?i:(?:-|[^\S\t])?(?:percentage|percent|per\scent|pct)[\s-]points?|pp)(?![A-Za-z]))"
    r"|[^\S\t]?(?P<percent>[%]|퍼센트|프로(?![가-힣])|(?i:(?:-|[^\S\t])?(?:percent|per\scent|pct))(?![A-Za-z]))"
)
_KOREAN_UNIT = re.compile(rf"(?P<more>여)?[^\S\t]?(?P<unit>{longest_first(KOREAN)})(?:{KOREAN_END})")
_ENGLISH_UNIT = re.compile(rf"(?i:(?:-|[^\S\t])?(?P<unit>{longest_first(ENGLISH)}))(?![A-Za-z])")
_AFTER_ONE_WORD = re.compile(
    rf"\s(?!(?:of|in|and|or|to|by|per|for|at|on|the|a|as|with|from|than)\s)[A-Za-z-]{{2,20}}\s(?P<unit>{longest_first(ENGLISH_NOUNS)})(?![A-Za-z])"
)
_KOREAN_NOUNS = longest_first(word for _, words in NOUNS.values() for word in words.split())
_NOUN_AFTER = re.compile(rf"(?:의)?\s?(?P<unit>{_KOREAN_NOUNS})(?:{KOREAN_END})")
PREFIX = re.compile(rf"(?:{longest_first(PREFIXES)})\s?(?=\d)")
_IMPLICIT_WON = re.compile(
    r"투자|매출|시가\s?총액|시총|기업\s?가치|유치|조달|인수|예산|규모|지분|펀드|자금|상금|거래액|모집"
)
_SENTENCE_EDGE = re.compile(r"\n|(?<!\d)[.;](?!\d)")
_WON_VERB = re.compile(r"\s(?:the|a|an|its?|his|her|first|second|third|gold|silver|bronze|best|in|by|\d)(?![A-Za-z])")

_BEFORE: tuple[tuple[Qualifier, re.Pattern[str]], ...] = (
    (
        "over",
        re.compile(
            r"(?:over|more than|above|at least|exceed(?:ed|ing|s)?|upwards of|no fewer than|최소|적어도)\s?$",
            re.I,
        ),
    ),
    ("under", re.compile(r"(?:under|less than|below|fewer than|up to|at most|최대|많아야)\s?$", re.I)),
    (
        "about",
        re.compile(
            r"(?:about|around|approximately|approx\.?|roughly|some|nearly|almost|circa|ca\.|(?<![가-힣])약|대략|거의|~)\s?$",
            re.I,
        ),
    ),
)
_AFTER: tuple[tuple[Qualifier, re.Pattern[str]], ...] = (
    ("over", re.compile(r"\s?(?:이상|초과|[을를]?\s?(?:넘|웃도|돌파|상회)|or more|or above|plus(?![a-z])|\+)")),
    ("under", re.compile(r"\s?(?:이하|미만|or less|or fewer|or below)")),
    ("about", re.compile(r"\s?(?:가량|정도|안팎|내외|쯤|에?\s?육박)")),
)


_NO_NATIVE = frozenset(["일", "위", "년", "세", "차", "기", "호", "층", "원", "등", "점", "인"])
_GLUED_NATIVE = frozenset(["배", "달", "명", "곳", "개", "번째", "가지", "군데", "사람", "개월", "째"])


@dataclass(frozen=True, slots=True)
class Found:
    """A unit after a numeral and where it ends."""

    kind: Kind
    unit: str
    end: int
    more: bool = False


def currency_before(text: str, pos: int) -> tuple[str, int] | None:
    """The currency written before a numeral (US$, KRW, 미화) and where the numeral starts."""
    if (match := PREFIX.match(text, pos)) and not text[pos - 1 : pos].isascii() * text[pos - 1 : pos].isalnum():
        return PREFIXES[match.group().rstrip()], match.end()
    return None


def unit_after(text: str, start: int, pos: int) -> Found | None:
    """The unit that follows the numeral at `text[start:pos]`."""
    if match := _PERCENT.match(text, pos):
        return Found("percent", "%p" if match["point"] else "%", match.end())
    if measured := measure_after(text, start, pos):
        return Found("measure", measured.unit, measured.end, measured.more)
    if match := _KOREAN_UNIT.match(text, pos):
        return _korean_unit(text, match)
    if match := _ENGLISH_UNIT.match(text, pos):
        kind, unit = ENGLISH[match["unit"].lower()]
        return Found(kind, unit, match.end())
    if match := _AFTER_ONE_WORD.match(text, pos):
        return Found("count", ENGLISH_NOUNS[match["unit"]], pos)
    if text.startswith("여", pos):
        return Found("number", "", pos + 1, more=True)
    return None


def _korean_unit(text: str, match: re.Match[str]) -> Found:
    kind, unit = KOREAN[match["unit"]]
    if kind == "count" and not unit and (noun := _NOUN_AFTER.match(text, match.end())):
        unit = KOREAN[noun["unit"]][1]
    return Found(kind, unit, match.end(), more=bool(match["more"]))


def is_won_verb(text: str, start: int, end: int, large: bool) -> bool:
    """Whether "won" after a small number is the verb (Team 3 won the first prize)."""
    return text[start:end].rstrip().lower().endswith(" won") and not large and bool(_WON_VERB.match(text, end))


def tells_money(text: str, start: int, end: int) -> bool:
    """Whether the words around a bare 억 or 조 speak of money (2,814억 규모의 투자)."""
    before = _SENTENCE_EDGE.split(text[max(0, start - 24) : start])[-1]
    after = _SENTENCE_EDGE.split(text[end : end + 30], maxsplit=1)[0]
    return bool(_IMPLICIT_WON.search(f"{before}\n{after}"))


def qualifier_around(text: str, start: int, end: int, more: bool) -> Qualifier:
    """about, over or under, as written before or after the figure."""
    for qualifier, pattern in _AFTER:
        if pattern.match(text, end):
            return qualifier
    before = text[max(0, start - 16) : start]
    for qualifier, pattern in _BEFORE:
        if pattern.search(before):
            return qualifier
    return "over" if more else ""


def is_native_pair(text: str, number_end: int, unit_end: int) -> bool:
    """Whether a native numeral and its counter are a count (세 곳, 두배) and no other word (한편, 두 일)."""
    counter = text[number_end:unit_end]
    if counter[:1].isspace():
        return counter.strip() not in _NO_NATIVE
    return counter in _GLUED_NATIVE
