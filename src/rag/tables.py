"""Answers from table rows: the row that is asked for, and of it the columns that are asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from itertools import chain

from rag.figures import find_figures
from rag.lexical import QueryTerm
from rag.questions import Question
from rag.retrieval import Query
from rag.text import Analyzer
from rag.types import Sentence

_NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?")
_COLUMN = re.compile(r"\bcolumns?\b|\bpillars?\b|항목|부문|분야|열(?=에|의|은|\s)", re.IGNORECASE)
_SCORED = re.compile(r"(\w+)\s+(?:score|points|rating)s?\b|([가-힣]+)\s*점수", re.IGNORECASE)  # government score
_QUOTED = re.compile(r"['‘“\"]([^'’”\"]{2,30})['’”\"]")
_RANK_COLUMN = re.compile(r"순위|등수|\brank|position|\bno\b|#", re.IGNORECASE)
_BLANK = re.compile(
    r"[-–—.]*|n/?a|none|unknown|not (given|stated|available|known|in the \w+)|없음|미상|미공개|해당 없음|\S+에 없음",
    re.I,
)
_TOP = re.compile(
    r"\b(?:top|first)[ -](two|three|four|five|six|seven|eight|nine|ten|\d+)\b|(?:상위|톱|탑)\s*(\d+|세|네|다섯|열)",
    re.I,
)
_WORDS = "two three four five six seven eight nine ten".split()
_COUNTS = {
    **{word: n for n, word in enumerate(_WORDS, 2)},
    **{str(n): n for n in range(2, 51)},
    "세": 3,
    "네": 4,
    "다섯": 5,
    "열": 10,
}


class RowReader:
    """Reads a table for a question."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        # The caption and the columns are the same for every row of a table.
        self._tokens = lru_cache(maxsize=4096)(self._tokens_of)

    def read(
        self, asked: Sequence[tuple[Query, Question]], best: Sentence, rows: Sequence[Sentence]
    ) -> tuple[Sequence[Sentence], str]:
        """The rows that answer, and how to say it; `best` is the row that matches the words of what is asked.

        Of a question in several parts the first says which row, and each which columns.
        """
        query, question = asked[0]
        wanted = [self._asked_columns(part, read, best) for part, read in asked]
        columns = list(dict.fromkeys(chain.from_iterable(wanted))) if all(wanted) else []
        ranked = row_of_rank(question, rows)
        named = [term for term in query.weighted if term.token in question.names]
        # A row that is named is no row to be found.
        told = any(self._meets(named, value) for _, value in _key(best, rows))
        extreme = extreme_row(question, rows, columns) if question.superlative and not told else None
        top = top_rows(question, rows)
        if top:
            return top, render_list(top)
        if question.kind == "list" and ranked is None:
            group = self._group(query, best, rows)
            if len(group) != 1:  # no cell is singled out: the whole table is the list
                return group or rows, render_list(group) if group else render_subjects(rows, columns)
        row = ranked or extreme or best
        return (row,), render_row(row, columns, rows)

    def holds(self, query: Query, question: Question, row: Sentence) -> bool:
        """Whether a row has something to say in the columns asked for."""
        asked = self._asked_columns(query, question, row)
        return not asked or any(not _BLANK.fullmatch(value.strip()) for column, value in row.cells if column in asked)

    def _asked_columns(self, query: Query, question: Question, row: Sentence) -> list[str]:
        """Columns whose name the question mentions, rather by a word of its own than by one like score or rank.

        Words of the caption name the table, not a column, unless the question speaks of a column.
        """
        caption = self._tokens(row.caption)
        apart = bool(_COLUMN.search(question.text))
        told = [*_QUOTED.findall(question.text), *(a or b for a, b in _SCORED.findall(question.text))]
        quoted = frozenset(word for words in told for word in self._tokens(words))
        terms = [term for term in query.weighted if apart or term.token in quoted or term.match(caption) < 0.5]
        own = [term for term in terms if term.token not in question.type_words]
        for chosen in (own, terms):
            asked = [column for column, _ in row.cells if self._meets(chosen, column)]
            if asked and len(asked) < len(row.cells):
                return asked
        return []

    def _group(self, query: Query, best: Sentence, rows: Sequence[Sentence]) -> list[Sentence]:
        """The rows that share with the best one a cell that the question mentions, of several such the one of most rows."""
        groups = [
            [row for row in rows if cell in row.cells]
            for cell in best.cells
            if numeric(cell[1]) is None and self._meets(query.weighted, cell[1])
        ]
        return max((group for group in groups if len(group) < len(rows)), key=len, default=[])

    def _meets(self, terms: Sequence[QueryTerm], text: str) -> bool:
        return any(term.match(self._tokens(text)) >= 0.5 for term in terms)

    def _tokens_of(self, text: str) -> frozenset[str]:
        return frozenset(term.token for term in self._analyzer.terms(text))


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


def render_row(row: Sentence, columns: Sequence[str], rows: Sequence[Sentence] = ()) -> str:
    """A row as one readable line: what it is about, then the columns asked for (all when none is)."""
    subject = _key(row, rows)
    others = [cell for cell in row.cells if cell[1] and cell not in subject]
    rest = [cell for cell in others if cell[0] in columns] or others
    shown = ", ".join(f"{column}: {value}" if column else value for column, value in rest)
    head = f"{row.caption}: " if row.caption else ""
    return head + " — ".join(part for part in (", ".join(value for _, value in subject), shown) if part)


def _key(row: Sentence, rows: Sequence[Sentence]) -> list[tuple[str, str]]:
    """The cells that say what a row is about: its subject, and the next one where other rows have the same subject."""
    subject = _subject(row)
    names = [cell for cell in row.cells if cell[1] and not is_rank(cell[0]) and numeric(cell[1]) is None]
    repeated = len({_subject(other)[1] for other in rows}) < len(rows)
    following = names[names.index(subject) + 1 :][:1] if repeated and subject in names else []
    return [subject, *following]


def _subject(row: Sentence) -> tuple[str, str]:
    """The cell that says what a row is about: the first that is not its rank."""
    return next((cell for cell in row.cells if cell[1] and not is_rank(cell[0])), row.cells[0])


def render_list(rows: Sequence[Sentence]) -> str:
    """Rows of one table as a list: the values that differ, without those that all rows share."""
    shared = set.intersection(*(set(row.cells) for row in rows))
    values = [", ".join(v for c, v in row.cells if v and (c, v) not in shared and not is_rank(c)) for row in rows]
    common = ", ".join(value for column, value in rows[0].cells if (column, value) in shared and value)
    head = ": ".join(part for part in (rows[0].caption, common) if part)
    return f"{head}: {'; '.join(dict.fromkeys(value for value in values if value))}"


def render_subjects(rows: Sequence[Sentence], columns: Sequence[str]) -> str:
    """What the rows of a table are about, with the columns asked for."""
    parts = []
    for row in rows:
        subject = _subject(row)[1]
        asked = ", ".join(value for column, value in row.cells if column in columns and value and value != subject)
        parts.append(f"{subject} ({asked})" if asked else subject)
    head = f"{rows[0].caption}: " if rows[0].caption else ""
    return head + "; ".join(dict.fromkeys(parts))


def row_of_rank(question: Question, rows: Sequence[Sentence]) -> Sentence | None:
    """The row whose rank the question names ("who is third?")."""
    ranks = [figure.value for figure in find_figures(question.text) if figure.kind == "rank"]
    for row in rows:
        if ranks and any(is_rank(column) and ranks[0] == numeric(value) for column, value in row.cells):
            return row
    return None


def top_rows(question: Question, rows: Sequence[Sentence]) -> list[Sentence]:
    """The first rows by rank that a question asks for ("the top three")."""
    match = _TOP.search(question.text)
    count = _COUNTS.get((match[1] or match[2]).lower()) if match else None
    ranked = [(rank, row) for row in rows for c, v in row.cells if is_rank(c) and (rank := numeric(v)) is not None]
    return [row for rank, row in sorted(ranked, key=lambda pair: pair[0]) if count and rank <= count]


def extreme_row(question: Question, rows: Sequence[Sentence], columns: Sequence[str]) -> Sentence | None:
    """The row with the highest (or lowest) value in the first of the columns that holds numbers; of ranks 1 is highest."""
    ranks = [column for column, _ in rows[0].cells if is_rank(column)] if rows else []
    for column in sorted(columns, key=is_rank) or ranks:
        valued = [
            (value, row) for row in rows for c, v in row.cells if c == column and (value := numeric(v)) is not None
        ]
        if len(valued) > 1:
            lowest = (question.superlative == "lowest") != is_rank(column)
            return (min if lowest else max)(valued, key=lambda pair: pair[0])[1]
    return None
