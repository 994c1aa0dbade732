"""What surrounds the words of a page: menus, counters, share buttons, credits, lists of other posts.

The rules look at shapes and vocabulary that sites share, never at one site.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.documents import vocabulary as vocab
from rag.documents.lines import Line, ends_sentence, has_full_stop, line_of, squeezed
from rag.documents.masking import Canvas

_TOKEN = re.compile(r"[^\s/|·•,:;>»«<()\[\]{}+#*\-–—!?.…▲▼△▽◀▶←→↑↓ⓒ©✕×☰\d]+")
_TRAIL = re.compile(r"[^>›»|]{1,25}(?: [>›»] [^>›»|]{1,25}){1,5}")
_ORNAMENT = re.compile(r"[\W_]+$")
_MARKED = "»▶→"  # before the post a list shows
_HEAD_LINES = 12  # how far down the counters of a post and its repeated title are looked for
_SURROUNDED = 12  # characters of a line that goes with its neighbours
_MENU_WORD = 15  # characters of an entry of a menu, at most
_LEAST_MENU = 3
_DIGIT_OR_COLON = re.compile(r"[\d:]")
_SURE_SHARE = 0.2  # less text than this outside menus and side bars, and they are believed to hold the text


def prose(lines: Sequence[Line], canvas: Canvas) -> list[Line]:
    """The lines that belong to the document itself, without dates and credits at their ends."""
    kept = _without_link_lists(_without_sections(_without_suspects(lines)))
    dropped = [is_furniture(line) or (at < _HEAD_LINES and _is_page_head(line)) for at, line in enumerate(kept)]
    _mark_lists(kept, dropped)
    _mark_tip_off(kept, dropped)
    _mark_repeated_title(kept, dropped)
    _mark_surrounded(kept, dropped)
    _mark_menus(kept, dropped)
    _mark_link_sections(kept, dropped)
    own = [line for line, gone in zip(kept, dropped, strict=True) if not gone]
    trimmed = [_trimmed(line, at, canvas) for at, line in enumerate(own)]
    return [line for line in trimmed if not is_furniture(line)]


def publisher(lines: Sequence[Line]) -> str:
    """The publisher as credits and copyright lines name it; empty where they do not."""
    for pattern in (vocab.BYLINE, vocab.CREDIT, vocab.COPYRIGHT):
        for line in lines:
            match = pattern.match(line.text)
            if match and match["publisher"]:
                return match["publisher"].strip()
    return ""


def current_post(lines: Sequence[Line]) -> tuple[str, str]:
    """Headline and date of the post a list of posts marks as the one shown; empty where there is none."""
    shown = next(
        (match for line in lines if line.text[0] in _MARKED and (match := vocab.LISTED.match(line.text))), None
    )
    if shown is None or sum(bool(vocab.LISTED.match(line.text)) for line in lines) < 4:
        return "", ""
    title = shown["title"].lstrip(f"{_MARKED}> ")
    signed = any(is_list_head(line.text) and re.search("글쓴이|작성자|이름|author", line.text, re.I) for line in lines)
    return title.rsplit(" ", 1)[0] if signed else title, shown["date"]


def is_furniture(line: Line) -> bool:
    """Whether a line alone shows that it is not part of the text."""
    if line.kind == "row":
        return False
    if _ORNAMENT.match(line.text):
        return True
    if line.kind == "heading" or len(line.text) > 400:
        return False
    return bool(vocab.FURNITURE.match(line.text)) or _is_controls(line.text)


def is_list_head(text: str) -> bool:
    """Whether a line names the columns of a list of posts: number, headline, author, date."""
    words = text.casefold().split()
    return 3 <= len(words) <= 8 and all(word in vocab.LIST_COLUMNS for word in words)


def _is_page_head(line: Line) -> bool:
    """Whether a line at the top is a counter of the page, or the way to it (Home > News > Business)."""
    return line.kind != "row" and bool(vocab.PAGE_HEAD.match(line.text) or _TRAIL.fullmatch(line.text))


def _is_controls(text: str) -> bool:
    """Whether all words are those of buttons, and not just words that a heading may consist of."""
    if len(text) > 160 or ends_sentence(text):
        return False
    words = [word.casefold() for word in _TOKEN.findall(text)]
    if not words or any(word not in vocab.CONTROL_WORDS for word in words):
        return False
    return len(words) > 3 or any(word not in vocab.PLAIN_WORDS for word in words)


def _trimmed(line: Line, at: int, canvas: Canvas) -> Line:
    """A line without the reporter's name before it, a headline also without the date and counters behind it."""
    if line.kind == "row":
        return line
    raw = canvas.span(line.start, line.end)
    by = vocab.BYLINE.match(raw)
    meta = vocab.POST_META.search(raw) if at < 5 else None
    start = line.start + (by.end() if by else 0)
    end = line.start + meta.start() if meta and meta.start() else line.end
    if (start, end) == (line.start, line.end):
        return line
    trimmed = line_of(canvas, start, end)
    return replace(line, start=trimmed.start, end=trimmed.end, text=trimmed.text) if trimmed else line


def _without_suspects(lines: Sequence[Line]) -> list[Line]:
    """Leave out what stands in menus, side bars and footers, unless nearly all of the text stands there."""
    sure = [line for line in lines if not line.suspect]
    total = sum(len(line.text) for line in lines if line.links < 0.5)
    told = sum(len(line.text) for line in sure if line.links < 0.5)
    return list(lines) if told < _SURE_SHARE * total else sure


def _without_sections(lines: Sequence[Line]) -> list[Line]:
    """Leave out sections headed "Related posts" and the like, down to the next heading of their rank."""
    kept: list[Line] = []
    level = 0
    for line in lines:
        if line.kind == "heading":
            if level and line.level <= level:
                level = 0
            if not level and vocab.SECTION.match(line.text):
                level = line.level
        if not level:
            kept.append(line)
    return kept


def _without_link_lists(lines: Sequence[Line]) -> list[Line]:
    """Leave out links that stand as paragraphs, and lists of links above the first or below the last sentence."""
    told = [at for at, line in enumerate(lines) if _tells(line)]
    first, last = (told[0], told[-1]) if told else (len(lines), -1)
    kept: list[Line] = []
    for at, line in enumerate(lines):
        link = line.links > 0.8 and len(line.text) < 120 and not has_full_stop(line.text)
        if not link or line.kind == "heading" or (line.kind == "item" and first < at < last):
            kept.append(line)
    return kept


def _tells(line: Line) -> bool:
    """Whether a line is certainly text: a sentence or the row of a table."""
    return line.kind == "row" or (line.links < 0.5 and has_full_stop(line.text))


def _mark_menus(lines: Sequence[Line], dropped: list[bool]) -> None:
    """Columns of words above the first sentence."""
    first = next((at for at, line in enumerate(lines) if _tells(line)), 0)
    words = [len(line.text) <= _MENU_WORD and not _DIGIT_OR_COLON.search(line.text) for line in lines[:first]]
    for start, end in _runs(words):
        group = [line.group for line in lines[start:end]]
        if end - start >= _LEAST_MENU and len(set(group)) == 1 and lines[start].kind in ("text", "item"):
            dropped[start:end] = [True] * (end - start)


def _mark_link_sections(lines: Sequence[Line], dropped: list[bool]) -> None:
    """In a text without headings: lines like "More on this story" below the first sentence, and the headlines below."""
    told = inside = False
    for at, line in enumerate(lines):
        tells = _tells(line)
        told = told or tells
        if line.kind == "text" and told and vocab.SECTION.match(line.text):
            inside = True
        elif tells or line.kind == "heading":
            inside = False
        dropped[at] = dropped[at] or inside


def _mark_lists(lines: Sequence[Line], dropped: list[bool]) -> None:
    """Lists of posts: a head naming their columns, or a run of rows each with number, headline and date."""
    loose = [line.kind not in ("row", "heading") and len(line.text) < 260 for line in lines]
    numbered = [fits and bool(vocab.LISTED.match(line.text)) for fits, line in zip(loose, lines, strict=True)]
    dated = [fits and bool(vocab.DATED.match(line.text)) for fits, line in zip(loose, lines, strict=True)]
    for flags, least in ((numbered, 3), (dated, 4)):
        for start, end in _runs(flags):
            if end - start >= least:
                dropped[start:end] = [True] * (end - start)
    for at, line in enumerate(lines):
        dropped[at] = dropped[at] or is_list_head(line.text)


def _runs(flags: Sequence[bool]) -> list[tuple[int, int]]:
    """Where runs of true values start and end."""
    runs: list[tuple[int, int]] = []
    start = -1
    for at, flag in enumerate([*flags, False]):
        if flag and start < 0:
            start = at
        elif not flag and start >= 0:
            runs.append((start, at))
            start = -1
    return runs


def _mark_tip_off(lines: Sequence[Line], dropped: list[bool]) -> None:
    """The contact lines below "we wait for your tips"; an address anywhere else stays."""
    for at, line in enumerate(lines):
        if not dropped[at] or not vocab.TIP_OFF.search(line.text):
            continue
        for below in range(at + 1, min(at + 6, len(lines))):
            if not vocab.CONTACT.match(lines[below].text):
                break
            dropped[below] = True


def _mark_repeated_title(lines: Sequence[Line], dropped: list[bool]) -> None:
    """A title that stands again a few lines below: what is in between is the head of the page, not its text."""
    top = next((at for at, gone in enumerate(dropped[:_HEAD_LINES]) if not gone), 0)
    if not lines or lines[top].kind == "row":
        return
    title = squeezed(lines[top].text)
    below = range(top + 1, min(top + _HEAD_LINES, len(lines)))
    again = max((at for at in below if squeezed(lines[at].text) == title), default=0)
    if len(title) >= 4 and again and all(len(line.text) < 120 for line in lines[:again]):
        dropped[top + 1 : again + 1] = [True] * (again - top)


def _mark_surrounded(lines: Sequence[Line], dropped: list[bool]) -> None:
    """A short line between two that were dropped (or the edge of the text) goes with them."""
    for at, line in enumerate(lines):
        before = at > 0 and dropped[at - 1]
        after = at + 1 == len(lines) or dropped[at + 1]
        short = len(line.text) <= _SURROUNDED and line.kind in ("text", "item") and not ends_sentence(line.text)
        if before and after and short:
            dropped[at] = True
