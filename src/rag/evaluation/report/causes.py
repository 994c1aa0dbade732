"""What wrong turns have in common, so that the cause of a regression need not be guessed."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from rag.evaluation.report.view import SYMPTOMS, Pair, Report, is_right

_SURE = 6.63  # G² of one degree of freedom at p = 0.01
_TABLE_ROW = re.compile(r"\S *\| *\S")  # of a Markdown document
_MOST = 4  # places named for a symptom
_FEW = 2  # turns that a place must add to those named before


@dataclass(frozen=True, slots=True)
class Spot:
    """A slice in which turns went wrong: how many, of those that were right in it before, or of all."""

    name: str  # such as `tag=table`, `language=ko`, `document=docs/en/market.md`
    broken: int
    of: int


@dataclass(frozen=True, slots=True)
class Cause:
    """Turns that went wrong at the same step, and where they pile up."""

    symptom: str  # a key of SYMPTOMS
    pairs: tuple[Pair, ...]
    spots: tuple[Spot, ...]


def causes_of(report: Report) -> list[Cause]:
    """The turns that are newly wrong, or without a baseline all that are wrong, by symptom; the most frequent first."""
    compared = report.comparison is not None
    among = [pair for pair in report.pairs if not compared or (pair.before and is_right(pair.before.metrics))]
    groups: defaultdict[str, list[Pair]] = defaultdict(list)
    for pair in report.of("broken") if compared else report.of("failing"):
        groups[pair.symptom].append(pair)
    order = sorted(groups, key=lambda name: (-len(groups[name]), list(SYMPTOMS).index(name)))
    return [Cause(name, tuple(groups[name]), tuple(islice(_spots(groups[name], among), _MOST))) for name in order]


def spots_of(pair: Pair) -> Iterator[str]:
    """The slices a turn is in."""
    result = pair.now
    yield f"language={result.language}"
    yield f"expect={result.expect}"
    yield from (f"tag={tag}" for tag in result.tags)
    yield f"split={result.split}"
    if any(_TABLE_ROW.search(place.text) for group in pair.evidence for place in group):
        yield "evidence=table row"
    yield from sorted({f"document={place.document}" for group in pair.evidence for place in group})


def _spots(broken: Sequence[Pair], every: Sequence[Pair]) -> Iterator[Spot]:
    """The slices in which more turns broke than chance has it, the clearest first; each tells of turns not yet told."""
    among = _members(every)
    hits = _members(broken)
    weights = {name: _surprise(len(hits[name]), len(among[name]), len(broken), len(every)) for name in hits}
    clear = sorted((name for name in weights if weights[name] >= _SURE), key=lambda name: (-weights[name], name))
    told: set[str] = set()
    for name in clear:
        if len(hits[name] - told) >= _FEW:
            told |= hits[name]
            yield Spot(name, len(hits[name]), len(among[name]))


def _members(pairs: Sequence[Pair]) -> dict[str, set[str]]:
    """The keys of the turns in each slice; what is expected is no slice here, since the symptom tells it."""
    members: defaultdict[str, set[str]] = defaultdict(set)
    for pair in pairs:
        for name in spots_of(pair):
            if not name.startswith("expect="):
                members[name].add(pair.now.key)
    return members


def _surprise(hits: int, among: int, broken: int, passed: int) -> float:
    """The log-likelihood ratio G² of a slice and breaking (Dunning 1993); negative where the slice broke less often."""
    table = ((hits, among - hits), (broken - hits, passed - among - broken + hits))
    rows, columns = [sum(row) for row in table], [sum(column) for column in zip(*table, strict=True)]
    cells = ((table[i][j], rows[i] * columns[j] / passed) for i in (0, 1) for j in (0, 1))
    total = 2 * sum(seen * math.log(seen / expected) for seen, expected in cells if seen and expected)
    return total if hits * passed > among * broken else -total
