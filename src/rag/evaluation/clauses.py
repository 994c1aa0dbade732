"""Sentences cut into clauses, and clauses into their words: names, nouns, others, and those of the subject."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.figures import Figure, find_figures
from rag.lexicon import Lexicon
from rag.text import Analyzer, Term, language_of

_CUT = re.compile(
    r"[;\n]|(?<=[.!?])\s|(?<=[가-힣])(?:지만|으나|는데|며|면서|(?<=[하되났었])고(?! 있| 싶))(?=,?\s)|(?<=[되했았었])고\s"
    r"|,?\s\b(?:but|while|although|though|whereas|of which|and(?=\s(?:was|is|were|has|had|will|did|does|may|must|carries|swimming)\b))\s"
    r"|,\s(?=and\s[^,]{1,40}\s(?:is|are|was|were|has|have)\b|after\s(?:a|an|the)\b|up from|down from|compared)",
    re.IGNORECASE,
)
_SUBJECT_KO = re.compile(r"^.{0,60}?[가-힣A-Za-z)\d](?:께서|(?<!에)(?<!서)[은는]|이|가)(?=\s)")
_PLACE_KO = re.compile(r"^.*[가-힣)](?:에는|에서는|에서|에|로|을|를)\s")  # what stands before a subject
_VERB_EN = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|may|might|must|can|could|do|does|did|bought|won|made|holds?|took|came"
    r"|set|sent|rose|fell|grew|began|runs?|ran|overtook|put|found|costs?|exist|goes|[a-z]{3,}ed"
    r"|[a-z]{3,}s(?=\s(?:the|a|an|its|their|no|over|about|every|\d)))\b"
)
_PRONOUN = re.compile(r"\W*(?:and\s|but\s|or\s)?(?:it|they|he|she|who|which|this|that|these)\b", re.IGNORECASE)
_OPENING = re.compile(r"(?:^|[.!?:;]\s|[\"“‘(]\s?)$")
_LATIN_WORD = re.compile(r"[A-Za-zÀ-ɏ]+")
_NOUNS = ("NNG", "NNP", "XR")
_OPENERS = frozenset(
    """the a an in on at by of for from to about according after as with during before since until under when while
    although because if more fewer less all some most many both each no not according""".split()
)


@dataclass(frozen=True, slots=True)
class Word:
    """A name or another word that says something."""

    token: str  # Kiwi morpheme, English stem, or concept of the glossary
    text: str
    kind: str  # name, noun, other
    start: int
    end: int
    parts: tuple[str, ...] = ()  # of a concept: the tokens of its words
    weak: bool = False  # says little: year, first, many

    @property
    def weight(self) -> float:
        """What it counts for among the words of a sentence."""
        return 0.3 if self.weak else 0.6 if self.kind == "other" else 1.0


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence that states one thing."""

    text: str
    words: tuple[Word, ...]
    figures: tuple[Figure, ...]
    tokens: frozenset[str]  # all of its text
    subject: frozenset[str]  # tokens of its subject, or of the clause's before where it has none
    own_subject: bool


class ClauseReader:
    """Reads texts into clauses; what was read is kept."""

    def __init__(self, analyzer: Analyzer, lexicon: Lexicon) -> None:
        self._analyzer = analyzer
        self._lexicon = lexicon
        self.clauses = lru_cache(maxsize=4096)(self._clauses)

    def _clauses(self, text: str, whole: bool = False) -> tuple[Clause, ...]:
        """The clauses of a text; a row of a table is one, with the header it comes with, and so is a `whole` text."""
        found: list[Clause] = []
        for part in [text] if whole or is_row(text) else _parts(text):
            before = found[-1].subject if found else frozenset()
            found.append(self._clause(part, before))
        return tuple(found)

    def _clause(self, text: str, before: frozenset[str]) -> Clause:
        terms, figures = self._analyzer.terms(text), find_figures(text)
        free = [term for term in terms if not any(f.start <= term.start < f.end for f in figures)]
        words = tuple(_words(text, free, self._lexicon))
        begin, end = _subject(text)
        own = frozenset(term.token for term in free if begin <= term.start < end and not term.stop)
        return Clause(text, words, figures, frozenset(term.token for term in free), own or before, bool(own))


def is_row(text: str) -> bool:
    """Whether a quote is a row of a table, its cells with bars between them."""
    return " | " in text


def _parts(text: str) -> Iterator[str]:
    at = 0
    for cut in _CUT.finditer(text):
        if text[at : cut.end()].strip():
            yield text[at : cut.end()].strip()
        at = cut.end()
    if text[at:].strip():
        yield text[at:].strip()


def _subject(text: str) -> tuple[int, int]:
    """Where the subject begins and ends; (0, 0) where the clause has none of its own."""
    if language_of(text) == "ko":
        found = _SUBJECT_KO.search(text)
        before = _PLACE_KO.match(found.group()) if found else None
        return (before.end() if before else 0, found.end()) if found else (0, 0)
    if _PRONOUN.match(text):
        return 0, 0
    verbs = (match.start() for match in _VERB_EN.finditer(text) if _LATIN_WORD.search(text[: match.start()]))
    return 0, next(verbs, 0)


def _words(text: str, terms: Sequence[Term], lexicon: Lexicon) -> Iterator[Word]:
    concepts = [term for term in terms if term.token[0] == "§"]
    covering = [c for c in concepts if not any(_inside(c, other) for other in concepts)]
    for concept in covering:
        parts = tuple(t.token for t in terms if t.token[0] != "§" and concept.start <= t.start < concept.end)
        kind = "name" if concept.tag == "§" else "noun"
        yield Word(concept.token, text[concept.start : concept.end], kind, concept.start, concept.end, parts)
    name_end = -1
    for term in terms:
        covered = any(c.start <= term.start < c.end for c in covering)
        if term.token[0] == "§" or term.stop or term.tag == "SN":
            continue
        written = text[term.start : term.end]
        kind = _kind(text, term, name_end, bool(lexicon.translations(term.token)))
        name_end = term.end if kind == "name" else name_end
        if not covered:
            yield Word(term.token, written, kind, term.start, term.end, weak=term.weak)


def _inside(concept: Term, other: Term) -> bool:
    return (
        other.start <= concept.start
        and concept.end <= other.end
        and other.end - other.start > concept.end - concept.start
    )


def _kind(text: str, term: Term, name_end: int, known: bool) -> str:
    """Name, noun or other; a capital that opens a sentence tells a name only of a word that the lexicon does not know."""
    if term.tag != "EN":
        return "name" if term.tag == "NNP" else "noun" if term.tag in _NOUNS else "other"
    written = text[term.start : term.end]
    if term.start == name_end + 1 and text[name_end] == "-" and text[name_end - 1].islower():  # Ha-neul
        return "name"
    if not any(char.isupper() for char in written):
        return "noun"
    opening = known and _OPENING.search(text[: term.start]) and written[1:].islower()
    following = re.match(r"[\s-](?:[A-Z]|of [A-Z])", text[term.end :])
    return "noun" if opening and (not following or written.lower() in _OPENERS) else "name"
