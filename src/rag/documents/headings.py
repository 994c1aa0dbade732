"""Headings of texts that mark none: told by a table of contents, numbers, marks, shape and place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from rag.documents.joining import ends_open
from rag.documents.lines import (
    ANSWER,
    NUMBERED,
    ORNAMENT,
    QUESTION,
    QUESTION_LEVEL,
    SHORT,
    Line,
    ends_sentence,
    has_full_stop,
    is_source_line,
    squeezed,
    width,
)
from rag.documents.masking import Canvas

Contents = dict[str, int]  # squeezed heading -> level, as the table of contents gives them

_WEAK_LEVEL = 5  # a short line that only its place makes a heading
_STOP_INSIDE = re.compile(r"[다요][.!?] |[a-z][.!?] [A-Z]")
_ALIKE = 0.88  # how alike a line and its entry in the table of contents must be; scans misread a letter or two


def with_title(lines: list[Line], canvas: Canvas, contents: Contents) -> list[Line]:
    """The short line or two at the very top become the title; the same words below are left out."""
    if len(lines) < 2 or not _is_title(lines[0], contents):
        return lines
    end = 1
    while end < len(lines) and lines[end].group == lines[0].group and not _is_marked(lines[end], contents):
        end += 1
    title = lines[0]
    if end <= 3 and _fits_title(lines[:end], contents):
        for below in lines[1:end]:
            canvas.put(title.end, below.start, " ")
            title = replace(title, end=below.end, text=f"{title.text} {below.text}")
    elif not has_full_stop(lines[1].text):
        return lines
    else:
        end = 1
    name = squeezed(title.text)
    rest = [line for line in lines[end:] if line.kind != "text" or squeezed(line.text) != name]
    return [replace(title, kind="heading", level=1), *rest]


def _fits_title(lines: Sequence[Line], contents: Contents) -> bool:
    if len(lines) == 1:
        return True
    return sum(width(line.text) for line in lines) <= SHORT and all(_is_title(line, contents) for line in lines)


def _is_title(line: Line, contents: Contents) -> bool:
    if line.kind != "text" or _is_marked(line, contents) or ":" in line.text:
        return False
    if ends_sentence(line.text) or ends_open(line.text) or _STOP_INSIDE.search(line.text):
        return False
    return width(line.text) <= 2 * SHORT


def _is_marked(line: Line, contents: Contents) -> bool:
    """Whether a line is a heading or a question by its first characters, or by the table of contents."""
    marked = any(mark.match(line.text) for mark in (QUESTION, ANSWER, ORNAMENT, NUMBERED))
    return marked or line.kind != "text" or squeezed(line.text) in contents


def with_bold(lines: list[Line]) -> list[Line]:
    """A short bold line that stands alone above text is a heading, though the page does not say so."""
    found = list(lines)
    for at, line in enumerate(lines[:-1]):
        alone = lines[at + 1].group != line.group and (at == 0 or lines[at - 1].group != line.group)
        bold = line.strong and line.kind == "text" and alone and looks_like_heading(line.text)
        if bold and lines[at + 1].kind != "heading":
            found[at] = replace(line, kind="heading", level=6)
    return found


def looks_like_heading(text: str) -> bool:
    """Whether a line is short and no sentence."""
    if width(text) > SHORT or has_full_stop(text.rstrip("?")) or text.endswith((":", ";")):
        return False
    return not (len(text) >= 15 and ends_open(text))


def with_headings(lines: list[Line], canvas: Canvas, contents: Contents) -> list[Line]:
    """The lines with those that serve as headings made headings."""
    heads: dict[str, list[str]] = {}
    for name in contents:
        heads.setdefault(name[:3], []).append(name)
    marked = [_strong(lines, at, contents, heads) for at in range(len(lines))]
    return _levelled(_with_short_lines(marked, canvas), canvas)


# --- marked: by the table of contents, a number or an ornament ------------------------------------------------


def _strong(lines: Sequence[Line], at: int, contents: Contents, heads: dict[str, list[str]]) -> Line:
    line = lines[at]
    if line.kind not in ("text", "item") or len(line.text) > 2 * SHORT:
        return line
    level = _level_in(contents, heads, line.text)
    if not level and line.kind == "text" and looks_like_heading(line.text):
        level = _numbered_level(lines, at)
    return replace(line, kind="heading", level=level) if level else line


def _level_in(contents: Contents, heads: dict[str, list[str]], text: str) -> int:
    """The level the table of contents gives a line; 0 where it does not name it."""
    name = squeezed(text)
    if name in contents or len(name) < 8:
        return contents.get(name, 0)
    alike = (other for other in heads.get(name[:3], ()) if SequenceMatcher(None, name, other).ratio() >= _ALIKE)
    return contents.get(next(alike, ""), 0)


def _numbered_level(lines: Sequence[Line], at: int) -> int:
    if at + 1 == len(lines):
        return 0
    text, below = lines[at].text, lines[at + 1].text
    if ORNAMENT.match(text):
        return 0 if ORNAMENT.match(below) else 3
    mark = NUMBERED.match(text)
    if mark is None or _is_list_place(lines, at):
        return 0
    if mark["deep"]:
        return 2 + min(len(re.findall(r"\d+", mark["deep"])) - 1, 3)
    return 3 if mark["section"] else 2


def _is_list_place(lines: Sequence[Line], at: int) -> bool:
    """Whether the neighbours are numbered too: then it is a list."""
    neighbours = [lines[other] for other in (at - 1, at + 1) if 0 <= other < len(lines)]
    return any(line.kind == "text" and line.text[0].isdigit() and NUMBERED.match(line.text) for line in neighbours)


# --- told by shape and place ----------------------------------------------------------------------------------


def _with_short_lines(lines: list[Line], canvas: Canvas) -> list[Line]:
    keys = _repeated_keys(lines)
    found: list[Line] = []
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and _is_candidate(lines, end):
            end += 1
        if end == at:
            found.append(lines[at])
            at += 1
            continue
        found += _run_of_short(lines[at:end], lines[end : end + 2], keys, canvas)
        at = end
    return found


def _is_candidate(lines: Sequence[Line], at: int) -> bool:
    """Whether a line is short, alone in its group (or first of it, above a long one) and no sentence."""
    line = lines[at]
    if line.kind != "text" or not looks_like_heading(line.text) or is_source_line(line.text):
        return False
    if at and lines[at - 1].group == line.group and lines[at - 1].kind in ("text", "item"):
        return False
    after = lines[at + 1] if at + 1 < len(lines) else None
    if after is None or after.group != line.group:
        return True
    return len(after.text) > 2 * len(line.text) and has_full_stop(after.text)


def _repeated_keys(lines: Sequence[Line]) -> frozenset[str]:
    """First words that several short lines share: they are names of values (`설립 1967년`), not headings."""
    firsts = Counter(_key(line.text) for at, line in enumerate(lines) if _is_candidate(lines, at))
    return frozenset(key for key, count in firsts.items() if count > 1)


def _key(text: str) -> str:
    first = text.split(" ", 1)[0]
    return first if len(first) > 1 else text[:3]


def _run_of_short(run: Sequence[Line], below: Sequence[Line], keys: frozenset[str], canvas: Canvas) -> list[Line]:
    """Short lines in a column: the first is their heading, the last may head what follows, the rest are items."""
    if len(run) > 1 and _is_alias(run[0].text, run[1].text):
        canvas.put(run[0].end, run[1].start, " ")
        run = [replace(run[0], end=run[1].end, text=f"{run[0].text} {run[1].text}"), *run[2:]]
    last_heads = _heads(run[-1], below)
    if len(run) == 1:
        return [replace(run[0], kind="heading", level=_WEAK_LEVEL)] if last_heads else list(run)
    named = sum(_key(line.text) in keys for line in run) > 1 and _key(run[-1].text) in keys
    last_heads = last_heads and not named and ":" not in run[-1].text
    made = [replace(line, kind="item") for line in run]
    if len(run) > 2 or last_heads or _heads(run[0], run[1:]):
        made[0] = replace(run[0], kind="heading", level=_WEAK_LEVEL)
    if last_heads:
        made[-1] = replace(run[-1], kind="heading", level=_WEAK_LEVEL + (len(run) == 2))
    return made


def _is_alias(korean: str, latin: str) -> bool:
    """Whether the second line is the Latin name of the first."""
    return latin.isascii() and len(latin) <= 25 and latin[0].isupper() and bool(re.search(r"[가-힣]", korean))


def _heads(line: Line, below: Sequence[Line]) -> bool:
    """Whether what stands below a short line makes it a heading: something longer, a list, a table, a question."""
    if not below or (below[0].kind == "heading" and below[0].level < QUESTION_LEVEL):
        return False
    several = len(below) > 1 and below[0].group == below[1].group != line.group
    return several or below[0].kind != "text" or len(below[0].text) > len(line.text)


def _levelled(lines: list[Line], canvas: Canvas) -> list[Line]:
    """A short heading stands beside the last one, below it only if nothing stands between the two."""
    found: list[Line] = []
    deep, gap = False, 0
    for line in lines:
        if line.kind == "heading" and line.level < _WEAK_LEVEL:
            deep = False
        elif line.kind == "heading" and line.level < QUESTION_LEVEL:
            above = _gap(canvas, line.start)
            if line.level > _WEAK_LEVEL:
                deep, gap = True, above
            elif deep and above <= gap:
                line = replace(line, level=_WEAK_LEVEL + 1)
            else:
                deep = False
        found.append(line)
    return found


def _gap(canvas: Canvas, start: int) -> int:
    """How many line ends stand above a place."""
    before = canvas.span(max(start - 40, 0), start)
    return before[len(before.rstrip()) :].count("\n")
