"""Answers without a language model: chooses the sentences and table rows that answer, in the documents' own words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from rag.evidence import Candidate, Weigher, years_of
from rag.extent import BRIEF, DIFFER, joined, lead_of, leads_nowhere, span_of
from rag.fitting import asks_person, asks_sort, find_figures
from rag.index import Index
from rag.lexical import MET, Floats
from rag.questions import Question, read_question, years_in
from rag.retrieval import Query
from rag.tables import RowReader
from rag.text import Analyzer, Term
from rag.types import Hit, Sentence

MOST = 4  # statements of an answer
SURE = -1.2  # log-odds from which a sentence may answer; calibrated on evals/cases/dev*.jsonl
_SHARE = 0.85  # further sentences are added until the chosen ones hold the answer with this probability
_NAMES_SOURCE = re.compile(
    r"출처|인용|집계|자료(다|이다|를 바탕|에 따르면)|\b[Ss]ources?\b|\bcit(es?|ed|ing|ation)\b|\b(taken|drawn) from\b|\bcompiled by\b"
)
_NEAR = 10  # candidates among which a contradiction is looked for, and a refusal's confidence
_NEARLY = 1.0  # score by which the one sentence that answers all parts of a question may lag behind the best for each
_GOES_ON = 0.5  # score that a sentence gains for standing where the answer before was found
_BEHIND = 2.0  # score by which a sentence that names both of what is compared may lag behind one that names one
_AND = re.compile(
    r"\W*(그룹|의)?\s*(와|과|랑|이랑|하고|및|또는|이나|나|그리고|and|or|vs\.?|versus|as well as|with)?\W*(the\b)?\W*",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\d\d:\d\d|\d{4}-\d\d-\d\d|\|")  # of a dateline, not of a heading


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
    confidence: float | None = None  # log-odds that the surest of them answers, or of what was not sure enough


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked, the passages and sentences found for it, and those sentences that may be shown, the best first."""

    weigher: Weigher
    hits: Sequence[Hit]
    found: Sequence[Candidate]
    able: Sequence[Candidate]


class ExtractiveAnswerer:
    """Chooses statements by how well they answer the question."""

    def __init__(self, index: Index, analyzer: Analyzer) -> None:
        self.index = index
        self.analyzer = analyzer
        self.rows = RowReader(analyzer)

    def answer(self, query: Query, hits: Sequence[Hit], near: Set[str] = frozenset()) -> Draft:
        """The draft of an answer from the passages found; `near` are ids of those that were quoted just before."""
        asked = self._ask(query, hits, near)
        if asked is None:
            return Draft(read_question(query.text, query.language, query.terms), ())
        chosen = _for_each_name(asked.weigher, asked.found) or _enough(asked.weigher, asked.able)
        statements = (statement for candidate in chosen for statement in self._statements([asked], candidate))
        confidence = max(map(asked.weigher.confidence, chosen or asked.found[:_NEAR]), default=None)
        return Draft(asked.weigher.question, tuple(_distinct(statements))[:MOST], confidence)

    def answer_parts(self, whole: Draft, parts: Sequence[tuple[Query, Sequence[Hit]]]) -> Draft:
        """The draft for a question of several parts: one sentence that answers all, else the best one for each.

        What the whole question finds comes after that, where no one sentence answers it.
        """
        asked = [part for part in (self._ask(query, hits) for query, hits in parts) if part]
        answered = [part for part in asked if part.able]
        if not answered:
            return whole
        compares = any(part.weigher.question.superlative or part.weigher.question.kind == "list" for part in answered)
        covering = _covering(answered) if len(answered) > 1 and not compares else None
        best = [covering or part.able[0] for part in answered]
        asking: dict[tuple[str, int], list[_Asked]] = {}
        for part, candidate in zip(answered, best, strict=True):
            asking.setdefault(_place(candidate), []).append(part)
        statements = [
            statement
            for candidate in _with_contradiction(best, answered[0].able)
            for statement in self._statements(asking.get(_place(candidate), answered[:1]), candidate)
        ]
        if covering is None:
            statements += whole.statements[:1]
        sure = max(part.weigher.confidence(part.able[0]) for part in answered)
        confidence = whole.confidence if whole.statements else sure
        return Draft(whole.question, tuple(_distinct(statements))[:MOST], confidence)

    def _ask(self, query: Query, hits: Sequence[Hit], near: Set[str] = frozenset()) -> _Asked | None:
        """A query with its candidates; None when it asks nothing that documents could hold."""
        if all(term.weak for term in query.terms):
            return None
        question = read_question(query.text, query.language, query.terms)
        weigher = Weigher(self.index, query, question, self.analyzer)
        found = [c for c in weigher.candidates(hits) if weigher.meets_binding(c)]
        found = [c for c in found if c.sentence.kind != "row" or self._holds(weigher, c)]
        if near:
            found = [replace(c, score=c.score + _GOES_ON) if c.passage.id in near else c for c in found]
            found.sort(key=lambda c: -c.score)
        return _Asked(weigher, hits, found, [c for c in found if is_able(weigher, c)])

    def _holds(self, weigher: Weigher, candidate: Candidate) -> bool:
        rows = [s for s in candidate.passage.sentences if _is_of_table(s, candidate.sentence)]
        return self.rows.holds(weigher.query, weigher.question, candidate.sentence, rows)

    def sourced(self, query: Query, hits: Sequence[Hit], draft: Draft) -> Draft:
        """A draft with the sentence before it that tells most surely where its documents took it from, if one does."""
        weigher = Weigher(self.index, query, draft.question, self.analyzer)
        documents = {statement.hit.passage.document_id for statement in draft.statements}
        naming = [
            candidate
            for candidate in weigher.candidates(hits)
            if candidate.sentence.kind == "prose"
            and candidate.passage.document_id in documents
            and _NAMES_SOURCE.search(candidate.sentence.text)
            and (_near(candidate)[weigher.named] >= MET).all()
        ]
        best = max(naming, key=lambda c: float(weigher.weights @ c.direct) + c.features["cosine"], default=None)
        if best is None or not draft.statements:
            return draft
        source = Statement(best.hit, best.at, best.at, best.sentence.text)
        return replace(draft, statements=tuple(_distinct([source, *draft.statements]))[:MOST])

    def _statements(self, asking: Sequence[_Asked], candidate: Candidate) -> Iterator[Statement]:
        """What a candidate says to those who ask it: the parts of a question, or all of it."""
        query, question = asking[0].weigher.query, asking[0].weigher.question
        if candidate.sentence.kind == "row":
            yield from self._rows(asking, candidate)
            return
        sentences = candidate.passage.sentences
        first, last = span_of(asking[0].weigher, candidate)
        text = joined(sentences[first : last + 1])
        heading = self._unsaid_heading(question, query, candidate, text)
        lead = first if heading else lead_of(candidate, first)
        shown = f"{heading}: {text}" if heading else joined(sentences[lead : last + 1])
        yield Statement(candidate.hit, lead, last, shown)

    def _unsaid_heading(self, question: Question, query: Query, candidate: Candidate, text: str) -> str:
        """The nearest heading that says whom a sentence leaves unsaid; one that tells figures is a headline, no name."""
        unsaid = [
            term
            for n, term in enumerate(query.weighted)
            if term.token in question.names and candidate.direct[n] == 0 and candidate.around[n] >= MET
        ]
        for heading in reversed((candidate.passage.source.title, *candidate.passage.heading)) if unsaid else ():
            tells = any(figure.kind != "date" for figure in find_figures(heading)) or _CLOCK.search(heading)
            held = self.analyzer.tokens(heading)
            if not tells and heading not in text and any(term.match(held) >= MET for term in unsaid):
                return heading
        return ""

    def _rows(self, asking: Sequence[_Asked], candidate: Candidate) -> Iterator[Statement]:
        """What the rows of a table say, a statement for each passage over which those that answer are spread."""
        ids = self._table_passages(candidate)
        parts = [hit for name in ids for hit in asking[0].hits if hit.passage.id == name]
        rows = [row for hit in parts for row in hit.passage.sentences if _is_of_table(row, candidate.sentence)]
        asked = [(part.weigher.query, part.weigher.question) for part in asking]
        reading = self.rows.read(asked, candidate.sentence, rows, len(parts) == len(ids))
        for hit in parts:
            sentences = hit.passage.sentences
            if part := [row for row in reading.chosen if any(row is own for own in sentences)]:
                places = [sentences.index(row) for row in part]
                yield Statement(hit, min(places), max(places), reading.told(part))

    def _table_passages(self, candidate: Candidate) -> list[str]:
        """The passages, one after the other, that hold rows of a candidate's table."""
        passages, own = self.index.passages, self.index.by_id[candidate.passage.id]
        first = last = own

        def goes_on(number: int) -> bool:
            other = passages[number] if 0 <= number < len(passages) else candidate.passage
            same = (other.document_id, other.heading) == (candidate.passage.document_id, candidate.passage.heading)
            return same and other.id != candidate.passage.id and _is_of_table(other.sentences[0], candidate.sentence)

        while goes_on(first - 1):
            first -= 1
        while goes_on(last + 1):
            last += 1
        return [passages[number].id for number in range(first, last + 1)]


def _is_of_table(sentence: Sentence, row: Sentence) -> bool:
    """Whether a sentence is a row of the same table, by caption and columns."""
    same = [column for column, _ in sentence.cells] == [column for column, _ in row.cells]
    return sentence.kind == "row" and sentence.caption == row.caption and same


def is_able(weigher: Weigher, candidate: Candidate, sure: float = SURE) -> bool:
    """Whether a candidate may be shown: about the names and years and of the kind asked for, and likely to answer."""
    if not _in_years(weigher.question, candidate) or not _is_kind(weigher.question, candidate):
        return False
    if leads_nowhere(candidate) or not weigher.meets_words(candidate):
        return False
    return weigher.confidence(candidate) >= sure and _names_all(weigher, candidate)


def _names_all(weigher: Weigher, candidate: Candidate) -> bool:
    """Whether what an answer must name stands there; beside a name in the sentence, its passage or document may tell the others."""
    lacking = weigher.required & (_near(candidate) < MET)
    if not lacking.any():
        return True
    names = weigher.required & weigher.named
    first, rarest = int(np.argmax(names)), int(np.argmax(np.where(names, weigher.weights, -1.0)))
    if (lacking & ~names).any() or max(candidate.direct[[first, rarest]]) < MET:
        return False
    if candidate.direct[rarest] >= MET and (candidate.told[lacking] >= MET).all():
        return True
    return weigher.is_bridged(candidate, lacking)


def _near(candidate: Candidate) -> Floats:
    """Match of each term in the sentence or its headings; what stands in one row of a table is not about the others."""
    if candidate.sentence.kind != "row":
        return candidate.near
    return np.where(candidate.beside >= MET, candidate.direct, candidate.near)


def _is_kind(question: Question, candidate: Candidate) -> bool:
    """Whether a figure, a date or a person stands there when one is asked for, and in the unit asked for."""
    fit = candidate.features["fit"]
    if question.kind == "date" or asks_person(question) or asks_sort(question):
        return fit > 0
    asked = question.kind == "figure" or (question.kind == "compare" and question.unit != "any")
    return not asked or fit == 1.0 or (fit > 0 and not question.strict)


def _in_years(question: Question, candidate: Candidate) -> bool:
    """Whether a candidate speaks of a year asked for; one without a year is dated by its headings and source."""
    if not question.years:
        return True
    source = candidate.passage.source
    headings = years_in(" ".join(candidate.passage.heading))
    own = years_of(candidate.sentence, source)
    if question.kind == "list":  # goals for 2030 that were told in 2025
        own = (*own, *headings)
    own = own or headings or years_in(source.title)
    return not {*(own or years_in(f"{source.as_of} {source.published}"))}.isdisjoint(question.years)


def _enough(weigher: Weigher, able: Sequence[Candidate]) -> Sequence[Candidate]:
    """The best candidates, until together they are likely to hold the answer; no more words than need be."""
    if not able:
        return ()
    brief = 2 * BRIEF if weigher.question.kind == "list" else BRIEF
    odds = np.exp([candidate.score - able[0].score for candidate in able])
    chosen: list[Candidate] = []
    share, words = 0.0, 0
    for candidate, probability in zip(able, odds / odds.sum(), strict=True):
        if chosen and any(_same_table(candidate, other) for other in chosen):
            continue
        words += len(candidate.sentence.text.split())
        if chosen and (share >= _SHARE or words > brief or probability < share / 8 or len(chosen) == 3):
            break
        chosen.append(candidate)
        share += float(probability)
    return _with_contradiction(chosen, able)


def _same_table(candidate: Candidate, other: Candidate) -> bool:
    row, table = candidate.sentence, other.sentence
    return row.kind == "row" == table.kind and (row.caption, candidate.passage.document_id) == (
        table.caption,
        other.passage.document_id,
    )


def _with_contradiction(chosen: Sequence[Candidate], able: Sequence[Candidate]) -> Sequence[Candidate]:
    """The best sentence and one that says that sources differ on it, if the documents hold one as much to the point."""
    best = chosen[0]
    told = any(DIFFER.search(candidate.sentence.text) for candidate in chosen)
    for other in _one_of_each_table(able)[:_NEAR]:
        if not told and DIFFER.search(other.sentence.text) and _to_the_point(other) >= _to_the_point(best) - 0.1:
            return [*chosen[: MOST - 1], other]
    return chosen


def _one_of_each_table(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates with but the best row of each table, so that a long table leaves room for others."""
    kept: list[Candidate] = []
    for candidate in candidates:
        if not any(_same_table(candidate, other) for other in kept):
            kept.append(candidate)
    return kept


def _to_the_point(candidate: Candidate) -> float:
    named = max(candidate.features["names"], candidate.features["names_around"])
    return min(named, 1.0) + candidate.features["words"] + candidate.features["fit"]


def _for_each_name(weigher: Weigher, found: Sequence[Candidate]) -> Sequence[Candidate]:
    """For a question about several names or years that no one sentence covers: the best sentence for each.

    Names that are not set side by side belong to one thing asked about, and no two sentences make one about both.
    """
    compares = weigher.question.kind == "compare" or len(weigher.question.years) > 1
    names = np.flatnonzero(weigher.named if compares else weigher.required & weigher.named).tolist()
    names = names if compares else _side_by_side(names, weigher.query.terms, weigher.question.text)
    if len(weigher.question.years) > 1:
        names += [n for n, term in enumerate(weigher.query.terms) if term.token in weigher.question.years]
    if len(names) < 2:
        return ()
    met = (lambda c: c.direct) if compares else _near  # one heading over both compares nothing
    near = [c for c in found[:8] if not compares or c.score >= found[0].score - _BEHIND]
    whole = next((c for c in near if (met(c)[names] >= MET).all() and is_able(weigher, c)), None)
    if whole is not None:
        return [whole] if compares else ()
    chosen: list[Candidate] = []
    for name in names:
        alone = weigher.without([other for other in names if other != name])
        best = next((c for c in found if c.direct[name] >= MET and is_able(alone, c, SURE - 1.0)), None)
        if best is None:
            return ()
        chosen.append(best)
    return chosen


def _side_by_side(names: Sequence[int], terms: Sequence[Term], text: str) -> list[int]:
    """The names that only a conjunction parts from the next or the one before."""
    joined = [
        (one, other)
        for one, other in pairwise(names)
        if terms[one].end <= terms[other].start and _AND.fullmatch(text[terms[one].end : terms[other].start])
    ]
    return sorted({name for pair in joined for name in pair})


def _place(candidate: Candidate) -> tuple[str, int]:
    return candidate.passage.id, candidate.at


def _covering(parts: Sequence[_Asked]) -> Candidate | None:
    """The sentence that answers every part nearly as well as the best for it does."""
    behind = [_behind(part) for part in parts]
    shared = [c for part in parts for c in part.able if all(_place(c) in lags for lags in behind)]
    return min(shared, key=lambda c: sum(lags[_place(c)] for lags in behind), default=None)


def _behind(part: _Asked) -> dict[tuple[str, int], float]:
    """By how much the sentences that may answer a part lag behind the best: little, or they hold the kind asked for."""
    lags = {_place(c): part.able[0].score - c.score for c in part.found if is_able(part.weigher, c, SURE - 1.0)}
    told = {_place(c) for c in part.found if c.features["fit"] == 1.0}
    return {place: lag for place, lag in lags.items() if lag <= (_NEARLY if place in told else 0.0)}


def _distinct(statements: Iterable[Statement]) -> Iterator[Statement]:
    """Each place and each wording once."""
    seen: list[Statement] = []
    for statement in statements:
        same_passage = [s for s in seen if s.hit.passage.id == statement.hit.passage.id]
        inside = any(s.first <= statement.first <= s.last for s in same_passage)
        if not inside and all(statement.text != s.text for s in seen):
            seen.append(statement)
            yield statement
