"""What a run leaves behind: `results.jsonl`, a `TurnResult` a line, and `summary.json`, a `Summary`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from rag.errors import InputError
from rag.types import Language, Mode

RESULTS, SUMMARY = "results.jsonl", "summary.json"
_ANSWER = ("question", "answer", "status", "citations", "error")  # what `TurnResult.hash` is of


@dataclass(frozen=True, slots=True)
class Place:
    """Words of a document: `document text[start:end] == text`."""

    document: str  # as citations name it, such as `docs/en/market.md`
    start: int
    end: int
    text: str
    marker: int = 0  # of a citation: its number in the answer
    about: str = ""  # of a citation: its title, section and dates
    table: str = ""  # of a cited row: the caption and the columns of its table


@dataclass(frozen=True, slots=True)
class FactResult:
    """A fact that the answer should state, and whether it does."""

    text: str  # its first form, or the quantity with its unit
    vital: bool
    stated: bool


@dataclass(frozen=True, slots=True)
class TurnResult:
    """One message of a case, what came back, and how good it was."""

    case: str
    turn: int  # from 1
    cluster: str
    split: str
    tags: tuple[str, ...]
    language: Language  # the answer should be in
    question: str
    standalone: str  # the question as it reads without the turns before; the same where there are none
    expect: str  # answer, conflict, no_answer, smalltalk
    critical: bool
    asked: str = ""  # checksum of the turn as its case file has it
    answer: str = ""
    status: str = ""  # answered, no_answer, smalltalk; empty when the turn ended in an error
    mode: Mode = "extractive"
    query: str = ""  # what was searched
    citations: tuple[Place, ...] = ()
    retrieved: tuple[Place, ...] = ()  # best first
    evidence: tuple[tuple[Place, ...], ...] = ()  # one place of each group should be found
    facts: tuple[FactResult, ...] = ()  # what the answer should state
    metrics: Mapping[str, float | None] = field(default_factory=dict)  # by name; None does not apply
    reasons: tuple[str, ...] = ()  # what is wrong, in plain words; empty when all is well
    confidence: float | None = None  # log-odds that the best sentence answers, shown or not
    timings_ms: Mapping[str, float] = field(default_factory=dict)  # retrieve, answer, total
    error: str | None = None  # why there is no answer to judge; then no metric applies

    @property
    def key(self) -> str:
        """The name of the turn, such as `budget-ko-001/2`."""
        return f"{self.case}/{self.turn}"

    @property
    def hash(self) -> str:
        """A checksum of question, answer and citations: the same for the same answer, however long it took."""
        row = asdict(self)
        told = json.dumps([row[name] for name in _ANSWER], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Measure:
    """The mean of a metric over the turns it applies to, with a 95 % interval (clusters of cases resampled)."""

    value: float
    n: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What was measured with what: two runs compare only where these agree."""

    documents: str
    encoder: str
    cases: str


@dataclass(frozen=True, slots=True)
class Summary:
    """All turns of a run in figures."""

    mode: Mode
    fingerprint: Fingerprint
    turns: int
    errors: int
    metrics: Mapping[str, Measure]
    slices: Mapping[str, Mapping[str, Measure]]  # such as `split=dev`, `language=ko`, `tag=followup`
    latency_ms: Mapping[str, Mapping[str, float]]  # retrieve, answer, total -> p50, p95
    seconds: float  # of the whole run, without start-up


def write_run(folder: Path, results: Sequence[TurnResult], summary: Summary) -> None:
    """Write both files into a folder, which is made; raises InputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / RESULTS).open("w", encoding="utf-8") as lines:
            lines.writelines(f"{json.dumps(_row(result), ensure_ascii=False)}\n" for result in results)
        (folder / SUMMARY).write_text(json.dumps(asdict(summary), indent=1, ensure_ascii=False) + "\n", "utf-8")
    except OSError as error:
        raise InputError(f"{folder}: the results cannot be written ({error}); name another folder") from error


def read_results(folder: Path) -> list[TurnResult]:
    """The turns of a run, in order; raises InputError."""
    return [
        _result(row)
        for row in _load(folder / RESULTS, lambda text: (json.loads(line) for line in text.split("\n") if line))
    ]


def read_summary(folder: Path) -> Summary:
    """The summary of a run; raises InputError."""
    (row,) = _load(folder / SUMMARY, lambda text: [json.loads(text)])
    try:
        row["fingerprint"] = Fingerprint(**row["fingerprint"])
        row["metrics"] = _measures(row["metrics"])
        row["slices"] = {name: _measures(metrics) for name, metrics in row["slices"].items()}
        return Summary(**row)
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{folder / SUMMARY}: not a summary ({error!r}); make it with `rag eval run`") from error


def _load(path: Path, parse: Any) -> list[dict[str, Any]]:
    try:
        return list(parse(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({error}); make it with `rag eval run`") from error


def _row(result: TurnResult) -> dict[str, Any]:
    return {**asdict(result), "hash": result.hash}


def _result(row: dict[str, Any]) -> TurnResult:
    row.pop("hash")
    result = TurnResult(**row)
    return replace(
        result,
        tags=tuple(row["tags"]),
        citations=_places(row["citations"]),
        retrieved=_places(row["retrieved"]),
        evidence=tuple(map(_places, row["evidence"])),
        facts=tuple(FactResult(**fact) for fact in row["facts"]),
        reasons=tuple(row["reasons"]),
    )


def _places(rows: Iterable[Mapping[str, Any]]) -> tuple[Place, ...]:
    return tuple(Place(**row) for row in rows)


def _measures(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Measure]:
    return {name: Measure(**row) for name, row in rows.items()}
