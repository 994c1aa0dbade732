"""Mends misspelt words of a query: unknown ones become the nearest word of the documents or the glossary."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

_SHORTEST = 4  # letters; shorter words are too near to too many others


class Spelling:
    """Nearest words by letters; Korean is compared by its jamo, as it is typed."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = {_letters(word): word for word in sorted(words, reverse=True) if len(_letters(word)) >= _SHORTEST}
        self._choices: Collection[str] = tuple(self._words)

    def nearest(self, word: str) -> str | None:
        """The word at most one slip away (two for eight letters and more), or None."""
        letters = _letters(word)
        if len(letters) < _SHORTEST or letters in self._words or (not word.isascii() and len(word) < _SHORTEST):
            return None
        slips = 1 if len(letters) < 8 else 2
        found = process.extractOne(letters, self._choices, scorer=DamerauLevenshtein.distance, score_cutoff=slips)
        return None if found is None or found[0][0] != letters[0] else self._words[found[0]]


def _letters(word: str) -> str:
    return unicodedata.normalize("NFD", word.lower())
