"""Measures an exported model on the development sets, as `rag eval benchmarks` does, and how long a query takes."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import torch

from rag.embedding import SentenceEncoder
from rag.evaluation.beir import CORPUS, read_questions, read_rows
from rag.evaluation.benchmarks import BitextResult, Result, SimilarityResult, find_sets, measure_folder
from rag.evaluation.converters import PairSet, Question, QuestionSet, read_set, write_pairs
from training.initialising import MODEL
from training.stages import read_json, write_json

MEASURES = "measures.json"
_QUERIES = 100  # timed, one at a time


def build(folder: Path, exported: Path, sets: Path, most: int) -> None:
    """The stage: writes measures.json, rows of set, measure and value, and what encoding a query takes."""
    encoder = SentenceEncoder(str(exported / MODEL))
    with tempfile.TemporaryDirectory(prefix="measuring-") as temporary:
        measured = shortened(sets, Path(temporary, sets.name), most) if most else sets
        rows = [row for result in measure_folder(measured, encoder) for row in rows_of(result)]
    milliseconds = latency(encoder, texts(sets))
    write_json(folder / MEASURES, {"rows": rows, "query_ms": milliseconds, "torch": torch.__version__})


def shortened(sets: Path, target: Path, most: int) -> Path:
    """A copy of the data sets, each in its folder, with the first `most` pairs or questions and the same names."""
    folders, files = find_sets(sets)
    for folder in folders:
        _judged(folder, most).write(target / folder.relative_to(sets))
    for path in files:
        data = read_set(path)
        place = target / path.relative_to(sets)
        if isinstance(data, PairSet):
            write_pairs(place.with_suffix(".tsv"), replace(data, pairs=data.pairs[:most]))
        else:
            replace(data, questions=data.questions[:most]).write(place.parent)
    return target


def _judged(folder: Path, most: int) -> QuestionSet:
    """The first `most` queries of a BEIR folder, each with the first document that is relevant to it."""
    qrels, queries = read_questions(folder)
    wanted = {query.text: next(iter(qrels[query.id])) for query in queries[:most]}
    documents = {row.id: row for row in read_rows(folder / CORPUS) if row.id in set(wanted.values())}
    found = ((text, documents[id]) for text, id in wanted.items() if id in documents)
    return QuestionSet(folder.name, tuple(Question(text, row.text, row.title) for text, row in found))


def rows_of(result: Result) -> list[dict[str, Any]]:
    """A result as rows of {set, measure, value, size}."""
    if isinstance(result, BitextResult):
        found = {"accuracy 1 to 2": result.forward, "accuracy 2 to 1": result.backward}
        size = result.pairs
    elif isinstance(result, SimilarityResult):
        found, size = {"Spearman": result.spearman}, result.pairs
    else:
        found = {f"{side.name} {name}": value for side in result.sides for name, value in side.measures.items()}
        size = result.queries
    return [
        {"set": result.dataset, "measure": name, "value": round(value, 4), "size": size}
        for name, value in found.items()
    ]


def texts(sets: Path) -> list[str]:
    """Texts of the length of a query: a column of the sets, or their questions."""
    folders, files = find_sets(sets)
    found = [query.text for folder in folders for query in read_questions(folder)[1]]
    for path in files:
        data = read_set(path)
        found += [pair.second for pair in data.pairs] if isinstance(data, PairSet) else [q.text for q in data.questions]
    taken = min(_QUERIES, len(found))
    return [found[at * len(found) // taken] for at in range(taken)]


def latency(encoder: SentenceEncoder, queries: Sequence[str]) -> float:
    """Median milliseconds of encoding one query on two threads of the processor."""
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    encoder.encode_queries(queries[:3])  # what is loaded once is no query's time
    took = []
    for query in queries:
        started = time.perf_counter()
        encoder.encode_queries([query])
        took.append(time.perf_counter() - started)
    torch.set_num_threads(threads)
    return round(1000 * median(took), 3)


def read_measures(folder: Path) -> dict[str, Any]:
    """The measures of a finished stage."""
    return dict(read_json(folder / MEASURES))
