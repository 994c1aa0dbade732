"""Passages found for queries of both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from library import DOCUMENTS, GramEncoder, new_shelf, shared_chatbot

from rag.retrieval import Retriever
from rag.spelling import Spelling


@pytest.fixture(scope="module")
def retriever() -> Retriever:
    return shared_chatbot().retriever


def first(retriever: Retriever, query: str) -> str:
    return retriever.search(query)[0].passage.document_id


def test_passages_that_must_be_there_are_there(retriever: Retriever) -> None:
    query = retriever.query("When was Haram Robotics founded?")
    alone = retriever.hits(query, 2)
    last = retriever.hits(query, 50)[-1].passage.id
    assert retriever.hits(query, 2, {last})[:2] == alone
    assert last in {hit.passage.id for hit in retriever.hits(query, 2, {last})}


@pytest.mark.parametrize(
    ("query", "document"),
    [
        ("하람로보틱스의 매출", "ko/haram.md"),
        ("revenue of Haram Robotics", "en/haram.md"),
        ("로봇 도시 순위", "ko/index.md"),
        ("ranking of robot cities", "en/index.md"),
        ("미르바이오 시리즈 B 투자", "ko/interview.md"),
        ("free desks for founders", "en/support.md"),
    ],
)
def test_the_right_document_comes_first_in_the_readers_language(
    retriever: Retriever, query: str, document: str
) -> None:
    assert first(retriever, query) == document


@pytest.mark.parametrize(
    ("query", "document"),
    [
        ("How large is the robot market of Nuri City?", "ko/market.md"),
        ("What does Mir Bio do?", "ko/interview.md"),
        ("솔빛모빌리티의 버스", "en/solbit.md"),
        ("창업자에게 주는 비자 지원", "en/support.md"),
    ],
)
def test_a_document_of_the_other_language_is_found_when_it_alone_holds_the_answer(
    retriever: Retriever, query: str, document: str
) -> None:
    """The encoder of these tests knows no translations: the glossary and the lexicon must do."""
    assert first(retriever, query) == document


def test_no_passage_and_no_wording_comes_twice(retriever: Retriever) -> None:
    for query in ("Haram Robotics", "하람로보틱스", "2024", "robots 로봇"):
        texts = [hit.passage.text for hit in retriever.search(query, 50)]
        assert len(texts) == len(set(texts))


def test_twins_are_given_in_the_readers_language_alone(retriever: Retriever) -> None:
    for query, language in (("Haram Robotics revenue", "en"), ("하람로보틱스 매출", "ko")):
        paired = [hit.passage for hit in retriever.search(query, 50) if hit.passage.source.key == "haram"]
        assert {passage.language for passage in paired} == {language}


def test_copies_of_a_document_count_once(tmp_path: Path) -> None:
    copies = {f"copy{n}.md": DOCUMENTS["en/solbit.md"].replace("id: solbit", f"id: copy{n}") for n in range(4)}
    shelf = new_shelf(tmp_path, {**copies, "en/haram.md": DOCUMENTS["en/haram.md"]})
    shelf.build()
    texts = [hit.passage.text for hit in shelf.retriever().search("buses of Solbit Mobility", 20)]
    assert sum("140 buses" in text for text in texts) == 1


def test_hits_come_best_first_and_no_more_than_asked_for(retriever: Retriever) -> None:
    hits = retriever.search("robots in Nuri City", 5)
    assert len(hits) == 5
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert hits[:2] == retriever.search("robots in Nuri City", 2)


@pytest.mark.parametrize("query", ["", " ", "?!", "§", "~", "\x00", "a" * 3000])
def test_odd_queries_are_no_error(retriever: Retriever, query: str) -> None:
    retriever.search(query)


@pytest.mark.parametrize(
    ("slip", "document"),
    [
        ("Haram Robtics revenue", "en/haram.md"),
        ("quilhaven", "en/index.md"),
        ("하람로보틱 매출", "ko/haram.md"),
        ("Solbt Mobility", "en/solbit.md"),
    ],
)
def test_a_slip_of_spelling_is_mended(retriever: Retriever, slip: str, document: str) -> None:
    assert first(retriever, slip) == document
    assert retriever.query(slip).text != slip


@pytest.mark.parametrize("query", ["revenue of Haram Robotics", "로봇 도시 지수", "Zentrix", "How many robots?"])
def test_right_and_foreign_words_are_left_as_they_are(retriever: Retriever, query: str) -> None:
    assert retriever.query(query).text == query


def test_the_nearest_word() -> None:
    spelling = Spelling(["velmora", "quillhaven", "하람로보틱스", "bus"])
    assert spelling.nearest("velmra") == "velmora"
    assert spelling.nearest("vlemora") == "velmora"
    assert spelling.nearest("quilhavn") == "quillhaven"
    assert spelling.nearest("하람로보틱쓰") == "하람로보틱스"
    assert [spelling.nearest(word) for word in ("velmora", "velxyza", "bis", "elmora", "")] == [None] * 5


def test_an_index_of_one_document_is_searched(tmp_path: Path) -> None:
    shelf = new_shelf(tmp_path, {"one.txt": "The only house in Tarnby is blue.\n"}, GramEncoder())
    shelf.build()
    assert first(shelf.retriever(), "blue house") == "one.txt"
