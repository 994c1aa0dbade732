"""Where sentences end in Korean and English text: rules on full stops, quotations, abbreviations and line breaks."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

MAX_SENTENCE = 600  # characters; a longer run is cut at a comma or space

_BLANK = " \t\n\r\f\v\x00\xa0\u3000\ufeff\u200b"
_CLOSERS = "\"'”’」』)\\]）》〉\x00*_"
_STOP = re.compile(
    rf"[.!?。！？…]+[{_CLOSERS}]*(?:(?<=다\.)\([^()\n]{{1,80}}\)(?=\s))?"  # with a remark in brackets right behind it
    r"|\n[ \t\x00]*\n"
    r"|\n(?=[ \t\x00]*(?:[•●▪▶▷◆■※☞]|[-*·] |\d{1,2}[.)] ))"
)
_DATE = re.compile(r"(?<!\d)(?:\d{4}|[’'`]?\d{2})\. ?\d{1,2}\.(?: ?\d{1,2}\.)?(?!\d)")
_QUOTATIVE = re.compile(r"(?:이?라[고는며]|이?라면서|고|며|면서|하고|하며|는|란|이란)(?![가-힣])|이?라[고는며]")
_KOREAN_END = re.compile(r"[다요까죠오네군][.!?。！？…]+$")
_BRACKETS = {"(": ")", "[": "]", "“": "”", "‘": "’", "「": "」", "『": "』", "《": "》", "〈": "〉", "（": "）"}
_CLOSING = {closer: opener for opener, closer in _BRACKETS.items()}
_MARK = re.compile(r"[()\[\]“”‘’「」『』《》〈〉（）\"']|\n[ \t\x00]*\n")
_MAX_QUOTE = 400

_TITLES = """
mr mrs ms dr prof st ed eds vs cf e.g i.e al approx dept est gen gov rev sr jr mt ft ave
"""
_NUMBERED = """
no nos fig figs vol p pp sec eq art ch ver tel jan feb mar apr jun jul aug sep sept oct nov dec
"""
_FIRMS = """
inc corp co ltd llc plc bros u.s u.k u.n e.u a.m p.m d.c ph.d etc
"""
_STARTERS = """
the a an this that these those it its he his she her they their we our i you in on at by for from as if when while
after before since but and or so however moreover also there here with to according
"""
_NEVER_LAST = frozenset(_TITLES.split())
_BEFORE_FIGURE = frozenset(_NUMBERED.split())  # abbreviations where a figure follows: No. 5, Jan. 3
_SELDOM_LAST = frozenset(_FIRMS.split())  # they end a sentence only where a usual first word follows
_FIRST_WORDS = frozenset(_STARTERS.split())
_WORD_BEFORE = re.compile(r"[A-Za-z][A-Za-z.]*$|\d+$|[가-힣]+$")
_LABEL = re.compile(
    r"(?:붙임|별첨|별표|부록|참고|표|그림|제|chapter|table|figure|appendix|part|section|step)\s?$", re.I
)
_WORD_AFTER = re.compile(r"[A-Za-z]+")


def split_sentences(content: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Spans of the sentences of `content[start:end]`, trimmed, in order; offsets are those of `content`."""
    span = content[start:end]
    cuts = _cuts(span)
    found: list[tuple[int, int]] = []
    for left, right in zip([0, *cuts], [*cuts, len(span)], strict=True):
        for piece in _shortened(span, left, right):
            trimmed = _trimmed(span, *piece)
            if trimmed:
                found.append((start + trimmed[0], start + trimmed[1]))
    return found


def _cuts(span: str) -> list[int]:
    """Where one sentence ends and another starts, both ends of the span left out."""
    closed = _protected(span)
    starts = [start for start, _ in closed]
    dates = {at for date in _DATE.finditer(span) for at in range(*date.span())}
    cuts: list[int] = []
    last = 0
    for stop in _STOP.finditer(span):
        place = bisect_right(starts, stop.end() - 1) - 1
        begun, until = closed[place] if place >= 0 else (-1, -1)
        aside = until == stop.end() and begun < stop.start() and _is_inside(span, last, begun)
        if stop.end() < until or aside or stop.start() in dates:
            continue
        if _is_end(span, last, stop):
            last = stop.end()
            cuts.append(last)
    return cuts


def _is_inside(span: str, last: int, begun: int) -> bool:
    """Whether a bracket opens in the middle of the sentence that began at `last`."""
    return span[begun] in "([（" and bool(span[last:begun].strip(_BLANK))


def _is_end(span: str, last: int, stop: re.Match[str]) -> bool:
    """Whether the sentence that began at `last` ends with this stop."""
    mark = stop.group().replace("\x00", "") if stop.group()[0] != "\n" else "\n"
    if mark == "\n":
        return True
    rest = span[stop.end() : stop.end() + 40].lstrip("\x00")
    following = rest.lstrip(_BLANK)
    before = span[max(last, stop.start() - 30) : stop.start()].replace("\x00", "")
    if not following:
        return True
    if rest == following:  # no space after the stop: only a sure Korean ending counts
        return _glued_end(before + mark, following)
    if "\n" in rest[: len(rest) - len(following)] and _KOREAN_END.search(before + mark[0]):
        return True
    if following[0].islower() and not _KOREAN_END.search(before + mark[0]):
        return False
    if len(mark) > 1 and _QUOTATIVE.match(following) and mark[-1] not in ".!?":
        return False
    if mark[0] == "…" or mark.startswith(".."):
        return bool(_KOREAN_END.search(before + ".")) or following[0].isupper()
    return mark[0] != "." or _full_stop_ends(span, last, stop.start(), before, following)


def _glued_end(before: str, following: str) -> bool:
    if before[-1:] not in ".!?。！？" or not _KOREAN_END.search(before):
        return False
    return following[0].isalpha() and not _QUOTATIVE.match(following)


def _full_stop_ends(span: str, last: int, at: int, before: str, following: str) -> bool:
    """Whether a full stop followed by a space closes a sentence: not in dates, list heads, initials, abbreviations."""
    word = _WORD_BEFORE.search(before)
    if word is None:
        return True
    token = word.group()
    at_head = not span[last : at - len(token)].strip(_BLANK + "(-*•")
    if token.isdigit():
        if _LABEL.search(before[: -len(token)]):
            return False
        return not (at_head and len(token) <= 3) and not following[0].isdigit()
    if token[0] >= "가":
        return not (at_head and len(token) == 1)
    return _latin_stop_ends(token, following)


def _latin_stop_ends(token: str, following: str) -> bool:
    after = _WORD_AFTER.match(following)
    starter = after is not None and after.group().lower() in _FIRST_WORDS and after.group()[0].isupper()
    name = token.lower()
    if name in _NEVER_LAST or (name in _BEFORE_FIGURE and following[0].isdigit()):
        return False
    if name in _SELDOM_LAST or (len(token) == 1 and token.isupper()) or re.fullmatch(r"(?:[A-Z]\.)+[A-Z]", token):
        return starter
    return True


def _protected(span: str) -> list[tuple[int, int]]:
    """The quotations and brackets no sentence ends in, outermost, in order."""
    found: list[tuple[int, int]] = []
    for left, right in sorted(_pairs(span)):
        if not found or left >= found[-1][1]:
            found.append((left, right))
    return found


def _pairs(span: str) -> Iterator[tuple[int, int]]:
    """Matching brackets and quotation marks, not longer than a quotation may be."""
    opened: dict[str, int] = {}
    for mark in _MARK.finditer(span):
        sign, at = mark.group(), mark.start()
        if sign[0] == "\n":
            opened.clear()
        elif sign in _BRACKETS:
            opened.setdefault(sign, at)
        else:
            opener = _CLOSING.get(sign, sign)
            begun = opened.pop(opener, None)
            if begun is not None and at - begun <= _MAX_QUOTE:
                yield begun, at + 1
            elif sign == opener and _opens(span, at):
                opened[sign] = at


def _opens(span: str, at: int) -> bool:
    """Whether a straight quotation mark opens: not an apostrophe, nor the mark before a short year ('22)."""
    before, after = span[at - 1 : at] if at else "", span[at + 1 : at + 2]
    if span[at] == '"':
        return not after.isspace()
    return (not before.isalnum()) and bool(after) and not after.isspace() and not after.isdigit()


_CUTS = (re.compile(r"[;；]\s"), re.compile(r"[,，、]\s"), re.compile(r"\s"))


def _shortened(span: str, left: int, right: int) -> Iterator[tuple[int, int]]:
    """A run that is too long, cut at the last semicolon, comma or space that leaves both parts of some length."""
    while right - left > MAX_SENTENCE and len(span[left:right].replace("\x00", "")) > MAX_SENTENCE:
        window = span[left + MAX_SENTENCE // 2 : left + MAX_SENTENCE]
        cut = next((last.end() for last in (_last(rule, window) for rule in _CUTS) if last), len(window))
        yield left, left + MAX_SENTENCE // 2 + cut
        left += MAX_SENTENCE // 2 + cut
    yield left, right


def _last(rule: re.Pattern[str], window: str) -> re.Match[str] | None:
    return next(reversed(list(rule.finditer(window))), None)


def _trimmed(span: str, left: int, right: int) -> tuple[int, int] | None:
    while left < right and span[left] in _BLANK:
        left += 1
    while right > left and span[right - 1] in _BLANK:
        right -= 1
    return (left, right) if left < right else None
