"""Finds the passages for a query.

Lexical and dense scores are both brought to [0, 1] and added, the dense one with a small weight within a language, where
words are the stronger signal, and with a larger one across languages, where meaning is. Scores are compared, not ranks:
reciprocal rank fusion weighs a poor ranking like a good one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

import numpy as np

from rag.index import Index
from rag.lexical import QueryTerm
from rag.lexicon import Lexicon
from rag.spelling import Spelling
from rag.text import Analyzer, Term, bigrams, fold, language_of, query_terms
from rag.types import Encoder, Hit, Language, Vectors

DENSE_WITHIN, DENSE_ACROSS = 0.1, 0.2
_BIGRAM_WEIGHT = 0.4
_INSIDE_WORD = 0.7  # match of a noun of two syllables inside a longer word
WEAK = 0.4  # weight of words that say little
_POOL = 60  # candidates of each side


@dataclass(frozen=True, slots=True)
class Query:
    """A query made ready: its terms with their alternatives, and its vector of shape (dimensions,)."""

    text: str
    language: Language
    terms: tuple[Term, ...]
    weighted: tuple[QueryTerm, ...]  # one for each of `terms`
    vector: Vectors


class Retriever:
    """Searches an index by words and by meaning."""

    def __init__(self, index: Index, encoder: Encoder, analyzer: Analyzer, lexicon: Lexicon) -> None:
        self.index = index
        self.encoder = encoder
        self.analyzer = analyzer
        self.lexicon = lexicon

    def query(self, text: str, language: Language | None = None) -> Query:
        """Analyse and encode a query."""
        found = self.analyzer.terms(text)
        mended = self._mend(text, found)
        if mended != text:
            text, found = mended, self.analyzer.terms(mended)
        terms = tuple(query_terms(found))
        vector = self.encoder.encode_queries([text])[0]
        return Query(text, language or language_of(text), terms, tuple(self._weighted(terms, found)), vector)

    def _mend(self, text: str, found: Sequence[Term]) -> str:
        """The text with words that neither the documents nor the lexicon know replaced by the nearest known ones."""
        concepts = [term for term in found if term.token.startswith("§")]
        for term in reversed([t for t in found if t.tag in ("EN", "NNG", "NNP") and not t.stop]):
            inside = any(c.start <= term.start < c.end for c in concepts)
            if inside or self.index.lexical.document_frequency(term.token) or self.lexicon.translations(term.token):
                continue
            near = self._spelling.nearest(text[term.start : term.end])
            if near:
                text = text[: term.start] + near + text[term.end :]
        return text

    @cached_property
    def _spelling(self) -> Spelling:
        forms = (word for forms in self.analyzer.glossary.entries for form in forms for word in form.split())
        tokens = (token for token in self.index.lexical.vocabulary if token[0] not in "§~" and not token[0].isdigit())
        return Spelling({*forms, *tokens})

    def _weighted(self, terms: Sequence[Term], found: Sequence[Term]) -> Iterable[QueryTerm]:
        for place, term in enumerate(terms):
            alternatives = self._alternatives(term)
            for pair in _pairs(terms, place):  # a phrase translates as a whole: graduate school -> 대학원
                for token, weight in self.lexicon.translations(pair).items():
                    alternatives[token] = max(alternatives.get(token, 0.0), weight**0.5)
            parts = tuple(QueryTerm(part.token, self._alternatives(part)) for part in _parts(term, found))
            yield QueryTerm(term.token, alternatives, WEAK if term.weak else 1.0, parts, term.tag == "§")

    def _alternatives(self, term: Term) -> dict[str, float]:
        alternatives = dict(self.lexicon.alternatives(term.token))
        if term.tag.startswith("NN") and len(term.token) == 2:  # 배구 stands in 배구단
            alternatives[f"~{term.token}"] = _INSIDE_WORD
        return alternatives

    def search(self, text: str, k: int = 10) -> list[Hit]:
        """The k best passages, best first."""
        return self.hits(self.query(text), k)

    def hits(self, query: Query, k: int = 10) -> list[Hit]:
        """The k best passages for a query that is ready, best first; ties by passage order, twins and copies once."""
        lexical = self._lexical(query)
        words = np.argsort(-lexical, kind="stable")[:_POOL]
        meaning, _ = self.index.search_dense(query.vector, max(_POOL, k))
        numbers = np.unique(np.concatenate([words[lexical[words] > 0], meaning]))
        dense = self.index.dense_scores(query.vector, numbers.tolist())
        hits = [self._hit(query, int(n), float(lexical[n]), float(d)) for n, d in zip(numbers, dense, strict=True)]
        hits = [self._in_language(hit, query.language) for hit in hits]
        hits.sort(key=lambda hit: -hit.score)
        return list(islice(_distinct(hits), k))

    def _lexical(self, query: Query) -> Vectors:
        pairs = [QueryTerm(token, {token: 1.0}, _BIGRAM_WEIGHT) for token in bigrams(query.text)]
        terms = [*query.weighted, *pairs]
        return self.index.lexical.scores(terms) / np.float32(self.index.lexical.ceiling(terms))

    def _hit(self, query: Query, number: int, lexical: float, dense: float) -> Hit:
        passage = self.index.passages[number]
        weight = DENSE_WITHIN if passage.language == query.language else DENSE_ACROSS
        return Hit(passage, lexical + weight * dense, lexical, dense)

    def _in_language(self, hit: Hit, language: Language) -> Hit:
        """The hit's twin in the reader's language, when the documents come in pairs."""
        twin = self.index.twin(hit.passage.id) if hit.passage.language != language else None
        return hit if twin is None else replace(hit, passage=twin)


def _distinct(hits: Iterable[Hit]) -> Iterator[Hit]:
    """Each passage and each wording once, the best first."""
    seen: set[str] = set()
    for hit in hits:
        key = fold(hit.passage.text)
        if key not in seen:
            seen.add(key)
            yield hit


def _parts(term: Term, found: Sequence[Term]) -> list[Term]:
    """The words of a name of three words or more, or of a common term of two."""
    if not term.token.startswith("§"):
        return []
    inner = [t for t in found if term.start <= t.start and t.end <= term.end and t.token[0] != "§" and not t.stop]
    return inner if len(inner) >= (3 if term.tag == "§" else 2) else []


def _pairs(terms: Sequence[Term], place: int) -> Iterable[str]:
    for left in (place - 1, place):
        if 0 <= left < len(terms) - 1:
            yield f"{terms[left].token} {terms[left + 1].token}"
