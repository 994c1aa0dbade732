"""Whether two clauses of the same words give them other roles: who bought whom, who is ahead, from what to what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from rag.evaluation.clauses import Clause, Word

_PASSIVE = re.compile(
    r"\b(?:is|are|was|were|been|being)\s(?:\w+ly\s)?\w+(?:ed|t|n|wn|ught|ld|de)\b[^.;]{0,40}?\sby\s", re.IGNORECASE
)
_RELATION = re.compile(
    r"\b(?P<word>ahead of|behind|than|from|to|over|by)\s(?:the\s|those\s|that\s)?[\"“'‘]?$", re.IGNORECASE
)
_PARTICLE = re.compile(r"^['’\")]{0,2}(?:에서|으로|로|에게|보다)")
_COMPARED = ("ahead of", "behind", "than", "from", "to", "로", "에서", "보다", "에게")
_SAME = {"으로": "로"}


def swapped(claim: Clause, told: Clause) -> str:
    """The two words whose roles are exchanged, or an empty string."""
    own, other = _by_token(claim), _by_token(told)
    shared = sorted(own.keys() & other.keys(), key=lambda token: own[token].start)
    for one, two in combinations(shared, 2):
        mine = _role(claim, own[one]), _role(claim, own[two])
        its = _role(told, other[one]), _role(told, other[two])
        acting, acted = [agent for agent, _ in mine], [agent for agent, _ in its]
        if (acting[0] != acting[1] and acting == acted[::-1]) or _crossed(mine, its):
            return f"{own[one].text} and {own[two].text}"
    return ""


def _crossed(mine: Sequence[tuple[bool, str]], its: Sequence[tuple[bool, str]]) -> bool:
    """One relation that holds the one word here and the other word there: ahead of Seoul, ahead of Singapore."""
    relations = {relation for _, relation in (*mine, *its)} & {*_COMPARED}
    return any(
        (mine[0][1] == relation) != (mine[1][1] == relation)
        and (mine[0][1] == relation) == (its[1][1] == relation)
        and (mine[1][1] == relation) == (its[0][1] == relation)
        for relation in relations
    )


def _by_token(clause: Clause) -> Mapping[str, Word]:
    """Names that stand once in a clause, their other form in brackets aside."""
    found: dict[str, Word] = {}
    twice = set()
    for word in clause.words:
        if clause.text[: word.start].endswith("(") or word.kind != "name":
            continue
        twice |= {word.token} & found.keys()
        found[word.token] = word
    return {token: word for token, word in found.items() if token not in twice}


def _role(clause: Clause, word: Word) -> tuple[bool, str]:
    """Whether a word belongs to who acts, and the relation it stands in."""
    before, after = clause.text[: word.start], clause.text[word.end :]
    agent = word.token in clause.subject
    if found := _PASSIVE.search(clause.text):
        agent = word.start >= found.end() - 1 if word.token not in clause.subject else False
    relation = _RELATION.search(before) or _PARTICLE.search(after)
    said = relation.group().strip(" \"“'‘’)").lower() if relation else ""
    said = re.sub(r"\s(?:the|those|that)$", "", said)
    agent = agent and said not in ("ahead of", "behind", "than")
    return agent, "" if said == "by" else _SAME.get(said, said)


def all_swapped(claim: Clause, told: Sequence[Clause]) -> Iterator[str]:
    """A reason where every one of the clauses gives two words other roles."""
    found = [swapped(claim, clause) for clause in told]
    if found and all(found):
        yield f"{found[0]}: the other way round in the quotes"
