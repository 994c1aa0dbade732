"""Plain text -> lines: bullets, tab-separated tables with their captions, everything else line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from rag.documents.lines import Line, line_of, squeezed, trim
from rag.documents.markup import hide_note_marks, hide_tags
from rag.documents.masking import Canvas
from rag.documents.tables import Cell, row_lines

_BULLET = re.compile(r"(?:[-*•●▪∙◦‣·○–—][ \t]+|[•●▪◦‣ㆍ](?=\S))(?=\S)")
_CAPTION = re.compile(r"^[\[<(【〈《*# \t]*(?:표|table|tab\.)\s*[\d.\-–]*\s*[\]>)】〉》.:]?", re.I)
_LABEL = re.compile(r"^[\[<(【〈《]\s*((?:표|table|tab\.)\s*[\d.\-–]*)\s*[\]>)】〉》]\s*", re.I)
_CONTENTS = re.compile(r"^[\W_]*(?:목\s*차|차\s*례|(?:table\s+of\s+)?contents)[\W_]*$", re.I)
_PAGE_NUMBER = re.compile(r"^(?P<title>.*?\S)(?:\t+|\s*[.·…‥]{3,}\s*|\s{3,})(?P<page>\d{1,4})?\s*$")
_NUMBERED = re.compile(r"^(?:\d+|[IVXⅠ-Ⅻ]+)[.)]?\s|^제\s?\d+\s?[장부편]")

Contents = dict[str, int]  # squeezed heading -> level, as the table of contents gives them


def read_plain(text: str, canvas: Canvas, start: int = 0) -> tuple[list[Line], Contents]:
    """The lines of a plain text and the headings its table of contents names (the table itself is left out)."""
    hide_tags(canvas, text, start)
    hide_note_marks(canvas)
    spans = list(_spans(text, start))
    toc = _contents_span(text, spans)
    contents = {} if toc is None else _contents([text[s:e] for s, e, _ in spans[toc[0] : toc[1]]])
    if toc is not None:
        del spans[toc[0] : toc[1]]
    return list(_with_tables(text, canvas, spans)), contents


def _spans(text: str, start: int) -> Iterator[tuple[int, int, int]]:
    """Start, end and group of the lines that are not blank; a blank line or a page break starts a new group."""
    group = 0
    for line in re.finditer(r"[^\n\f\v]+|[\f\v]|\n(?=\n)", text[start:]):
        if line.group().isspace() or not line.group().strip("\ufeff\u200b"):
            group += 1
        else:
            yield start + line.start(), start + line.end(), group


# --- tables ---------------------------------------------------------------------------------------------------


def _with_tables(text: str, canvas: Canvas, spans: list[tuple[int, int, int]]) -> Iterator[Line]:
    at = 0
    waiting: Line | None = None  # the last line, which may turn out to be the caption of a table
    while at < len(spans):
        end = _table_end(text, spans, at)
        if end - at < 2:
            if waiting:
                yield waiting
            waiting, at = _line(canvas, *spans[at]), at + 1
            continue
        caption = waiting.text if waiting and _is_caption(waiting.text, spans, at) else ""
        if waiting and not (caption and _CAPTION.match(caption)):
            yield waiting
        rows = [_cells(text, canvas, s, e) for s, e, _ in spans[at:end]]
        yield from row_lines(rows, tidy_caption(caption), spans[at][2])
        waiting, at = None, end
    if waiting:
        yield waiting


def _table_end(text: str, spans: list[tuple[int, int, int]], at: int) -> int:
    """Where the run of lines with the same number of tabs, begun at `at`, ends."""
    tabs = text.count("\t", *_stripped(text, *spans[at][:2]))
    end = at + 1
    if tabs == 0:
        return end
    while end < len(spans) and spans[end][2] - spans[at][2] <= end - at:
        if text.count("\t", spans[end][0], _stripped(text, *spans[end][:2])[1]) not in (tabs, tabs + 1):
            break
        end += 1
    return end


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    return start, start + len(text[start:end].rstrip())


def _is_caption(line: str, spans: list[tuple[int, int, int]], at: int) -> bool:
    return bool(_CAPTION.match(line)) or (len(line) <= 60 and not line.endswith((".", "다")))


def tidy_caption(caption: str) -> str:
    """`[표1] 2021년 순위` -> `표1 2021년 순위`."""
    return _LABEL.sub(lambda match: f"{match[1]} ", caption).strip(" :：*#")


def _cells(text: str, canvas: Canvas, start: int, end: int) -> list[Cell]:
    cells: list[Cell] = []
    at = start
    for part in text[start:end].split("\t"):
        span = trim(canvas.span(at, at + len(part)), at) or (at, at)
        cells.append(Cell(canvas.readable(*span).lstrip("·• "), *span))
        at += len(part) + 1
    return cells


def _line(canvas: Canvas, start: int, end: int, group: int) -> Line | None:
    line = line_of(canvas, start, end, group=group)
    if line is None:
        return None
    bullet = _BULLET.match(canvas.span(line.start, line.end))
    if bullet is None:
        return line
    item = line_of(canvas, line.start + bullet.end(), line.end, group=group)
    return replace(item, kind="item") if item else None


# --- table of contents ----------------------------------------------------------------------------------------


def _contents_span(text: str, spans: list[tuple[int, int, int]]) -> tuple[int, int] | None:
    """Which lines are the table of contents: below its name, lines with page numbers or that stand again further down."""
    for at in range(min(len(spans), 200)):
        if _CONTENTS.match(text[spans[at][0] : spans[at][1]]):
            return at, _contents_end(text, spans, at + 1)
    return None


def _contents_end(text: str, spans: list[tuple[int, int, int]], at: int) -> int:
    lines = [squeezed(text[s:e].strip(" \t0123456789")) for s, e, _ in spans]
    again = {line: number for number, line in enumerate(lines)}  # where a line stands for the last time
    end = at
    for number in range(at, min(len(spans), at + 400)):
        raw = text[spans[number][0] : spans[number][1]]
        shaped = _PAGE_NUMBER.match(raw) or raw.rstrip(" ").endswith("\t")
        if not shaped and again[lines[number]] == number:
            break
        if lines[number] in lines[at:number]:
            break  # the first heading of the text itself
        end = number + 1
    return end


def _contents(raws: list[str]) -> Contents:
    contents: Contents = {}
    for raw in raws[1:]:
        match = _PAGE_NUMBER.match(raw)
        title = (match["title"] if match else raw).strip()
        bullet = _BULLET.match(title)
        deep = bool(bullet) or raw.startswith(("  ", "\t")) or bool(re.match(r"\d+[.-]\d", title))
        title = title[bullet.end() :] if bullet else title
        contents[squeezed(title)] = 3 if deep and not _NUMBERED.match(title) else 2
    return contents
