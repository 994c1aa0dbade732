"""Numerals with what stands beside them: sums of money, percentages, counts, measures, ranges, bare numbers."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Literal

from rag.figures.figure import Figure, Kind
from rag.figures.measures import below_zero, dimension_of
from rag.figures.numbers import Number, read_number
from rag.figures.units import Found, currency_before, is_native_pair, is_won_verb, tells_money, unit_after
from rag.figures.words import plain_figure

_BARE_YEAR = re.compile(r"(?:19|20)\d{2}")
_NO_BARE_YEAR = re.compile(r"\.\d|,\d{3}(?!\d)|[%A-Za-z]")
_IN_A_YEAR = re.compile(r"(?:in|the|since|by|of|from|until|after|before|during|for|and|between|to)\s$", re.I)
_RANGE = re.compile(r"(?:[^\S\t]?[~∼〜–—-][^\S\t]?|\sto\s)(?=[\d$₩€£A-Z약])|(?P<between>\sand\s)")
_BETWEEN = re.compile(r"between\s$", re.I)
_IN_DIGITS = re.compile(r"[^\s\d]{0,4}\s?(?!0\d)\d")
_PLAIN = re.compile(r"[^\s\d]{0,4}\s?\d[\d,.]*")
_RANK_BEFORE = re.compile(
    r"(?:(?<![a-z])(?:rank(?:ed|s|ing)?|number|top)(?:\s(?:at|as|is))?\s?:?|No\.?|순위\s?:?|Top-)\s?$|(?<!\S)#$", re.I
)
_UNIT_IN_HEADER = re.compile(r"\((?:단위\s?:?\s?|in\s|unit:?\s)?(?P<unit>[^()\d\n]{1,24})\)\s?:\s?$")
# m may be millions, unless the column is one of lengths.
_LENGTH_COLUMN = re.compile(
    r"(?:높이|길이|거리|너비|폭|깊이|수심|연장|고도|(?i:height|length|width|depth|distance|altitude))\s?$"
)
_TOP = re.compile(r"top[\s-]?$", re.I)
_MOST_RANK = 1000  # larger numbers after "rank" are years
_SURE_COUNTER = re.compile(r"\s(?:여\s?)?(?:명|개|건|곳|가지|회|톤)")
_NAME_BEFORE = re.compile(r"[가-힣]{2}$")
_MEASURE_BEFORE = re.compile(r"(?:최대|최소|전체|총계|합계|매년|연간|평균)$")
_VAGUE = re.compile(r"(?:수|몇|여러)\s?$")
_AND_A_HALF = re.compile(r"\s반(?![가-힣])|\s?반(?=의|이|간|만|동안)")


def read_quantity(text: str, pos: int) -> Figure | None:
    """A numeral, or a range of two, with its currency and unit."""
    low = _measure(text, pos)
    return low and (_with_upper_end(text, low) or low)


def _with_upper_end(text: str, low: Figure) -> Figure | None:
    """The range that `low` begins (10~20억 원, 3-5%, between 10 and 20 million), if it does."""
    join = _RANGE.match(text, low.end)
    if not join or (join["between"] and not _BETWEEN.search(text[max(0, low.start - 8) : low.start])):
        return None
    high = _measure(text, join.end())
    if high is None or high.kind == "date" or not _may_begin(text, low, join.end()):
        return None
    low, high = _inherit(text, low, high)
    if (low.kind, low.unit) != (high.kind, high.unit) or low.value >= high.value:
        return None
    return replace(low, high=high.value, end=high.end, precision=max(low.precision, high.precision))


def _may_begin(text: str, low: Figure, after: int) -> bool:
    """Only digits begin a range; "in 2019 to USD 3 million" is none, nor is 08-31."""
    if low.kind == "date" and text[low.end] == " ":
        return False
    return bool(_IN_DIGITS.match(text, low.start)) and (low.kind == "money" or text[after].isdigit())


def _inherit(text: str, low: Figure, high: Figure) -> tuple[Figure, Figure]:
    """Each end takes what only the other writes: the magnitude and unit (10~20억 원), the currency ($10-20 million)."""
    if low.kind == "money" and high.kind == "number":
        high = replace(high, kind=low.kind, unit=low.unit)
    elif low.kind in ("number", "date") and high.kind != "date":
        low = replace(low, kind=high.kind, unit=high.unit, iso="")
    number = read_number(text, _number_start(text, high.start), money=True)
    scale = number.scale if number else 1
    plain = low.kind == high.kind and _PLAIN.fullmatch(text, low.start, low.end)
    if scale > 1 and plain and low.value * scale < high.value:
        low = replace(low, value=low.value * scale, precision=low.precision * scale)
    return low, high


def _number_start(text: str, pos: int) -> int:
    currency = currency_before(text, pos)
    return currency[1] if currency else pos


def _measure(text: str, pos: int) -> Figure | None:
    """A numeral with the currency before it and the unit after it."""
    currency = currency_before(text, pos)
    number = read_number(text, currency[1] if currency else pos, money=bool(currency))
    if number is None or _is_vague(text, pos, number) or (pos and text[pos - 1].isdigit()):
        return None
    found = unit_after(text, number.start, number.end)
    if currency:
        return _money(pos, number, currency[0], found)
    if found is None or found.kind == "number" or _is_verb(text, number, found):
        return _bare(text, number, found if found and found.kind == "number" else None)
    if found.kind in ("count", "duration", "rank") and _is_year_before_noun(text, number, found):
        return _year(number)
    native = number.hangul and not number.digits and number.scale == 1
    if native and not is_native_pair(text, number.end, found.end):
        return None
    if found.kind == "measure" and number.value == 1 and text.startswith("당", found.end):
        return None  # 1㎡당: a rate, as 1인당
    if found.kind == "count" and _is_ranked(text, number):
        return _rank(text, number, number.end)
    return _with_unit(text, number, found)


def _is_ranked(text: str, number: Number) -> bool:
    """Whether the words before say that the number is a rank (ranked 2, No. 2, top 10, 순위: 2)."""
    if number.scale > 1 or number.step < 1 or number.value >= _MOST_RANK:
        return False
    return bool(_RANK_BEFORE.search(text[max(0, number.start - 16) : number.start]))


def _rank(text: str, number: Number, end: int) -> Figure:
    unit = "top" if _TOP.search(text[max(0, number.start - 4) : number.start]) else "place"
    return plain_figure("rank", unit, number.value, number.start, end)


def _is_vague(text: str, pos: int, number: Number) -> bool:
    """수백만, 몇 천: no figure."""
    return not number.digits and number.hangul and bool(_VAGUE.search(text[max(0, pos - 3) : pos]))


def _is_verb(text: str, number: Number, found: Found) -> bool:
    is_year = _BARE_YEAR.fullmatch(text, number.start, number.end) is not None
    large = number.scale > 1 or (number.value >= 1000 and not is_year)
    return found.kind == "money" and is_won_verb(text, number.end, found.end, large)


def _is_year_before_noun(text: str, number: Number, found: Found) -> bool:
    """2000 researchers and 2000 명 are many; "in 2021 companies", "2022 graduate school", "2022 산업" are years."""
    if not _BARE_YEAR.fullmatch(text, number.start, number.end):
        return False
    unit = text[number.end : found.end]
    if re.search("[가-힣]", unit):
        return unit[0].isspace() and not _SURE_COUNTER.match(unit)
    singular = not re.search(r"(?:s|people|staff)$", unit)
    return singular or bool(_IN_A_YEAR.search(text[max(0, number.start - 8) : number.start]))


def _money(pos: int, number: Number, code: str, found: Found | None) -> Figure:
    end = found.end if found and found.kind == "money" else number.end
    return replace(_written("money", code, number, end), start=pos)


def _written(kind: Kind, unit: str, number: Number, end: int) -> Figure:
    qualifier: Literal["over", ""] = "over" if number.more else ""
    return Figure(kind, number.value, unit, "", number.start, end, precision=number.step / 2, qualifier=qualifier)


def _with_unit(text: str, number: Number, found: Found) -> Figure:
    figure = _written(found.kind, found.unit, number, found.end)
    if found.more:
        figure = replace(figure, qualifier="over")
    if found.kind == "percent" and number.digits:
        return _signed(text, figure)
    if dimension_of(figure) == "temperature":
        return _of_degrees(text, figure)
    if found.kind == "duration" and (half := _AND_A_HALF.match(text, found.end)):
        return replace(figure, value=figure.value + Decimal("0.5"), end=half.end())
    return figure


def _signed(text: str, figure: Figure) -> Figure:
    before = text[max(0, figure.start - 2) : figure.start]
    if before[-1:] in ("-", "−", "–") and before[:-1] in ("", " ", "(", "\n", "\t", ":"):
        return replace(figure, value=-figure.value, start=figure.start - 1)
    return figure


def _of_degrees(text: str, figure: Figure) -> Figure:
    """A temperature with the sign or the words before it: -5°C, 영하 5도, minus 5 degrees Celsius."""
    start = below_zero(text, figure.start)
    return _signed(text, figure) if start == figure.start else replace(figure, value=-figure.value, start=start)


def _year(number: Number) -> Figure:
    return replace(plain_figure("date", "year", number.value, number.start, number.end), iso=str(number.value))


def _bare(text: str, number: Number, found: Found | None) -> Figure | None:
    """A numeral without a unit: a rank, a year, a cell of a table, money by its context, or a plain number."""
    end = found.end if found else number.end
    if not _stands_alone(text, number, end):
        return None
    before = text[max(0, number.start - 40) : number.start]
    if _is_ranked(text, number):
        return _rank(text, number, end)
    figure = _written("number", "", number, end)
    if header := _UNIT_IN_HEADER.search(before):
        sure = header["unit"] != "m" or _LENGTH_COLUMN.search(before[: header.start()])
        return _from_header(header["unit"].strip(), figure) if sure else figure
    if _BARE_YEAR.fullmatch(text, number.start, number.end) and not _NO_BARE_YEAR.match(text, number.end):
        return _year(number)
    if found and found.more:
        return replace(figure, qualifier="over")
    if number.hangul and number.scale >= 10**8 and tells_money(text, number.start, end):
        return replace(figure, kind="money", unit="KRW")
    return _signed(text, figure) if number.scale == 1 and number.digits else figure


def _stands_alone(text: str, number: Number, end: int) -> bool:
    """Whether it is a number by itself: not 5G, 아이뉴스24, the pronoun one, the Korean word 백."""
    following, before = text[end : end + 1], text[max(0, number.start - 2) : number.start]
    if number.scale == 1 and _NAME_BEFORE.search(before) and not _MEASURE_BEFORE.search(before):
        return False
    if following.isascii() and following.isalpha():
        return False
    return number.digits or not (number.hangul or (number.value == 1 and number.scale == 1))


def _from_header(unit: str, figure: Figure) -> Figure:
    """A number of a table whose column names the unit: "Value (KRW billion): 407.6", "금액(억 원): 4,076"."""
    code, _, magnitude = unit.partition(" ")
    one = (_measure(f"{code} 1 {magnitude}", 0) if magnitude else None) or _measure(f"1{unit}", 0)
    if one is None or one.kind in ("number", "date"):
        return figure
    value, precision = figure.value * one.value, figure.precision * one.value
    return replace(figure, kind=one.kind, unit=one.unit, value=value, precision=precision)
