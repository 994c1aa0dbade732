"""Words of the documents that write a word of the query in the other script: 도래 for Dorae, Dockside for 도크사이드."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from rag.hangul import is_korean, romanised
from rag.phonetic import consonants

_SPELT, _HEARD = 0.9, 0.8  # match of a word that is spelt so in Latin letters, and of one that only sounds so
_LETTERS = 4  # of a Latin word that may be a Korean one; shorter ones are English words too often
_SOUNDS = 3  # consonants of a loanword


class Transliterations:
    """The vocabulary of an index by how its words are written and heard in the other script."""

    def __init__(self, vocabulary: Iterable[str], stem: Callable[[str], str]) -> None:
        self._stem = stem
        self._latin: dict[str, set[str]] = defaultdict(set)  # as Korean words are romanised
        self._heard: dict[tuple[bool, str], set[str]] = defaultdict(set)
        self._tokens = {token for token in vocabulary if token[0] != "§"}
        for token in self._tokens:
            word = token.removeprefix("~")  # two syllables that begin a longer word count as a word, too
            if is_korean(word) and len(word) > 1 and len(romanised(word)) >= _LETTERS:
                self._latin[romanised(word)].add(token)
            if word == token and word.isalpha() and len(consonants(word)) >= _SOUNDS:
                self._heard[is_korean(word), consonants(word)].add(token)

    def of(self, word: str) -> dict[str, float]:
        """Tokens of the other script that write a word, and how well they meet it."""
        korean, sounds = is_korean(word), consonants(word)
        heard = self._heard.get((not korean, sounds), set()) if len(sounds) >= _SOUNDS else set()
        found = dict.fromkeys(heard, _HEARD) if len(heard) == 1 else {}
        return found | dict.fromkeys(self._spelt(word, korean), _SPELT)

    def _spelt(self, word: str, korean: bool) -> Iterable[str]:
        if not korean:
            return self._latin.get(word.lower(), ())
        token = self._stem(romanised(word))
        return [token] if len(token) >= _LETTERS and token in self._tokens else []
