"""Answers from table rows: the row that is asked for, and of it the columns that are asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from rag.lexical import QueryTerm
from rag.questions import Question
from rag.retrieval import Query
from rag.standings import (
    BLANK,
    Standing,
    chosen_rows,
    compares,
    is_rank,
    numeric,
    rows_beside,
    standing_of,
    subject_of,
)
from rag.text import Analyzer
from rag.types import Sentence

_COLUMN = re.compile(r"\bcolumns?\b|\bpillars?\b|항목|부문|분야|열(?=에|의|은|\s)", re.IGNORECASE)
_SCORED = re.compile(r"(\w+)\s+(?:score|points|rating)s?\b|([가-힣]+)\s*점수", re.IGNORECASE)  # government score
_PLACE_TOO = re.compile(  # beside another column: "what place and score?", 몇 위고 총점은
    r"몇\s*(위|등(?!급)|번째)|순위(와|랑|하고|는|도)|\b(what|which) (rank|place|position)|\b(place|rank|position)(,| and)|"
    r"(,| and) (its |their |the )?(place|rank|position)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"['‘“\"]([^'’”\"]{2,30})['’”\"]")


@dataclass(frozen=True, slots=True)
class Reading:
    """Rows that answer, and how they are told: one with some columns, what several are about, or all their values."""

    chosen: Sequence[Sentence]
    rows: Sequence[Sentence]  # of the whole table
    columns: Sequence[str]
    manner: Literal["row", "subjects", "values"]

    def told(self, part: Sequence[Sentence]) -> str:
        """The words for a part of the rows chosen."""
        if self.manner == "row":
            return render_row(part[0], self.columns, self.rows)
        return render_list(part) if self.manner == "values" else render_subjects(part, self.columns, self.rows)


class RowReader:
    """Reads a table for a question."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._tokens = analyzer.tokens

    def read(
        self,
        asked: Sequence[tuple[Query, Question]],
        best: Sentence,
        rows: Sequence[Sentence],
        whole: bool = True,
    ) -> Reading:
        """The rows that answer, and how to say them; `best` is the row that matches the words of what is asked.

        Of a question in several parts the first says which row, and each which columns. Rows are compared only when they
        are the `whole` table.
        """
        query, question = asked[0]
        wanted = [self._asked_columns(part, read, best) for part, read in asked]
        columns = list(dict.fromkeys(chain.from_iterable(wanted))) if all(wanted) else []
        found, by = self._compared(query, question, best, rows, whole)
        if found and by:
            shown = [column for column, _ in best.cells if column in columns or column == by.column]
            about = {by.column, *(column for column, _ in _key(best, rows))}
            alone = len(found) == 1 and by.ranks and not {*columns} - about  # all of a row that is found by its rank
            return Reading(found, rows, () if alone else shown, "subjects" if len(found) > 1 else "row")
        if question.kind == "list":
            group = self._group(query, best, rows)
            if len(group) != 1:  # no cell is singled out: the whole table is the list
                return Reading(group or rows, rows, columns, "values" if group else "subjects")
        return Reading([self._exact(best, rows, query)], rows, columns, "row")

    def _exact(self, best: Sentence, rows: Sequence[Sentence], query: Query) -> Sentence:
        """The row that the question names in full, where the best one's name goes on: Launchpad, not Launchpad Plus."""
        keys = {id(row): self._tokens(" ".join(value for _, value in _key(row, rows))) for row in rows}
        asked = query.tokens
        if keys[id(best)] <= asked:
            return best
        shorter = [row for row in rows if keys[id(row)] < keys[id(best)] and keys[id(row)] <= asked]
        return max(shorter, key=lambda row: len(keys[id(row)]), default=best)

    def _compared(
        self, query: Query, question: Question, best: Sentence, rows: Sequence[Sentence], whole: bool
    ) -> tuple[list[Sentence], Standing | None]:
        """The rows that a question finds by comparing them, and by what; of a row that it names only those beside."""
        if not compares(question):
            return [], None
        subjects = {column for row in rows for column, _ in _key(row, rows)}
        columns = [column for column, _ in best.cells if column not in subjects]
        standings = [found for column in columns if (found := standing_of(column, rows, question.text))]
        by = self._standing(query, question, best, standings) if whole else None
        ranked = next((standing for standing in standings if standing.ranks), None)
        # "보다", "than" stand by the row they compare with, be its word a name or not.
        if beside := rows_beside(question, by, self._told_rows(query, question, rows, names=False)):
            return beside, by
        told = best in self._told_rows(query, question, rows)
        return chosen_rows(question, None if told else by, ranked), by or ranked

    def _told_rows(
        self, query: Query, question: Question, rows: Sequence[Sentence], names: bool = True
    ) -> list[Sentence]:
        """The rows whose key meets most of the names (or of all terms) in the question; one in every key tells none."""
        values = [" ".join(value for _, value in _key(row, rows)) for row in rows]
        terms = [(term, query.text[at.start : at.end]) for term, at in zip(query.weighted, query.terms, strict=True)]
        met = [
            [term.match(self._tokens(value)) >= 0.5 or (len(word) > 1 and word in value) for value in values]
            for term, word in terms
            if not names or term.token in question.names
        ]
        counts = [sum(held) for held in zip(*(flags for flags in met if not all(flags)), strict=True)]
        return [row for row, count in zip(rows, counts, strict=False) if count and count == max(counts)]

    def _standing(
        self, query: Query, question: Question, best: Sentence, standings: Sequence[Standing]
    ) -> Standing | None:
        """The standing by the column whose name the question meets most, else by rank or, without ranks, the only one.

        Words of the caption name the table; they name a column as well where there are no ranks.
        """
        amounts = ("money", "percent")
        fitting = [found for found in standings if question.unit not in amounts or found.kind == question.unit]
        ranked = next((found for found in fitting if found.ranks), None)
        own, terms = self._telling_terms(query, question, best)
        known = [term for term in query.weighted if term.token not in question.type_words]
        for chosen in (own, terms) if ranked else (own, known, query.weighted):
            met = [sum(term.match(self._tokens(found.column)) >= 0.5 for term in chosen) for found in standings]
            if any(met) and met.count(max(met)) == 1:
                return standings[met.index(max(met))]
        return ranked or (fitting[0] if len(fitting) == 1 else None)

    def holds(self, query: Query, question: Question, row: Sentence, rows: Sequence[Sentence]) -> bool:
        """Whether a row of a table has something to say in the columns asked for, of what the question names."""
        if question.kind in ("figure", "date") and not self._is_its_subject(query, question, row, rows):
            return False
        asked = self._asked_columns(query, question, row)
        return not asked or any(not BLANK.fullmatch(value.strip()) for column, value in row.cells if column in asked)

    def _is_its_subject(self, query: Query, question: Question, row: Sentence, rows: Sequence[Sentence]) -> bool:
        """Whether what is named stands in the row's key; a name in another column must be asked for by that column's.

        "Bought by: Match" in the row of Hyperconnect makes its revenue none of Match's.
        """
        key = _key(row, rows)
        for term in (term for term in query.weighted if term.token in question.names):
            cells = [cell for cell in row.cells if self._meets([term], cell[1])]
            others = [other for other in query.weighted if other is not term]
            if cells and not set(key) & set(cells) and not any(self._meets(others, column) for column, _ in cells):
                return False
        return True

    def _asked_columns(self, query: Query, question: Question, row: Sentence) -> list[str]:
        """Columns whose name the question mentions, rather by a word of its own than by one like score or rank."""
        for chosen in self._telling_terms(query, question, row):
            asked = [column for column, _ in row.cells if self._meets(chosen, column)]
            if asked and len(asked) < len(row.cells):
                ranks = bool(_PLACE_TOO.search(question.text))
                return [column for column, _ in row.cells if column in asked or (ranks and is_rank(column))]
        return []

    def _telling_terms(
        self, query: Query, question: Question, row: Sentence
    ) -> tuple[Sequence[QueryTerm], Sequence[QueryTerm]]:
        """The terms that may name a column, without those that only say of what kind the answer is, and with them.

        Words of the caption name the table, not a column, unless the question speaks of a column.
        """
        caption = self._tokens(row.caption)
        apart = bool(_COLUMN.search(question.text))
        told = [*_QUOTED.findall(question.text), *(a or b for a, b in _SCORED.findall(question.text))]
        quoted = frozenset(word for words in told for word in self._tokens(words))
        terms = [term for term in query.weighted if apart or term.token in quoted or term.match(caption) < 0.5]
        return [term for term in terms if term.token not in question.type_words], terms

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
    subject = subject_of(row)
    names = [cell for cell in row.cells if cell[1] and not is_rank(cell[0]) and numeric(cell[1]) is None]
    repeated = len({subject_of(other)[1] for other in rows}) < len(rows)
    following = names[names.index(subject) + 1 :][:1] if repeated and subject in names else []
    return [subject, *following]


def render_list(rows: Sequence[Sentence]) -> str:
    """Rows of one table as a list: the values that differ, without those that all rows share."""
    shared = set.intersection(*(set(row.cells) for row in rows))
    values = [", ".join(v for c, v in row.cells if v and (c, v) not in shared and not is_rank(c)) for row in rows]
    common = ", ".join(value for column, value in rows[0].cells if (column, value) in shared and value)
    head = ": ".join(part for part in (rows[0].caption, common) if part)
    return f"{head}: {'; '.join(dict.fromkeys(value for value in values if value))}"


def render_subjects(chosen: Sequence[Sentence], columns: Sequence[str], rows: Sequence[Sentence]) -> str:
    """What some rows of a table are about, with the columns asked for."""
    parts = []
    for row in chosen:
        key = _key(row, rows)
        subject = ", ".join(value for _, value in key)
        asked = ", ".join(cell[1] for cell in row.cells if cell[0] in columns and cell[1] and cell not in key)
        parts.append(f"{subject} ({asked})" if asked else subject)
    head = f"{chosen[0].caption}: " if chosen[0].caption else ""
    return head + "; ".join(dict.fromkeys(parts))
