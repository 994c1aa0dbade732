"""The encoder measured on pairs of sentences, and all sets of a folder as one table."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.errors import InputError
from rag.evaluation.beir import CORPUS, RetrievalResult, measure_retrieval
from rag.evaluation.converters import SUFFIXES, PairSet, QuestionSet, read_set
from rag.text import Analyzer
from rag.types import Encoder, Vectors

_ROWS = 1024  # compared with all others at once


@dataclass(frozen=True, slots=True)
class BitextResult:
    """How often the nearest sentence of the other column is the translation."""

    dataset: str
    encoder: str
    pairs: int
    forward: float  # from the first column to the second
    backward: float
    seconds: float


@dataclass(frozen=True, slots=True)
class SimilarityResult:
    """How well cosines order pairs as people do: Spearman's rank correlation, ties averaged."""

    dataset: str
    encoder: str
    pairs: int
    spearman: float
    seconds: float


Result = RetrievalResult | BitextResult | SimilarityResult


def measure_bitext(pairs: PairSet, encoder: Encoder) -> BitextResult:
    """Accuracy of the nearest neighbour by cosine, both ways, as MTEB's Tatoeba task measures it; raises InputError."""
    if pairs.scored:
        raise InputError(f"{pairs.name}: has scores, so it is no bitext; measure it with `rag eval sts`")
    started = time.perf_counter()
    first, second = _encoded(pairs, encoder)
    forward, backward = accuracy(first, second), accuracy(second, first)
    seconds = round(time.perf_counter() - started, 1)
    return BitextResult(pairs.name, encoder.name, len(pairs.pairs), forward, backward, seconds)


def measure_similarity(pairs: PairSet, encoder: Encoder) -> SimilarityResult:
    """Spearman's correlation of cosines with the scores; raises InputError."""
    if not pairs.scored:
        raise InputError(f"{pairs.name}: has no scores, so it is no similarity set; measure it with `rag eval bitext`")
    started = time.perf_counter()
    first, second = _encoded(pairs, encoder)
    correlation = spearman(np.einsum("ij,ij->i", first, second), np.array([pair.score for pair in pairs.pairs]))
    seconds = round(time.perf_counter() - started, 1)
    return SimilarityResult(pairs.name, encoder.name, len(pairs.pairs), correlation, seconds)


def _encoded(pairs: PairSet, encoder: Encoder) -> tuple[Vectors, Vectors]:
    """Both columns as queries: the prompt for text of one kind, where a model has prompts."""
    columns = zip(*((pair.first, pair.second) for pair in pairs.pairs), strict=True)
    first, second = (encoder.encode_queries(column) for column in columns)
    return first, second


def accuracy(queries: Vectors, targets: Vectors) -> float:
    """Share of rows whose nearest target is that of the same place; of equally near ones the first counts."""
    hits = 0
    for begin in range(0, len(queries), _ROWS):
        nearest = np.argmax(queries[begin : begin + _ROWS] @ targets.T, axis=1)
        hits += int((nearest == np.arange(begin, begin + len(nearest))).sum())
    return hits / len(queries)


def spearman(found: NDArray[np.floating], wanted: NDArray[np.floating]) -> float:
    """Rank correlation; raises InputError where all are equal, so that there is nothing to order."""
    from scipy.stats import spearmanr

    if len(wanted) < 2 or np.ptp(found) == 0 or np.ptp(wanted) == 0:
        raise InputError("the pairs or their scores are all alike; a correlation needs two that differ")
    return float(spearmanr(found, wanted).statistic)


def measure_folder(
    folder: Path, encoder: Encoder, analyzer: Analyzer | None = None, limit: int = 0
) -> Iterator[Result]:
    """A result for each set below a folder, told by content; translated similarity sets are also measured across.

    Raises InputError when there is none, or for a file that is in no known format.
    """
    folders, files = find_sets(folder)
    if not folders and not files:
        raise InputError(f"{folder}: no data set here; ARCHITECTURE.md names the formats")
    for place in folders:
        yield measure_retrieval(place, encoder, limit=limit, analyzer=analyzer)
    for _, group in _by_folder(files):
        sets = [read_set(path) for path in group]
        yield from (_measure(each, encoder, analyzer, limit) for each in sets)
        yield from (measure_similarity(each, encoder) for each in _crossed(sets))


def find_sets(folder: Path) -> tuple[list[Path], list[Path]]:
    """The data sets below a folder: BEIR folders, and files of the other formats."""
    folders = sorted(path.parent for path in folder.rglob(CORPUS))
    files = (path for path in sorted(folder.rglob("*")) if path.suffix in SUFFIXES)
    return folders, [path for path in files if not any(path.is_relative_to(own) for own in folders)]


def _by_folder(files: Sequence[Path]) -> Iterator[tuple[Path, list[Path]]]:
    for parent in dict.fromkeys(path.parent for path in files):
        yield parent, [path for path in files if path.parent == parent]


def _measure(data: PairSet | QuestionSet, encoder: Encoder, analyzer: Analyzer | None, limit: int) -> Result:
    if isinstance(data, QuestionSet):
        with tempfile.TemporaryDirectory(prefix="rag-questions-") as temporary:
            folder = Path(temporary, data.name.split("/")[0])
            data.write(folder)
            return measure_retrieval(folder, encoder, limit=limit, analyzer=analyzer)
    return measure_similarity(data, encoder) if data.scored else measure_bitext(data, encoder)


def _crossed(sets: Sequence[PairSet | QuestionSet]) -> Iterator[PairSet]:
    """Similarity sets of one folder with the same scores are translations of each other."""
    scored = [each for each in sets if isinstance(each, PairSet) and each.scored]
    for own, other in combinations(scored, 2):
        if [pair.score for pair in own.pairs] == [pair.score for pair in other.pairs]:
            yield own.crossed(other)


def markdown(results: Sequence[Result]) -> str:
    """Results as a Markdown table, percentages with one decimal."""
    lines = ["| set | size | measure | result |", "|---|---|---|---|"]
    for result in results:
        lines += (f"| {result.dataset} | {size} | {measure} | {value} |" for size, measure, value in _rows(result))
    return "\n".join(lines)


def _rows(result: Result) -> Iterator[tuple[str, str, str]]:
    if isinstance(result, BitextResult):
        value = f"{result.forward:.1%} / {result.backward:.1%}".replace("%", "")
        yield f"{result.pairs:,} pairs", "accuracy, column 1 to 2 / 2 to 1", value
    elif isinstance(result, SimilarityResult):
        yield f"{result.pairs:,} pairs", "Spearman", f"{100 * result.spearman:.1f}"
    else:
        size = f"{result.queries:,} queries, {result.documents:,} documents"
        for name in result.sides[0].measures:
            values = ", ".join(f"{side.name} {100 * side.measures[name]:.1f}" for side in result.sides)
            yield size, name, values
        times = ", ".join(f"{side.name} {side.ms_per_query:.1f}" for side in result.sides)
        yield size, f"ms a query (index: {result.index_seconds:.1f} s)", times
