"""The index as it is opened and searched; its building is tested in test_indexing.py."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from library import DOCUMENTS, GramEncoder, Shelf, shared_chatbot, shared_library

from rag.errors import IndexFileError
from rag.glossary import Glossary
from rag.index import CURRENT, Index, TokenTable, current_generation


@pytest.fixture(scope="module")
def index() -> Index:
    shared_chatbot()
    return shared_library().load()


@pytest.fixture
def shelf(index: Index, tmp_path: Path) -> Shelf:
    """A copy of the index, to be damaged."""
    library = shared_library()
    shutil.copytree(library.index, tmp_path / "index")
    return Shelf(library.docs, tmp_path / "index", library.encoder)


def refused(shelf: Shelf) -> str:
    """The message with which an index is not opened; it must say how to mend it, in one line."""
    with pytest.raises(IndexFileError) as caught:
        shelf.load()
    assert "`rag index`" in str(caught.value)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_was_built_is_there_exactly(index: Index) -> None:
    assert index.texts == DOCUMENTS
    for passage in index.passages:
        assert index.passages[index.by_id[passage.id]] is passage
        for sentence in passage.sentences:
            assert index.texts[passage.document_id][sentence.start : sentence.end].strip()
    row = next(s for p in index.passages if p.document_id == "en/index.md" for s in p.sentences if s.kind == "row")
    assert row.cells == (("Rank", "1"), ("City", "Velmora"), ("Score", "91.5"), ("Robots", "7,200"))


def test_a_sentence_finds_its_own_passage_by_meaning(index: Index) -> None:
    for passage in index.passages:
        vector = GramEncoder().encode_queries([passage.sentences[0].text])[0]
        numbers, cosines = index.search_dense(vector, 3)
        assert index.passages[numbers[0]] == passage
        assert cosines[0] > 0.8  # less than 1: a vector leans towards its headings
        assert list(cosines) == sorted(cosines, reverse=True)
        assert index.dense_scores(vector, numbers.tolist()) == pytest.approx(cosines, abs=1e-5)


def test_vectors_of_sentences_lean_towards_their_headings(index: Index) -> None:
    for number, passage in enumerate(index.passages):
        own = GramEncoder().encode_passages([sentence.text for sentence in passage.sentences])
        heading = GramEncoder().encode_passages([" ".join((passage.source.title, *passage.heading))])
        wanted = own + np.float32(0.3) * heading
        wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
        np.testing.assert_allclose(index.sentence_vectors(number), wanted, atol=1e-6)


def test_twins_say_the_same_in_the_other_language(index: Index) -> None:
    for passage in index.passages:
        twin = index.twin(passage.id)
        paired = passage.source.key in ("haram", "index")
        assert (twin is not None) == paired
        if twin:
            assert twin.language != passage.language
            assert len(twin.heading) == len(passage.heading)
            assert index.twin(twin.id) == passage


def test_an_answer_tells_which_passages_it_quotes(index: Index) -> None:
    prose = [
        passage for passage in index.passages if len(passage.sentences[0].text) >= 48 and not passage.sentences[0].cells
    ]
    assert len(prose) > 5
    for passage in prose:
        answer = f"Something else. “{passage.sentences[0].text}” (as of 2022) [1]\nMore. [2]"
        assert index.quoted_in(answer) == {passage.id}
    assert index.quoted_in("The documents do not answer this.") == frozenset()


def test_token_tables_give_back_their_lists(tmp_path: Path) -> None:
    lists = [["a", "b", "a"], [], ["로봇"]]
    TokenTable.from_lists(lists).save(tmp_path / "table")
    table = TokenTable.load(tmp_path / "table")
    assert [table[number] for number in range(3)] == lists


def test_there_is_no_index(tmp_path: Path) -> None:
    library = shared_library()
    assert "no index here" in refused(Shelf(library.docs, tmp_path, library.encoder))
    assert "no index here" in refused(Shelf(library.docs, tmp_path / "missing", library.encoder))


@pytest.mark.parametrize("content", [b"generation-gone", b"", b"\xff\xfe\x00", b"../elsewhere", b"a\x00b"])
def test_current_points_nowhere(shelf: Shelf, content: bytes) -> None:
    (shelf.index / CURRENT).write_bytes(content)
    refused(shelf)


def test_current_is_missing(shelf: Shelf) -> None:
    (shelf.index / CURRENT).unlink()
    refused(shelf)


FILES = [
    "passages.jsonl",
    "documents.jsonl",
    "dense.faiss",
    "sentence_tokens/flat.npy",
    "bm25/data.csc.index.npy",
    "context_tokens/vocabulary.json",
]


@pytest.mark.parametrize("name", [*FILES, "manifest.json"])
@pytest.mark.parametrize("harm", ["truncated", "emptied", "removed"])
def test_a_file_that_lost_something_is_told(shelf: Shelf, name: str, harm: str) -> None:
    file = current_generation(shelf.index) / name
    if harm == "removed":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[: -1 if harm == "truncated" else 0])
    assert str(file.parent) in refused(shelf)


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_byte_is_told_with_the_file(shelf: Shelf, name: str) -> None:
    file = current_generation(shelf.index) / name
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0x40
    file.write_bytes(data)
    assert name in refused(shelf)


def test_every_file_is_under_the_manifest(shelf: Shelf) -> None:
    folder = current_generation(shelf.index)
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files - {"manifest.json"} == set(shelf.load().manifest.files)


def test_another_encoder_makes_it_stale(shelf: Shelf) -> None:
    message = refused(Shelf(shelf.docs, shelf.index, GramEncoder("others")))
    assert "encoder grams" in message
    assert "others" in message


def test_another_glossary_makes_it_stale(shelf: Shelf) -> None:
    with pytest.raises(IndexFileError, match=r"glossary .*`rag index`"):
        Index.load(shelf.index, shelf.encoder.name, Glossary([["other"]]).fingerprint)


def test_another_version_makes_it_stale(shelf: Shelf) -> None:
    manifest = current_generation(shelf.index) / "manifest.json"
    manifest.write_text(manifest.read_text("utf-8").replace('"version": ', '"version": 9'), "utf-8")
    assert "version 9" in refused(shelf)


@pytest.mark.parametrize("manifest", ["[]", "null", '{"version": 1}', "{}"])
def test_a_manifest_of_another_shape_is_told(shelf: Shelf, manifest: str) -> None:
    (current_generation(shelf.index) / "manifest.json").write_text(manifest, "utf-8")
    refused(shelf)
