"""Reads the public formats of benchmark data, told by their content, and writes the plain ones.

| file | is read as |
|---|---|
| `.json` of SQuAD, `.jsonl` with question and context | questions and the passage that answers each: a BEIR folder |
| `.tsv`, two columns | pairs of sentences that say the same in two languages |
| `.tsv` with columns named sentence1, sentence2, score; three columns, the last a number; the STS benchmark's own | pairs with a score |
| `.json`, a list with sentence1, sentence2 and a score or labels.label (KLUE) | the same |
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from rag.errors import InputError
from rag.evaluation.beir import CORPUS, QRELS, QUERIES

SUFFIXES = (".tsv", ".json", ".jsonl")
_STS_BENCHMARK = (5, 6, 4)  # columns of sentence1, sentence2 and score, where no line of names says otherwise
_FORMS = "two columns; sentence1, sentence2, score; SQuAD; or KLUE"


class Pair(NamedTuple):
    """Two sentences and, of a similarity set, how alike people found them."""

    first: str
    second: str
    score: float = 0.0


class Question(NamedTuple):
    """A question and the passage that answers it."""

    text: str
    context: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class PairSet:
    """A file of pairs: a bitext, or with scores a similarity set."""

    name: str
    pairs: tuple[Pair, ...]
    scored: bool

    def crossed(self, other: PairSet) -> PairSet:
        """First sentences of this set with the second ones of its translation; raises InputError if it is none."""
        scores = [pair.score for pair in self.pairs], [pair.score for pair in other.pairs]
        if not (self.scored and other.scored) or scores[0] != scores[1]:
            raise InputError(
                f"{other.name}: its scores differ from those of {self.name}, so it is no translation of it"
            )
        pairs = (Pair(own.first, its.second, own.score) for own, its in zip(self.pairs, other.pairs, strict=True))
        return PairSet(f"{self.name} x {other.name}", tuple(pairs), scored=True)


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A file of questions with the passages that answer them."""

    name: str
    questions: tuple[Question, ...]

    def write(self, folder: Path) -> tuple[int, int]:
        """Write a BEIR folder; equal passages are one document. Returns the numbers of documents and queries."""
        (folder / QRELS).mkdir(parents=True, exist_ok=True)
        places = {context: place for place, context in enumerate(dict.fromkeys(q.context for q in self.questions))}
        titles = {question.context: question.title for question in self.questions}
        corpus = ({"_id": f"d{n}", "title": titles[text], "text": text} for text, n in places.items())
        _write(folder / CORPUS, corpus)
        _write(folder / QUERIES, ({"_id": f"q{n}", "text": q.text} for n, q in enumerate(self.questions)))
        lines = (f"q{n}\td{places[q.context]}\t1\n" for n, q in enumerate(self.questions))
        (folder / QRELS / "test.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(lines), encoding="utf-8")
        return len(places), len(self.questions)


def _write(path: Path, rows: Iterable[Mapping[str, str]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def read_set(path: Path) -> PairSet | QuestionSet:
    """A file in one of the formats above; raises InputError with the line that does not fit."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error}); give a UTF-8 file") from error
    name = f"{path.parent.name}/{path.stem}"
    if path.suffix == ".tsv":
        return _pair_set(path, name, text)
    try:
        rows = [json.loads(line) for line in text.splitlines() if line.strip()] if path.suffix == ".jsonl" else None
        data = json.loads(text) if rows is None else rows
        return _from_json(name, data)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: not in a known format ({error!r}); known are {_FORMS}") from error


def write_pairs(path: Path, pairs: PairSet) -> None:
    """A TSV of sentence1, sentence2 and, where there is one, the score."""
    lines = ["sentence1\tsentence2\tscore"] if pairs.scored else []
    for first, second, score in pairs.pairs:
        cells = [" ".join(first.split()), " ".join(second.split())] + ([f"{score:g}"] if pairs.scored else [])
        lines.append("\t".join(cells))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _from_json(name: str, data: Any) -> PairSet | QuestionSet:
    rows = data["data"] if isinstance(data, dict) else data
    if not rows:
        raise ValueError("no rows")
    if "paragraphs" in rows[0]:
        return QuestionSet(name, tuple(_squad(rows)))
    if "context" in rows[0]:
        return QuestionSet(name, tuple(Question(r["question"], r["context"], r.get("title") or "") for r in rows))
    return PairSet(name, tuple(Pair(row["sentence1"], row["sentence2"], _score(row)) for row in rows), scored=True)


def _squad(articles: Iterable[Mapping[str, Any]]) -> Iterator[Question]:
    for article in articles:
        for paragraph in article["paragraphs"]:
            for asked in paragraph["qas"]:
                if not asked.get("is_impossible"):  # SQuAD 2: no passage answers it
                    yield Question(asked["question"], paragraph["context"], article.get("title") or "")


def _score(row: Mapping[str, Any]) -> float:
    return float(row["labels"]["label"] if "labels" in row else row["score"])


def _pair_set(path: Path, name: str, text: str) -> PairSet:
    # Not splitlines: sentences may hold characters such as U+2028.
    rows = [line.rstrip("\r").split("\t") for line in text.split("\n") if line.strip()]
    if not rows:
        raise InputError(f"{path}: empty; known formats are {_FORMS}")
    columns, named = _columns(rows[0])
    pairs = [_pair(f"{path}:{number}", row, columns) for number, row in enumerate(rows, 1) if number > named]
    return PairSet(name, tuple(pairs), scored=len(columns) == 3)


def _columns(first: Sequence[str]) -> tuple[tuple[int, ...], bool]:
    """Where sentence1, sentence2 and the score stand, and whether the first line says so."""
    names = [cell.strip().lower() for cell in first]
    if "sentence1" in names and "sentence2" in names:
        wanted = ("sentence1", "sentence2", "score") if "score" in names else ("sentence1", "sentence2")
        return tuple(names.index(name) for name in wanted), True
    if len(first) >= 7:
        return _STS_BENCHMARK, False
    return tuple(range(3 if len(first) == 3 else 2)), False


def _pair(place: str, row: Sequence[str], columns: Sequence[int]) -> Pair:
    try:
        first, second, *score = (row[column].strip() for column in columns)
        if not first or not second:
            raise ValueError("an empty sentence")
        return Pair(first, second, *map(float, score))
    except (IndexError, ValueError) as error:
        raise InputError(f"{place}: not a pair ({error}); known formats are {_FORMS}") from None
