"""Tables in plain text: columns told apart by tabs, by wide gaps, or by the figures at the end of each line."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag.documents.lines import trim
from rag.documents.masking import Canvas
from rag.documents.tables import Cell

Span = tuple[int, int, int]  # start, end and group of a line
Split = Callable[[str], list[tuple[int, int]]]  # a line -> where its cells start and end

_GAP = re.compile(r"(?<=\S)(?: {2,}|\u3000+)(?=\S)")
_FIGURE = r"[-+▲△▼▽]?\d[\d,.]*(?:%p?|[가-힣]{1,3}|[a-zA-Z]{1,2})?|-"
_FIGURES = re.compile(rf"(?:\s+(?:{_FIGURE})){{2,}}\s*$")
_YEAR = re.compile(r"(?:19|20)\d\d년?$")
_CAPTION = re.compile(r"[\[<(【〈《*# \t]*(?:표|table|tab\.)\s*[\d.\-–]*\s*[\]>)】〉》.:]?", re.I)
_LABEL = re.compile(r"[\[<(【〈《]\s*((?:표|table|tab\.)\s*[\d.\-–]*)\s*[\]>)】〉》]\s*", re.I)
_FRAMED = re.compile(r"[<〈《\[【]\s*([^<>\[\]]+?)\s*[>〉》\]】]$")
_MAX_LINE = 300  # characters of a line that may be a row without tabs
_MAX_CELL = 60  # and of its cells


def table_at(lines: Sequence[str], spans: Sequence[Span], at: int) -> tuple[int, Split]:
    """Where the table begun at a line ends (at the next line if there is none), and how its lines are split."""
    if "\t" in lines[at].rstrip():
        return _run(lines, spans, at, _by_tabs, least=2), _by_tabs
    if len(lines[at]) <= _MAX_LINE:
        end = _run(lines, spans, at, _by_gaps, least=3) if _GAP.search(lines[at]) else at + 1
        if end > at + 1:
            return end, _by_gaps
        figures = _figures(lines[at + 1]) if at + 1 < len(lines) else 0
        if figures and _names(lines[at], figures + 1):
            return _figures_end(lines, spans, at, figures), _by_words(figures)
    return at + 1, _by_tabs


def cells(canvas: Canvas, span: Span, line: str, split: Split) -> list[Cell]:
    """The cells of a line."""
    found: list[Cell] = []
    for start, end in split(line):
        place = trim(canvas.span(span[0] + start, span[0] + end), span[0] + start) or (span[0] + start,) * 2
        found.append(Cell(canvas.readable(*place).lstrip("·• "), *place))
    return found


def is_marked_caption(line: str) -> bool:
    """Whether a line is marked as a caption: `[표 1] ...`, `Table 1. ...`, `< ... >`."""
    return bool(_CAPTION.match(line)) or bool(_FRAMED.match(line))


def is_caption(line: str) -> bool:
    """Whether the line above a table may be its caption."""
    return is_marked_caption(line) or (len(line) <= 60 and not line.endswith((".", "다")))


def tidy_caption(caption: str) -> str:
    """`[표1] 2021년 순위` -> `표1 2021년 순위`."""
    framed = _FRAMED.match(caption)
    return _LABEL.sub(lambda match: f"{match[1]} ", framed[1] if framed else caption).strip(" :：*#")


def _run(lines: Sequence[str], spans: Sequence[Span], at: int, split: Split, least: int) -> int:
    """Where a run of at least so many lines with the same number of cells ends; one cell too many is let pass."""
    count = len(split(lines[at]))
    end = at + 1
    while count > 1 and end < len(lines) and spans[end][2] - spans[at][2] <= end - at:
        if len(split(lines[end])) not in (count, count + 1):
            break
        end += 1
    return end if end - at >= least else at + 1


def _by_tabs(line: str) -> list[tuple[int, int]]:
    return _between([match.span() for match in re.finditer("\t", line.rstrip())], len(line))


def _by_gaps(line: str) -> list[tuple[int, int]]:
    if len(line) > _MAX_LINE:
        return []
    found = _between([match.span() for match in _GAP.finditer(line)], len(line))
    return found if all(end - start <= _MAX_CELL for start, end in found) else []


def _between(gaps: Sequence[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    starts = [0, *(end for _, end in gaps)]
    ends = [*(start for start, _ in gaps), length]
    return list(zip(starts, ends, strict=True))


def _by_words(figures: int) -> Split:
    """Split before each of the last words, as many as there are figures in a row."""

    def split(line: str) -> list[tuple[int, int]]:
        words = [match.span() for match in re.finditer(r"\S+", line)]
        tail = words[-figures:]
        return [(words[0][0], tail[0][0]), *tail]

    return split


def _figures(line: str) -> int:
    match = _FIGURES.search(line) if len(line) <= _MAX_LINE else None
    return len(match.group().split()) if match else 0


def _names(line: str, count: int) -> bool:
    """Whether a line consists of so many names of columns: no figures but years."""
    words = line.split()
    return len(words) == count and not any(re.match(r"[-+]?\d", word) and not _YEAR.match(word) for word in words)


def _figures_end(lines: Sequence[str], spans: Sequence[Span], at: int, figures: int) -> int:
    end = at + 1
    while end < len(lines) and _figures(lines[end]) == figures and spans[end][2] - spans[at][2] <= end - at:
        end += 1
    return end if end - at >= 3 else at + 1
