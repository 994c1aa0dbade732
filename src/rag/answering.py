"""Answers without a language model: chooses the sentences and table rows that answer, in the documents' own words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from rag.evidence import Candidate, Weigher
from rag.index import Index
from rag.questions import Question, read_question, years_in
from rag.retrieval import Query
from rag.tables import extreme_row, is_rank, render_list, render_row, row_of_rank
from rag.text import Analyzer
from rag.types import Hit, Sentence

MOST = 4  # statements of an answer
ENOUGH = 0.55  # coverage of the question from which a sentence may answer; calibrated on evals/cases/dev.jsonl
_GAIN = 0.2  # coverage that a further sentence must add
_RARE = 0.45  # a name is required when its idf is above this share of the rarest term's


@dataclass(frozen=True, slots=True)
class Statement:
    """One cited piece of an answer: what is shown, and the sentences of a passage it rests on."""

    hit: Hit
    first: int
    last: int
    text: str


@dataclass(frozen=True, slots=True)
class Draft:
    """Statements in the order to show; none when the documents do not answer."""

    question: Question
    statements: tuple[Statement, ...]
    confidence: float


class ExtractiveAnswerer:
    """Chooses statements by how much of the question they cover."""

    def __init__(self, index: Index, analyzer: Analyzer) -> None:
        self.index = index
        self.analyzer = analyzer

    def answer(self, query: Query, hits: Sequence[Hit]) -> Draft:
        """The draft of an answer from the passages found."""
        question = read_question(query.text, query.language, query.terms)
        weigher = Weigher(self.index, query, question)
        found = weigher.candidates(hits)
        if not found:
            return Draft(question, (), 0.0)
        chosen = self._choose(query, question, found, weigher.weights)
        statements = [self._statement(query, question, candidate) for candidate in chosen]
        return Draft(question, tuple(_distinct(statements))[:MOST], 0.0)

    def _choose(self, query: Query, question: Question, found: Sequence[Candidate]) -> list[Candidate]:
        required = self._required(query, question)
        able = [c for c in found if _answers(c, question, required)]
        if able and (len(required) < 2 or able[0].direct[required].all()):
            return self._extend(query, question, able)
        parts = self._parts(query, question, found, required)
        return parts or self._extend(query, question, able)

    def _required(self, query: Query, question: Question) -> list[int]:
        """Which terms an answer must be about: names that are not in every second passage, and words never seen."""
        idf = [self.index.lexical.term_idf(term) for term in query.weighted]
        floor = _RARE * self.index.lexical.rarest_idf
        return [n for n, term in enumerate(query.weighted) if term.token in question.names and idf[n] >= floor]

    def _extend(self, query: Query, question: Question, able: Sequence[Candidate]) -> list[Candidate]:
        """The best candidate and those that cover more of the question than it does."""
        if not able:
            return []
        weights = term_weights(self.index, query.weighted, question)
        chosen, covered = [able[0]], able[0].support.copy()
        for candidate in able[1:]:
            gain = float(weights @ np.maximum(candidate.direct - covered, 0))
            if gain >= _GAIN and len(chosen) < MOST:
                chosen.append(candidate)
                covered = np.maximum(covered, candidate.support)
        return chosen

    def _parts(
        self, query: Query, question: Question, found: Sequence[Candidate], required: Sequence[int]
    ) -> list[Candidate]:
        """For a question about several names: the best sentence for each of them, if each has one."""
        if len(required) < 2:
            return []
        chosen = []
        for name in required:
            others = [n for n in required if n != name]
            rest = [n for n in range(len(query.weighted)) if n not in others]
            weights = term_weights(self.index, query.weighted, question)[rest]
            for candidate in found:
                coverage = float(weights @ candidate.support[rest]) / max(float(weights.sum()), 1e-6)
                if candidate.support[name] >= 0.7 and coverage >= ENOUGH and candidate.fit > 0.3:
                    chosen.append(candidate)
                    break
        return chosen if len(chosen) == len(required) else []

    def _statement(self, query: Query, question: Question, candidate: Candidate) -> Statement:
        if candidate.sentence.kind == "row":
            return self._row(query, question, candidate)
        passage, first = candidate.passage, candidate.at
        last = _last_of(question, passage.sentences, first)
        text = passage.sentences[first].text
        if last > first:
            joiner = "; " if passage.sentences[first + 1].kind == "item" else " "
            text = text + " " + joiner.join(s.text.rstrip(".;") if joiner == "; " else s.text for s in passage.sentences[first + 1 : last + 1])
        return Statement(candidate.hit, first, last, self._with_subject(question, query, candidate, text))

    def _with_subject(self, question: Question, query: Query, candidate: Candidate, text: str) -> str:
        """Put the heading before a sentence that leaves unsaid whom it speaks of."""
        unsaid = any(
            term.token in question.names and candidate.direct[n] == 0 and candidate.support[n] >= 0.7
            for n, term in enumerate(query.weighted)
        )
        heading = candidate.passage.heading[-1] if candidate.passage.heading else candidate.passage.source.title
        return f"{heading}: {text}" if unsaid and heading not in text else text

    def _row(self, query: Query, question: Question, candidate: Candidate) -> Statement:
        passage = candidate.passage
        rows = [s for s in passage.sentences if s.kind == "row" and s.caption == candidate.sentence.caption]
        columns = self._asked_columns(query, candidate.sentence)
        row = row_of_rank(question, rows)
        if row is None and question.superlative:
            numeric = [c for c in columns if not is_rank(c)] or columns
            row = extreme_row(question, rows, numeric[0]) if numeric else None
        row = row or candidate.sentence
        at = passage.sentences.index(row)
        return Statement(candidate.hit, at, at, render_row(row, columns))

    def _asked_columns(self, query: Query, row: Sentence) -> list[str]:
        """Columns whose name the question mentions."""
        asked = []
        for column, _ in row.cells:
            tokens = {term.token for term in self.analyzer.terms(column)}
            if any(tokens & set(term.alternatives) for term in query.weighted):
                asked.append(column)
        return [] if len(asked) == len(row.cells) else asked


def _answers(candidate: Candidate, question: Question, required: Sequence[int]) -> bool:
    """Whether a candidate may be shown: about the names and years asked for, of the kind asked for, and covering enough."""
    if candidate.coverage < ENOUGH or any(candidate.support[n] < 0.4 for n in required):
        return False
    if question.kind in ("figure", "date", "person") and candidate.fit < 0.3:
        return False
    return not question.years or _in_years(candidate, question)


def _in_years(candidate: Candidate, question: Question) -> bool:
    own = years_in(candidate.sentence.text) or years_in(" ".join(candidate.passage.heading))
    source = candidate.passage.source
    return bool(set(own or years_in(f"{source.as_of} {source.published}")) & set(question.years))


def _last_of(question: Question, sentences: Sequence[Sentence], first: int) -> int:
    """How far a statement goes on: over the items of a list, and for an explanation over the next sentences."""
    last = first
    if question.kind in ("list", "definition", "other") and sentences[first].kind == "prose":
        while last + 1 < len(sentences) and sentences[last + 1].kind == "item":
            last += 1
    if last == first and question.kind == "definition":
        while last + 1 < len(sentences) and last - first < 2 and sentences[last + 1].kind == "prose":
            last += 1
    return last


def _distinct(statements: Iterable[Statement]) -> Iterable[Statement]:
    seen: set[tuple[str, int]] = set()
    for statement in statements:
        key = (statement.hit.passage.id, statement.first)
        if key not in seen:
            seen.add(key)
            yield statement
