"""The words the reader sees: markers, dates, units, languages, refusals."""

from __future__ import annotations

import pytest
from library import shared_chatbot

from rag.composing import fallen_back, refuse, small_talk
from rag.figures import find_figures
from rag.types import Answer

KOREAN_ONLY = "How big was the robot market of Nuri City in 2023?"


def ask(question: str) -> Answer:
    return shared_chatbot().ask(question)


def test_a_korean_document_is_quoted_to_an_english_reader_in_the_original_with_english_units() -> None:
    answer = ask(KOREAN_ONLY)
    assert answer.language == "en"
    assert answer.citations[0].language == "ko"
    assert f"“{answer.citations[0].quote[:20]}" in answer.text
    assert "KRW 1.25 trillion" in answer.text
    assert "Korean document" in answer.notice


def test_an_english_document_is_quoted_to_a_korean_reader_with_korean_units() -> None:
    answer = ask("누리시 기업청은 창업자에게 어떤 지원을 해?")
    assert answer.language == "ko"
    assert "5,000만 원" in answer.text
    assert "영어 문서" in answer.notice


def test_a_figure_without_a_date_shows_the_date_of_its_source() -> None:
    assert "(as of 2024)" in ask("What score did Ostrand get?").text
    assert "(2024 기준)" in ask("오스트란드의 점수는?").text


def test_a_figure_with_its_own_date_shows_no_other() -> None:
    assert "as of" not in ask("How much revenue did Haram Robotics make in 2022?").text


def test_citations_tell_the_source() -> None:
    citation = ask("What score did Ostrand get?").citations[0]
    assert citation.document.endswith("docs/en/index.md")
    assert (citation.title, citation.publisher) == ("Robot City Index 2024", "Field Notes Quarterly")
    assert (citation.published, citation.as_of, citation.section) == ("2024-09-12", "2024", "Ranking")


def test_what_is_shown_holds_the_figures_of_the_quote() -> None:
    answer = ask("How much revenue did Haram Robotics make in 2022?")
    shown = {figure.value for figure in find_figures(answer.text.partition(" [")[0])}
    assert {figure.value for figure in find_figures(answer.citations[0].quote)} <= shown


@pytest.mark.parametrize(("language", "word"), [("en", "documents"), ("ko", "문서")])
def test_a_refusal_names_the_contact_and_other_questions(language: str, word: str) -> None:
    answer = refuse("x", language, "the harbour master", ("Why?",))  # type: ignore[arg-type]
    assert (answer.status, answer.language, answer.citations) == ("no_answer", language, ())
    assert word in answer.text
    assert "the harbour master" in answer.text
    assert answer.suggestions == ("Why?",)


@pytest.mark.parametrize("kind", ["hello", "thanks", "bye", "who"])
def test_small_talk_is_answered_in_both_languages(kind: str) -> None:
    texts = {small_talk("x", language, kind, ()).text for language in ("en", "ko")}
    assert len(texts) == 2
    assert all(texts)


def test_a_fallback_keeps_the_answer_and_both_notices() -> None:
    answer = ask(KOREAN_ONLY)
    other = fallen_back(answer, "time-out")
    assert other.text == answer.text
    assert "time-out" in other.notice
    assert answer.notice in other.notice
    assert fallen_back(answer, "").notice != answer.notice
