"""From the turns of a run to its summary."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np

from rag.evaluation.cases import Case
from rag.evaluation.metrics import METRICS
from rag.evaluation.results import Fingerprint, Measure, Summary, TurnResult
from rag.evaluation.statistics import cluster_bootstrap
from rag.index import Manifest
from rag.types import Mode

_DRAWS = 1000  # enough for an interval that is looked at
_PERCENTILES = {"p50": 50, "p95": 95}


def summarise(results: Sequence[TurnResult], mode: Mode, fingerprint: Fingerprint, seconds: float) -> Summary:
    """All turns in figures; those that ended in an error are counted, never averaged."""
    sound = [result for result in results if result.error is None]
    slices = {name: measures(part) for name, part in _slices(sound).items()}
    errors = len(results) - len(sound)
    return Summary(mode, fingerprint, len(results), errors, measures(sound), slices, _latency(sound), round(seconds, 1))


def measures(results: Sequence[TurnResult]) -> dict[str, Measure]:
    """Each metric that applies to some of the turns."""
    found = {}
    for name in METRICS:
        told = [(r.metrics[name], r.cluster) for r in results if r.metrics.get(name) is not None]
        if told:
            values = [float(value or 0.0) for value, _ in told]
            interval = cluster_bootstrap(values, [cluster for _, cluster in told], _DRAWS)
            rounded = (round(number, 4) for number in (interval.low, interval.high))
            found[name] = Measure(round(interval.mean, 4), len(values), *rounded)
    return found


def fingerprint_of(manifest: Manifest, cases: Iterable[Case]) -> Fingerprint:
    """What a run was of: the documents of the index, its encoder, and the cases asked."""
    asked = [(case.id, *(turn.checksum for turn in case.turns)) for case in cases]
    documents = sorted(manifest.documents.items())
    return Fingerprint(_checksum(documents), manifest.encoder, _checksum(sorted(asked)))


def _checksum(value: object) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()[:12]


def _slices(results: Sequence[TurnResult]) -> dict[str, list[TurnResult]]:
    parts: dict[str, list[TurnResult]] = {}
    for result in results:
        tags = (f"tag={tag}" for tag in result.tags)
        for name in (f"split={result.split}", f"language={result.language}", f"expect={result.expect}", *tags):
            parts.setdefault(name, []).append(result)
    return dict(sorted(parts.items()))


def _latency(results: Sequence[TurnResult]) -> dict[str, dict[str, float]]:
    steps = sorted({step for result in results for step in result.timings_ms})
    return {step: _percentiles([r.timings_ms[step] for r in results if step in r.timings_ms]) for step in steps}


def _percentiles(numbers: Sequence[float]) -> dict[str, float]:
    return {name: round(float(np.percentile(numbers, percent)), 1) for name, percent in _PERCENTILES.items()}
