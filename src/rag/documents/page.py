"""The text of a page between its block tags, and the tables among it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rag.documents.lines import Line, LineKind
from rag.documents.masking import Canvas
from rag.documents.tables import Cell, row_lines

_LONGEST_CELL = 3000  # characters, tags included; a table with a longer cell lays out a page


@dataclass(slots=True)
class Run:
    """Text between two block tags, or a table in its place."""

    start: int
    end: int
    kind: LineKind
    level: int
    group: int
    suspect: bool = False  # stands where menus and the like stand
    chars: int = 0  # characters that are no white space,
    linked: int = 0  # those of them inside links,
    bold: int = 0  # and inside bold type
    table: PageTable | None = None


@dataclass(slots=True)
class CellSpan:
    """Where the text of a cell stands; -1 while it has none."""

    head: bool
    rows: int
    columns: int
    start: int = -1
    end: int = -1

    def read(self, canvas: Canvas) -> Cell:
        """The cell with its text."""
        if self.start < 0:
            return Cell("", 0, 0, self.head, self.rows, self.columns)
        text = canvas.readable(self.start, self.end)
        return Cell(text, self.start, self.end, self.head, self.rows, self.columns)


@dataclass(slots=True)
class PageTable:
    """A `<table>` while its rows are read."""

    first: int  # index of its first run
    group: int
    suspect: bool
    rows: list[list[CellSpan]] = field(default_factory=list)
    caption: tuple[int, int] | None = None
    cell: CellSpan | None = None  # the open one
    nested: bool = False  # holds a table

    def start_cell(self, head: bool, known: Mapping[str, str]) -> None:
        """Open a cell with the attributes of its tag."""
        if not self.rows:
            self.rows.append([])
        self.cell = CellSpan(head, _span(known.get("rowspan")), _span(known.get("colspan")))
        self.rows[-1].append(self.cell)

    def extend_cell(self, run: Run) -> None:
        """Add a run of text to the open cell."""
        if self.cell is not None:
            self.cell.start = run.start if self.cell.start < 0 else self.cell.start
            self.cell.end = run.end

    def holds_facts(self, runs: Sequence[Run]) -> bool:
        """Whether it is a table of facts, not one that lays out a page: several rows, no headings, no table inside."""
        rows = [row for row in self.rows if len(row) >= 2 or any(cell.columns > 1 for cell in row)]
        if self.nested or (len(rows) < 2 and not (rows and any(cell.head for cell in rows[0]))):
            return False
        filled = [cell for row in self.rows for cell in row if cell.start >= 0]
        longest = max((cell.end - cell.start for cell in filled), default=0)
        return bool(filled) and longest < _LONGEST_CELL and all(run.kind != "heading" for run in runs)

    def lines(self, canvas: Canvas) -> list[Line]:
        """Its rows as lines."""
        caption = canvas.readable(*self.caption) if self.caption else ""
        return row_lines([[cell.read(canvas) for cell in row] for row in self.rows], caption, self.group)


def _span(value: str | None) -> int:
    return int(value) if value and value.isascii() and value.isdigit() and 0 < len(value) < 4 and int(value) else 1
