"""Times of day of both languages, and ranges of them.

오후 6시, 6 p.m. and 18:00 are one time. 6시 and 6:30 leave open which half of the day is meant, unless the other end
of a range tells it (오전 9시부터 6시까지, 9-11 a.m.). 9시간 is a duration, 3:2 a score, 3시장 nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from rag.figures.figure import Figure
from rag.figures.numbers import NATIVE
from rag.figures.vocabulary import longest_first

HOURS = 12
DAY = 24 * 60  # minutes
_NATIVE_HOURS = {
    word: value for word, value in NATIVE.items() if value <= HOURS and word not in ("하나", "둘", "셋", "넷", "첫")
}
_KO = "오전|오후|새벽|아침|점심|저녁|밤|낮"
_MORNING = ("오전", "새벽", "아침")
_NIGHT_ENDS = 5  # 밤 1시 is after midnight, 밤 10시 before
_HALF = rf"(?P<half>{_KO})\s?"
_NATIVE = rf"(?P<native>{longest_first(_NATIVE_HOURS)})"
_DIGITS = r"(?P<hour>(?:[01]?\d|2[0-4])(?!\d))"
_LATIN_HALF = r"[^\S\n]?(?P<latin>[AaPp])(?:\.\s?[Mm]\.|\.?[Mm])(?![A-Za-z0-9])"
_PARTICLE = "에|부터|까지|쯤|경|정각|반|이후|이전"
_MINUTE = rf"(?:\s?(?P<minute>[0-5]?\d)\s?분(?!기|야|간)|\s?(?P<and_half>반)(?:(?![가-힣])|(?={_PARTICLE}|이)))?"
_SI = rf"시(?!간)(?:(?![가-힣])(?!\s방향)|(?={_PARTICLE}|께|이[고며나었다전면]|입니|인\s|이?다|는|를|와|과|로|마다|가\s|의\s|전|후|만|면))"
_OPEN_ALL_DAY = r"24\s?시\s?(?:운영|영업|가동|상담|연중|편의|병원|약국|카페|찜질|콜|돌봄|어린이집)"
_CITIES = r"\s?\d+\s?[군구도](?![가-힣])"  # 3시 5군 are cities and counties
_MOMENTS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:{_HALF})?(?!{_OPEN_ALL_DAY}){_DIGITS}\s?{_SI}(?!{_CITIES}){_MINUTE}",
        rf"{_HALF}{_NATIVE}\s?{_SI}{_MINUTE}",
        rf"{_NATIVE}\s(?=시\s?(?:{_PARTICLE})){_SI}{_MINUTE}",  # not 두 시 모두, both cities
        rf"(?:{_HALF})?{_DIGITS}:(?P<minute>[0-5]\d)(?!\d|:\d)(?:{_LATIN_HALF})?",
        rf"(?P<hour>1[0-2]|0?[1-9])(?:\.(?P<minute>[0-5]\d))?{_LATIN_HALF}",
        r"(?P<hour>1[0-2]|[1-9])\so['’]clock",
    )
)
_NOON = re.compile(
    r"정오(?!표)(?:(?![가-힣])|(?=에|부터|까지|쯤|경|이|가|를|무렵))|(?<![A-Za-z])(?i:(?:12\s)?(?:noon|midday))(?![A-Za-z])"
)
_MIDNIGHT = re.compile(  # 자정 작용 is how water cleans itself
    r"자정(?:(?![가-힣])(?!\s(?:작용|노력|능력|기능|활동))|(?=에|부터|까지|쯤|경|이|을|무렵))"
    r"|(?<![A-Za-z])(?i:(?:12\s)?midnight)(?![A-Za-z])"
)
STARTS = rf"(?:{_KO})(?=\s?(?:\d|{longest_first(_NATIVE_HOURS)}))|정오|자정|(?<![A-Za-z])(?i:noon|midday|midnight)"
# What every time begins with: most digits are no time, and are sent away by this before the patterns above are tried.
_POSSIBLE = re.compile(
    rf"(?:(?:{_KO})\s?)?(?:\d{{1,2}}(?!\d)(?:\s?[시:AaPpo~∼〜–—-]|\.[0-5]\d|\sto\s)|{_NATIVE}\s?시)"
    r"|정오|자정|(?i:12\s(?:noon|mid)|noon|mid)"
)
_COLON = re.compile(r"\d{1,2}:\d\d")
_RATIO_BEFORE = re.compile(r"(?:비율|경쟁률|스코어|축척|(?i:ratio|score|scale|odds))\D{0,8}$")
_RATIO_AFTER = re.compile(
    r"\s?(?:의\s?(?:비율|경쟁률)|비율|배율|로\s?(?:이겼|이긴|승|꺾|졌|패|나뉘|나눠)|(?i:ratio|scale|win|victory|defeat)\b)"
)
_TO = re.compile(
    r"\s?[~∼〜–—-]\s?(?:다음\s?날\s|익일\s)?|(?:부터|에서)\s(?:다음\s?날\s|익일\s)?|\s(?:to|until|till|through)\s|(?P<between>\sand\s)"
)
_BETWEEN = re.compile(r"between\s$", re.IGNORECASE)
# An end that leaves what it counts to the other: 9~18시, 9-11 a.m., 9 to 5 p.m.
_SHORT = re.compile(rf"(?:{_HALF})?{_DIGITS}(?=\s?[~∼〜–—-]\s?\S|\sto\s\d)")


@dataclass(frozen=True, slots=True)
class _Moment:
    """A time as written: `half` is am, pm, 24 (a clock of 24 hours) or "", where that is left open."""

    hour: int
    minute: int
    half: str
    end: int
    hangul: bool = False

    @property
    def value(self) -> int:
        """Minutes after midnight; an open half is read as the first."""
        hour = self.hour % HOURS if self.half in ("am", "pm") else self.hour
        return (hour + HOURS * (self.half == "pm")) * 60 + self.minute

    @property
    def iso(self) -> str:
        """The time as hh:mm; "" where its half of the day is open."""
        return f"{self.value // 60:02}:{self.minute:02}" if self.half else ""


def read_clock(text: str, pos: int) -> Figure | None:
    """10:30, 3 p.m., 오후 3시 30분, noon, 오전 9시부터 오후 6시까지, as minutes after midnight."""
    if not _POSSIBLE.match(text, pos) or (pos and text[pos].isdigit() and text[pos - 1] in "0123456789:"):
        return None
    low = _moment(text, pos)
    ends = _ends(text, pos, low)
    if ends is not None:
        low, high = _together(*ends)
        iso = f"{low.iso}/{high.iso}" if low.iso and high.iso else ""
        return replace(_figure(low, pos, high.end), high=Decimal(high.value), iso=iso)
    return _figure(low, pos, low.end) if low else None


def _figure(moment: _Moment, start: int, end: int) -> Figure:
    return Figure("time", Decimal(moment.value), "minute", "", start, end, iso=moment.iso)


def _ends(text: str, pos: int, low: _Moment | None) -> tuple[_Moment, _Moment] | None:
    """The two ends of a range that begins at `pos`, the first perhaps a bare number."""
    short = None if low else _SHORT.match(text, pos)
    if short:
        hangul = bool(short["half"])
        low = _Moment(int(short["hour"]), 0, _half(short["half"], "", short["hour"]), short.end(), hangul)
    join = _TO.match(text, low.end) if low else None
    high = _moment(text, join.end()) if join else None
    if not (low and join and high) or (join["between"] and not _BETWEEN.search(text[max(0, pos - 8) : pos])):
        return None
    if short and not (high.hangul or (high.half in ("am", "pm") and low.hour <= HOURS)):
        return None
    return low, high


def _together(low: _Moment, high: _Moment) -> tuple[_Moment, _Moment]:
    """Both ends with what one leaves open and the other tells: 9시~18시 is of 24 hours, 9-11 a.m. and 9-5 p.m. of two halves."""
    if (low.half and high.half) or low.half == high.half:
        return low, high
    if "24" in (low.half, high.half):
        return replace(low, half="24"), replace(high, half="24")
    known = low.half or high.half
    other = "pm" if known == "am" else "am"
    same = replace(low, half=known), replace(high, half=known)
    if same[0].value < same[1].value:
        return same
    return (low, replace(high, half=other)) if low.half else (replace(low, half=other), high)


def _moment(text: str, pos: int) -> _Moment | None:
    """The time that is written at `pos`."""
    for pattern, half in ((_NOON, "pm"), (_MIDNIGHT, "am")):
        if named := pattern.match(text, pos):
            return _Moment(HOURS, 0, half, named.end())
    match = next((match for pattern in _MOMENTS if (match := pattern.match(text, pos))), None)
    if match is None or _is_ratio(text, match):
        return None
    told = match.groupdict()
    native = told.get("native")
    written = told.get("hour") or str(_NATIVE_HOURS[native or ""])
    minute = 30 if told.get("and_half") else int(told.get("minute") or 0)
    half = _half(told.get("half"), told.get("latin") or "", written)
    return _Moment(int(written), minute, half, match.end(), "시" in match.group())


def _half(korean: str | None, latin: str, written: str) -> str:
    """The half of the day that a time tells by a word, its letters, or a number that only a clock of 24 hours has."""
    hour = int(written)
    if hour > HOURS or hour == 0:
        return "24"
    if latin:
        return f"{latin.lower()}m"
    if korean == "밤":  # 밤 12시 is midnight
        return "am" if hour == HOURS or hour <= _NIGHT_ENDS else "pm"
    if korean == "낮":
        return "am" if hour == HOURS - 1 else "pm"
    if korean:
        return "am" if korean in _MORNING else "pm"
    return "24" if written.startswith("0") else ""


def _is_ratio(text: str, match: re.Match[str]) -> bool:
    """Whether 1:25 is a ratio, a scale or a score by the words around it."""
    if not _COLON.fullmatch(match.group()):
        return False
    before = text[max(0, match.start() - 16) : match.start()]
    return bool(_RATIO_BEFORE.search(before) or _RATIO_AFTER.match(text, match.end()))
