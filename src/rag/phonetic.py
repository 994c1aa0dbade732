"""Names across scripts by how they sound: 카운터포인트리서치 = Counterpoint Research, 윤영주 = Yun Yeong-ju.

Both are reduced to their consonants, in classes that keep apart what Korean spelling keeps apart. What English writes
and Korean does not (r before a consonant, a silent gh) is left out.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from rag.hangul import LEADS, TAILS, VOWELS, spelt

_INITIAL = dict(zip(LEADS, "K K N T T R M P P S S  C C C K T P ".split(" "), strict=True))
_MEDIAL = dict.fromkeys(VOWELS, "a")
_FINAL = dict(zip(TAILS, " K K K N N N T R K M P R R P R M P P T T N T T K T P T".split(" "), strict=True))
# In order; what is done is in capitals, so that no later rule takes it for a letter.
_ENGLISH = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"gh(?=t|$)|^wh?|(?<=[aeiou])w", ""),
        (r"tion|sion", "SN"),
        (r"tu(?=re)", "C"),
        (r"sch|sh|th|ss|s|c(?=[eiy])", "S"),
        (r"tch|ch|dge|j|z", "C"),
        (r"ph|f|v|p|b", "P"),
        (r"ng(?=[aou])", "NK"),
        (r"ng", "N"),
        (r"ck|q|g|x|c|k", "K"),
        (r"[dt]", "T"),
        (r"r(?=[^aeiouy]|$)", ""),
        (r"[lr]", "R"),
        (r"m", "M"),
        (r"n", "N"),
        (r"([A-Z])\1+", r"\1"),
        (r"[a-z]", ""),
    )
)
_WORDS = re.compile("[가-힣]+|[A-Za-z]+")
_MOST_WORDS = 4  # of a name
_MOST_PARTICLES = 3  # syllables at the end of a Korean word


@lru_cache(maxsize=16384)
def consonants(text: str) -> str:
    """The consonant classes of a text in either script."""
    words = _WORDS.findall(unicodedata.normalize("NFC", text))
    return "".join(_syllables(word) if word[0] >= "가" else _letters(word.lower()) for word in words)


def _syllables(word: str) -> str:
    sounds = spelt(word, _INITIAL, _MEDIAL, _FINAL)
    return re.sub(r"([A-Z])\1+", r"\1", sounds).replace("a", "")


def _letters(word: str) -> str:
    for pattern, sound in _ENGLISH:
        word = pattern.sub(sound, word)
    return word


def sounds_alike(name: str, other: str) -> bool:
    """Whether names of two scripts may be one: short ones alike, in longer ones a fifth of the sounds may differ."""
    own, its = consonants(name), consonants(other)
    if min(len(own), len(its)) < 2:
        return False
    return Levenshtein.distance(own, its) <= max(len(own), len(its)) // 5


@lru_cache(maxsize=32768)
def heard_in(name: str, text: str) -> bool:
    """Whether a name sounds like words of a text that stand together, particles aside."""
    words = _WORDS.findall(text)
    runs = ("".join(words[at : at + length]) for length in range(1, _MOST_WORDS + 1) for at in range(len(words)))
    return any(sounds_alike(name, form) for run in runs for form in _without_particles(run))


def _without_particles(run: str) -> list[str]:
    cuts = range(1, min(_MOST_PARTICLES, len(run) - 2) + 1) if "가" <= run[-1] <= "힣" else ()
    return [run, *(run[:-cut] for cut in cuts)]
