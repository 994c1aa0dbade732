"""Questions offered to the reader."""

from __future__ import annotations

from pathlib import Path

import pytest
from library import shared_chatbot, shared_library

from rag.index import Index
from rag.starters import FILE_NAME, starters_of, suggestions_for


@pytest.fixture(scope="module")
def index() -> Index:
    return shared_chatbot().index


def test_starters_are_read_from_the_documents_folder(index: Index, tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("en\tHow many robots?\nko\t로봇은 몇 대야?\n\nen\tWho leads?\n", "utf-8")
    assert starters_of(index, tmp_path, "en") == ("How many robots?", "Who leads?")
    assert starters_of(index, tmp_path, "ko") == ("로봇은 몇 대야?",)
    assert starters_of(index, tmp_path, "en", limit=1) == ("How many robots?",)


def test_without_a_file_they_are_made_of_the_titles(index: Index) -> None:
    docs = shared_library().docs
    english, korean = starters_of(index, docs, "en"), starters_of(index, docs, "ko")
    assert len(english) == len(korean) == 4
    assert any("Robot City Index 2024" in question for question in english)
    assert any("2024 로봇 도시 지수" in question for question in korean)


def test_a_starter_made_of_a_title_is_answered() -> None:
    bot = shared_chatbot()
    for question in bot.starters("en") + bot.starters("ko"):
        assert bot.retriever.search(question)[0].passage.source.title in question


def test_suggestions_are_about_the_nearest_topics_in_the_readers_language(index: Index) -> None:
    hits = shared_chatbot().retriever.search("Harbour Hall opened")
    suggestions = suggestions_for(hits, "en")
    assert 0 < len(suggestions) <= 3
    assert "Opening" in suggestions[0]
    assert len(set(suggestions)) == len(suggestions)
    assert suggestions_for([], "ko") == ()
