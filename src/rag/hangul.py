"""Hangul by its letters: a syllable taken apart, in Latin letters, as it sounds, and as keys write it."""

from __future__ import annotations

import re
from collections.abc import Mapping

LEADS, VOWELS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ", "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
TAILS = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"  # the blank: none
_FIRST, _SYLLABLES = 0xAC00, 11172  # in Unicode's order
# Revised Romanization, syllable by syllable: the way people type a Korean name on a Latin keyboard.
_LATIN_LEADS = dict(zip(LEADS, "g kk n d tt r m b pp s ss  j jj ch k t p h".split(" "), strict=True))
_LATIN_VOWELS = dict(zip(VOWELS, "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i".split(), strict=True))
_LATIN_TAILS = dict(zip(TAILS, " k k k n n n t l k m l l l p l m p p t t ng t t k t p t".split(" "), strict=True))
# Letters that sound alike to many: ㅐ and ㅔ, tense and plain ones, and at a syllable's end what closes alike.
_ALIKE_LEADS = dict(zip("ㄲㄸㅃㅆㅉ", "ㄱㄷㅂㅅㅈ", strict=True))
_ALIKE_VOWELS = dict(zip("ㅐㅒㅖㅙㅞ", "ㅔㅔㅔㅚㅚ", strict=True))
_ALIKE_TAILS = dict(zip("ㄲㅋㄳㅅㅆㅈㅊㅌㅎㅍㅄ", "ㄱㄱㄱㄷㄷㄷㄷㄷㄷㅂㅂ", strict=True))
# What the keys of a Latin keyboard write when it is set to Korean.
_KEYS = dict(zip("rRseEfaqQtTdwWczxvg", LEADS, strict=True)) | dict(
    zip("koiOjpuPhynbml", "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅛㅜㅠㅡㅣ", strict=True)
)
_JOINED = {
    "ㅗㅏ": "ㅘ", "ㅗㅐ": "ㅙ", "ㅗㅣ": "ㅚ", "ㅜㅓ": "ㅝ", "ㅜㅔ": "ㅞ", "ㅜㅣ": "ㅟ", "ㅡㅣ": "ㅢ",
    "ㄱㅅ": "ㄳ", "ㄴㅈ": "ㄵ", "ㄴㅎ": "ㄶ", "ㄹㄱ": "ㄺ", "ㄹㅁ": "ㄻ", "ㄹㅂ": "ㄼ", "ㄹㅎ": "ㅀ", "ㅂㅅ": "ㅄ",
}  # fmt: skip
_TYPED = re.compile(f"([{LEADS}])([ㅏ-ㅣ]{{1,2}})((?:[ㄱ-ㅎ](?![ㅏ-ㅣ])){{0,2}})")


def is_korean(text: str) -> bool:
    """Whether a text begins with a Korean syllable."""
    return "가" <= text[:1] <= "힣"


def romanised(name: str) -> str:
    """A Korean name in Latin letters, without blanks and without sound changes: 엑사원 is eksawon."""
    letters = spelt("".join(name.split()), _LATIN_LEADS, _LATIN_VOWELS, _LATIN_TAILS)
    return letters.lower()


def sound(word: str) -> str:
    """A Korean word in letters that sound apart: 게열사 and 계열사 are the same."""
    return spelt(word, _ALIKE_LEADS, _ALIKE_VOWELS, _ALIKE_TAILS)


def typed(word: str) -> str:
    """What the keys of a word write on a Korean keyboard (dprtkdnjs: 엑사원); empty where that is no row of syllables."""
    letters = "".join(_KEYS.get(key, _KEYS.get(key.lower(), "")) for key in word) if word.isascii() else ""
    syllables = _TYPED.sub(_composed, letters) if len(letters) == len(word) else ""
    return syllables if syllables and all(map(is_korean, syllables)) else ""


def spelt(word: str, leads: Mapping[str, str], vowels: Mapping[str, str], tails: Mapping[str, str]) -> str:
    """A word with its letters replaced by those of three tables; a letter that a table lacks stays."""
    spelt = ""
    for char in word:
        place = ord(char) - _FIRST
        if 0 <= place < _SYLLABLES:
            lead, vowel, tail = LEADS[place // 588], VOWELS[place % 588 // 28], TAILS[place % 28]
            spelt += leads.get(lead, lead) + vowels.get(vowel, vowel) + tails.get(tail, tail)
        else:
            spelt += char
    return spelt


def _composed(match: re.Match[str]) -> str:
    lead, vowel, tail = match[1], _JOINED.get(match[2], match[2]), _JOINED.get(match[3], match[3]) or " "
    if vowel not in VOWELS or tail not in TAILS:
        return match.group()
    return chr(_FIRST + (LEADS.index(lead) * 21 + VOWELS.index(vowel)) * 28 + TAILS.index(tail))
