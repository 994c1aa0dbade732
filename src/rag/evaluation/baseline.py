"""The committed baseline: a line for each turn, sorted, so that a change of it can be read as a diff."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rag.errors import InputError
from rag.evaluation.comparison import Item
from rag.evaluation.metrics import PRIMARY
from rag.evaluation.results import Fingerprint, TurnResult
from rag.types import Mode

KEPT = ("correct", *PRIMARY)  # metrics of a turn
_LONGEST = 200  # characters of an answer that are kept: enough to see how it changed


@dataclass(frozen=True, slots=True)
class Baseline:
    """How things stood when somebody last looked and agreed."""

    mode: Mode
    fingerprint: Fingerprint
    items: Mapping[str, Item]  # by the keys of turns


def item_of(result: TurnResult) -> Item:
    """A result as the baseline keeps it."""
    metrics = {name: round(value, 3) for name in KEPT if (value := result.metrics.get(name)) is not None}
    text = " ".join(result.answer.split()) if result.status == "answered" else ""
    shown = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return Item(result.asked, shown, result.status, metrics)


def write_baseline(path: Path, mode: Mode, fingerprint: Fingerprint, results: Sequence[TurnResult]) -> None:
    """Write the baseline of a run; raises InputError."""
    items = {result.key: item_of(result) for result in results if result.error is None}
    lines = [f"  {_json(key)}: {_json(asdict(items[key]))}" for key in sorted(items)]
    head = [f' "mode": {_json(mode)},', f' "fingerprint": {_json(asdict(fingerprint))},', ' "items": {']
    try:
        path.write_text("\n".join(["{", *head, ",\n".join(lines), " }", "}", ""]), encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error}); name another file with --baseline") from error


def read_baseline(path: Path) -> Baseline:
    """The baseline of a file; raises InputError."""
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
        items = {key: Item(**item) for key, item in row["items"].items()}
        return Baseline(row["mode"], Fingerprint(**row["fingerprint"]), items)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path}: not a baseline ({error!r}); make one with `rag eval compare --rebaseline`"
        ) from error


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
