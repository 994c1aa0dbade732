"""Markdown -> lines. Marks of emphasis, links and code are hidden in place; a pipe table's rows become lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from rag.documents.columns import is_marked_caption, tidy_caption
from rag.documents.lines import Line, LineKind, line_of, trim
from rag.documents.markup import hide_note_marks, hide_tags
from rag.documents.masking import Canvas
from rag.documents.tables import Cell, row_lines

_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|$)(.*?)(?:[ \t]+#+)?[ \t]*$")
_SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_RULE = re.compile(r" {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_LIST = re.compile(r"[ \t]*(?:[-*+•][ \t]+(?:\[[ xX]\][ \t]+)?|\d{1,3}[.)][ \t]+)(?=\S)")
_QUOTE = re.compile(r" {0,3}(?:>[ \t]?)+(?:\[![A-Z]+\][ \t]*)?")
_DELIMITER = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_DEFINITION = re.compile(r" {0,3}\[[^\]\n]{1,200}\]:[ \t]*\S")
_PIPED = re.compile(r"((?:\\\||[^|])*)(?:\||$)")
_TABBED = re.compile(r"([^\t]*)(?:\t|$)")

_SNIFF = re.compile(r"^#{1,6} \S", re.M)
_SNIFF_TABLE = re.compile(r"^[ \t]*\|(?:[ \t]*:?-{2,}:?[ \t]*\|)+[ \t]*$", re.M)
_IMAGE = re.compile(
    r"!\[[^\]\n]{0,500}\](?:\([^()\n]{0,1000}(?:\([^()\n]{0,300}\)[^()\n]{0,300})?\)|\[[^\]\n]{0,200}\])"
)
_LINK = re.compile(
    r"\[((?:[^\[\]\n]|\[[^\[\]\n]{0,200}\]){1,500})\](\([^()\n]{0,1000}(?:\([^()\n]{0,300}\)[^()\n]{0,300})?\)|\[[^\]\n]{0,200}\])"
)
_REFERENCE = re.compile(r"\[\^[^\]\s]{1,50}\]")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^<>\s]{1,1000}|[^<>\s@]{1,100}@[^<>\s@]{1,100})>")
_STRONG = re.compile(r"(\*\*|__|~~)(?=\S)([^\n]{1,1000}?)(?<=\S)\1")
_EMPHASIS = re.compile(
    r"(?<![\w*])([*_])(?=[^\s*_])([^\n*_]{1,500}?)(?<=\S)\1(?!\w)|(?<!\*)(\*)(?=[^\s*])([^\n*]{1,500}?)(?<=\S)\3(?!\*)"
)
_CODE = re.compile(r"(`{1,3})(?=[^`])([^\n]{1,500}?)(?<=[^`])\1(?!`)")
_ESCAPE = re.compile(r"\\(?=[!-/:-@\[-`{-~])")
_HARD_BREAK = re.compile(r"(?: {2,}|\\)$")


@dataclass(frozen=True, slots=True)
class _Raw:
    """A line of the file."""

    start: int
    end: int
    text: str


def read_markdown(text: str, canvas: Canvas, start: int = 0) -> list[Line]:
    """The lines of a Markdown text: headings, paragraphs, list items, table rows."""
    hide_tags(canvas, text, start)
    raws = _raw_lines(canvas.span(start, len(text)), start)
    _hide_inline(canvas, raws)
    hide_note_marks(canvas)
    return list(_Reader(raws, canvas).lines())


def looks_like_markdown(text: str) -> bool:
    """Whether a text is Markdown whatever its file is called: two headings of it, or the head of a table."""
    return len(_SNIFF.findall(text, 0, 100_000)) >= 2 or bool(_SNIFF_TABLE.search(text, 0, 100_000))


def _raw_lines(text: str, offset: int) -> list[_Raw]:
    raws = []
    for line in text.split("\n"):
        raws.append(_Raw(offset, offset + len(line), line))
        offset += len(line) + 1
    return raws


def _hide_inline(canvas: Canvas, raws: list[_Raw]) -> None:
    """Hide the marks of emphasis, links and code, code itself left alone."""
    fence = ""
    for raw in raws:
        mark = _FENCE.match(raw.text)
        if mark and (not fence or raw.text.strip().startswith(fence)):
            fence = "" if fence else mark.group(1)
        elif not fence and len(raw.text) < 20_000:
            _hide_marks(canvas, raw)


def _hide_marks(canvas: Canvas, raw: _Raw) -> None:
    text, at = raw.text, raw.start
    if "[" in text:
        for image in _IMAGE.finditer(text):
            canvas.hide(at + image.start(), at + image.end())
        for link in _LINK.finditer(text):
            canvas.hide(at + link.start(), at + link.start(1))
            canvas.hide(at + link.end(1), at + link.end())
        for note in _REFERENCE.finditer(text):
            canvas.hide(at + note.start(), at + note.end())
    for auto in _AUTOLINK.finditer(text) if "<" in text else ():
        canvas.hide(at + auto.start(), at + auto.start() + 1)
        canvas.hide(at + auto.end() - 1, at + auto.end())
    for pattern in (_CODE, _STRONG, _EMPHASIS):
        for mark in pattern.finditer(text):
            size = len(mark.group(1) or mark.group(3) or "")
            canvas.hide(at + mark.start(), at + mark.start() + size)
            canvas.hide(at + mark.end() - size, at + mark.end())
    for escape in _ESCAPE.finditer(text) if "\\" in text else ():
        canvas.hide(at + escape.start(), at + escape.end())


class _Reader:
    """Groups the lines of the file into paragraphs, items and tables."""

    def __init__(self, raws: list[_Raw], canvas: Canvas) -> None:
        self.raws, self.canvas = raws, canvas
        self._group = 0
        self._parts: list[_Raw] = []
        self._kind: LineKind = "text"
        self._strong = False

    def lines(self) -> Iterator[Line]:
        """All lines, in order."""
        at = 0
        caption: Line | None = None
        while at < len(self.raws):
            end = self._table_end(at)
            if end > at:
                for line in self._flush():
                    yield from [caption] if caption else []
                    caption = line
                if caption is None or not is_marked_caption(caption.text):
                    yield from [caption] if caption else []
                    caption = None
                yield from self._table(at, end, tidy_caption(caption.text) if caption else "")
                caption, at = None, end
                continue
            for line in self._line(at):
                yield from [caption] if caption else []
                caption = line
            at = self._after(at)
        yield from [caption] if caption else []
        yield from self._flush()

    def _after(self, at: int) -> int:
        """The next line to read; a code fence is passed as a whole, a setext underline with its heading."""
        fence = _FENCE.match(self.raws[at].text)
        if fence:
            for end in range(at + 1, len(self.raws)):
                if self.raws[end].text.strip().startswith(fence.group(1)):
                    return end + 1
            return len(self.raws)
        return at + 1

    def _line(self, at: int) -> Iterator[Line]:
        raw = self.raws[at]
        heading, fence = _ATX.match(raw.text), _FENCE.match(raw.text)
        if not raw.text.replace("\x00", "").strip() or _DEFINITION.match(raw.text):
            yield from self._flush()
            self._group += 1
        elif heading:
            yield from self._flush()
            yield from self._made(
                raw.start + heading.start(2), raw.start + heading.end(2), "heading", len(heading.group(1))
            )
        elif fence:
            yield from self._flush()
            yield from self._code(at)
        elif self._parts and self._kind == "text" and _SETEXT.match(raw.text):
            yield from self._setext(1 if "=" in raw.text else 2)
        elif _RULE.match(raw.text):
            yield from self._flush()
            self._group += 1
        else:
            yield from self._words(raw)

    def _words(self, raw: _Raw) -> Iterator[Line]:
        """A line of words: the start of an item, or one more line of the paragraph."""
        quote = _QUOTE.match(raw.text)
        if quote:
            self.canvas.hide(raw.start, raw.start + quote.end())
        at = quote.end() if quote else 0
        item = _LIST.match(raw.text, at)
        if item:
            yield from self._flush()
            self._kind = "item"
            if not raw.text[at : item.end()].strip()[0].isdigit():
                at = item.end()
        self._parts.append(_Raw(raw.start + at, raw.end, raw.text))
        if _HARD_BREAK.search(raw.text):
            if raw.text.endswith("\\"):
                self.canvas.hide(raw.end - 1, raw.end)
            yield from self._flush()

    def _setext(self, level: int) -> Iterator[Line]:
        start, end = self._parts[0].start, self._parts[-1].end
        self._parts = []
        yield from self._made(start, end, "heading", level)

    def _code(self, at: int) -> Iterator[Line]:
        for raw in self.raws[at + 1 : self._after(at)]:
            if not _FENCE.match(raw.text):
                yield from self._made(raw.start, raw.end, "item")

    def _flush(self) -> Iterator[Line]:
        parts, self._parts = self._parts, []
        kind, self._kind = self._kind, "text"
        if parts:
            yield from self._made(parts[0].start, parts[-1].end, kind)

    def _made(self, start: int, end: int, kind: LineKind, level: int = 0) -> Iterator[Line]:
        self._group += 1
        line = line_of(self.canvas, start, end, kind=kind, level=level, group=self._group)
        if line:
            yield replace(line, strong=self._is_strong(line))

    def _is_strong(self, line: Line) -> bool:
        """Whether the whole line was set in bold."""
        before = self.canvas.span(max(line.start - 2, 0), line.start)
        return before == "\x00\x00" and line.kind == "text"

    # --- tables -----------------------------------------------------------------------------------------------

    def _table_end(self, at: int) -> int:
        """Where the table begun at a line ends, with pipes or with tabs between its cells; the line itself if none is."""
        end = at
        if self._is_piped(at):
            end = at + 2
            while end < len(self.raws) and "|" in self.raws[end].text and self.raws[end].text.strip():
                end += 1
        elif tabs := self._tabs(at):
            while self._tabs(end) == tabs:
                end += 1
        return end if end > at + 1 else at

    def _is_piped(self, at: int) -> bool:
        if at + 1 >= len(self.raws) or "|" not in self.raws[at].text or "-" not in self.raws[at + 1].text:
            return False
        return "|" in self.raws[at + 1].text and bool(_DELIMITER.match(self.raws[at + 1].text))

    def _tabs(self, at: int) -> int:
        """How many tabs part the words of a line."""
        text = self.raws[at].text if at < len(self.raws) else ""
        return 0 if _LIST.match(text) or _FENCE.match(text) else text.strip().count("\t")

    def _table(self, at: int, end: int, caption: str) -> list[Line]:
        self._group += 1
        if self._is_piped(at):
            raws, cell = [self.raws[at], *self.raws[at + 2 : end]], _PIPED
        else:
            raws, cell = self.raws[at:end], _TABBED
        rows = [self._cells(raw, cell, head=number == 0) for number, raw in enumerate(raws)]
        return row_lines(rows, caption.strip(" :："), self._group)

    def _cells(self, raw: _Raw, cell: re.Pattern[str], head: bool) -> list[Cell]:
        cells = []
        for match in cell.finditer(raw.text):
            edge = (match.start() == 0 or match.start(1) == len(raw.text)) and not match.group(1).strip()
            if edge:
                continue
            span = trim(
                self.canvas.span(raw.start + match.start(1), raw.start + match.end(1)), raw.start + match.start(1)
            )
            start, end = span or (raw.start + match.start(1),) * 2
            cells.append(Cell(self.canvas.readable(start, end), start, end, head))
        return cells
