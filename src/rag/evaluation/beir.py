"""Retrieval measured over a folder in the format of BEIR (Thakur et al., NeurIPS 2021), with the product's own index.

corpus.jsonl    {"_id", "title", "text"}          queries.jsonl    {"_id", "text"}
qrels/*.tsv or qrels.tsv    query-id, corpus-id, score, tabs between; a first line of names may be there
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple

from rag.errors import InputError
from rag.glossary import Glossary
from rag.index import Index
from rag.indexing import Report, build
from rag.lexicon import Lexicon
from rag.retrieval import Query, Retriever
from rag.text import Analyzer
from rag.types import Encoder, Hit

CORPUS, QUERIES, QRELS = "corpus.jsonl", "queries.jsonl", "qrels"
MEASURES = ("nDCG@10", "R@10", "R@100", "RR@10", "Success@1")  # Success@1 is hit@1
_DOCUMENTS = 100  # ranked for each query, as deep as the deepest measure looks
_BY_DEFAULT = "test"  # the split that BEIR reports
Qrels = Mapping[str, Mapping[str, int]]
Progress = Callable[[int, int], None]


class Row(NamedTuple):
    """A query or a document of the corpus."""

    id: str
    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """How one way of searching did: each measure's mean over the queries, and the mean time of a query."""

    name: str  # dense, lexical, fused
    measures: Mapping[str, float]
    ms_per_query: float


@dataclass(frozen=True, slots=True)
class RetrievalResult:
    """A dataset measured three ways. Encoding a query is part of each time, analysing it too."""

    dataset: str
    encoder: str
    documents: int
    passages: int
    unread: int  # documents without a word of text
    queries: int
    index_seconds: float
    sides: tuple[Side, ...]


def measure_retrieval(
    folder: Path,
    encoder: Encoder,
    split: str = "",
    limit: int = 0,
    analyzer: Analyzer | None = None,
    progress: Progress = lambda done, total: None,
) -> RetrievalResult:
    """Index the corpus in a temporary folder and search it; `limit` queries, evenly spread, or all with 0.

    Raises InputError for a folder that is not in the format.
    """
    qrels, queries = read_questions(folder, split)
    queries = _spread(queries, limit)
    analyzer = analyzer or Analyzer(Glossary.load())
    with tempfile.TemporaryDirectory(prefix="rag-retrieval-") as temporary:
        started = time.perf_counter()
        ids, report = _index(folder, Path(temporary), encoder, analyzer, progress)
        seconds = time.perf_counter() - started
        index = Index.load(Path(temporary, "index"), encoder.name, analyzer.glossary.fingerprint)
        retriever = Retriever(index, encoder, analyzer, Lexicon.load())
        sides = _sides(retriever, queries, qrels, ids, progress)
    unread = len(ids) - report.documents
    return RetrievalResult(
        folder.name, encoder.name, len(ids), report.passages, unread, len(queries), round(seconds, 1), sides
    )


def read_questions(folder: Path, split: str = "") -> tuple[Qrels, list[Row]]:
    """The judgements of a split, and the queries that have a relevant document; raises InputError."""
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; give one with {CORPUS}, {QUERIES} and {QRELS}/*.tsv")
    qrels = read_qrels(_qrels_file(folder, split))
    queries = [row for row in read_rows(folder / QUERIES) if row.id in qrels]
    if not queries:
        raise InputError(f"{folder}: no query of {QUERIES} has a relevant document in its judgements; check the ids")
    return qrels, queries


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of corpus.jsonl or queries.jsonl, one at a time; raises InputError."""
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _row(f"{path}:{number}", line)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error}); it must hold JSON lines in UTF-8") from error


def _row(place: str, line: str) -> Row:
    try:
        row: Mapping[str, Any] = json.loads(line)
        return Row(str(row["_id"]), str(row["text"]), str(row.get("title") or ""))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f'{place}: needs JSON with "_id" and "text" ({error!r})') from None


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Query -> document -> degree of relevance, of queries that have any relevant document; raises InputError."""
    qrels: dict[str, dict[str, int]] = {}
    for number, cells in enumerate(_table(path), 1):
        try:
            query, document, degree = cells
            qrels.setdefault(query, {})[document] = int(float(degree))
        except ValueError:
            if number > 1:  # the first line may hold names
                raise InputError(f"{path}:{number}: needs query-id, corpus-id and a number, tabs between") from None
    return {query: documents for query, documents in qrels.items() if max(documents.values()) > 0}


def _table(path: Path) -> list[list[str]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error}); it must hold judgements in UTF-8") from error
    return [line.split("\t") for line in lines if line.strip()]


def _qrels_file(folder: Path, split: str) -> Path:
    found = {path.stem: path for path in sorted((folder / QRELS).glob("*.tsv"))}
    whole = folder / f"{QRELS}.tsv"
    if whole.is_file() and not found and not split:
        return whole
    name = split or (_BY_DEFAULT if _BY_DEFAULT in found else next(iter(found), ""))
    if name not in found or (not split and _BY_DEFAULT not in found and len(found) > 1):
        there = ", ".join(found) or "none"
        raise InputError(f"{folder}: needs judgements in {QRELS}.tsv or {QRELS}/*.tsv; --split names one of: {there}")
    return found[name]


def _spread(queries: Sequence[Row], limit: int) -> list[Row]:
    """So many queries from all over the list: neighbours are often about one document."""
    if not 0 < limit < len(queries):
        return list(queries)
    return [queries[place * len(queries) // limit] for place in range(limit)]


def _index(
    folder: Path, temporary: Path, encoder: Encoder, analyzer: Analyzer, progress: Progress
) -> tuple[list[str], Report]:
    """The ids of the corpus and the build's report; the file `<number>.txt` holds the document of that number."""
    docs = temporary / "docs"
    docs.mkdir()
    ids = []
    for number, row in enumerate(read_rows(folder / CORPUS)):
        ids.append(row.id)
        (docs / f"{number}.txt").write_text(_file(row), encoding="utf-8")
    if not ids:
        raise InputError(f"{folder / CORPUS}: empty; it must hold a document a line")
    return ids, build(docs, temporary / "index", encoder, analyzer.glossary, progress, analyzer)


def _file(row: Row) -> str:
    head = f'---\ntitle: "{" ".join(row.title.split())}"\n---\n' if row.title.strip() else ""
    return head + row.text


def _sides(
    retriever: Retriever, queries: Sequence[Row], qrels: Qrels, ids: Sequence[str], progress: Progress
) -> tuple[Side, ...]:
    index = retriever.index
    depth = _DOCUMENTS * (1 + ceil(len(index.passages) / max(1, len(index.texts))))
    ways: dict[str, Callable[[Query, int], list[Hit]]] = {
        "dense": retriever.by_meaning,
        "lexical": retriever.by_words,
        "fused": retriever.hits,
    }
    retriever.query("서울 AI")  # what is loaded once is no query's time
    runs: dict[str, dict[str, list[str]]] = {name: {} for name in ways}
    seconds = dict.fromkeys(ways, 0.0)
    for done, row in enumerate(queries, 1):
        started = time.perf_counter()
        query = retriever.query(row.text)
        ready = time.perf_counter() - started
        for name, search in ways.items():
            started = time.perf_counter()
            hits = search(query, depth)
            seconds[name] += time.perf_counter() - started + ready
            runs[name][row.id] = rank_documents(hits, ids, row.id)
        progress(done, len(queries))
    judged = {row.id: qrels[row.id] for row in queries}
    return tuple(
        Side(name, measures_of(judged, run), round(seconds[name] * 1000 / len(queries), 2))
        for name, run in runs.items()
    )


def rank_documents(hits: Iterable[Hit], ids: Sequence[str], query: str) -> list[str]:
    """Documents in the order of their best passage; a document that is the query itself is left out, as in BEIR."""
    ranked = dict.fromkeys(ids[int(hit.passage.document_id.removesuffix(".txt"))] for hit in hits)
    return [document for document in ranked if document != query][:_DOCUMENTS]


def measures_of(qrels: Qrels, run: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """The mean of each measure over the judged queries; a query without a ranking counts as 0."""
    import ir_measures  # loaded on use: nothing else needs it

    measures = [ir_measures.parse_measure(name) for name in MEASURES]
    # Ranks as scores: equal scores would be ordered by the names of the documents.
    scored = {query: {d: float(-rank) for rank, d in enumerate(ranking)} for query, ranking in run.items()}
    found = ir_measures.calc_aggregate(measures, qrels, scored)
    return {name: float(found[measure]) for name, measure in zip(MEASURES, measures, strict=True)}
