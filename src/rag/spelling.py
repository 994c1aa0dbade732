"""Mends words of a query that nothing knows: misspelt, spelt in the other script, shortened, or told by their initials."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from rag.hangul import is_korean, romanised, sound, typed

_SHORTEST = 4  # letters; shorter words are too near to too many others
_SMALL = {"of", "and", "the", "for", "in", "&"}  # words that initials leave out
# The names of the Latin letters in Hangul; longer names first, for 에이 would hide 에이치.
_LETTERS = dict(
    zip(
        "더블유 에이치 에이 에프 에스 엑스 와이 제이 케이 제트 브이 아이 비 씨 디 이 지 엘 엠 엔 오 피 큐 알 티 유 앤".split(),
        "WHAFSXYJKZVIBCDEGLMNOPQRTU&",
        strict=True,
    )
)
_SPELT = re.compile(f"(?:{'|'.join(_LETTERS)}){{2,}}")
_LATIN_WORD = re.compile(r"[A-Za-z]+")


class Spelling:
    """Nearest words by letters; Korean is compared by its jamo, as it is typed."""

    def __init__(self, words: Iterable[str], names: Iterable[str] = ()) -> None:
        """`words` are all that is known; of the `names` among them also the shorter and the romanised forms are."""
        words = set(words)
        self._words = {_letters(word): word for word in sorted(words, reverse=True) if len(_letters(word)) >= _SHORTEST}
        self._choices: Collection[str] = tuple(self._words)
        known = sorted(names, key=len, reverse=True)
        self._known = {*self._words.values(), *known}
        self._romanised = {romanised(name): name for name in known if is_korean(name) and len(name) > 1}
        self._sounds = _unique((sound(word), word) for word in words.union(known) if is_korean(word) and len(word) > 1)
        self._korean = [name for name in known if is_korean(name)]
        # SF is San Francisco before it is a smart factory.
        self._initials = {
            **_unique((initials(name), name) for name in known),
            **_unique((initials(name), name) for name in known if name.istitle()),
        }
        self._beginnings = _unique(
            (name[:end], name) for name in known if is_korean(name) for end in range(3, len(name))
        )

    def nearest(self, word: str) -> str | None:
        """What a word most likely stands for, or None.

        By initials, romanised, typed on the wrong keyboard, shortened, spelt as it sounds, or at most one slip away.
        """
        bare = word.removesuffix("'s")
        if bare.isupper() and bare in self._initials:
            return self._initials[bare] + word[len(bare) :]
        other = self._romanised.get(word.lower()) or self._beginnings.get(word)
        return other or self._typed(word) or self._contracted(word) or self.heard(word) or self._near(word)

    def joined(self, text: str) -> str:
        """The text with Korean names that are written in two to four Latin words: Seong dong gu is 성동구."""
        words = list(_LATIN_WORD.finditer(text))
        for length in range(min(4, len(words)), 1, -1):
            for at in range(len(words) - length + 1):
                first, last = words[at], words[at + length - 1]
                run = text[first.start() : last.end()]
                name = self._romanised.get(re.sub(r"[ -]", "", run).lower())
                if name:
                    return self.joined(text[: first.start()] + name + text[last.end() :])
        return text

    def heard(self, word: str) -> str | None:
        """The one known Korean word that sounds like a word which is none: 계열사 for 게열사."""
        return self._sounds.get(sound(word)) if is_korean(word) else None

    def _typed(self, word: str) -> str | None:
        """The Korean word that was typed on a keyboard set to Latin letters: dprtkdnjs is 엑사원."""
        korean = typed(word)
        return korean if len(korean) > 1 and korean in self._known else None

    def _contracted(self, word: str) -> str | None:
        """The one name that a Korean word is drawn together from; other short forms of it do not matter."""
        found = [name for name in self._korean if contracts(word, name)] if len(word) > 2 and is_korean(word) else []
        return found[0] if found and all(contracts(other, found[0]) for other in found[1:]) else None

    def _near(self, word: str) -> str | None:
        """The word at most one slip away (two for eight letters and more)."""
        letters = _letters(word)
        if len(letters) < _SHORTEST or letters in self._words or (not word.isascii() and len(word) < _SHORTEST):
            return None
        slips = 1 if len(letters) < 8 else 2
        found = process.extractOne(letters, self._choices, scorer=DamerauLevenshtein.distance, score_cutoff=slips)
        return None if found is None or found[0][0] != letters[0] else self._words[found[0]]


def contracts(short: str, long: str) -> bool:
    """Whether a Korean name is drawn together from a longer one: 과기부 from 과학기술정보통신부, 중진공 from 중소벤처기업진흥공단.

    Its syllables stand there in order, the first first and the last among the last two.
    """
    letters = iter(long)
    bounded = long[:1] == short[:1] and short[-1:] in tuple(long[-2:])
    return bounded and len(long.replace(" ", "")) > len(short) and all(char in letters for char in short)


def initials(name: str) -> str:
    """The first letters of an English name's words, small words left out; empty for a name of one word."""
    words = [word for word in re.findall(r"[A-Za-z&]+", name) if word.lower() not in _SMALL]
    return "".join(word[0].upper() for word in words) if len(words) > 1 else ""


def spelt_out(text: str) -> str:
    """The text with Latin letters for their Korean names: 이에스지 is ESG, 엘지 is LG."""
    return _SPELT.sub(lambda match: _acronym(match.group()), text)


def _acronym(names: str) -> str:
    return re.sub("|".join(_LETTERS), lambda match: _LETTERS[match.group()], names)


def _unique(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """The pairs whose first is not the first of another name."""
    names: dict[str, set[str]] = {}
    for key, name in pairs:
        names.setdefault(key, set()).add(name)
    return {key: next(iter(found)) for key, found in names.items() if key and len(found) == 1}


def _letters(word: str) -> str:
    return unicodedata.normalize("NFD", word.lower())
