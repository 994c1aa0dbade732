"""Plain text -> lines: bullets, tables with their captions, the table of contents; everything else line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.documents.columns import Span, cells, is_caption, is_marked_caption, table_at, tidy_caption
from rag.documents.headings import Contents
from rag.documents.lines import Line, line_of, squeezed
from rag.documents.markup import hide_note_marks, hide_tags
from rag.documents.masking import Canvas
from rag.documents.tables import row_lines

_BULLET = re.compile(r"(?![-–—] ?\d{1,4} ?[-–—]$)(?:[-*•●▪∙◦‣·○–—][ \t]+|[•●▪◦‣ㆍ](?=\S))(?=\S)")
_LETTERED = re.compile(r"[①-⑳❶-❿]|[가-하][.)]\s(?=\S)|\(?\d{1,2}\)\s(?=\S)")
_CONTENTS = re.compile(r"[\W_]*(?:목\s*차|차\s*례|(?:table\s+of\s+)?contents)[\W_]*$", re.I)
_PAGE_NUMBER = re.compile(r"(?P<title>.*?\S)(?:\t+|\s*[.·…‥]{3,}\s*|\s{3,})(?P<page>\d{1,4})?\s*$")
_NUMBERED = re.compile(r"(?:\d+|[IVXⅠ-Ⅻ]+)[.)]?\s|제\s?\d+\s?[장부편]")
_DEEPER = re.compile(r"\s*\d+[.-]\d")
_CONTENTS_SCOPE = 200  # lines from the top among which a table of contents starts
_MAX_CONTENTS = 400  # lines it may have
_MAX_ENTRY = 200  # characters of one of them


def read_plain(text: str, canvas: Canvas, start: int = 0) -> tuple[list[Line], Contents]:
    """The lines of a plain text and the headings its table of contents names (the table itself is left out)."""
    hide_tags(canvas, text, start)
    hide_note_marks(canvas)
    spans = list(_spans(text, start))
    raws = [text[begin:end] for begin, end, _ in spans]
    first, last = _contents_span(raws)
    contents = _contents(raws[first + 1 : last])
    del spans[first:last], raws[first:last]
    return list(_with_tables(raws, spans, canvas)), contents


def _spans(text: str, start: int) -> Iterator[Span]:
    """Start, end and group of the lines that are not blank; a blank line or a page break starts a new group."""
    group = 0
    for line in re.finditer(r"[^\n\f\v]+|[\f\v]|\n(?=\n)", text[start:]):
        if line.group().isspace() or not line.group().strip("\ufeff\u200b"):
            group += 1
        else:
            yield start + line.start(), start + line.end(), group


def _with_tables(raws: Sequence[str], spans: Sequence[Span], canvas: Canvas) -> Iterator[Line]:
    at = 0
    waiting: Line | None = None  # the last line, which may turn out to be the caption of a table
    while at < len(spans):
        end, split = table_at(raws, spans, at)
        if end == at + 1:
            if waiting:
                yield waiting
            waiting = _line(canvas, spans[at])
        else:
            caption = waiting.text if waiting and is_caption(waiting.text) else ""
            if waiting and not is_marked_caption(caption):
                yield waiting
            waiting = None
            rows = [cells(canvas, spans[row], raws[row], split) for row in range(at, end)]
            yield from row_lines(rows, tidy_caption(caption), spans[at][2])
        at = end
    if waiting:
        yield waiting


def _line(canvas: Canvas, span: Span) -> Line | None:
    line = line_of(canvas, span[0], span[1], group=span[2])
    if line is None:
        return None
    bullet = _BULLET.match(canvas.span(line.start, line.end))
    if bullet is None:
        return replace(line, kind="item") if _LETTERED.match(line.text) else line
    framed = bullet.group().strip() in "-–—" and line.text.endswith((" -", " –", " —"))
    return line_of(canvas, line.start + bullet.end(), line.end - 2 * framed, kind="item", group=span[2])


# --- table of contents ----------------------------------------------------------------------------------------


def _contents_span(raws: Sequence[str]) -> tuple[int, int]:
    """Which lines are the table of contents, its name included; an empty span where there is none."""
    for at in range(min(len(raws), _CONTENTS_SCOPE)):
        if len(raws[at]) < 40 and _CONTENTS.match(raws[at]):
            return at, _contents_end(raws, at + 1)
    return 0, 0


def _contents_end(raws: Sequence[str], at: int) -> int:
    """Entries have a page number, or stand again further down; the first that has stood before is a heading."""
    names = [squeezed(raw[:_MAX_ENTRY].strip(" \t0123456789")) for raw in raws]
    last = {name: number for number, name in enumerate(names)}
    seen: set[str] = set()
    end = at
    for number in range(at, min(len(raws), at + _MAX_CONTENTS)):
        raw, name = raws[number], names[number]
        shaped = len(raw) < _MAX_ENTRY and (raw.rstrip(" ").endswith("\t") or _PAGE_NUMBER.match(raw))
        if name in seen or (not shaped and last[name] == number):
            break
        seen.add(name)
        end = number + 1
    return end


def _contents(raws: Sequence[str]) -> Contents:
    contents: Contents = {}
    for raw in raws:
        match = _PAGE_NUMBER.match(raw)
        title = (match["title"] if match else raw).strip()
        bullet = _BULLET.match(title)
        deep = bool(bullet) or raw.startswith(("  ", "\t")) or bool(_DEEPER.match(title))
        title = title[bullet.end() :] if bullet else title
        contents[squeezed(title)] = 3 if deep and not _NUMBERED.match(title) else 2
    return contents
