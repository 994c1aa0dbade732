"""How well the support judge agrees with people: accuracy and Cohen's kappa over labelled pairs, and where it differs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import InputError
from rag.evaluation.support import Support
from rag.types import Language

# Gao et al., "Enabling Large Language Models to Generate Text with Citations", EMNLP 2023, section 6: the recall of their
# automatic judge against people. Other pairs, so a point of comparison and no contest.
ALCE = (0.851, 0.698)


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """A sentence, the quotes it rests on, and whether a person finds it supported."""

    id: str
    half: str  # tuning or held-out
    language: Language
    quote_language: Language
    edit: str  # how the sentence came about: paraphrase, translation, number, negation, ...
    supported: bool
    sentence: str
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Counts of a verdict against a label."""

    name: str
    pairs: int
    true_positives: int
    false_positives: int  # called supported, and are not
    false_negatives: int
    true_negatives: int

    @property
    def accuracy(self) -> float:
        """Share of verdicts that agree with the label."""
        return (self.true_positives + self.true_negatives) / self.pairs

    @property
    def kappa(self) -> float:
        """Cohen's kappa: agreement beyond what the shares of both verdicts give by chance; 1 where all is one class."""
        called = self.true_positives + self.false_positives, self.true_negatives + self.false_negatives
        labelled = self.true_positives + self.false_negatives, self.true_negatives + self.false_positives
        chance = sum(a * b for a, b in zip(called, labelled, strict=True)) / self.pairs**2
        return (self.accuracy - chance) / (1 - chance) if chance < 1 else 1.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge said of a pair."""

    pair: LabelledPair
    supported: bool
    reasons: tuple[str, ...]


def read_pairs(path: Path) -> list[LabelledPair]:
    """The pairs of a file of JSON lines; raises InputError."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error}); give a UTF-8 file of JSON lines") from error
    pairs = [_pair(f"{path}:{number}", line) for number, line in enumerate(lines, 1) if line.strip()]
    if not pairs:
        raise InputError(f"{path}: holds no pair")
    return pairs


def _pair(place: str, line: str) -> LabelledPair:
    try:
        row: Mapping[str, Any] = json.loads(line)
        if not isinstance(row["supported"], bool) or not isinstance(row["quotes"], list):
            raise ValueError("supported is true or false, quotes a list")
        return LabelledPair(**{**row, "quotes": tuple(row["quotes"])})
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{place}: not a labelled pair ({error}); mend the line after its neighbours") from None


def verdicts(pairs: Iterable[LabelledPair], support_of: Callable[[str, Sequence[str]], Support]) -> list[Verdict]:
    """What the judge says of each pair."""
    found = ((pair, support_of(pair.sentence, pair.quotes)) for pair in pairs)
    return [Verdict(pair, support.supported, support.reasons) for pair, support in found]


def agreement(name: str, cells: Sequence[tuple[bool, bool]]) -> Agreement:
    """The counts over pairs of a verdict and a label, which must be there."""
    counts = (cells.count(cell) for cell in ((True, True), (True, False), (False, True), (False, False)))
    return Agreement(name, len(cells), *counts)


def agreements(found: Sequence[Verdict]) -> Iterator[Agreement]:
    """Over the halves, all pairs, the languages, and pairs across languages."""
    slices: tuple[tuple[str, Callable[[LabelledPair], bool]], ...] = (
        ("tuning", lambda pair: pair.half == "tuning"),
        ("held-out", lambda pair: pair.half == "held-out"),
        ("all", lambda pair: True),
        ("Korean sentences", lambda pair: pair.language == "ko"),
        ("English sentences", lambda pair: pair.language == "en"),
        ("across languages", lambda pair: pair.language != pair.quote_language),
    )
    for name, belongs in slices:
        if chosen := [verdict for verdict in found if belongs(verdict.pair)]:
            yield agreement(name, [(verdict.supported, verdict.pair.supported) for verdict in chosen])
