"""Unanswered questions that ask the same, together: by their terms, so that wording, particles and language matter less.

Two questions belong together when the terms they share weigh at least half of all their terms (a weighted Jaccard
index; a term weighs its inverse frequency among these questions) and neither names somebody that the other does not
while naming another: 네이버 and 카카오 are two questions.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

from rag.records.reading import Asked
from rag.text import Term, fold, query_terms

_ALIKE = 0.5


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


def group_questions(questions: Sequence[Asked], analyzer: Analyzer) -> list[Group]:
    """Groups of questions, the largest first; of two alike the one asked last."""
    texts = list(dict.fromkeys(asked.question for asked in questions))
    keys = {text: _key(text, terms) for text, terms in zip(texts, analyzer.terms_of(texts), strict=True)}
    by_key: dict[Key, list[Asked]] = defaultdict(list)
    for asked in questions:
        by_key[keys[asked.question]].append(asked)
    merged = _merge(by_key, _weights([key.terms for key in by_key]))
    groups = [Group(tuple(sorted(members, key=lambda asked: asked.asked_at, reverse=True))) for members in merged]
    return sorted(groups, key=lambda group: (-len(group.questions), -group.questions[0].asked_at.timestamp()))


def _key(text: str, terms: Sequence[Term]) -> Key:
    """Terms that say much; where none does all of them, and failing that the question itself."""
    said = query_terms(terms)
    telling = [term for term in said if not term.weak] or said
    names = frozenset(term.token for term in telling if term.tag == "§")
    return Key(frozenset(term.token for term in telling) or frozenset([fold(text)]), names)


def _weights(keys: Sequence[frozenset[str]]) -> dict[str, float]:
    frequency = Counter(chain.from_iterable(keys))
    return {term: math.log(1 + len(keys) / count) for term, count in frequency.items()}


def _merge(by_key: Mapping[Key, list[Asked]], weights: Mapping[str, float]) -> Iterable[list[Asked]]:
    """Each key, the most frequent first, joins the first leader it is most like, or becomes a leader itself."""
    leaders: dict[Key, list[Asked]] = {}
    leading: dict[str, list[Key]] = defaultdict(list)  # term -> leaders with it
    for key, members in sorted(by_key.items(), key=lambda item: -len(item[1])):
        near = dict.fromkeys(chain.from_iterable(leading[term] for term in key.terms))
        alike = [(_likeness(key, leader, weights), leader) for leader in near if not key.differs(leader)]
        best, leader = max(alike, key=lambda pair: pair[0], default=(0.0, key))
        if best >= _ALIKE:
            leaders[leader] += members
            continue
        leaders[key] = list(members)
        for term in key.terms:
            leading[term].append(key)
    return leaders.values()


def _likeness(one: Key, other: Key, weights: Mapping[str, float]) -> float:
    shared = sum(weights[term] for term in one.terms & other.terms)
    return shared / sum(weights[term] for term in one.terms | other.terms)
