"""Weighs each sentence of the passages found: does it, with its surroundings, say what the question asks?

The weights of the features are fitted by `evals/fit.py` on the development cases; they are few and have names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.figures import find_figures
from rag.index import Index
from rag.lexical import QueryTerm
from rag.questions import Question, Unit, years_in
from rag.retrieval import Query
from rag.types import Hit, Passage, Sentence

Floats = NDArray[np.float32]
WEIGHTS: Mapping[str, float] = {
    "names": 2.0, "names_around": 1.0, "words": 1.5, "words_around": 0.6, "words_beside": 0.3, "cosine": 2.5,
    "cosine_across": -0.5, "fit": 1.0, "misfit": -0.5, "years": 0.8, "other_years": -0.8, "lexical": 1.0, "dense": 0.3,
    "rank": 0.5, "row": 0.0, "first": 0.2, "long": -0.1, "across": 0.0, "definition": 0.6,
}  # fmt: skip
_KINDS_OF_UNIT: dict[Unit, frozenset[str]] = {
    "money": frozenset({"money"}),
    "percent": frozenset({"percent", "points"}),
    "rank": frozenset({"rank"}),
    "score": frozenset({"number", "count"}),
    "count": frozenset({"count", "number"}),
    "any": frozenset({"money", "percent", "points", "rank", "count", "multiple", "number"}),
}
_PERSON = re.compile(
    r"[가-힣]{2,4}(\([^)]*\))?\s*\S*\s*(대표|소장|회장|교수|총장|원장|부시장|연구위원|박사|국장|학과장|CEO|CSO|CSAI)|"
    r"(대표|소장|회장|교수|CEO|CSO)\S{0,4}\s+[가-힣]{2,4}|[A-Z][a-z]+ [A-Z][a-z]+(-[a-z]+)?|[A-Z][a-z]+ [A-Z][a-z]+-[a-z]+"
)
_PLACE = re.compile(r"[가-힣]+(구|시|동|로|역|호텔|센터)(?![가-힣]{2})|코엑스|-gu\b|\bCOEX\b|street|district|located|based in|\d층|Seoul|서울")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer, and why."""

    hit: Hit
    at: int  # which sentence of its passage
    direct: Floats  # match of each query term in the sentence itself, shape (terms,)
    around: Floats  # in its headings and title
    beside: Floats  # in the other sentences of its passage
    features: Mapping[str, float]
    score: float

    @property
    def passage(self) -> Passage:
        """The passage the sentence stands in."""
        return self.hit.passage

    @property
    def sentence(self) -> Sentence:
        """The sentence."""
        return self.hit.passage.sentences[self.at]

    @property
    def support(self) -> Floats:
        """Match of each query term in the sentence or its headings, shape (terms,)."""
        return np.maximum(self.direct, 0.8 * self.around)


class Weigher:
    """Finds and weighs the candidates for one question."""

    def __init__(self, index: Index, query: Query, question: Question) -> None:
        self.index = index
        self.query = query
        self.question = question
        self.weights = term_weights(index, query.weighted, question)  # of each term, sum 1
        self.named = np.array([term.token in question.names for term in query.weighted], bool)

    def candidates(self, hits: Sequence[Hit]) -> list[Candidate]:
        """All sentences of the hits, best first."""
        found = [candidate for rank, hit in enumerate(hits) for candidate in self._of_hit(hit, rank)]
        return sorted(found, key=lambda candidate: -candidate.score)

    def _of_hit(self, hit: Hit, rank: int) -> Iterator[Candidate]:
        number = self.index.by_id[hit.passage.id]
        first, end = self.index.first_sentence[number : number + 2]
        matches = [matches_of(self.query.weighted, self.index.sentence_tokens[n]) for n in range(first, end)]
        around = matches_of(self.query.weighted, self.index.context_tokens[number])
        beside = np.max(matches, axis=0)
        cosines = self.index.sentence_vectors(number) @ self.query.vector
        for at, direct in enumerate(matches):
            features = {
                **self._coverage(direct, around, beside),
                **self._meaning(float(cosines[at]), hit),
                **self._shape(hit.passage, at),
                "rank": 1.0 / (1.0 + rank),
            }
            features["definition"] = float(self.question.kind == "definition" and at == 0 and self._titled(around))
            score = sum(WEIGHTS[name] * value for name, value in features.items())
            yield Candidate(hit, at, direct, around, beside, features, score)

    def _coverage(self, direct: Floats, around: Floats, beside: Floats) -> dict[str, float]:
        """Shares of the names, and of the other words, that stand in the sentence, else around, else beside it."""
        in_headings, in_passage = np.maximum(around - direct, 0), np.maximum(beside - np.maximum(direct, around), 0)
        return {
            "names": self._share(direct, self.named),
            "names_around": self._share(in_headings, self.named),
            "words": self._share(direct, ~self.named),
            "words_around": self._share(in_headings, ~self.named),
            "words_beside": self._share(in_passage, ~self.named),
        }

    def _share(self, matches: Floats, chosen: NDArray[np.bool_]) -> float:
        total = float(self.weights[chosen].sum())
        return float(self.weights[chosen] @ matches[chosen]) / total if total > 0 else 0.0

    def _meaning(self, cosine: float, hit: Hit) -> dict[str, float]:
        across = float(hit.passage.language != self.query.language)
        return {
            "cosine": cosine, "cosine_across": cosine * across, "across": across,
            "lexical": hit.lexical, "dense": hit.dense,
        }  # fmt: skip

    def _shape(self, passage: Passage, at: int) -> dict[str, float]:
        sentence = passage.sentences[at]
        fit = fit_of(sentence, self.question)
        own = set(years_in(sentence.text))
        asked = set(self.question.years)
        source = set(years_in(f"{passage.source.as_of} {passage.source.published} {' '.join(passage.heading)}"))
        return {
            "fit": fit,
            "misfit": float(fit == 0.0),
            "years": float(bool(asked & (own or source))),
            "other_years": float(bool(asked and own and not asked & own)),
            "row": float(sentence.kind == "row"),
            "first": float(at == 0),
            "long": max(0.0, np.log2(max(len(sentence.text), 1) / 120.0)),
        }

    def _titled(self, around: Floats) -> bool:
        return bool(self.named.any()) and bool((around[self.named] >= 0.9).all())


def term_weights(index: Index, terms: Sequence[QueryTerm], question: Question) -> Floats:
    """How much of the question each term is, shape (terms,), sum 1: its rarity in the documents."""
    if not terms:
        return np.zeros(0, np.float32)
    weights = np.array([index.lexical.term_idf(term) * term.weight for term in terms], np.float32)
    return weights / max(float(weights.sum()), 1e-6)


def matches_of(terms: Sequence[QueryTerm], tokens: Sequence[str]) -> Floats:
    """The best weight of each term's alternatives among some tokens, shape (terms,)."""
    held = set(tokens)
    return np.array(
        [max((w for t, w in term.alternatives.items() if t in held), default=0.0) for term in terms], np.float32
    )


def fit_of(sentence: Sentence, question: Question) -> float:
    """Whether a sentence holds the kind of thing a question asks for, 0 to 1."""
    if question.kind == "person":
        return float(bool(_PERSON.search(sentence.text)))
    if question.kind == "place":
        return float(bool(_PLACE.search(sentence.text)))
    if question.kind == "date":
        return float(any(figure.kind == "date" for figure in find_figures(sentence.text)))
    if question.kind == "figure" or question.unit != "any":
        kinds = {figure.kind for figure in find_figures(sentence.text)}
        wanted = _KINDS_OF_UNIT[question.unit]
        return 1.0 if kinds & wanted else 0.4 if kinds & _KINDS_OF_UNIT["any"] else 0.0
    return 0.5
