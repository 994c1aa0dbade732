"""Names that documents pair themselves: 루닛(Lunit), Financial Services Commission (금융위원회), Small Business Agency (SBA).

A pair joins the glossary of its index, so that a question in one language, or by the short form, finds what documents
tell under the other. What stands in parentheses is a name's other form when it sounds alike, when it is made of the
initials, or when both stand alone as names: neither is an ordinary word, and nothing else is ever paired with them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from rapidfuzz.distance import Levenshtein

from rag.lexicon import Lexicon
from rag.phonetic import consonants, sounds_alike
from rag.spelling import contracts, initials
from rag.text import FUNCTION_WORDS, fold

Pair = tuple[str, str]
_PARENTHESIS = re.compile(
    r"(?P<before>[^()（）\n|:;!?…]{2,80}?)(?P<close>[’'”\"」』》>]?) ?[(（](?P<inside>[^()（）\n]{2,60})[)）]"
)
_OPENING = {"’": "‘", "'": "'", "”": "“", '"': '"', "」": "「", "』": "『", "》": "《", ">": "<"}
_KOREAN = re.compile(r"[가-힣A-Za-z0-9][가-힣A-Za-z0-9 ·&\-]*")
_LATIN_NAME = re.compile(
    r"(?:[A-Z][A-Za-z]*\d*|[A-Z]\w*[&\-’'.]?\w*|\d+)(?:[ \-](?:(?:of|and|the|for|in|de|&) )*[A-Za-z0-9&.’'\-]+)*"
)
_WORD = r"[A-Z0-9](?:[\w&\-]|\.(?=\w))*(?:['’]s)?"
_CAPITALISED = re.compile(rf"(?:(?<=[ (‘“\"'])|^)(?=[A-Z]){_WORD}(?: (?:(?:of|and|the|for|in|&) ){{0,2}}{_WORD})*$")
# What ends a noun phrase: particles and endings of the word before a name.
_BOUNDARY = re.compile(r"(은|는|을|를|이|가|에|에서|의|로|와|과|도|만|인|한|된|할|및|등|,|\.)$")
_LOWER_WORD = re.compile(r"\b[a-z]{3,}\b")
_UNIVERSITY = re.compile(r"(?<![가-힣])([가-힣]{2,}?)대학교")  # 부산대학교 is 부산대 to everybody
_HANGUL = re.compile(r"[가-힣]")
_NO_NAME = re.compile(  # figures, dates, and what a sentence ends with
    r"^\d|\d+ ?(년|월|일|원|명|개|건|위|점|%)|(기준|당시|현재|이하|이상|예정|참고|출처|년|월|원|다|요)$|^(이하|일명|구|옛|약|총|전|현) "
)
_MOST_WORDS = 5


def learn_aliases(texts: Iterable[str], lexicon: Lexicon) -> list[Pair]:
    """The pairs of forms that texts set side by side, each Korean or longer form first; in a settled order."""
    counts: Counter[Pair] = Counter()
    ordinary: set[str] = set()
    for text in texts:
        counts.update(set(_pairs_in(text, lexicon)))
        ordinary.update(_LOWER_WORD.findall(text))
    settled = sorted(_settled(counts))
    known = {form for pair in settled for form in map(fold, pair)}
    words = (pair for pair in _words_of(settled, ordinary, lexicon) if known.isdisjoint(map(fold, pair)))
    return sorted({*settled, *words})


def _words_of(pairs: Iterable[Pair], ordinary: Set[str], lexicon: Lexicon) -> Iterator[Pair]:
    """Of names of several words the words that are names themselves: 타이드게이트 벤처스 (Tidegate Ventures) tells of Tidegate."""
    found: dict[str, set[str]] = {}
    for korean, latin in pairs:
        words, others = korean.split(), latin.split()
        if len(words) == len(others) > 1:
            for own, other in zip(words, others, strict=True):
                name = other.lower() not in ordinary and not lexicon.translations(own)
                if name and re.fullmatch("[가-힣]{3,}", own) and sounds_alike(own, other):
                    found.setdefault(own, set()).add(other)
    yield from ((own, next(iter(names))) for own, names in found.items() if len(names) == 1)


def _pairs_in(text: str, lexicon: Lexicon) -> Iterator[Pair]:
    for name in _UNIVERSITY.findall(text):
        yield f"{name}대학교", f"{name}대"
    for match in _PARENTHESIS.finditer(text):
        before, inside = match["before"].strip(" -*#>"), match["inside"].strip(" '\"‘’“”")
        quoted = _quoted(before, match["close"])
        pair = _pair(quoted or before, inside, bool(quoted), lexicon)
        if pair:
            yield pair


def _quoted(before: str, close: str) -> str:
    """What a quotation mark before the parenthesis encloses."""
    return before.rpartition(_OPENING[close])[2].strip() if close and _OPENING[close] in before else ""


def _pair(before: str, inside: str, quoted: bool, lexicon: Lexicon) -> Pair | None:
    if _NO_NAME.search(inside) or len(inside) < 2:
        return None
    korean_inside = bool(_HANGUL.search(inside))
    if korean_inside and not _HANGUL.search(before[-1:]):
        name = _latin_before(before, inside)
        return (inside, name) if name and _KOREAN.fullmatch(inside) and len(inside.split()) <= _MOST_WORDS else None
    if not korean_inside and _HANGUL.search(before[-12:]):
        if not _LATIN_NAME.fullmatch(inside):
            return None
        name = _korean_before(before, inside, quoted, lexicon)
        return (name, inside) if name else None
    if korean_inside:
        return _shortened(before, inside)
    return _acronym(before, inside)


def _latin_before(before: str, korean: str) -> str:
    """The capitalised words before a Korean form; of a title and a name, the name that sounds like it."""
    match = _CAPITALISED.search(before)
    if not match:
        return ""
    words = match.group().split()
    while words and words[0].lower() in FUNCTION_WORDS:
        words = words[1:]
    for at, word in enumerate(words[:-1]):
        if word.endswith(("'s", "’s")):
            words = words[at + 1 :]
            break
    suffixes = [" ".join(words[at:]) for at in range(len(words))]
    if any(sounds_alike(korean, suffix) for suffix in suffixes):
        sounds = consonants(korean)  # a surname such as 이 (Lee) has none
        return next(
            suffix
            for suffix in suffixes
            if Levenshtein.distance(sounds, consonants(suffix)) <= max(1, len(sounds) // 5)
        )
    return "" if "and" in words else " ".join(words)


def _korean_before(before: str, latin: str, quoted: bool, lexicon: Lexicon) -> str:
    """The Korean words before a Latin form: those in quotes, those that sound alike, or the last if it is no common word."""
    if quoted:
        return before if len(before.split()) <= _MOST_WORDS else ""
    match = re.search(r"[가-힣A-Za-z0-9 ·&.\-]+$", before)
    words = match.group().split() if match else []
    suffixes = [" ".join(words[-count:]) for count in range(1, min(_MOST_WORDS, len(words)) + 1)]
    heard = [suffix for suffix in suffixes if _HANGUL.search(suffix) and sounds_alike(suffix, latin)]
    if heard:
        return min(heard, key=lambda suffix: abs(len(consonants(suffix)) - len(consonants(latin))))
    phrase = _phrase(words)
    ordinary = lexicon.translations(phrase[-1]) or not re.fullmatch("[가-힣]{4,}", phrase[-1])
    return "" if ordinary or len(phrase) > 2 else " ".join(phrase)


def _phrase(words: Sequence[str]) -> Sequence[str]:
    """The words at the end that no particle parts."""
    cut = next((at for at in range(len(words) - 1, 0, -1) if _BOUNDARY.search(words[at - 1])), 0)
    return words[cut:] or [""]


def _shortened(before: str, inside: str) -> Pair | None:
    """과학기술정보통신부(과기정통부)."""
    if not re.fullmatch(r"[가-힣]{2,7}", inside):
        return None
    words = before.split()
    for count in range(1, min(4, len(words)) + 1):
        long = " ".join(words[-count:])
        if contracts(inside, long):
            return long, inside
    return None


def _acronym(before: str, inside: str) -> Pair | None:
    """Small Business Agency (SBA)."""
    match = _CAPITALISED.search(before)
    if not match or not re.fullmatch(r"[A-Z][A-Z&]{1,7}", inside):
        return None
    words = match.group().split()
    long = next((" ".join(words[at:]) for at in range(len(words)) if initials(" ".join(words[at:])) == inside), "")
    return (long, inside) if long else None


def _settled(counts: Mapping[Pair, int]) -> Iterator[Pair]:
    """The pairs whose forms are paired as often with no other form of the same kind."""
    partners: dict[tuple[str, bool, bool], Counter[str]] = {}
    for pair, count in counts.items():
        for own, other in (pair, pair[::-1]):
            partners.setdefault((fold(own), *_kind(other)), Counter())[fold(other)] += count
    for pair in counts:
        ranks = [partners[fold(own), *_kind(other)].most_common(2) for own, other in (pair, pair[::-1])]
        clear = all(len(rank) == 1 or rank[0][1] > rank[1][1] for rank in ranks)
        if clear and all(rank[0][0] == fold(other) for rank, other in zip(ranks, pair[::-1], strict=True)):
            yield pair


def _kind(form: str) -> tuple[bool, bool]:
    """Its script, and whether it is short: 식약처 and 식품의약품안전처 both belong to MFDS."""
    korean = bool(_HANGUL.search(form))
    return korean, len(form) <= 4 if korean else form.isupper()
