"""BM25 over passages, scored for weighted terms with alternatives (probabilistic structured queries).

A query term counts once in a passage, by its best alternative there: itself, or a translation at the weight of its
probability. After Darwish and Oard, "Probabilistic structured query methods", SIGIR 2003, with max in place of sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
MET = 0.5  # match from which a term counts as met
K1, B = 0.9, 0.4  # as in Anserini; on KorQuAD's development questions better than 1.2 and 0.75 by 0.3 points
_PART = 0.3  # weight of a word of a name in BM25
_IN_PARTS = 0.9  # match of a name whose words all stand there, but not together


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """One thing the query asks for; `alternatives` maps tokens to weights in (0, 1].

    What is named by several words may also be met word by word, by its `parts`: a name if all are there, a common term
    (year of founding) by the share of them that is.
    """

    token: str
    alternatives: Mapping[str, float]
    weight: float = 1.0
    parts: tuple[QueryTerm, ...] = ()
    is_name: bool = False
    spelt: frozenset[str] = frozenset()  # pairs of syllables of the whole word: who has all of them has the word

    def match(self, held: Set[str]) -> float:
        """How well some tokens meet the term, 0 to 1."""
        if self.spelt and self.spelt <= held:
            return 1.0
        best = max((weight for token, weight in self.alternatives.items() if token in held), default=0.0)
        if best == 1.0 or not self.parts:
            return best
        met = [part.match(held) for part in self.parts]
        return max(best, _IN_PARTS * (min(met) if self.is_name else sum(met) / len(met)))


def matches_of(terms: Sequence[QueryTerm], tokens: Iterable[str]) -> Floats:
    """The best weight of each term's alternatives among some tokens, shape (terms,)."""
    held = frozenset(tokens)
    return np.array([term.match(held) for term in terms], np.float32)


class LexicalIndex:
    """BM25 impacts of every token in every passage, as compressed columns."""

    def __init__(self, bm25: bm25s.BM25) -> None:
        self._bm25 = bm25
        self._columns = bm25.scores
        self._vocabulary: dict[str, int] = {t: n for t, n in bm25.vocab_dict.items() if t}  # bm25s adds ""
        self.size = int(self._columns["num_docs"])

    @classmethod
    def from_tokens(cls, passages: Sequence[Sequence[str]]) -> LexicalIndex:
        """Build from the tokens of each passage."""
        bm25 = bm25s.BM25(method="lucene", k1=K1, b=B)
        # bm25s takes the mean length of the passages: an empty corpus has none
        bm25.index([list(tokens) for tokens in passages] or [[""]], show_progress=False)
        return cls(bm25)

    @classmethod
    def load(cls, directory: Path, mapped: bool = False) -> LexicalIndex:
        """Open a saved index, memory-mapped or read."""
        return cls(bm25s.BM25.load(str(directory), mmap=mapped, load_vocab=True))

    def save(self, directory: Path) -> None:
        """Write to a folder."""
        self._bm25.save(str(directory), show_progress=False)

    def column(self, token: str) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """(passage numbers, BM25 impacts) of a token; empty when it is unknown."""
        number = self._vocabulary.get(token)
        if number is None:
            return np.empty(0, np.int32), np.empty(0, np.float32)
        begin, end = self._columns["indptr"][number : number + 2]
        return self._columns["indices"][begin:end], self._columns["data"][begin:end]

    @property
    def vocabulary(self) -> Iterable[str]:
        """Every token of the index."""
        return self._vocabulary

    def document_frequency(self, token: str) -> int:
        """How many passages hold the token."""
        return len(self.column(token)[0])

    def idf(self, token: str) -> float:
        """Inverse document frequency as in Lucene's BM25; an unknown token weighs as much as a word seen once."""
        frequency = self.document_frequency(token)
        return float(np.log1p((self.size - frequency + 0.5) / (frequency + 0.5))) if frequency else self.rarest_idf

    @property
    def rarest_idf(self) -> float:
        """The idf of a token that stands in one passage."""
        return float(np.log1p((self.size - 0.5) / 1.5))

    def term_idf(self, term: QueryTerm) -> float:
        """The idf of a term: that of its commonest strong alternative, so that a translated word weighs like its own."""
        known = [
            token for token, weight in term.alternatives.items() if weight >= 0.5 and self.document_frequency(token)
        ]
        return min((self.idf(token) for token in known), default=self.idf(term.token))

    def scores(self, terms: Sequence[QueryTerm]) -> NDArray[np.float32]:
        """BM25 of every passage, shape (size,)."""
        total = np.zeros(self.size, np.float32)
        for term in terms:
            best = np.zeros(self.size, np.float32)
            for token, weight in term.alternatives.items():
                numbers, impacts = self.column(token)
                best[numbers] = np.maximum(best[numbers], impacts * np.float32(weight))
            for part in term.parts:
                numbers, impacts = self.column(part.token)
                total[numbers] += impacts * np.float32(term.weight * _PART)
            total += best * np.float32(term.weight)
        return total

    def ceiling(self, terms: Sequence[QueryTerm]) -> float:
        """The BM25 of a passage that holds every term often: what scores are divided by to lie in [0, 1]."""
        return sum(self.term_idf(term) * term.weight for term in terms) * (K1 + 1.0) or 1.0
