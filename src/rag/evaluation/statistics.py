"""How far a mean over questions may be from that over other questions like them: clusters of cases are resampled.

Cases of one cluster ask about the same facts, often in two languages, so they are drawn together (Davison and Hinkley,
"Bootstrap Methods and their Application", 1997, section 3.8).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_DRAWS = 4000
_SEED = 20240601
_TAIL = 0.025


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean, its 95 % percentile interval, and the two-sided probability of a mean this far from 0 by chance."""

    mean: float
    low: float
    high: float
    p: float


def cluster_bootstrap(values: Sequence[float], clusters: Sequence[str], draws: int = _DRAWS) -> Interval:
    """The mean of values and how sure it is; at least one value. The same values give the same interval."""
    sums, counts = _by_cluster(values, clusters)
    drawn = np.random.default_rng(_SEED).integers(0, len(sums), (draws, len(sums)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.quantile(means, (_TAIL, 1 - _TAIL))
    beyond = min(int((means >= 0).sum()), int((means <= 0).sum()))
    return Interval(float(np.mean(values)), float(low), float(high), min(1.0, 2 * (beyond + 1) / (draws + 1)))


def _by_cluster(values: Sequence[float], clusters: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sums and counts, each of shape (clusters,)."""
    names, owner = np.unique(clusters, return_inverse=True)
    sums = np.bincount(owner, values, len(names)).astype(np.float64)
    return sums, np.bincount(owner, minlength=len(names)).astype(np.float64)


def holm(probabilities: Mapping[str, float]) -> dict[str, float]:
    """Probabilities adjusted for being several (Holm, Scandinavian Journal of Statistics 6, 1979)."""
    adjusted: dict[str, float] = {}
    worst = 0.0
    for place, (name, p) in enumerate(sorted(probabilities.items(), key=lambda item: item[1])):
        worst = max(worst, min(1.0, p * (len(probabilities) - place)))
        adjusted[name] = worst
    return {name: adjusted[name] for name in probabilities}
