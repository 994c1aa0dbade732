"""Terms of Korean and English text, and the language of a message."""

from __future__ import annotations

import pytest
from library import shared_analyzer

from rag.glossary import Glossary
from rag.text import Analyzer, bigrams, fold, index_tokens, language_of, query_terms


def tokens(text: str) -> list[str]:
    return [term.token for term in query_terms(shared_analyzer().terms(text))]


@pytest.mark.parametrize("form", ["서울은", "서울의", "서울에서", "서울에는", "서울로", "서울까지도", "서울"])
def test_particles_do_not_change_a_word(form: str) -> None:
    assert tokens(form) == tokens("서울")


@pytest.mark.parametrize(("one", "other"), [("설립했다", "설립된"), ("투자를 받았다", "투자 받은"), ("빠르게", "빠른")])
def test_endings_do_not_change_a_word(one: str, other: str) -> None:
    assert tokens(one) == tokens(other)


@pytest.mark.parametrize(("one", "other"), [("companies", "company"), ("invested", "investing"), ("bought", "buy")])
def test_english_words_become_stems(one: str, other: str) -> None:
    assert tokens(one) == tokens(other)


def test_figures_stay_whole() -> None:
    assert "12500.5" in tokens("매출은 12,500.5억 원")
    assert "2023" in tokens("in 2023")


def test_a_name_is_one_concept_in_every_language_and_spelling() -> None:
    forms = ["하람로보틱스는", "하람 로보틱스의", "Haram Robotics", "haram robotics'", "HARAM-ROBOTICS"]
    found = [tokens(form) for form in forms]
    assert all(one == found[0] and len(one) == 1 and one[0].startswith("§") for one in found)


def test_a_name_is_not_found_inside_a_longer_word() -> None:
    assert not set(tokens("메타가 발표했다")[:1]) & set(tokens("메타버스 산업"))
    assert not [token for token in tokens("metadata") if token.startswith("§")]


def test_function_words_are_no_query_terms() -> None:
    assert tokens("What is the score of it?") == tokens("score")
    assert "얼마" not in tokens("점수는 얼마야?")


def test_terms_stand_where_they_say() -> None:
    text = "누리시(Nuri City)의 로봇 8,150대"
    for term in shared_analyzer().terms(text):
        if term.tag in ("NNG", "NNP"):
            assert text[term.start : term.end] == term.token


def test_many_texts_give_the_same_terms_as_each_alone() -> None:
    texts = ["누리시의 로봇", "", "robots of Nuri City", "ㅋㅋ!?", "하람로보틱스 2023년"]
    assert shared_analyzer().terms_of(texts) == [shared_analyzer().terms(text) for text in texts]


def test_bigrams_are_pairs_of_neighbouring_syllables() -> None:
    assert bigrams("배구단 now 팀") == ["~배구", "~구단"]
    assert bigrams("no Korean") == []


def test_an_index_holds_words_concepts_and_bigrams_but_no_english_function_words() -> None:
    text = "the 배구단 of Nuri City"
    held = index_tokens(text, shared_analyzer().terms(text))
    assert {"~배구", "~구단", "nuri"} <= set(held)
    assert any(token.startswith("§") for token in held)
    assert not {"the", "of"} & set(held)


@pytest.mark.parametrize(
    ("message", "language"),
    [
        ("What is the market size?", "en"),
        ("시장 규모는?", "ko"),
        ("Haram Robotics 매출 알려줘", "ko"),
        ("LG CNS AI?는", "ko"),
        ("하람로보틱스 revenue please", "en"),
        ("When was 하람로보틱스 founded?", "en"),
        ("ㅇㅇ", "ko"),
        ("Who is the CEO of 하람로보틱스?", "en"),
    ],
)
def test_language_of_a_message(message: str, language: str) -> None:
    assert language_of(message) == language


@pytest.mark.parametrize("message", ["", "42", "?!", "2023"])
def test_a_message_without_words_keeps_the_language_of_the_talk(message: str) -> None:
    assert language_of(message, "ko") == "ko"
    assert language_of(message, "en") == "en"


def test_fold_unifies_forms_case_and_white_space() -> None:
    assert fold("ＡＩ　\n Seoul") == fold("ai seoul")


def test_of_names_that_cross_the_first_counts_and_particles_are_no_verbs() -> None:
    analyzer = Analyzer(Glossary([["한빛AI", "Hanbit AI"], ["AI 서비스", "AI services"], ["들이", "spend"]]))
    found = [term.token for term in query_terms(analyzer.terms("한빛AI 서비스에는 어떤 것들이 있나요"))]
    assert found == ["§0", "서비스"]
