"""Which words mean the same: translations learnt from parallel sentences, and synonyms by way of the other language.

The table (`data/lexicon.tsv.gz`, see `data/LEXICON.md`) holds probabilities between English stems and Korean morphemes.
Synonyms follow Bannard and Callison-Burch, "Paraphrasing with bilingual parallel corpora", ACL 2005: raise -> 유치 -> attract.
"""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources

FILE_NAME = "lexicon.tsv.gz"
_PIVOT_FLOOR = 0.06  # below, a synonym is noise more often than not


class Lexicon:
    """Alternatives of a term, with weights relative to the best: 1 is the term itself."""

    def __init__(self, rows: Iterable[tuple[str, str, float, float]]) -> None:
        """Rows are (English, Korean, p(Korean|English), p(English|Korean))."""
        forward: dict[str, dict[str, float]] = defaultdict(dict)
        for english, korean, to_korean, to_english in rows:
            # The larger direction: the pairs are lopsided, startup -> 스타트업 is rare in them but 스타트업 -> startup sure.
            forward[english][korean] = forward[korean][english] = max(to_korean, to_english)
        self._forward: Mapping[str, Mapping[str, float]] = dict(forward)
        self.alternatives = lru_cache(maxsize=4096)(self._alternatives)

    @classmethod
    def load(cls) -> Lexicon:
        """The table shipped with the package."""
        data = resources.files("rag").joinpath("data").joinpath(FILE_NAME).read_bytes()
        lines = (line.split("\t") for line in gzip.decompress(data).decode("utf-8").splitlines() if line[:1] != "#")
        return cls((english, korean, float(p), float(q)) for english, korean, p, q in lines)

    def translations(self, token: str) -> Mapping[str, float]:
        """Terms of the other language and their probabilities."""
        return self._forward.get(token, {})

    def _alternatives(self, token: str) -> Mapping[str, float]:
        weights: dict[str, float] = {}
        for other, probability in self.translations(token).items():
            weights[other] = probability**0.5
            for back, probability_back in self.translations(other).items():
                pivot = probability * probability_back
                if pivot >= _PIVOT_FLOOR:
                    weights[back] = max(weights.get(back, 0.0), pivot**0.5)
        weights[token] = 1.0
        return weights
