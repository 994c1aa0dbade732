"""Builds the index: only what changed is read, analysed and encoded again; the new one replaces the old in one step."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from rag.aliases import Pair, learn_aliases
from rag.chunking import chunk
from rag.documents import document_id, list_files, read_document
from rag.errors import DocumentError, IndexFileError, InputError
from rag.glossary import Glossary, squeezed
from rag.index import (
    ALIASES,
    CURRENT,
    VERSION,
    Index,
    Manifest,
    TokenTable,
    checksum,
    passage_row,
    source_row,
)
from rag.lexical import LexicalIndex
from rag.lexicon import Lexicon
from rag.text import Analyzer, index_tokens
from rag.types import Document, Encoder, Passage, Vectors

EXACT_LIMIT = 400_000  # sentence vectors (about 100 k passages); above, an approximate index
_LEFT_OVER = 3600.0  # seconds after which a generation that does not serve is taken for a killed build's
_HEADED = 0.3  # share of its headings in a sentence's vector: a sentence often leaves its subject to them
_BATCH = 64  # documents analysed and encoded at once
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did."""

    documents: int
    passages: int
    sentences: int
    reused: int  # documents taken over unchanged
    skipped: tuple[str, ...]  # one line for each file that could not be read


@dataclass(frozen=True, slots=True)
class _Entry:
    """All that the index holds of one document."""

    id: str
    checksum: str
    text: str
    passages: tuple[Passage, ...]
    sentence_tokens: Sequence[Sequence[str]]
    context_tokens: Sequence[Sequence[str]]
    vectors: Vectors


def build(
    docs_dir: Path,
    index_dir: Path,
    encoder: Encoder,
    glossary: Glossary,
    progress: Progress = lambda done, total: None,
    analyzer: Analyzer | None = None,
) -> Report:
    """Bring the index of a folder up to date; raises InputError when there is nothing to index.

    With an analyzer made before, the names that documents pair stay those that it and the index know.
    """
    if not docs_dir.is_dir():
        raise InputError(f"{docs_dir}: no such folder; name one with --docs or RAG_DOCS_DIR")
    desk = _Desk(docs_dir)
    old = _reusable(index_dir, encoder, glossary)
    kept = {name for name, digest in desk.digests.items() if old and old.manifest.documents.get(name) == digest}
    desk.read(desk.digests.keys() - kept)
    aliases = old.aliases if old else ()
    if analyzer is None:
        texts = {name: old.texts[name] for name in kept} if old else {}
        before = glossary.extended(aliases)
        aliases = tuple(
            learn_aliases([*texts.values(), *(document.text for document, _ in desk.fresh)], Lexicon.load())
        )
        analyzer = Analyzer(glossary.extended(aliases))
        renamed = _holding(texts, analyzer.glossary.differs_in(before))
        kept -= renamed
        desk.read(renamed)
    entries = {name: _from_index(old, name) for name in kept} if old else {}
    reused, fresh, skipped, files = len(entries), desk.fresh, desk.skipped, desk.digests
    for begin in range(0, len(fresh), _BATCH):
        for entry in _analyse(fresh[begin : begin + _BATCH], encoder, analyzer):
            entries[entry.id] = entry
        progress(reused + min(begin + _BATCH, len(fresh)), len(files))
    if not entries:
        raise InputError(f"{docs_dir}: no document could be read (.md, .txt, .html, .pdf); nothing was indexed")
    ordered = [entries[name] for name in sorted(entries)]
    if fresh or old is None or set(old.manifest.documents) != set(entries) or old.manifest.skipped != skipped:
        _write(index_dir, ordered, skipped, encoder.name, glossary.fingerprint, aliases)
    passages = sum(len(entry.passages) for entry in ordered)
    return Report(len(ordered), passages, sum(len(e.vectors) for e in ordered), reused, tuple(desk.reasons))


class _Desk:
    """The files of a folder, and those of them that were read."""

    def __init__(self, docs_dir: Path) -> None:
        self._docs_dir = docs_dir
        self._files = {document_id(path, docs_dir): path for path in list_files(docs_dir)}
        self.digests = {name: _digest(path) for name, path in self._files.items()}
        self.fresh: list[tuple[Document, str]] = []
        self.skipped: dict[str, str] = {}
        self.reasons: list[str] = []

    def read(self, names: Iterable[str]) -> None:
        """Read files; one that cannot be read is noted with the reason."""
        for name in sorted(names):
            try:
                self.fresh.append((read_document(self._files[name], self._docs_dir), self.digests[name]))
            except DocumentError as error:
                self.skipped[name] = self.digests[name]
                self.reasons.append(str(error))


def _holding(texts: Mapping[str, str], forms: Set[str]) -> set[str]:
    """The names of the texts that hold one of some squeezed forms."""
    plain = {name: squeezed(text) for name, text in texts.items()} if forms else {}
    return {name for name, text in plain.items() if any(form in text for form in forms)}


def is_stale(docs_dir: Path, index_dir: Path, encoder: Encoder, glossary: Glossary) -> bool:
    """Whether `build` would change something."""
    return up_to_date(docs_dir, index_dir, encoder, glossary) is None


def up_to_date(docs_dir: Path, index_dir: Path, encoder: Encoder, glossary: Glossary) -> Index | None:
    """The index, opened, unless `build` would change something."""
    old = _reusable(index_dir, encoder, glossary)
    if old is None:
        return None
    now = {document_id(path, docs_dir): _digest(path) for path in list_files(docs_dir)}
    return old if now == {**old.manifest.documents, **old.manifest.skipped} else None


def _digest(path: Path) -> str:
    """A file's checksum, or what stands for it when it cannot be read (reading it then tells why)."""
    try:
        return checksum(path) if path.is_file() else "not a file"
    except OSError as error:
        return f"unreadable: {error.strerror}"


def _reusable(index_dir: Path, encoder: Encoder, glossary: Glossary) -> Index | None:
    try:
        return Index.load(index_dir, encoder.name, glossary.fingerprint)
    except IndexFileError:
        return None


def _from_index(old: Index, document_id: str) -> _Entry:
    numbers = old.numbers_of.get(document_id, [])
    sentences = [s for n in numbers for s in range(old.first_sentence[n], old.first_sentence[n + 1])]
    vectors = [old.sentence_vectors(n) for n in numbers]
    return _Entry(
        document_id,
        old.manifest.documents[document_id],
        old.texts[document_id],
        tuple(old.passages[n] for n in numbers),
        [old.sentence_tokens[s] for s in sentences],
        [old.context_tokens[n] for n in numbers],
        np.concatenate(vectors) if vectors else np.empty((0, old.manifest.dimensions), np.float32),
    )


def _analyse(documents: Sequence[tuple[Document, str]], encoder: Encoder, analyzer: Analyzer) -> Iterable[_Entry]:
    chunked = [chunk(document) for document, _ in documents]
    sentences = [s.text for passages in chunked for p in passages for s in p.sentences]
    contexts = [" ".join((p.source.title, *p.heading)) for passages in chunked for p in passages]
    terms = analyzer.terms_of([*sentences, *contexts])
    tokens = [index_tokens(text, found) for text, found in zip([*sentences, *contexts], terms, strict=True)]
    vectors = _vectors(encoder, sentences, contexts, [len(p.sentences) for passages in chunked for p in passages])
    at_sentence, at_context = 0, len(sentences)
    for (document, digest), passages in zip(documents, chunked, strict=True):
        count = sum(len(passage.sentences) for passage in passages)
        next_sentence, next_context = at_sentence + count, at_context + len(passages)
        yield _Entry(
            document.id,
            digest,
            document.text,
            passages,
            tokens[at_sentence:next_sentence],
            tokens[at_context:next_context],
            vectors[at_sentence:next_sentence],
        )
        at_sentence, at_context = next_sentence, next_context


def _vectors(encoder: Encoder, sentences: Sequence[str], contexts: Sequence[str], counts: Sequence[int]) -> Vectors:
    """Unit vectors of sentences, each leaning towards the vector of its title and headings."""
    if not sentences:
        return encoder.encode_passages(sentences)
    headings = np.repeat(encoder.encode_passages(contexts), counts, axis=0)
    vectors = encoder.encode_passages(sentences) + np.float32(_HEADED) * headings
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def _write(
    index_dir: Path,
    entries: Sequence[_Entry],
    skipped: dict[str, str],
    encoder: str,
    glossary: str,
    aliases: Sequence[Pair],
) -> None:
    """Write a generation beside the serving one, then point CURRENT to it. Readers never see half of either."""
    index_dir.mkdir(parents=True, exist_ok=True)
    current = index_dir / CURRENT
    before = current.read_text("utf-8", errors="replace").strip() if current.is_file() else ""
    folder = Path(tempfile.mkdtemp(prefix="generation-", dir=index_dir))
    try:
        _write_files(folder, entries)
        (folder / ALIASES).write_text(json.dumps(aliases, ensure_ascii=False), "utf-8")
        vectors = np.concatenate([entry.vectors for entry in entries])
        _write_dense(folder / "dense.faiss", vectors)
        manifest = Manifest(
            VERSION,
            encoder,
            glossary,
            vectors.shape[1],
            {entry.id: entry.checksum for entry in entries},
            skipped,
            {
                path.relative_to(folder).as_posix(): checksum(path)
                for path in sorted(folder.rglob("*"))
                if path.is_file()
            },
        )
        (folder / "manifest.json").write_text(json.dumps(asdict(manifest), indent=1, ensure_ascii=False), "utf-8")
        _flush(folder)
        pointer = folder / CURRENT
        pointer.write_text(folder.name, "utf-8")
        os.replace(pointer, current)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    _clean(index_dir, folder, before)


def _clean(index_dir: Path, serving: Path, before: str) -> None:
    """Remove the generation that served before, and what killed builds left; another build under way is spared.

    A process that still serves from a removed generation keeps its open files.
    """
    for other in index_dir.glob("generation-*"):
        if other != serving and (other.name == before or time.time() - other.stat().st_mtime > _LEFT_OVER):
            shutil.rmtree(other, ignore_errors=True)


def _write_files(folder: Path, entries: Sequence[_Entry]) -> None:
    with (folder / "documents.jsonl").open("w", encoding="utf-8") as documents:
        for entry in entries:
            documents.write(json.dumps({"id": entry.id, "text": entry.text}, ensure_ascii=False) + "\n")
    with (folder / "passages.jsonl").open("w", encoding="utf-8") as rows:
        for entry in entries:
            if entry.passages:
                source = source_row(entry.id, entry.passages[0].source)
                for row in (source, *map(passage_row, entry.passages)):
                    rows.write(json.dumps(row, ensure_ascii=False) + "\n")
    sentences = [tokens for entry in entries for tokens in entry.sentence_tokens]
    contexts = [tokens for entry in entries for tokens in entry.context_tokens]
    TokenTable.from_lists(sentences).save(folder / "sentence_tokens")
    TokenTable.from_lists(contexts).save(folder / "context_tokens")
    passages, at = [], 0
    for passage, context in zip((p for entry in entries for p in entry.passages), contexts, strict=True):
        end = at + len(passage.sentences)
        passages.append([*context, *(token for tokens in sentences[at:end] for token in tokens)])
        at = end
    LexicalIndex.from_tokens(passages).save(folder / "bm25")


def _write_dense(path: Path, vectors: Vectors) -> None:
    """Exact inner product up to EXACT_LIMIT vectors, then inverted lists of about sqrt(n) cells at half precision."""
    count, dimensions = vectors.shape
    if count <= EXACT_LIMIT:
        dense: Any = faiss.IndexFlatIP(dimensions)
    else:
        cells = int(4 * count**0.5)
        dense = faiss.index_factory(dimensions, f"IVF{cells},SQfp16", faiss.METRIC_INNER_PRODUCT)
        dense.train(vectors[:: max(1, count // (cells * 64))])
        dense.make_direct_map()
        dense.nprobe = max(16, cells // 32)
    dense.add(np.ascontiguousarray(vectors, np.float32))
    faiss.write_index(dense, str(path))


def _flush(folder: Path) -> None:
    """Ask the disk to keep what was written before CURRENT points to it."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
