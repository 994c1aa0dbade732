"""The index: passages with their dense (FAISS) and lexical (BM25) side, as one immutable folder on disk.

An index folder holds generations and a file CURRENT that names the one to serve; `indexing.py` writes them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

import faiss
import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexFileError
from rag.lexical import LexicalIndex
from rag.types import Passage, Sentence, Source, Vectors

VERSION = 6
CURRENT = "CURRENT"
ALIASES = "aliases.json"
MAPPED_FROM = 256 << 20  # bytes of an index that is mapped into memory rather than read
_OPENING = 16  # characters by which a quoted sentence is looked up
_TELLING = 48  # by which it is told; figures further on may have been converted
_REBUILD = "run `rag index` to build it"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index was made from; a difference makes it stale."""

    version: int
    encoder: str
    glossary: str
    dimensions: int
    documents: dict[str, str]  # id -> checksum of the file
    skipped: dict[str, str]  # files that could not be read, likewise
    files: dict[str, str]  # file of this generation -> checksum


class Index:
    """Passages and their two searchable sides. Sentences are numbered through the whole index, in order."""

    def __init__(
        self,
        manifest: Manifest,
        passages: Sequence[Passage],
        texts: dict[str, str],
        sentence_tokens: TokenTable,
        context_tokens: TokenTable,
        lexical: LexicalIndex,
        dense: faiss.Index,
        generation: str = "",
        aliases: Sequence[tuple[str, str]] = (),
    ) -> None:
        self.manifest = manifest
        self.generation = generation
        self.aliases = tuple(aliases)  # names that the documents pair; they extend the glossary
        self.passages = tuple(passages)
        self.texts = texts
        self.sentence_tokens = sentence_tokens
        self.context_tokens = context_tokens
        self.lexical = lexical
        self._dense = dense
        counts = [len(passage.sentences) for passage in self.passages]
        self.first_sentence = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
        self._owner = np.repeat(np.arange(len(counts)), counts)

    @classmethod
    def load(cls, directory: Path, encoder: str, glossary: str, mapped_from: int = MAPPED_FROM) -> Index:
        """Open the current generation; raises IndexFileError when it is missing, damaged or stale.

        A large one is mapped, so that processes share it. A small one is read: a process dies of a mapped file that
        somebody cuts short, and nothing done to the files of an index that was read can reach who serves it.
        """
        folder = current_generation(directory)
        manifest = read_manifest(folder)
        _check(folder, manifest, encoder, glossary)
        try:
            mapped = sum((folder / name).stat().st_size for name in manifest.files) >= mapped_from
            return cls(
                manifest,
                list(_read_passages(folder / "passages.jsonl")),
                {row["id"]: row["text"] for row in _read_rows(folder / "documents.jsonl")},
                TokenTable.load(folder / "sentence_tokens", mapped),
                TokenTable.load(folder / "context_tokens", mapped),
                LexicalIndex.load(folder / "bm25", mapped),
                _read_dense(folder / "dense.faiss", mapped),
                folder.name,
                [(one, other) for one, other in json.loads((folder / ALIASES).read_text(encoding="utf-8"))],
            )
        except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
            raise IndexFileError(f"{folder}: the index cannot be read ({error}); {_REBUILD}") from error

    @cached_property
    def by_id(self) -> dict[str, int]:
        """Passage id -> its number."""
        return {passage.id: number for number, passage in enumerate(self.passages)}

    @cached_property
    def numbers_of(self) -> dict[str, list[int]]:
        """Document id -> the numbers of its passages."""
        numbers: dict[str, list[int]] = {}
        for number, passage in enumerate(self.passages):
            numbers.setdefault(passage.document_id, []).append(number)
        return numbers

    @cached_property
    def _openings(self) -> dict[str, list[tuple[str, str]]]:
        """How sentences and captions begin -> more of their beginning, and the id of the passage."""
        openings: dict[str, list[tuple[str, str]]] = {}
        for passage in self.passages:
            for text in {sentence.caption if sentence.cells else sentence.text for sentence in passage.sentences}:
                if len(text) >= _OPENING:
                    openings.setdefault(text[:_OPENING], []).append((text[:_TELLING], passage.id))
        return openings

    def quoted_in(self, answer: str) -> frozenset[str]:
        """Ids of the passages of which an answer quotes a sentence, or a row of a table with its caption."""
        starts = (match.end() for match in re.finditer(r"^|[\s“]", answer))
        return frozenset(
            name
            for start in starts
            for text, name in self._openings.get(answer[start : start + _OPENING], ())
            if answer.startswith(text, start)
        )

    @cached_property
    def _spans(self) -> dict[tuple[str, str], tuple[int, int]]:
        """(key, language) of each document -> its first passage and the one after its last."""
        spans: dict[tuple[str, str], tuple[int, int]] = {}
        for number, passage in enumerate(self.passages):
            place = (passage.source.key or passage.document_id, passage.language)
            spans[place] = (spans.get(place, (number, 0))[0], number + 1)
        return spans

    def twin(self, passage_id: str) -> Passage | None:
        """The passage that says the same in the other language, when the documents are a pair of one structure.

        Twins are told by their sentences' places, since passages of two languages are not cut alike.
        """
        number = self.by_id[passage_id]
        passage = self.passages[number]
        own = self._spans[passage.source.key or passage.document_id, passage.language]
        other = self._spans.get((passage.source.key, "en" if passage.language == "ko" else "ko"))
        first = self.first_sentence
        if other is None or first[own[1]] - first[own[0]] != first[other[1]] - first[other[0]]:
            return None
        middle = (first[number] + first[number + 1]) // 2 - first[own[0]]
        return self.passages[int(self._owner[first[other[0]] + middle])]

    def search_dense(self, vector: Vectors, k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Passages whose best sentence is nearest to a query vector of shape (dimensions,): (numbers, cosines)."""
        if not self.passages:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        cosines, sentences = self._dense.search(vector[None, :], min(k * 4, len(self._owner)))
        found = sentences[0] >= 0  # an approximate index may return fewer
        owners, first = np.unique(self._owner[sentences[0][found]], return_index=True)
        best = cosines[0][found][first]  # results come best first, so the first of an owner is its best
        order = np.argsort(-best, kind="stable")[:k]
        return owners[order], best[order]

    def sentence_vectors(self, number: int) -> Vectors:
        """Vectors of a passage's sentences, shape (sentences, dimensions)."""
        begin, end = self.first_sentence[number : number + 2]
        return np.asarray(self._dense.reconstruct_n(int(begin), int(end - begin)), np.float32)

    def dense_scores(self, vector: Vectors, numbers: Sequence[int]) -> NDArray[np.float32]:
        """Cosine of each passage's best sentence, shape (len(numbers),)."""
        return np.array([float((self.sentence_vectors(n) @ vector).max()) for n in numbers], np.float32)


class TokenTable:
    """The index tokens of many texts: of each sentence, or of each passage's context (its title and headings)."""

    def __init__(self, vocabulary: list[str], flat: NDArray[np.int32], offsets: NDArray[np.int64]) -> None:
        self._vocabulary = vocabulary
        self._flat = flat
        self._offsets = offsets
        self.held = lru_cache(maxsize=16384)(lambda number: frozenset(self[number]))  # the tokens of a text, each once

    @classmethod
    def from_lists(cls, lists: Sequence[Sequence[str]]) -> TokenTable:
        """Number the tokens in order of first sight."""
        numbers: dict[str, int] = {}
        flat = [numbers.setdefault(token, len(numbers)) for tokens in lists for token in tokens]
        offsets = np.concatenate([[0], np.cumsum([len(tokens) for tokens in lists], dtype=np.int64)])
        return cls(list(numbers), np.array(flat, np.int32), offsets)

    @classmethod
    def load(cls, directory: Path, mapped: bool = False) -> TokenTable:
        """Open saved tables, memory-mapped or read."""
        vocabulary = json.loads((directory / "vocabulary.json").read_text(encoding="utf-8"))
        mode: Literal["r"] | None = "r" if mapped else None
        flat, offsets = (np.load(directory / f"{name}.npy", mmap_mode=mode) for name in ("flat", "offsets"))
        return cls(vocabulary, np.asarray(flat), np.asarray(offsets))  # still mapped, but read as plain arrays: faster

    def save(self, directory: Path) -> None:
        """Write to a folder."""
        directory.mkdir()
        (directory / "vocabulary.json").write_text(json.dumps(self._vocabulary, ensure_ascii=False), encoding="utf-8")
        np.save(directory / "flat.npy", self._flat)
        np.save(directory / "offsets.npy", self._offsets)

    def __getitem__(self, number: int) -> list[str]:
        begin, end = self._offsets[number : number + 2]
        return [self._vocabulary[token] for token in self._flat[begin:end]]


def current_generation(directory: Path) -> Path:
    """The folder that serves now; raises IndexFileError when there is none."""
    try:
        name = (directory / CURRENT).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise IndexFileError(f"{directory}: no index here; {_REBUILD}") from None
    folder = directory / name
    if not name or not folder.is_dir():
        raise IndexFileError(f"{directory}: {CURRENT} names {name!r}, which is not there; {_REBUILD}")
    return folder


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a generation; raises IndexFileError when it cannot be read."""
    try:
        return Manifest(**json.loads((folder / "manifest.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise IndexFileError(f"{folder}: the manifest cannot be read ({error}); {_REBUILD}") from error


def checksum(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check(folder: Path, manifest: Manifest, encoder: str, glossary: str) -> None:
    for what, found, wanted in (
        ("version", manifest.version, VERSION),
        ("encoder", manifest.encoder, encoder),
        ("glossary", manifest.glossary, glossary),
    ):
        if found != wanted:
            raise IndexFileError(
                f"{folder}: made with {what} {found}, but {wanted} is set; run `rag index` to update it"
            )
    for name, wanted_sum in manifest.files.items():
        if not (folder / name).is_file() or checksum(folder / name) != wanted_sum:
            raise IndexFileError(f"{folder / name}: damaged or missing; {_REBUILD}")


def _read_dense(path: Path, mapped: bool) -> faiss.Index:
    return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC | faiss.IO_FLAG_READ_ONLY if mapped else 0)


def _read_rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _read_passages(path: Path) -> Iterator[Passage]:
    sources: dict[str, Source] = {}
    for row in _read_rows(path):
        if "source" in row:
            row["source"]["topics"] = tuple(row["source"]["topics"])
            sources[row["id"]] = Source(**row["source"])
        else:
            yield passage_from_row(row, sources[row["document"]])


def passage_from_row(row: dict[str, Any], source: Source) -> Passage:
    """The inverse of `passage_row`."""
    sentences = (
        Sentence(text, start, end, kind, caption, tuple((column, value) for column, value in cells))
        for text, start, end, kind, caption, cells in row["sentences"]
    )
    return Passage(row["id"], row["document"], source, tuple(row["heading"]), tuple(sentences))


def passage_row(passage: Passage) -> dict[str, Any]:
    """A passage as JSON, without its source (which is written once for each document)."""
    sentences = [[s.text, s.start, s.end, s.kind, s.caption, s.cells] for s in passage.sentences]
    return {"id": passage.id, "document": passage.document_id, "heading": passage.heading, "sentences": sentences}


def source_row(document_id: str, source: Source) -> dict[str, Any]:
    """A document's source as JSON."""
    return {"id": document_id, "source": asdict(source)}
