"""Keeps the development sets out of the training data: no equal text, no eight words in a row in common."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from rag.evaluation.beir import CORPUS, QUERIES, read_rows
from rag.evaluation.benchmarks import find_sets
from rag.evaluation.converters import PairSet, read_set

GRAM = 8  # words
_WORD = re.compile(r"\w+")


def words(text: str) -> list[str]:
    """Words in lower case, compatibility forms unified, without punctuation."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).lower())


class Guard:
    """Knows the texts that must not be trained on."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts: set[str] = set()
        self._grams: set[str] = set()
        for text in texts:
            own = words(text)
            if own:
                self._texts.add(" ".join(own))
            self._grams.update(_grams(own))

    @classmethod
    def from_folder(cls, folder: Path) -> Guard:
        """All texts of the data sets below a folder; raises InputError for a file that is none."""
        folders, files = find_sets(folder)
        return cls(chain.from_iterable(chain(map(_searched, folders), map(_texts, files))))

    def touches(self, text: str) -> bool:
        """Whether a text equals a guarded one or shares eight words in a row with it."""
        own = words(text)
        return " ".join(own) in self._texts or any(gram in self._grams for gram in _grams(own))


def _grams(own: list[str]) -> Iterator[str]:
    return (" ".join(own[at : at + GRAM]) for at in range(len(own) - GRAM + 1))


def _searched(folder: Path) -> Iterator[str]:
    for row in chain(read_rows(folder / CORPUS), read_rows(folder / QUERIES)):
        yield from (row.title, row.text)


def _texts(path: Path) -> Iterator[str]:
    data = read_set(path)
    if isinstance(data, PairSet):
        yield from (text for pair in data.pairs for text in (pair.first, pair.second))
    else:
        yield from (text for row in data.questions for text in (row.text, row.context))
