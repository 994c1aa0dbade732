"""Weighs each sentence of the passages found: does it, with its surroundings, say what the question asks?

The weights of the features are fitted by `evals/fit.py` on the development cases; they are few and have names.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.discourse import Discourse, Surroundings
from rag.fitting import find_figures, fit_of
from rag.index import Index
from rag.lexical import MET, Floats, QueryTerm, matches_of
from rag.messages import bids_machine
from rag.questions import Question, is_name, years_in
from rag.retrieval import COMMON, Query
from rag.text import Analyzer, Term
from rag.types import Hit, Passage, Sentence, Source

WEIGHTS: Mapping[str, float] = {
    "names": 1.8, "names_around": 2.3, "words": 2.7, "words_around": 1.5, "names_carried": 2.1, "words_carried": 0.6,
    "words_beside": -1.3, "cosine": 2.8, "lexical": 1.5, "dense": 2.3, "fit": 2.1, "misfit": -0.6, "years": 0.7,
    "other_years": -1.4, "more_years": -0.7, "first": 0.2, "long": 0.4, "definition": 2.0, "defines": 2.0,
    "lists": 1.6, "rank": 2.2, "row_key": 2.0, "names_before": 0.7, "words_before": 1.7, "handed": 0.4,
    "answers": 3.8,
}  # fmt: skip
CONFIDENCE: Mapping[str, float] = {
    "content": -2.3, "content_direct": 1.4, "has_content": 0.1, "missing": 0.2, "missing_term": -2.1, "unknown": 0.3,
    "cosine": 0.7, "fit": 1.1, "misfit": 0.4, "across": 0.6, "all": 1.8, "bare": -0.3, "bare_fact": -0.5, "met": 1.4,
    "words_before": -1.2, "handed": 2.3, "answers": 2.5, "bias": -4.8,
}  # fmt: skip
_DEFINING = re.compile(
    r"(?P<subject>[^,.]{2,60}?)(\s?\([^)]*\))*\s+(is|are|was|were) (an?|the|one|[A-Z]\w+'s)\b|(?P<korean>[^,.]{2,40}?)(\s?\([^)]*\))*(은|는)\s.*(?<![었았였했됐렸졌갔왔섰])다\.?$"
)
_RELATIVE = (
    (-1, re.compile(r"지난해|작년|전년|\blast year\b|\bthe year before\b", re.IGNORECASE)),
    (0, re.compile(r"올해|금년|\bthis year\b", re.IGNORECASE)),
    (1, re.compile(r"내년|이듬해|\bnext year\b|\bthe following year\b", re.IGNORECASE)),
)
_MOST = 0.5  # share of a question, by weight, that the thing explained must make up
_TYPED = ("figure", "date", "person", "place", "contact")  # kinds of question that ask for a kind of thing
_ODDS = 10.0  # log-odds that count as much as a cosine of 1
_AND = re.compile(r"\s*[,·;、/&]\s*(?:and |및 )?|\s+(?:and|및)\s+|(?<=[가-힣])[와과]\s")
_SEPARATOR = re.compile(r"[,·;、]| and |와 |과 ")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer, and why."""

    hit: Hit
    at: int  # which sentence of its passage
    direct: Floats  # match of each query term in the sentence itself, shape (terms,)
    around: Floats  # in its headings and title
    carried: Floats  # in the sentences before, where it goes on about whom they name or is an item of what they tell
    since: int  # the sentence that names whom this one goes on about; its own place where it says so itself
    beside: Floats  # in the other sentences of its passage
    told: Floats  # in those of them that are prose
    lacks: bool  # it leaves a word of the question unmet, or is not of the kind asked for
    features: Mapping[str, float]
    score: float

    @property
    def passage(self) -> Passage:
        """The passage the sentence stands in."""
        return self.hit.passage

    @property
    def near(self) -> Floats:
        """Match of each term in the sentence, its headings, or what it goes on about."""
        return np.asarray(np.maximum(self.direct, 0.9 * np.maximum(self.around, self.carried)), np.float32)

    @property
    def sentence(self) -> Sentence:
        """The sentence."""
        return self.hit.passage.sentences[self.at]


class Weigher:
    """Finds and weighs the candidates for one question."""

    def __init__(self, index: Index, query: Query, question: Question, analyzer: Analyzer) -> None:
        self.index = index
        self.analyzer = analyzer
        self.query = query
        self.question = question
        self.weights = term_weights(index, query.weighted)  # of each term, sum 1
        self.named = np.array([term.token in question.names for term in query.weighted], bool)
        self.term = np.array([term.tag == "§t" for term in query.terms], bool)
        self.unknown = np.array([not _known(index, term) for term in query.weighted], bool)
        self.typed = np.array([term.token in question.type_words for term in query.weighted], bool)
        self.asked = query.tokens
        self.dated = np.array([term.token in question.years for term in query.weighted], bool)
        self.required = self._required(query)
        self.discourse = Discourse(index, query, self.named, self.weights, analyzer)

    def _required(self, query: Query) -> NDArray[np.bool_]:
        """Terms that an answer must meet: names, but for those of every fifth passage, and words nobody knows."""
        flags = []
        for term, plain, named, unknown in zip(query.weighted, query.terms, self.named, self.unknown, strict=True):
            rare = unknown or self.index.lexical.term_idf(term) >= COMMON
            strange = plain.tag[:2] == "NN" and len(plain.token) > 2 and unknown and _alone(term)
            flags.append(rare and (named or strange) and not (unknown and self._resembles(plain)))
        measured = np.array([term.token in self.question.measures for term in query.weighted], bool)
        return np.asarray((np.array(flags, bool) | measured) & ~self.typed)

    def _resembles(self, term: Term) -> bool:
        """Whether an unknown noun may be a compound or a misspelling of words that the documents hold."""
        if term.tag == "NNP":
            start = term.token[:3]
            return len(term.token) > 3 and any(token.startswith(start) for token in self.index.lexical.vocabulary)
        return term.tag[:2] == "NN" and bool(self.index.lexical.document_frequency(f"~{term.token[:2]}"))

    def candidates(self, hits: Sequence[Hit]) -> list[Candidate]:
        """All sentences of the hits, best first."""
        found = [candidate for rank, hit in enumerate(hits) for candidate in self._of_hit(hit, rank)]
        return sorted(found, key=lambda candidate: -candidate.score)

    def _of_hit(self, hit: Hit, rank: int) -> Iterator[Candidate]:
        number = self.index.by_id[hit.passage.id]
        first, end = self.index.first_sentence[number : number + 2]
        matches = [matches_of(self.query.weighted, self.index.sentence_tokens.held(n)) for n in range(first, end)]
        headings = matches_of(self.query.weighted, self.index.context_tokens.held(number))
        beside = np.max(matches, axis=0)
        prose = [match for match, own in zip(matches, hit.passage.sentences, strict=True) if own.kind != "row"]
        told = np.max(prose, axis=0) if prose else np.zeros_like(beside)
        vectors = self.index.sentence_vectors(number)
        cosines, odds = vectors @ self.query.vector, vectors @ self.query.asking
        keys = self._row_keys(hit.passage, matches)
        surroundings = self.discourse.surroundings(number, matches)
        lists = list(self._lists(hit.passage)) if (headings[self.named] >= MET).any() else []
        for at, (plain, own) in enumerate(zip(matches, surroundings, strict=True)):
            if bids_machine(hit.passage.sentences[at].text):
                continue
            around = _less_others(headings, plain, lists, self.index.sentence_tokens.held(first + at))
            fit = self._fit(hit.passage.sentences[at])
            direct = np.where(self.typed, np.maximum(plain, fit), plain)
            near = np.maximum(direct, np.maximum(around, own.carried))
            features = {
                **self._coverage(direct, around, own.carried, beside),
                **self._handed(near, own, fit),
                **self._meaning(float(cosines[at]), float(odds[at]), hit),
                **self._shape(hit.passage, at, fit),
                **self._telling(hit.passage.sentences[at], around, at),
                "rank": 1.0 / (1.0 + rank),
                "row_key": keys[at],
            }
            score = sum(weight * features[name] for name, weight in WEIGHTS.items())
            lacks = fit < MET or bool((near[~self.named & ~self.typed & ~self.dated] < MET).any())
            yield Candidate(hit, at, direct, around, own.carried, own.since, beside, told, lacks, features, score)

    def _lists(self, passage: Passage) -> Iterator[tuple[NDArray[np.bool_], frozenset[str]]]:
        """For each thing of a title or heading that lists several ("Kakao, Naver and Hyundai"): which names it meets, and the others' names."""
        headings = [tuple(_AND.split(text)) for text in (passage.source.title, *passage.heading)]
        for parts in (parts for parts in headings if len(parts) > 1):
            # A capital that begins a sentence may be no name; one that begins a part is.
            names = [names_of(self.analyzer, f", {part}") for part in parts]
            for own in names:
                met = self.named & (matches_of(self.query.weighted, own) >= MET)
                if met.any():
                    yield met, frozenset().union(*names) - own

    def _fit(self, sentence: Sentence) -> float:
        """`fit_of`, where a year in a name (2022 Seoul Industry Report) is no date."""
        fit = fit_of(sentence, self.question)
        if fit and self.question.kind == "date":
            names = [(start, end) for _, start, end in self.analyzer.glossary.find(sentence.text)]
            dates = (figure for figure in find_figures(sentence.text) if figure.kind == "date")
            return float(any(not any(a <= date.start < b for a, b in names) for date in dates))
        return fit

    def _handed(self, near: Floats, own: Surroundings, fit: float) -> dict[str, float]:
        """What the sentences before tell that is not `near`, and whether this one adds the kind of thing asked for."""
        told = np.maximum(own.before - near, 0)
        typed = self.question.kind in _TYPED or self.question.unit != "any"
        adds = typed and fit == 1.0 and own.told_by is not None and self._fit(own.told_by) < 1.0
        (names,), (words,) = self._shares(told)
        return {"names_before": names, "words_before": words, "handed": adds * float(self.weights @ told)}

    def _row_keys(self, passage: Passage, matches: Sequence[Floats]) -> list[float]:
        """For each row of a table, its share of the question's words that tell its rows apart; 0 for other sentences."""
        keys = [0.0] * len(matches)
        rows = [at for at, sentence in enumerate(passage.sentences) if sentence.kind == "row"]
        if len(rows) > 1:
            met = np.stack([matches[at] for at in rows]) >= MET
            telling = np.asarray(met.any(axis=0) & ~met.all(axis=0))
            for at, held in zip(rows, met, strict=True):
                keys[at] = self._share(held.astype(np.float32), telling)
        return keys

    def _coverage(self, direct: Floats, around: Floats, carried: Floats, beside: Floats) -> dict[str, float]:
        """Shares of the names, and of the other words, that stand in the sentence, else around, before or beside it."""
        in_headings, near = np.maximum(around - direct, 0), np.maximum(direct, around)
        before, in_passage = np.maximum(carried - near, 0), np.maximum(beside - np.maximum(near, carried), 0)
        names, words = self._shares(direct, in_headings, before, in_passage)
        return {
            "names": names[0],
            "names_around": names[1],
            "words": words[0],
            "words_around": words[1],
            "names_carried": names[2],
            "words_carried": words[2],
            "words_beside": words[3],
        }

    def meets_words(self, candidate: Candidate) -> bool:
        """Whether more of a question is met than its numbers, which stand anywhere."""
        words = np.array([term.tag != "SN" for term in self.query.terms], bool)
        return not words.any() or bool((np.maximum(candidate.near, candidate.beside)[words] >= MET).any())

    def meets_binding(self, candidate: Candidate) -> bool:
        """Whether a candidate speaks of one of the names that a query is bound to, if it is."""
        if not self.query.about:
            return True
        number = self.index.by_id[candidate.passage.id]
        held = (
            *self.index.sentence_tokens.held(int(self.index.first_sentence[number]) + candidate.at),
            *self.index.context_tokens.held(number),
        )
        return bool((matches_of(self.query.about, held) >= MET).any())

    def is_bridged(self, candidate: Candidate, lacking: NDArray[np.bool_]) -> bool:
        """Whether prose of its document ties each lacking name to a rare one that the candidate names and the query does not.

        San Francisco stands in a row of the 2025 Global AI Cities Index, and a sentence says whose index that is. What a
        sentence begins with is its subject, which ties nothing: another subject was asked about. Nor do things of a list.
        """
        sentence = candidate.sentence
        row = sentence.kind == "row"
        names = self.discourse.rare_names(f". {sentence.caption}" if row else sentence.text)
        ties = {*(names if row else names[1:])} - {*names[: 0 if row else 1]} - self.asked
        if not row and len(_SEPARATOR.findall(sentence.text)) > 1:
            return False
        lacked = [term for term, flag in zip(self.query.weighted, lacking, strict=True) if flag]
        return bool(ties) and all(self._tied(candidate.passage.document_id, term, ties) for term in lacked)

    def _tied(self, document: str, term: QueryTerm, ties: Set[str]) -> bool:
        for number in self.index.numbers_of[document]:
            for at, sentence in enumerate(
                self.index.passages[number].sentences, int(self.index.first_sentence[number])
            ):
                held = self.index.sentence_tokens.held(at)
                if sentence.kind != "row" and not ties.isdisjoint(held) and term.match(held) >= MET:
                    return True
        return False

    def without(self, terms: Sequence[int]) -> Weigher:
        """A weigher of the same question less some of its terms."""
        other = copy(self)
        other.named, other.required, other.weights = self.named.copy(), self.required.copy(), self.weights.copy()
        other.named[list(terms)] = other.required[list(terms)] = False
        other.weights[list(terms)] = 0.0
        other.weights /= max(float(other.weights.sum()), 1e-6)
        return other

    def confidence(self, candidate: Candidate) -> float:
        """Log-odds that a candidate answers the question, rather than only being about the same things."""
        features = self.confidence_features(candidate)
        return sum(weight * features[name] for name, weight in CONFIDENCE.items())

    def confidence_features(self, candidate: Candidate) -> Mapping[str, float]:
        """What the confidence in a candidate is weighed from, by the names of `CONFIDENCE`."""
        return {**candidate.features, **self._met(candidate), "bias": 1.0}

    def _met(self, candidate: Candidate) -> dict[str, float]:
        """How well the words are met that say what is asked of the names."""
        near = candidate.near
        wide = np.maximum(near, 0.5 * candidate.beside)
        content = ~self.named & ~self.typed & ~self.dated
        bare = content.any() and bool((near[content] < MET).all())  # nothing of what is asked is met, only names are
        return {
            "content": self._share(wide, content) if content.any() else 1.0,
            "content_direct": self._share(candidate.direct, content) if content.any() else 1.0,
            "has_content": float(content.any()),
            "missing": float(
                (self.weights * (1.0 - np.maximum(near, 0.6 * candidate.beside)))[content].max(initial=0.0)
            ),
            "missing_term": float((self.weights * (1.0 - wide))[self.term & ~self.typed].max(initial=0.0)),
            "unknown": float(self.weights[self.unknown & content].sum()),
            "all": float(self.weights @ wide),
            "bare": float(bare),
            "bare_fact": float(bare and self.question.kind in ("figure", "date", "person")),
            "met": self._share((near >= MET).astype(np.float32), content) if content.any() else 1.0,
        }

    def _share(self, matches: Floats, chosen: NDArray[np.bool_]) -> float:
        total = float(self.weights[chosen].sum())
        return float(self.weights[chosen] @ matches[chosen]) / total if total > 0 else 0.0

    def _shares(self, *matches: Floats) -> list[list[float]]:
        """Of the names, and of the other words, the share by weight that each of some matches makes up."""
        weights = self.weights * np.stack([self.named, ~self.named])
        weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1e-12)
        found: list[list[float]] = (weights @ np.stack(matches).T).tolist()
        return found

    def _meaning(self, cosine: float, odds: float, hit: Hit) -> dict[str, float]:
        across = float(hit.passage.language != self.query.language)
        return {
            "cosine": cosine, "answers": odds / _ODDS, "across": across, "lexical": hit.lexical, "dense": hit.dense,
        }  # fmt: skip

    def _shape(self, passage: Passage, at: int, fit: float) -> dict[str, float]:
        return {
            "fit": fit,
            "misfit": float(fit == 0.0),
            **self._years(passage, passage.sentences[at]),
            "first": float(at == 0),
            "long": max(0.0, math.log2(max(len(passage.sentences[at].text), 1) / 120.0)),
        }

    def _years(self, passage: Passage, sentence: Sentence) -> dict[str, float]:
        """Whether the years asked for, others, or more are told; a sentence without any is dated by its headings and source."""
        asked = set(self.question.years)
        if not asked:
            return {"years": 0.0, "other_years": 0.0, "more_years": 0.0}
        own = set(years_of(sentence, passage.source))
        source = set(years_in(f"{passage.source.as_of} {passage.source.published} {' '.join(passage.heading)}"))
        return {
            "years": float(bool(asked & (own or source))),
            "other_years": float(bool(own and not asked & own)),
            "more_years": float(bool(asked & own and own - asked)),
        }

    def _telling(self, sentence: Sentence, around: Floats, at: int) -> dict[str, float]:
        """Whether a sentence opens the section on what a question asks to explain, or lists things."""
        kind = self.question.kind
        return {
            "definition": float(kind == "definition" and at == 0 and self._titled(around)),
            "defines": float(kind == "definition" and self._defines(sentence)),
            "lists": float(kind == "list" and len(_SEPARATOR.findall(sentence.text)) >= 2),
        }

    def _defines(self, sentence: Sentence) -> bool:
        """Whether a sentence says what that is which most of a question names: "X is a ...", "X는 ...이다"."""
        match = _DEFINING.match(sentence.text)
        if match is None:
            return False
        held = self.analyzer.tokens(match["subject"] or match["korean"])
        return self._share((matches_of(self.query.weighted, held) >= MET).astype(np.float32), ~self.typed) >= _MOST

    def _titled(self, around: Floats) -> bool:
        """Whether a heading names all names of a question that asks little else."""
        return self._share(self.named.astype(np.float32), ~self.typed) >= _MOST and bool(
            (around[self.named] >= 0.9).all()
        )


def years_of(sentence: Sentence, source: Source) -> tuple[str, ...]:
    """The years a sentence speaks of, also as last year; a row of a table that is headed by a year, of that year alone."""
    heads = years_in(sentence.cells[0][1]) if sentence.cells else ()
    return heads or (*years_in(sentence.text), *_counted_from(source.published, sentence.text))


def _counted_from(published: str, text: str) -> Iterator[str]:
    """The years that a text tells by their distance from the one it was published in."""
    if published[:4].isdigit():
        yield from (str(int(published[:4]) + years) for years, words in _RELATIVE if words.search(text))


def term_weights(index: Index, terms: Sequence[QueryTerm]) -> Floats:
    """How much of the question each term is, shape (terms,), sum 1: its rarity in the documents."""
    if not terms:
        return np.zeros(0, np.float32)
    weights = np.array([index.lexical.term_idf(term) * term.weight for term in terms], np.float32)
    return weights / max(float(weights.sum()), 1e-6)


def _known(index: Index, term: QueryTerm) -> bool:
    """Whether the documents hold a term or something that means the same."""
    tokens = (*term.alternatives, *(part.token for part in term.parts))
    return any(index.lexical.document_frequency(token) for token in tokens)


def _alone(term: QueryTerm) -> bool:
    """Whether nothing is known to mean the same as a term."""
    return all(token == term.token or token[0] == "~" for token in term.alternatives)


def _less_others(
    around: Floats, direct: Floats, lists: Sequence[tuple[NDArray[np.bool_], frozenset[str]]], tokens: Iterable[str]
) -> Floats:
    """The match in the headings, without names that stand there beside another one that the sentence is about."""
    for met, others in lists:
        if not others.isdisjoint(tokens):
            around = np.where(met & (direct < MET), 0.0, around)
    return np.asarray(around, np.float32)


def names_of(analyzer: Analyzer, text: str) -> frozenset[str]:
    """The tokens of the names in a text."""
    return frozenset(term.token for term in analyzer.terms(text) if is_name(term, text))
