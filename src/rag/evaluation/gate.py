"""Whether a run may pass beside the baseline: validity, errors, invariants, floors, regressions, critical cases."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rag.errors import InputError
from rag.evaluation.baseline import Baseline, item_of
from rag.evaluation.comparison import Comparison, Delta, Finding, Flip
from rag.evaluation.metrics import LOWER_IS_BETTER, METRICS, PRIMARY
from rag.evaluation.results import Summary, TurnResult
from rag.evaluation.statistics import Interval, cluster_bootstrap, holm

_SHOWN = 10  # turns named by a finding
_ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What holds for every run, as `evals/thresholds.toml` has it."""

    invariants: Mapping[str, float] = field(default_factory=dict)  # every single turn has this value
    floors: Mapping[str, float] = field(default_factory=dict)  # means: at least, or at most where lower is better
    most_errors: float = 0.02  # share of the turns
    largest_drop: float = 0.03  # of a primary metric
    least_turns: int = 25  # below which a metric is shown, not judged


def read_thresholds(path: Path) -> Thresholds:
    """The thresholds of a file; raises InputError."""
    try:
        thresholds = Thresholds(**tomllib.loads(path.read_text(encoding="utf-8")))
        unknown = sorted({*thresholds.invariants, *thresholds.floors} - set(METRICS))
        if unknown:
            raise ValueError(f"there is no metric {unknown[0]!r}")
    except (OSError, ValueError, TypeError) as error:
        raise InputError(
            f"{path}: no thresholds ({error}); mend the file, or name another with --thresholds"
        ) from error
    return thresholds


def compare(results: Sequence[TurnResult], summary: Summary, baseline: Baseline, thresholds: Thresholds) -> Comparison:
    """A run beside the baseline, and every reason not to pass."""
    sound = [result for result in results if result.error is None]
    pairs = [result for result in sound if _is_same(result, baseline)]
    deltas = _deltas(pairs, baseline, thresholds)
    flips = sorted(_flips(pairs, baseline), key=lambda flip: (flip.better, not flip.critical, flip.key))
    findings = [
        *_errors(results, thresholds),
        *_invalid(results, summary, baseline),
        *_broken(sound, thresholds),
        *_below(sound, summary, thresholds),
        *_worse(deltas, flips, thresholds),
        *_critical(flips),
    ]
    added = tuple(result.key for result in results if result.key not in baseline.items)
    return Comparison(findings, deltas, flips, added)


def _is_same(result: TurnResult, baseline: Baseline) -> bool:
    """Whether the baseline holds the same question with the same expectations."""
    item = baseline.items.get(result.key)
    return item is not None and item.asked == result.asked


def _errors(results: Sequence[TurnResult], thresholds: Thresholds) -> Iterator[Finding]:
    failed = [result for result in results if result.error is not None]
    if len(failed) > thresholds.most_errors * len(results):
        text = f"{len(failed)} of {len(results)} turns ended in an error, such as {failed[0].error}"
        yield Finding("infrastructure", text, turns=_keys(failed))


def _invalid(results: Sequence[TurnResult], summary: Summary, baseline: Baseline) -> Iterator[Finding]:
    again = "look at the changes, then `rag eval compare --rebaseline`"
    if not any(result.error is None for result in results):
        yield Finding("invalid", "nothing was asked; name case files and a split that they hold")
    for what, now, before in (
        ("mode", summary.mode, baseline.mode),
        ("documents", summary.fingerprint.documents, baseline.fingerprint.documents),
        ("encoder", summary.fingerprint.encoder, baseline.fingerprint.encoder),
    ):
        if now != before:
            yield Finding("invalid", f"other {what} than the baseline's ({now}, not {before}); {again}")
    keys = {result.key for result in results}
    missing = sorted(key for key in baseline.items if key not in keys)
    if missing:
        text = f"{len(missing)} turns of the baseline were not asked, such as {missing[0]}; {again}"
        yield Finding("invalid", text, turns=tuple(missing[:_SHOWN]))
    changed = [r for r in results if r.key in baseline.items and not _is_same(r, baseline)]
    if changed:
        text = f"{len(changed)} turns are other ones than in the baseline, such as {changed[0].key}; {again}"
        yield Finding("invalid", text, turns=_keys(changed))


def _broken(results: Sequence[TurnResult], thresholds: Thresholds) -> Iterator[Finding]:
    for metric, wanted in thresholds.invariants.items():
        broken = [result for result in results if result.metrics.get(metric) not in (None, wanted)]
        if broken:
            text = f"{metric} must be {wanted:g} in every turn, and is not in {len(broken)}, such as {broken[0].key}"
            yield Finding("invariant", text, metric, _keys(broken))


def _below(results: Sequence[TurnResult], summary: Summary, thresholds: Thresholds) -> Iterator[Finding]:
    for metric, wanted in thresholds.floors.items():
        measure = summary.metrics.get(metric)
        if measure is None or measure.n < thresholds.least_turns:
            continue
        is_lower = metric in LOWER_IS_BETTER
        if measure.value > wanted if is_lower else measure.value < wanted:
            worst = [r for r in results if r.metrics.get(metric) not in (None, 0.0 if is_lower else 1.0)]
            text = f"{metric} is {measure.value:.3f} of {measure.n}, {'at most' if is_lower else 'at least'} {wanted:g} is needed"
            yield Finding("floor", text, metric, _keys(worst))


def _deltas(pairs: Sequence[TurnResult], baseline: Baseline, thresholds: Thresholds) -> list[Delta]:
    """How the primary metrics moved on the turns that both sides have a value for."""
    found = {metric: _moved(metric, pairs, baseline) for metric in PRIMARY}
    moved = {metric: values for metric, values in found.items() if values[0]}
    intervals = {
        metric: cluster_bootstrap([now - then for then, now in values], clusters)
        for metric, (values, clusters) in moved.items()
    }
    gated = {m: len(moved[m][0]) >= thresholds.least_turns for m in moved}
    adjusted = holm({metric: interval.p for metric, interval in intervals.items() if gated[metric]})
    return [
        _delta(metric, moved[metric][0], interval, adjusted.get(metric, 1.0), gated[metric])
        for metric, interval in intervals.items()
    ]


def _moved(metric: str, pairs: Sequence[TurnResult], baseline: Baseline) -> tuple[list[tuple[float, float]], list[str]]:
    """(before, now) of a metric in each turn where it applies on both sides, and the clusters of these turns."""
    values, clusters = [], []
    for result in pairs:
        then, now = baseline.items[result.key].metrics.get(metric), item_of(result).metrics.get(metric)
        if then is not None and now is not None:
            values.append((then, now))
            clusters.append(result.cluster)
    return values, clusters


def _delta(metric: str, values: Sequence[tuple[float, float]], interval: Interval, p: float, gated: bool) -> Delta:
    before, after = (sum(side) / len(values) for side in zip(*values, strict=True))
    return Delta(metric, before, after, len(values), interval.low, interval.high, p, gated)


def _worse(deltas: Sequence[Delta], flips: Sequence[Flip], thresholds: Thresholds) -> Iterator[Finding]:
    turns = tuple(flip.key for flip in flips if not flip.better)[:_SHOWN]
    for delta in deltas:
        loss = delta.change if delta.metric in LOWER_IS_BETTER else -delta.change
        if delta.gated and loss > 0 and (loss > thresholds.largest_drop or delta.p < _ALPHA):
            text = (
                f"{delta.metric} went from {delta.before:.3f} to {delta.after:.3f} "
                f"({delta.change:+.3f}, 95 % interval {delta.low:+.3f} to {delta.high:+.3f}, {delta.n} turns)"
            )
            yield Finding("regression", text, delta.metric, turns)


def _flips(pairs: Sequence[TurnResult], baseline: Baseline) -> Iterator[Flip]:
    for result in pairs:
        before, after = baseline.items[result.key], item_of(result)
        then, now = before.metrics.get("correct"), after.metrics.get("correct")
        if then != now:
            better = (now or 0.0) > (then or 0.0)
            yield Flip(result.key, better, result.critical, result.question, before, after, result.reasons)


def _critical(flips: Sequence[Flip]) -> Iterator[Finding]:
    lost = [flip for flip in flips if flip.critical and not flip.better]
    if lost:
        text = f"{len(lost)} critical turns that were right are wrong, such as {lost[0].key}: {lost[0].question}"
        yield Finding("critical", text, "correct", tuple(flip.key for flip in lost[:_SHOWN]))


def _keys(results: Sequence[TurnResult]) -> tuple[str, ...]:
    return tuple(result.key for result in results[:_SHOWN])
