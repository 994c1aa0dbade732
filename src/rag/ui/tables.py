"""Tables behind an answer: when it cites table rows, the rows around them, with the cited ones marked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from rag.types import Citation, Language, Passage, Sentence
from rag.ui.texts import attribute, both


@dataclass(frozen=True, slots=True)
class Row:
    """Cells in the order of the table's columns, and the markers that cite the row."""

    cells: tuple[str, ...]
    markers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one table of one document."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    language: Language

    def column(self, index: int) -> list[str]:
        """The cells of one column."""
        return [row.cells[index] for row in self.rows]


def overlaps(sentence: Sentence, start: int, end: int) -> bool:
    """Whether the sentence and the span of the document share a character."""
    return sentence.start < end and start < sentence.end


def table_of(rows: Sequence[Sentence], language: Language, markers: Callable[[Sentence], tuple[int, ...]]) -> Table:
    """Rows of one table, each with the markers that cite it."""
    marked = tuple(Row(tuple(value for _, value in row.cells), markers(row)) for row in rows)
    return Table(rows[0].caption, _columns(rows[0]), marked, language)


def cited_tables(citations: Sequence[Citation], passages: Mapping[str, Passage]) -> tuple[Table, ...]:
    """The tables whose rows are cited, in the order of their first citation; tables of a single row are left out."""
    known = [(citation, passages[citation.passage_id]) for citation in citations if citation.passage_id in passages]
    groups: dict[tuple[str, str, tuple[str, ...]], dict[str, Passage]] = {}
    for citation, passage in known:
        for row in passage.sentences:
            if row.cells and overlaps(row, citation.start, citation.end):
                groups.setdefault((citation.document, row.caption, _columns(row)), {})[passage.id] = passage
    tables = (_merged(key, list(group.values()), citations) for key, group in groups.items())
    return tuple(table for table in tables if len(table.rows) > 1)


def _merged(key: tuple[str, str, tuple[str, ...]], passages: list[Passage], citations: Sequence[Citation]) -> Table:
    """One table from the passages it is spread over."""
    document, caption, columns = key
    sentences = {row.start: row for passage in passages for row in passage.sentences}
    rows = [row for _, row in sorted(sentences.items()) if row.caption == caption and _columns(row) == columns]
    own = [citation for citation in citations if citation.document == document]
    return table_of(
        rows, passages[0].language, lambda row: tuple(c.marker for c in own if overlaps(row, c.start, c.end))
    )


def _columns(sentence: Sentence) -> tuple[str, ...]:
    return tuple(column for column, _ in sentence.cells)


def table_html(table: Table, interface: Language) -> str:
    """The table as HTML with its caption; cited rows are marked for the eye and for a screen reader."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in table.columns)
    body = "".join(_row_html(row, interface) for row in table.rows)
    name = escape(table.caption)
    caption = f"<caption>{name}</caption>" if name else ""
    region = f'role="region" aria-label="{name}"' if name else ""
    html = f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="table-frame" lang="{table.language}" tabindex="0" {region}>{html}</div>'


def _row_html(row: Row, interface: Language) -> str:
    first, *rest = row.cells
    hit = f' class="hit" {attribute("aria-description", both("cited_row"), interface)}' if row.markers else ""
    cells = "".join(f"<td>{escape(cell)}</td>" for cell in rest)
    return f'<tr{hit}><th scope="row">{escape(first)}</th>{cells}</tr>'
