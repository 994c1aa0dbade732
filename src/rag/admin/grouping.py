"""Unanswered questions that ask the same, together: by their terms, so that wording, particles and language matter less.

Two questions belong together when the terms they share weigh at least half of all their terms (a weighted Jaccard
index; a term weighs its inverse frequency among these questions, and its translation is shared like itself) and neither
names somebody that the other does not while naming another: 네이버 and 카카오 are two questions.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

from rag.records.reading import Asked
from rag.text import Term, fold, query_terms

_ALIKE = 0.5
_SAME_WORD = 0.5  # how sure a translation must be; it counts only beside other words that are shared

Alternatives = Callable[[str], Mapping[str, float]]


class Analyzer(Protocol):
    """What is needed of `rag.text.Analyzer`."""

    def terms_of(self, texts: Sequence[str]) -> list[list[Term]]:
        """The terms of each text."""


@dataclass(frozen=True, slots=True)
class Key:
    """What a question is about: its terms, and which of them are names."""

    terms: frozenset[str]
    names: frozenset[str]

    def differs(self, other: Key) -> bool:
        """Whether each names what the other does not."""
        return bool(self.names - other.names) and bool(other.names - self.names)


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that ask the same, newest first."""

    questions: tuple[Asked, ...]

    @property
    def title(self) -> str:
        """The wording used most often; of several the newest."""
        wordings = Counter(asked.question for asked in self.questions)
        return wordings.most_common(1)[0][0] if wordings else ""

    @property
    def wordings(self) -> tuple[Asked, ...]:
        """The newest question of each wording."""
        first: dict[str, Asked] = {}
        for asked in self.questions:
            first.setdefault(fold(asked.question), asked)
        return tuple(first.values())


def group_questions(
    questions: Sequence[Asked], analyzer: Analyzer, alternatives: Alternatives = lambda token: {}
) -> list[Group]:
    """Groups of questions, the largest first; of two alike the one asked last."""
    texts = list(dict.fromkeys(asked.question for asked in questions))
    keys = {text: _key(text, terms) for text, terms in zip(texts, analyzer.terms_of(texts), strict=True)}
    by_key: dict[Key, list[Asked]] = defaultdict(list)
    for asked in questions:
        by_key[keys[asked.question]].append(asked)
    merged = _Leaders(by_key, alternatives).merged(by_key)
    groups = [Group(tuple(sorted(members, key=lambda asked: asked.asked_at, reverse=True))) for members in merged]
    return sorted(groups, key=lambda group: (-len(group.questions), -group.questions[0].asked_at.timestamp()))


def _key(text: str, terms: Sequence[Term]) -> Key:
    """Terms that say much; where none does all of them, and failing that the question itself."""
    said = query_terms(terms)
    telling = [term for term in said if not term.weak] or said
    names = frozenset(term.token for term in telling if term.tag == "§")
    return Key(frozenset(term.token for term in telling) or frozenset([fold(text)]), names)


class _Leaders:
    """Leader clustering: each key, the most frequent first, joins the leader it is most like, or becomes one itself."""

    def __init__(self, keys: Collection[Key], alternatives: Alternatives) -> None:
        frequency = Counter(chain.from_iterable(key.terms for key in keys))
        self._weights = {term: math.log(1 + len(keys) / count) for term, count in frequency.items()}
        self._same = {  # each term with those that say the same
            term: {term} | {other for other, weight in alternatives(term).items() if weight >= _SAME_WORD}
            for term in frequency
        }
        self._leading: dict[str, list[Key]] = defaultdict(list)  # term -> leaders with it

    def merged(self, by_key: Mapping[Key, list[Asked]]) -> Iterable[list[Asked]]:
        """The questions of each leader."""
        groups: dict[Key, list[Asked]] = {}
        for key, members in sorted(by_key.items(), key=lambda item: -len(item[1])):
            leader = self._leader_of(key)
            if leader:
                groups[leader] += members
                continue
            groups[key] = list(members)
            for term in key.terms:
                self._leading[term].append(key)
        return groups.values()

    def _leader_of(self, key: Key) -> Key | None:
        terms = chain.from_iterable(self._same[term] for term in sorted(key.terms))
        near = dict.fromkeys(chain.from_iterable(self._leading.get(term, ()) for term in terms))
        alike = [(self._likeness(key, leader), leader) for leader in near if not key.differs(leader)]
        best, leader = max(alike, key=lambda pair: pair[0], default=(0.0, key))
        return leader if best >= _ALIKE else None

    def _likeness(self, one: Key, other: Key) -> float:
        shared = (self._shared(one, other) + self._shared(other, one)) / 2
        whole = sum(self._weights[term] for term in chain(one.terms, other.terms))
        return shared / (whole - shared)

    def _shared(self, one: Key, other: Key) -> float:
        """The weight of one's terms that stand in the other, in some form, in either direction."""
        met = (term for term in one.terms if any(same in other.terms for same in self._same[term]))
        back = {same for term in other.terms for same in self._same[term]}
        return sum(self._weights[term] for term in {*met, *(one.terms & back)})
