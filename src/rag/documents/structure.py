"""Lines -> blocks: footnotes left out, broken lines joined, headings found, questions put above their answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.documents.headings import Contents, with_bold, with_headings, with_title
from rag.documents.joining import joined, without_notes
from rag.documents.lines import ANSWER, QUESTION, QUESTION_LEVEL, Line
from rag.documents.masking import FILL, Canvas
from rag.types import Block

_LEADING = re.compile(r"[◆◇■□▣▲△▶▷●○◎★☆✔✓☑▪◾※][\s\x00]*(?=[^\s\x00])")
_MAX_QUESTION = 300


def arrange(lines: Sequence[Line], canvas: Canvas, contents: Contents, guess: bool) -> list[Block]:
    """The blocks of a document. `guess`: its format marks no headings, so they are told by their shape and place."""
    kept = without_notes(lines, canvas)
    if not any(line.kind == "heading" and line.level == 1 for line in kept):
        kept = with_title(kept, canvas, contents)
    kept = _with_questions(joined(kept, canvas, guess), canvas)
    kept = with_headings(kept, canvas, contents) if guess else with_bold(kept)
    return [_block(_without_ornament(line, canvas)) for line in _with_captions(kept)]


def _block(line: Line) -> Block:
    if line.kind == "text" or line.kind == "caption":
        return Block("paragraph", line.text, line.start, line.end)
    return Block(line.kind, line.text, line.start, line.end, line.level, line.caption, line.cells)


def _without_ornament(line: Line, canvas: Canvas) -> Line:
    """A line without the square or arrow before it."""
    mark = _LEADING.match(canvas.span(line.start, line.end)) if line.kind != "row" else None
    if mark is None:
        return line
    start = line.start + mark.end()
    return replace(line, start=start, text=canvas.readable(start, line.end))


def _with_captions(lines: Sequence[Line]) -> list[Line]:
    """A table without a caption takes the heading above it."""
    found: list[Line] = []
    heading = ""
    for line in lines:
        if line.kind == "heading":
            heading = line.text
        elif line.kind == "row" and not line.caption and heading:
            line = replace(line, caption=heading, text=f"{heading}: {line.text}")
        found.append(line)
    return found


def _with_questions(lines: list[Line], canvas: Canvas) -> list[Line]:
    """`Q ...` becomes a heading and the mark of `A ...` is passed over, where both stand in the document."""
    asked = sum(bool(QUESTION.match(line.text)) for line in lines if line.kind != "row")
    answered = sum(bool(ANSWER.match(line.text)) for line in lines if line.kind != "row")
    if not asked or not answered or answered > 3 * asked:
        return lines
    return [line if line.kind == "row" else _turn(line, canvas) for line in lines]


def _turn(line: Line, canvas: Canvas) -> Line:
    question = QUESTION.match(line.text) if len(line.text) <= _MAX_QUESTION else None
    mark = question or ANSWER.match(line.text)
    if mark is None:
        return line
    start = line.start + _raw_length(canvas.span(line.start, line.end), len(mark.group().rstrip()))
    while start < line.end and not canvas.readable(start, start + 1):
        start += 1
    text = canvas.readable(start, line.end)
    if not text:
        return line
    if question:
        return replace(line, start=start, text=text, kind="heading", level=QUESTION_LEVEL)
    return replace(line, start=start, text=text)


def _raw_length(raw: str, readable: int) -> int:
    """How far into `raw` its first `readable` visible characters reach."""
    seen = 0
    for at, char in enumerate(raw):
        if seen == readable:
            return at
        seen += char != FILL
    return len(raw)
