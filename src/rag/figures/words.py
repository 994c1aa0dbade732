"""Figures that are words of their own: ordinals, fractions, fourfold."""

from __future__ import annotations

import re
from decimal import Decimal

from rag.figures.figure import Figure, Kind
from rag.figures.numbers import ENGLISH
from rag.figures.vocabulary import longest_first

ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16,
    "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20,
}  # fmt: skip
_FOLDS = {
    "twofold": 2,
    "threefold": 3,
    "fourfold": 4,
    "fivefold": 5,
    "sixfold": 6,
    "sevenfold": 7,
    "eightfold": 8,
    "tenfold": 10,
}
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}
_FRACTION = re.compile(r"(?P<den>\d{1,3})\s?분의\s?(?P<num>\d{1,3})(?!\d)|절반")
_FRACTION_WORDS = re.compile(
    rf"(?i:(?P<num>one|two|three|four|five|seven|nine|an?)[\s-](?P<den>{longest_first(_PARTS)})s?(?![A-Za-z])(?!\s(?:place|quarter|half|a))|half(?=\s(?:of|the|its|all)\s))"
)
_NTH = re.compile(
    rf"(?i:(?P<digits>\d{{1,4}}(?:,\d{{3}})?)(?:st|nd|rd|th)|(?P<word>(?:(?:twenty|thirty|forty|fifty)-)?(?:{longest_first(ORDINALS)})))(?![A-Za-z])(?P<noun>[\s-](?:place|century|floor|edition|year)(?![a-z]))?"
)
_NOT_NTH = re.compile(r"(?i:\s(?:of\sall|half|and\sforemost)|[\s-](?:hand|of\sall|party|name)|\s?s)(?![a-z])")
_NO_NTH_AFTER = re.compile(r"(?<![A-Za-z])(?:at|per|a)\s$", re.I)
_JE = re.compile(r"제\s?(?P<digits>\d{1,4})\s?(?P<unit>회|차|기|호|번째|위)?(?!\d)")
_KOREAN_FIRST = re.compile(r"최초|처음|첫\s?(?:번째|째)|첫(?=\s)|(?P<two>둘째)|(?P<three>셋째)|(?P<four>넷째)")
_FOLD_WORD = re.compile(rf"(?i:(?P<fold>{longest_first(_FOLDS)})|twice)(?![A-Za-z])")
STARTS = longest_first([*ORDINALS, *_FOLDS, "twice", "half"])


def plain_figure(kind: Kind, unit: str, value: Decimal | int, start: int, end: int) -> Figure:
    """A figure written without a step: nothing of it may be rounded."""
    return Figure(kind, Decimal(value), unit, "", start, end)


def read_fraction(text: str, pos: int) -> Figure | None:
    """절반, 3분의 2, two-thirds, half of."""
    if match := _FRACTION.match(text, pos):
        numerator, denominator = (int(match["num"]), int(match["den"])) if match["num"] else (1, 2)
    elif match := _FRACTION_WORDS.match(text, pos):
        numerator = {"a": 1, "an": 1}.get((match["num"] or "a").lower()) or ENGLISH[match["num"].lower()]
        denominator = _PARTS[(match["den"] or "half").lower()]
    else:
        return None
    if not denominator:
        return None
    return plain_figure("fraction", "", Decimal(numerator) / Decimal(denominator), pos, match.end())


def read_ordinal(text: str, pos: int) -> Figure | None:
    """제4회, 최초, 첫 번째, 4th, twenty-first."""
    if match := _JE.match(text, pos):
        return plain_figure(
            "rank",
            {"회": "edition", "위": "place"}.get(match["unit"] or "", ""),
            int(match["digits"]),
            pos,
            match.end(),
        )
    if match := _KOREAN_FIRST.match(text, pos):
        value = 2 if match["two"] else 3 if match["three"] else 4 if match["four"] else 1
        return plain_figure("rank", "", value, pos, match.end())
    match = _NTH.match(text, pos)
    if not match or (match["word"] and _is_adverb(text, match)):
        return None
    noun = (match["noun"] or "").strip(" -")
    return plain_figure("rank", noun.lower(), _nth_value(match), pos, match.end())


def _is_adverb(text: str, match: re.Match[str]) -> bool:
    """First, ...; at first; per second: words that look like an ordinal and rank nothing."""
    if match["word"][0].isupper() and text.startswith(",", match.end()):
        return True
    before = text[max(0, match.start() - 4) : match.start()]
    return bool(_NOT_NTH.match(text, match.end()) or _NO_NTH_AFTER.search(before))


def _nth_value(match: re.Match[str]) -> int:
    if match["digits"]:
        return int(match["digits"].replace(",", ""))
    tens, _, word = match["word"].lower().rpartition("-")
    return ORDINALS[word] + (ENGLISH[tens] if tens else 0)


def read_fold(text: str, pos: int) -> Figure | None:
    """twofold to tenfold, twice."""
    match = _FOLD_WORD.match(text, pos)
    if not match:
        return None
    if not match["fold"]:
        return plain_figure("multiple", "", 2, pos, match.end())
    return plain_figure("multiple", "fold", _FOLDS[match["fold"].lower()], pos, match.end())
