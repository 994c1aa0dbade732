"""Numerals of both languages at a place of a text: digits, words, and the magnitudes that follow them.

A numeral is a row of groups with falling magnitudes (1조 9,074억; 1 trillion 907.4 billion), a group a row of
parts before one magnitude (3천 6백억). Every pattern is bounded, so that reading is linear in the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from rag.figures.measures import SYMBOL
from rag.figures.vocabulary import longest_first

_UNITS = dict(zip(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"], range(1, 10), strict=True))
_TEENS = dict(
    zip(
        ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"],
        range(10, 20),
        strict=True,
    )
)
_TENS = dict(
    zip(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], range(20, 100, 10), strict=True)
)
ENGLISH: dict[str, int] = _UNITS | _TEENS | _TENS
_SINO = dict(zip("일이삼사오육칠팔구", range(1, 10), strict=True))
_NATIVE_UNITS = {
    "한": 1, "하나": 1, "두": 2, "둘": 2, "세": 3, "셋": 3, "네": 4, "넷": 4,
    "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9,
}  # fmt: skip
_NATIVE_TENS = {"열": 10, "스물": 20, "서른": 30, "마흔": 40, "쉰": 50, "예순": 60, "일흔": 70, "여든": 80, "아흔": 90}
NATIVE: dict[str, int] = (
    _NATIVE_UNITS
    | _NATIVE_TENS
    | {ten + one: _NATIVE_TENS[ten] + _NATIVE_UNITS[one] for ten in _NATIVE_TENS for one in _NATIVE_UNITS}
    | {"첫": 1, "스무": 20}
)
_SMALL = {"십": 10, "백": 100, "천": 1000, "hundred": 100, "dozen": 12}
_BIG = {
    "만": 10**4, "억": 10**8, "조": 10**12, "경": 10**16,
    "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "k": 10**3, "mn": 10**6, "m": 10**6, "bn": 10**9, "b": 10**9, "tn": 10**12, "trn": 10**12, "t": 10**12,
}  # fmt: skip


_DIGITS = re.compile(r"\d{1,3}(?:,\d{3}){1,6}(?:\.\d{1,8})?(?!\d)|\d{1,16}(?:\.\d{1,8})?(?!\d)")
_WORD = re.compile(
    rf"(?i:(?P<half>half\san?(?=\s(?:million|billion|trillion)))|(?P<and_half>(?:{longest_first(_UNITS)}))\sand\sa\shalf(?![a-z])"
    rf"|(?:(?P<tens>{longest_first(_TENS)})[-\s](?=(?:{longest_first(_UNITS)})(?![a-z])))?(?P<word>{longest_first(ENGLISH)})(?![A-Za-z])"
    r"|(?P<article>an?)(?=\s(?:dozen|hundred|thousand|million|billion|trillion)(?![a-z])))"
)
_SINO_DIGIT = re.compile("[일이삼사오육칠팔구](?=[십백천만억조])")
_NATIVE = re.compile(longest_first(NATIVE))
_SMALL_MARK = re.compile(
    r"\s?(?:(?P<ko>십(?!니|시)|백(?!신|화점|서|업|색|본)|천(?!사|문|재|장|국|막|연|체))|(?P<en>(?i:hundred|dozen))(?![A-Za-z]))"
)
_BIG_MARK = re.compile(
    r"(?P<more>여)?[^\S\t]?(?P<ko>만(?!화|족|남|찬|행|큼|료|기|성|나)|억(?!제|압|울|양|류|새)|조(?!각|직|건|합|항|례|사|치|명|교|선)|경(?=\s?원))"
    r"|(?:-|[^\S\t])?(?P<en>(?i:thousand|million|billion|trillion|bn|mn|tn|trn))(?![A-Za-z])|(?P<letter>[KkMBTm])(?![A-Za-z0-9&])"
)
_NOT_A_TAIL = re.compile(rf"\s?(?:[년월일위%시호]|퍼센트|번째|회|차|~)|[.,:/-]\d|(?!{SYMBOL})[A-Za-z]")
_SCREEN_SIZES = (4, 8)  # 4K and 8K are pictures, not thousands


@dataclass(frozen=True, slots=True)
class Number:
    """A numeral: its value, the place value of its last written digit, and its span."""

    value: Decimal
    step: Decimal
    start: int
    end: int
    scale: int = 1  # the last magnitude written
    digits: bool = True  # False when wholly in words
    hangul: bool = False  # a magnitude or word of Korean was used
    more: bool = False  # 여 stands inside


def read_number(text: str, pos: int, money: bool = False) -> Number | None:
    """The longest numeral that starts at `pos`. `money` also admits the suffixes m and T."""
    number = _group(text, pos, money)
    tail = number
    while number and tail and tail.scale >= 1000:
        cursor = number.end + _gap(text, number.end)
        tail = _group(text, cursor, money)
        if not tail or not _continues(text, number, tail):
            break
        tail = _raised(number, tail)
        number = Number(
            number.value + tail.value, tail.step, pos, tail.end, tail.scale,
            number.digits or tail.digits, number.hangul or tail.hangul, number.more or tail.more,
        )  # fmt: skip
    return number


def _raised(head: Number, tail: Number) -> Number:
    """2억5천 is 2억 5천만: the magnitude below the head's is left unsaid."""
    factor = head.scale // 10**4 if tail.hangul and tail.scale in (10, 100, 1000) else 1
    return replace(tail, value=tail.value * factor, step=tail.step * factor) if factor > 1 else tail


def _gap(text: str, pos: int) -> int:
    """1 for a space or line end at `pos`; a tab parts the cells of a table."""
    return int(text[pos : pos + 1].isspace() and text[pos] != "\t")


def _continues(text: str, head: Number, tail: Number) -> bool:
    if tail.value >= head.scale or (tail.digits and not head.digits) or (tail.hangul != head.hangul and tail.scale > 1):
        return False
    if tail.scale > 1:
        return True
    return head.hangul and tail.digits and tail.step == 1 and not _NOT_A_TAIL.match(text, tail.end)


def _group(text: str, pos: int, money: bool) -> Number | None:
    section = _section(text, pos)
    big = _BIG_MARK.match(text, section.end if section else pos)
    if big and not section and not (big["ko"] == "만" and big.start("ko") == pos):
        return None
    if not big or (section and not _is_magnitude(big, section, money)):
        return section
    mark = big["ko"] or big["en"] or big["letter"]
    scale = _BIG[mark.lower()]
    value, step = (section.value, section.step) if section else (Decimal(1), Decimal(1))
    return Number(
        value * scale, step * scale, pos, big.end(), scale, bool(section and section.digits),
        bool(big["ko"]) or bool(section and section.hangul), bool(big["more"]),
    )  # fmt: skip


def _is_magnitude(big: re.Match[str], section: Number, money: bool) -> bool:
    if not big["letter"]:
        return True
    if not section.digits:
        return False
    return money or big["letter"] in "kMB" or (big["letter"] == "K" and section.value not in _SCREEN_SIZES)


def _section(text: str, pos: int) -> Number | None:
    """Parts with 천, 백, 십 or hundred, falling, and perhaps a last one without."""
    total, step, end, small = Decimal(0), Decimal(1), pos, 10**4
    digits = hangul = False
    while True:
        cursor = end + (_gap(text, end) if end > pos else 0)
        cursor += 4 if end > pos and text.startswith("and ", cursor) and not hangul else 0
        atom = _atom(text, cursor)
        mark = _SMALL_MARK.match(text, atom.end if atom else cursor)
        if mark and not atom and (mark["en"] or mark.start("ko") != cursor):
            mark = None
        scale = _SMALL[(mark["ko"] or mark["en"]).lower()] if mark else 1
        if not (atom or mark) or scale >= small or (end > pos and not _is_part(text, atom, mark, small, hangul)):
            break
        part = atom or Number(Decimal(1), Decimal(1), cursor, cursor, digits=False)
        total, step, end = total + part.value * scale, part.step * scale, mark.end() if mark else part.end
        digits, hangul, small = digits or part.digits, hangul or part.hangul or bool(mark and mark["ko"]), scale
        if not mark:
            break
    return Number(total, step, pos, end, small, digits, hangul) if end > pos else None


def _is_part(text: str, atom: Number | None, mark: re.Match[str] | None, above: int, hangul: bool) -> bool:
    if not atom or mark:
        return hangul == bool(mark and mark["ko"])
    if atom.value >= above or (hangul and not (atom.digits or atom.hangul)):
        return False
    return not (atom.digits and _NOT_A_TAIL.match(text, atom.end))


def _atom(text: str, pos: int) -> Number | None:
    if match := _DIGITS.match(text, pos):
        written = match.group().replace(",", "")
        decimals = len(written.partition(".")[2])
        return Number(Decimal(written), Decimal(1).scaleb(-decimals), pos, match.end())
    if match := _WORD.match(text, pos):
        return Number(_word_value(match), Decimal(1), pos, match.end(), digits=False)
    if match := _SINO_DIGIT.match(text, pos):
        return Number(Decimal(_SINO[match.group()]), Decimal(1), pos, match.end(), digits=False, hangul=True)
    if match := _NATIVE.match(text, pos):
        return Number(Decimal(NATIVE[match.group()]), Decimal(1), pos, match.end(), digits=False, hangul=True)
    return None


def _word_value(match: re.Match[str]) -> Decimal:
    if match["half"]:
        return Decimal("0.5")
    if match["and_half"]:
        return ENGLISH[match["and_half"].lower()] + Decimal("0.5")
    if match["article"]:
        return Decimal(1)
    tens = _TENS[match["tens"].lower()] if match["tens"] else 0
    return Decimal(tens + ENGLISH[match["word"].lower()])
