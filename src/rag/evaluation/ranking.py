"""How high the evidence ranks among the passages found, by ir-measures.

Evidence is an AND of groups, each an OR of places, so that two places which say the same are not both asked for: a group
counts once, where its first place is met.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ir_measures
from ir_measures import RR, Qrel, R, ScoredDoc, Success, nDCG

from rag.evaluation.results import Place

DEEPEST = 10  # passages that are looked at
_ONE_GOAL = {"hit@1": Success @ 1, "hit@5": Success @ 5, "mrr@10": RR @ 10, "ndcg@10": nDCG @ 10}
_EVERY_GROUP = {"recall@5": 5, "recall@10": 10}
METRICS = ("hit@1", "hit@5", "recall@5", "recall@10", "mrr@10", "ndcg@10")
_HELD = 0.5  # share of the quoted words that a passage must hold; a quote may run over the edge of two


@dataclass(frozen=True, slots=True)
class Ranking:
    """For each passage found, best first, how many groups it is the first to meet; and how many groups there are."""

    met: tuple[int, ...]
    groups: int


def rank(retrieved: Sequence[Place], evidence: Sequence[Sequence[Place]]) -> Ranking:
    """Where the groups of evidence are met."""
    left = list(evidence)
    met = []
    for passage in retrieved[:DEEPEST]:
        still = [group for group in left if not any(_holds(passage, place) for place in group)]
        met.append(len(left) - len(still))
        left = still
    return Ranking(tuple(met), len(evidence))


def covers(found: Sequence[Place], evidence: Sequence[Sequence[Place]]) -> float:
    """The share of groups that overlap some place found."""
    held = [any(_overlap(a, b) for a in found for b in group) for group in evidence]
    return sum(held) / len(held)


def ranking_metrics(rankings: Mapping[str, Ranking]) -> dict[str, dict[str, float]]:
    """The metrics of each ranking by its name. Passages without evidence above one with it lower all but recall."""
    found: dict[str, dict[str, float]] = {name: {} for name in rankings}
    for each in _calculated(_ONE_GOAL, rankings, _passages):
        found[each[0]][each[1]] = each[2]
    for metric, k in _EVERY_GROUP.items():
        shallow = {name: Ranking(ranking.met[:k], ranking.groups) for name, ranking in rankings.items()}
        for each in _calculated({metric: R @ 1000}, shallow, _groups):
            found[each[0]][each[1]] = each[2]
    return found


def _calculated(
    measures: Mapping[str, Any], rankings: Mapping[str, Ranking], units: Any
) -> Iterator[tuple[str, str, float]]:
    names = {measure: name for name, measure in measures.items()}
    judged, run = [], []
    for query, ranking in rankings.items():
        for place, (unit, gain) in enumerate(units(ranking)):
            if gain:
                judged.append(Qrel(query, unit, gain))
            if not unit.startswith("missed"):
                run.append(ScoredDoc(query, unit, -float(place)))
    for value in ir_measures.iter_calc(list(names), judged, run):
        yield value.query_id, names[value.measure], float(value.value)


def _passages(ranking: Ranking) -> Iterator[tuple[str, int]]:
    """A unit for each passage, worth the groups it meets, then one for each group that none meets."""
    yield from ((f"passage{n}", gain) for n, gain in enumerate(ranking.met))
    yield from ((f"missed{n}", 1) for n in range(ranking.groups - sum(ranking.met)))


def _groups(ranking: Ranking) -> Iterator[tuple[str, int]]:
    """A unit for each group, met ones first."""
    yield "nothing", 0  # a query without a single result would be left out
    yield from ((f"{'met' if n < sum(ranking.met) else 'missed'}{n}", 1) for n in range(ranking.groups))


def _holds(passage: Place, quoted: Place) -> bool:
    return _overlap(passage, quoted) >= _HELD * (quoted.end - quoted.start)


def _overlap(a: Place, b: Place) -> int:
    """Characters that two places share."""
    return max(0, min(a.end, b.end) - max(a.start, b.start)) if a.document == b.document else 0
