"""Answers from table rows: the row that is asked for, and of it the columns that are asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from rag.figures import find_figures
from rag.questions import Question
from rag.types import Sentence

_NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?")
_RANK_COLUMN = re.compile(r"순위|등수|\brank|position|\bno\b|#", re.IGNORECASE)


def numeric(value: str) -> Decimal | None:
    """The number a cell holds, if it starts with one."""
    match = _NUMBER.match(value.strip())
    try:
        return Decimal(match.group().replace(",", "")) if match else None
    except InvalidOperation:
        return None


def is_rank(column: str) -> bool:
    """Whether a column holds ranks, where a low number is good."""
    return bool(_RANK_COLUMN.search(column))


def render_row(row: Sentence, columns: Sequence[str]) -> str:
    """A row as one readable line: what it is about, then the columns asked for (all when none is)."""
    labels = [value for column, value in row.cells if numeric(value) is None and column not in columns]
    rest = [(c, v) for c, v in row.cells if v and v not in labels[:1] and (not columns or c in columns)]
    subject = labels[0] if labels else ""
    shown = ", ".join(f"{column}: {value}" if column else value for column, value in rest)
    parts = [part for part in (subject, shown) if part]
    return (f"{row.caption}: " if row.caption else "") + " — ".join(parts)


def render_list(rows: Sequence[Sentence], columns: Sequence[str]) -> str:
    """Rows of one table as a list of the values of some columns."""
    values = ["/".join(v for c, v in row.cells if c in columns and v) for row in rows]
    caption = f"{rows[0].caption}: " if rows[0].caption else ""
    return caption + ", ".join(dict.fromkeys(value for value in values if value))


def row_of_rank(question: Question, rows: Sequence[Sentence]) -> Sentence | None:
    """The row whose rank the question names ("who is third?")."""
    ranks = [figure.value for figure in find_figures(question.text) if figure.kind == "rank"]
    for row in rows:
        if any(is_rank(column) and ranks[:1] == [numeric(value)] for column, value in row.cells):
            return row
    return None


def extreme_row(question: Question, rows: Sequence[Sentence], column: str) -> Sentence | None:
    """The row with the highest (or lowest) value in a column; of ranks the first is the highest."""
    valued = [(value, row) for row in rows for c, v in row.cells if c == column and (value := numeric(v)) is not None]
    if len(valued) < 2:
        return None
    lowest = (question.superlative == "lowest") != is_rank(column)
    return (min if lowest else max)(valued, key=lambda pair: pair[0])[1]
