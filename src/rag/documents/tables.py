"""Table rows as lines that make sense alone: `caption: column: value, column: value`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.documents.lines import Line
from rag.documents.vocabulary import LIST_COLUMNS

_SPACED = re.compile(r"(?<![가-힣])[가-힣](?: [가-힣])+(?![가-힣])")
_FIGURE = re.compile(r"\W*\d[\d,.]*\s*\D{0,4}")
_YEAR = re.compile(r"(?:19|20)\d\d\s*(?:년|[.)]|H\d|Q\d)?")
MAX_SPAN = 200  # rows or columns that one cell is believed to span


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as written."""

    text: str
    start: int
    end: int
    head: bool = False
    rows: int = 1
    columns: int = 1


def close_up(text: str) -> str:
    """A heading set with spaces between its syllables, closed up: `기 술 분 야` -> `기술분야`."""
    return _SPACED.sub(lambda match: match.group().replace(" ", ""), text)


def is_listing(names: Sequence[str]) -> bool:
    """Whether column names are those of a list of posts (number, headline, author, date), not of a table of facts."""
    known = sum(name.casefold() in LIST_COLUMNS for name in names)
    return known >= 3 and known >= len(names) - 1


def row_lines(rows: Sequence[Sequence[Cell]], caption: str = "", group: int = 0) -> list[Line]:
    """The rows below the header as lines of kind "row"; none for a list of posts or a header without rows."""
    grid = _grid([row for row in rows if any(cell.text for cell in row)])
    if not grid:
        return []
    heads = _head_rows(grid)
    if heads == 0 and len(grid[0]) >= 2 and _is_record(grid):
        return [line for row in grid for line in _record_lines(row, caption, group)]
    names = [_column_name([row[column] for row in grid[:heads]]) for column in range(len(grid[0]))]
    if is_listing(names):
        return []
    return _body(grid[heads:], names, caption, group)


def _grid(rows: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    """Rows of equal length, a spanning cell repeated in every place it covers."""
    grid: list[list[Cell]] = []
    pending: dict[int, tuple[Cell, int]] = {}  # column -> a cell from above and how many rows it still covers
    for row in rows:
        grid.append(_filled(list(row), pending))
    width = min(max((len(row) for row in grid), default=0), MAX_SPAN)
    return [(row + [Cell("", row[-1].end, row[-1].end)] * (width - len(row)))[:width] for row in grid if row]


def _filled(row: list[Cell], pending: dict[int, tuple[Cell, int]]) -> list[Cell]:
    placed: list[Cell] = []
    while (row or len(placed) in pending) and len(placed) < MAX_SPAN:
        column = len(placed)
        if column in pending:
            cell, left = pending.pop(column)
            placed.append(cell)
            if left > 1:
                pending[column] = (cell, left - 1)
            continue
        cell = row.pop(0)
        for offset in range(min(cell.columns, MAX_SPAN)):
            placed.append(cell)
            if cell.rows > 1:
                pending[column + offset] = (cell, min(cell.rows, MAX_SPAN) - 1)
    return placed


def _head_rows(grid: Sequence[Sequence[Cell]]) -> int:
    """How many rows at the top name the columns."""
    marked = 0
    while marked < len(grid) and all(cell.head for cell in grid[marked]):
        marked += 1
    if marked or any(cell.head for row in grid for cell in row):
        return marked if marked < len(grid) else min(1, len(grid))
    return 0 if any(_is_value(cell.text) for cell in grid[0]) or not grid[0][-1].text else 1


def _is_value(text: str) -> bool:
    return bool(_FIGURE.fullmatch(text)) and not _YEAR.fullmatch(text)


def _is_record(grid: Sequence[Sequence[Cell]]) -> bool:
    """Whether the names stand on the left of their values instead of above them."""
    named = sum(row[0].head for row in grid)
    return named == len(grid) or len(grid[0]) == 2


def _record_lines(row: Sequence[Cell], caption: str, group: int) -> list[Line]:
    pairs: list[tuple[str, str]] = []
    name = ""
    for cell in dict.fromkeys(row):
        if cell.head or not name:
            name = close_up(cell.text)
        else:
            pairs.append((name, cell.text))
    return _line(tuple(pair for pair in pairs if pair[1]), row, caption, group)


def _column_name(cells: Sequence[Cell]) -> str:
    return " ".join(dict.fromkeys(close_up(cell.text) for cell in cells if cell.text))


def _body(rows: Sequence[Sequence[Cell]], names: Sequence[str], caption: str, group: int) -> list[Line]:
    lines: list[Line] = []
    above: list[str] = [""] * len(names)
    label = ""
    for row in rows:
        values = [cell.text for cell in row]
        if len(names) > 2 and len(set(row)) == 1:  # one cell over the whole width: a label for the rows below
            label = values[0]
            continue
        values = _inherited(values, above)
        above = values
        titled = f"{caption} - {label}" if caption and label else caption or label
        lines += _line(tuple((n, v) for n, v in zip(names, values, strict=True) if v), row, titled, group)
    return lines


def _inherited(values: list[str], above: Sequence[str]) -> list[str]:
    """Empty cells at the start of a row belong to the group of the row above."""
    filled = list(values)
    for column, value in enumerate(values):
        if value:
            break
        filled[column] = above[column]
    return filled if any(values) else values


def _line(cells: tuple[tuple[str, str], ...], row: Sequence[Cell], caption: str, group: int) -> list[Line]:
    own = [cell for cell in row if cell.text]
    if not cells or not own:
        return []
    pairs = ", ".join(f"{name}: {value}" if name else value for name, value in dict.fromkeys(cells))
    text = f"{caption}: {pairs}" if caption else pairs
    start, end = min(cell.start for cell in own), max(cell.end for cell in own)
    return [Line(start, end, text, kind="row", group=group, caption=caption, cells=cells)]
