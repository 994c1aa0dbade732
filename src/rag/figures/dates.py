"""Dates of both languages, as ISO values of the precision that was written."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTH_NUMBER = {name[:3]: number for number, name in enumerate(_MONTHS, 1)}
MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)(?:\.|(?![a-z])))"
)
_YEAR = r"(?:19|20)\d{2}"
_Y = r"(?:(?P<y>1\d{3}|2[0-2]\d{2})|['‘’](?P<yy>\d{2}))"
_M = r"(?P<m>1[0-2]|0?[1-9])(?!\d)"
_D = r"(?P<d>3[01]|[12]\d|0?[1-9])(?!\d)"
_TO = r"\s?[~∼〜–—-]\s?"
_NO_DAY_SPAN = r"(?!간|\s?동안|\s?만에|째|\s?이내|\s?이상|\s?전(?!망|체|국|자)|\s?후|\s?차|곱|정|본|반)"
_NTH = r"(?:st|nd|rd|th)?"

_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_Y}\s?년?\s?(?P<half>[상하])반기",
        rf"{_Y}\s?년?\s?(?P<q>[1-4])\s?/?4?\s?분기",
        rf"(?:{_Y}\s?년도?\s?)?{_M}\s?월\s?{_D}\s?일?{_TO}(?P<d2>3[01]|[12]\d|0?[1-9])\s?일(?!간)",
        rf"(?:{_Y}\s?년도?\s?)?{_M}\s?월(?!드|급|세|요|가)(?:\s?{_D}\s?일{_NO_DAY_SPAN})?",
        rf"(?:{_Y}\s?년도?\s?)?{_M}\s?월?{_TO}(?P<m2>1[0-2]|[1-9])\s?월(?!드|급|세)",
        rf"{_Y}\s?년?{_TO}(?P<y2>{_YEAR})\s?년?(?![\d,]\d)",
        rf"{_Y}\s?년?{_TO}(?P<yy2>\d{{2}})\s?년(?!대)",
        r"['‘’](?P<yy>\d{2})\s?[~∼〜–-]\s?['‘’](?P<yy2>\d{2})(?!\d)",
        r"['‘’](?P<yy>\d{2})(?=\s?[~∼〜–-]\s?(?:현재|present|now))",
        rf"{_Y}[–-](?P<yy2>1[3-9]|[2-9]\d)(?![\d,.-])",
        rf"{_Y}\s?[-./]\s?{_M}\s?[-./]\s?{_D}(?:\.(?!\d))?",
        r"(?<![\d.])(?P<yy>\d{2})\.(?P<m>0[1-9]|1[0-2])\.(?P<d>0[1-9]|[12]\d|3[01])(?![.\d])",
        rf"{_Y}['.]\s?{_M}\.\s?{_D}",
        rf"(?P<y>{_YEAR})[-./](?P<m>0[1-9]|1[0-2])(?![\d,]|\.\d)|['‘’](?P<yy>\d{{2}})\.\s?(?P<m1>1[0-2]|0?[1-9])(?:월|(?![\d.]))",
        r"(?P<decade>[12]\d{2}0|[1-9]0)\s?년대",
        r"(?P<decade>(?:19|20)\d0|['‘’][1-9]0)s(?![A-Za-z])",
        rf"{_Y}\s?년(?!간|동안|차|생)도?",
        r"(?P<half>[상하])반기|(?P<q>[1-4])\s?/?4?\s?분기(?!\s?(?:연속|동안))",
        rf"{_D}\s?일?{_TO}(?P<d2>3[01]|[12]\d|0?[1-9])\s?일{_NO_DAY_SPAN}",
        rf"{_D}\s?일{_NO_DAY_SPAN}",
        rf"(?P<mon>{MONTH})\s(?P<d>3[01]|[12]\d|0?[1-9]){_NTH}{_TO}(?P<d2>3[01]|[12]\d|[1-9]){_NTH}(?!\d)(?:,?\s(?P<y>{_YEAR})(?!\d))?",
        rf"(?P<d>3[01]|[12]\d|0?[1-9]){_NTH}{_TO}(?P<d2>3[01]|[12]\d|[1-9]){_NTH}\s(?P<mon>{MONTH})(?:,?\s(?P<y>{_YEAR})(?!\d))?",
        rf"(?P<d>3[01]|[12]\d|0?[1-9]){_NTH}\s(?:of\s)?(?P<mon>{MONTH})(?![a-z])(?:,?\s(?P<y>{_YEAR})(?!\d))?",
        rf"(?P<mon>{MONTH})\s(?P<d>3[01]|[12]\d|0?[1-9]){_NTH}(?![\d,.]\d|\d|[A-Za-z%]|\s(?:million|billion|percent))(?:,?\s(?P<y>{_YEAR})(?!\d))?",
        rf"(?P<mon>{MONTH}),?\s(?:of\s)?(?P<y>{_YEAR})(?!\d)",
        rf"(?P<mon>{MONTH})(?![a-z])",
        rf"(?i:(?P<halfword>first|second|1st|2nd)[\s-]half)(?:(?:\sof|,)?(?:\sthe)?(?:\syear)?\s(?P<y>{_YEAR})(?!\d))?",
        rf"(?i:(?P<qword>first|second|third|fourth|1st|2nd|3rd|4th)[\s-]quarter)(?:(?:\sof|,)?(?:\sthe)?(?:\syear)?\s(?P<y>{_YEAR})(?!\d))?",
        rf"(?:Q(?P<q>[1-4])|H(?P<h>[12]))(?![A-Za-z0-9])(?:(?:\sof)?[\s-](?P<y>{_YEAR})(?!\d))?",
        rf"(?P<y>{_YEAR})[\s-](?:Q(?P<q>[1-4])|H(?P<h>[12]))(?![A-Za-z0-9])",
        rf"(?:(?P<q>[1-4])Q|(?P<h>[12])H)(?:\s?(?P<y>{_YEAR})|['’]?(?P<yy>\d{{2}}))?(?![A-Za-z0-9])",
        rf"(?:FY\s?)(?P<y>{_YEAR})(?!\d)",
    )
)
_MONTH_ALONE = re.compile(
    r"(?:^|[\s(])(?:[Ii]n|[Ss]ince|[Uu]ntil|[Bb]y|[Ff]rom|[Ll]ast|[Tt]his|[Nn]ext|[Oo]f|[Ee]arly|[Ll]ate|[Mm]id|[Dd]uring)[\s-]$"
)
_NUMBER_OF_WORD = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
_LATE_IN_CENTURY = 50  # '67 is 1967, '22 is 2022
_ISO = re.compile(
    r"(?P<decade>\d{3}X)|(?P<year>\d{4})?(?:-{0,2}(?:H(?P<half>\d)|Q(?P<quarter>\d)|(?P<month>\d\d)))?(?:-{1,3}(?P<day>\d\d))?"
)


@dataclass(frozen=True, slots=True)
class Day:
    """A date found in a text; `iso` as in `Figure`, `unit` its finest field."""

    iso: str
    unit: str
    end: int


def read_date(text: str, pos: int) -> Day | None:
    """The longest date that starts at `pos`, a bare year excepted."""
    best: Day | None = None
    for pattern in _PATTERNS:
        match = pattern.match(text, pos)
        if match and (best is None or match.end() > best.end) and (day := _day(text, match)):
            best = day
    return best


def _day(text: str, match: re.Match[str]) -> Day | None:
    groups = {name: value for name, value in match.groupdict().items() if value}
    if set(groups) == {"mon"} and not _MONTH_ALONE.search(text[max(0, match.start() - 8) : match.start()]):
        return None  # "may", "March", "August" alone are other words
    if decade := groups.get("decade"):
        return Day(_full_year(decade.lstrip("'‘’"))[:3] + "X", "decade", match.end())
    fields = _fields(groups)
    first = _iso(fields)
    last = _iso(fields | _upper_fields(groups))
    if last <= first and last != first:
        return None
    unit = next(name for name in ("day", "month", "quarter", "half", "year") if name in fields)
    return Day(first if first == last else f"{first}/{last}", unit, match.end())


def _full_year(written: str) -> str:
    if len(written) == 4:
        return written
    return ("19" if int(written) >= _LATE_IN_CENTURY else "20") + written


def _fields(groups: dict[str, str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    if year := groups.get("y") or groups.get("yy"):
        fields["year"] = _full_year(year)
    if month := groups.get("m") or groups.get("m1"):
        fields["month"] = f"{int(month):02}"
    if name := groups.get("mon"):
        fields["month"] = f"{_MONTH_NUMBER[name[:3].lower()]:02}"
    if day := groups.get("d"):
        fields["day"] = f"{int(day):02}"
    if half := groups.get("half") or groups.get("h") or groups.get("halfword"):
        fields["half"] = {"상": "1", "하": "2"}.get(half) or str(_NUMBER_OF_WORD.get(half.lower(), half))
    if quarter := groups.get("q") or groups.get("qword"):
        fields["quarter"] = str(_NUMBER_OF_WORD.get(quarter.lower(), quarter))
    return fields


def _upper_fields(groups: dict[str, str]) -> dict[str, str]:
    upper = {"year": groups.get("y2") or groups.get("yy2"), "month": groups.get("m2"), "day": groups.get("d2")}
    return {name: _full_year(value) if name == "year" else f"{int(value):02}" for name, value in upper.items() if value}


def _iso(fields: dict[str, str]) -> str:
    start = fields.get("year", "-")
    for name, mark in (("half", "H"), ("quarter", "Q")):
        if name in fields:
            return f"{start}-{mark}{fields[name]}"
    if "month" in fields:
        return f"{start}-{fields['month']}" + (f"-{fields['day']}" if "day" in fields else "")
    return f"---{fields['day']}" if "day" in fields else start


def date_fields(iso: str) -> dict[str, str]:
    """The fields of one ISO value; a month also tells its quarter and half, a quarter its half, a year its decade."""
    match = _ISO.fullmatch(iso)
    fields = {name: value for name, value in match.groupdict().items() if value} if match else {}
    if month := fields.get("month"):
        fields["quarter"] = str((int(month) + 2) // 3)
    if quarter := fields.get("quarter"):
        fields["half"] = "1" if int(quarter) <= 2 else "2"
    if year := fields.get("year"):
        fields["decade"] = year[:3] + "X"
    return fields
