"""The encoder's name tells an index which files its vectors came from."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from library import DOCUMENTS, shared_analyzer

import rag.embedding
from rag.embedding import SentenceEncoder
from rag.errors import IndexFileError
from rag.glossary import Glossary
from rag.index import Index
from rag.indexing import build, is_stale
from rag.scoring import FILE, PLAIN

SHIPPED = Path(rag.embedding.__file__).parent / "data" / "model"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "model"))


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "config_sentence_transformers.json", FILE])
def test_a_changed_file_of_the_model_is_another_encoder(model: Path, name: str) -> None:
    before = SentenceEncoder(str(model)).name
    assert before == SentenceEncoder(str(model)).name
    with (model / name).open("ab") as file:
        file.write(b" ")
    assert SentenceEncoder(str(model)).name != before


def test_card_and_report_make_no_other_encoder(model: Path) -> None:
    before = SentenceEncoder(str(model)).name
    for name in ("README.md", "run.json"):
        (model / name).write_text("Something else.", encoding="utf-8")
    assert SentenceEncoder(str(model)).name == before
    assert SentenceEncoder().name.partition("@")[2] == before.rpartition("@")[2]  # a copy of what is shipped
    assert SentenceEncoder("intfloat/multilingual-e5-small").name == "intfloat/multilingual-e5-small"


@pytest.mark.parametrize(
    ("question", "answer", "other"),
    [
        ("하람로봇은 누가 세웠나요?", "하람로봇은 박도윤 대표가 2016년에 창업했다.", "하람로봇의 직원은 40명이다."),
        (
            "Who founded Haram Robotics?",
            "Haram Robotics was set up in 2016 by Park Do-yun.",
            "Haram Robotics has a staff of 40.",
        ),
        (
            "Why did the museum close?",
            "박물관은 보수 공사 때문에 문을 닫았다.",
            "The museum closes at six in the evening.",
        ),
    ],
)
def test_what_answers_counts_more_than_what_is_about_the_same(question: str, answer: str, other: str) -> None:
    encoder = SentenceEncoder()
    (asking,) = encoder.asking(encoder.encode_queries([question]))
    first, second = encoder.encode_passages([answer, other]) @ asking
    assert first > second


def test_an_encoder_that_learned_nothing_of_answers_goes_by_the_cosine(model: Path) -> None:
    (model / FILE).unlink()
    encoder = SentenceEncoder(str(model))
    vectors = encoder.encode_queries(["누가 세웠나요?", "Why did it close?"])
    assert (encoder.asking(vectors) == PLAIN * vectors).all()


def test_an_index_is_built_again_when_the_model_in_its_place_changes(model: Path, tmp_path: Path) -> None:
    docs, index, glossary = tmp_path / "docs", tmp_path / "index", Glossary([])
    docs.mkdir()
    (docs / "haram.md").write_text(next(iter(DOCUMENTS.values())), encoding="utf-8")
    build(docs, index, SentenceEncoder(str(model)), glossary, analyzer=shared_analyzer())
    assert not is_stale(docs, index, SentenceEncoder(str(model)), glossary)
    config = model / "config_sentence_transformers.json"
    config.write_text(config.read_text(encoding="utf-8").replace('"query": ""', '"query": "query: "'), encoding="utf-8")
    changed = SentenceEncoder(str(model))
    assert is_stale(docs, index, changed, glossary)
    with pytest.raises(IndexFileError, match="run `rag index`"):
        Index.load(index, changed.name, glossary.fingerprint)
    assert build(docs, index, changed, glossary, analyzer=shared_analyzer()).reused == 0
    assert not is_stale(docs, index, changed, glossary)
