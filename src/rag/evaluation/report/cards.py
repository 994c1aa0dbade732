"""One turn as the page shows it: answers side by side, facts, evidence, excerpts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from rag.evaluation.metrics import LOWER_IS_BETTER
from rag.evaluation.report.escaping import one_line
from rag.evaluation.report.excerpts import Excerpt, TextOf, excerpts_of
from rag.evaluation.report.view import STATES, SYMPTOMS, Pair, nearest, rank_of
from rag.evaluation.results import Place, TurnResult

_WORDS = re.compile(r"\s+|[^\s\[\]]+|.")
_BRIEF = 240  # characters of an answer on a card that is not full
_LONGEST = 4000  # characters of an answer that are compared word by word


@dataclass(frozen=True, slots=True)
class Words:
    """Part of an answer, and whether the other answer lacks it."""

    text: str
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """A group of evidence: the words of its first place, and at which rank it was retrieved and whether cited."""

    place: Place
    rank: int | None
    cited: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A turn with all that its reader needs."""

    pair: Pair
    before: tuple[Words, ...]
    now: tuple[Words, ...]
    wanted: tuple[Wanted, ...]
    excerpts: tuple[Excerpt, ...]
    full: bool = True

    @property
    def turn(self) -> TurnResult:
        """The turn now."""
        return self.pair.now

    @property
    def state(self) -> str:
        """What became of the turn, in words."""
        return STATES[self.pair.state]

    @property
    def symptom(self) -> str:
        """Where it went wrong, in words."""
        return SYMPTOMS.get(self.pair.symptom, "")

    @property
    def metrics(self) -> Mapping[str, float]:
        """The metrics that fall short."""
        told = self.turn.metrics.items()
        return {name: value for name, value in told if value is not None and value != (name not in LOWER_IS_BETTER)}


def card_of(pair: Pair, text_of: TextOf, full: bool = True) -> Card:
    """The card of a turn; one that is not full leaves the documents out and cuts the answers."""
    wanted = tuple(_wanted(pair))
    if not full:
        short = [(Words(one_line(text, _BRIEF)),) for text in (pair.answer_before, pair.now.answer)]
        return Card(pair, short[0], short[1], wanted, (), full)
    old, new = compared(pair.answer_before, pair.now.answer) if pair.before else ((), (Words(pair.now.answer),))
    return Card(pair, old, new, wanted, tuple(excerpts_of(pair.now, pair.evidence, text_of)))


def _wanted(pair: Pair) -> Iterator[Wanted]:
    for group in filter(None, pair.evidence):
        yield Wanted(
            nearest(group, pair.now), rank_of(group, pair.now.retrieved), rank_of(group, pair.now.citations) is not None
        )


def compared(before: str, now: str) -> tuple[tuple[Words, ...], tuple[Words, ...]]:
    """Both answers with the words marked that the other lacks; a whole new answer is not marked."""
    if not before or not now or max(len(before), len(now)) > _LONGEST:
        return (Words(before),), (Words(now),)
    old, new = _WORDS.findall(before), _WORDS.findall(now)
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    if not any(kind == "equal" and any(word.strip() for word in old[a:b]) for kind, a, b, _, _ in steps):
        return (Words(before),), (Words(now),)
    return _marked(old, [(a, b, kind != "equal") for kind, a, b, _, _ in steps]), _marked(
        new, [(c, d, kind != "equal") for kind, _, _, c, d in steps]
    )


def _marked(words: Sequence[str], steps: Sequence[tuple[int, int, bool]]) -> tuple[Words, ...]:
    return tuple(Words("".join(words[start:end]), changed) for start, end, changed in steps if start < end)
