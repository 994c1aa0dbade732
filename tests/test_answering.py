"""Answers without a language model: what a reader would insist on, over a small library of invented things."""

from __future__ import annotations

import re

import pytest
from library import check_citations, shared_chatbot

from rag.types import Answer


def ask(question: str) -> Answer:
    answer = shared_chatbot().ask(question)
    check_citations(shared_chatbot(), answer)
    return answer


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("When was Haram Robotics founded?", "May 2014"),
        ("하람로보틱스는 언제 설립됐어?", "2014년 5월"),
        ("Who is the CEO of Haram Robotics?", "Yoon Seodam"),
        ("하람로보틱스 대표는 누구야?", "윤서담"),
        ("Where was Haram Robotics founded?", "Haesol District"),
        ("하람로보틱스는 어느 구에서 설립됐어?", "해솔구"),
        ("How many employees does Haram Robotics have?", "310"),
        ("하람로보틱스의 직원은 몇 명이야?", "310명"),
        ("What is Haram Robotics?", "builds warehouse robots"),
        ("하람로보틱스는 어떤 회사야?", "창고 로봇을 만드는 회사"),
        ("누리시 로봇 시장 규모는 얼마야?", "1조 2,500억 원"),
        ("누리시 로봇 시장의 성장률은?", "11.5%"),
        pytest.param(
            "How many people work in robotics in Nuri City?",
            "9,400",
            marks=pytest.mark.xfail(strict=True, reason="a row of robots comes before the people who work with them"),
        ),
        ("When did the Harbour Hall open?", "7 October 2021"),
        ("미르바이오는 언제 설립됐어?", "2019년 3월"),
    ],
)
def test_the_answer_stands_in_the_first_sentence(question: str, wanted: str) -> None:
    answer = ask(question)
    assert answer.status == "answered"
    assert wanted in answer.text.splitlines()[0]


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        ("How much revenue did Haram Robotics make in 2022?", "64 billion", "82 billion"),
        ("How much revenue did Haram Robotics make in 2023?", "82 billion", "64 billion"),
        ("하람로보틱스의 2022년 매출은 얼마야?", "640억", "820억"),
        ("하람로보틱스의 2023년 매출은 얼마야?", "820억", "640억"),
    ],
)
def test_the_year_asked_for_is_the_year_answered(question: str, right: str, wrong: str) -> None:
    answer = ask(question)
    assert right in answer.text
    assert wrong not in answer.text


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("When was Haram Robotics founded, and how many employees does it have?", ["May 2014", "310"]),
        ("Who runs Haram Robotics and how much revenue did it make in 2022?", ["Yoon Seodam", "64 billion"]),
        ("하람로보틱스는 언제 설립됐고 직원은 몇 명이야?", ["2014년 5월", "310명"]),
        ("하람로보틱스의 2022년 매출은 얼마고 대표는 누구야?", ["640억", "윤서담"]),
    ],
)
def test_each_part_of_a_question_is_answered_in_its_order(question: str, wanted: list[str]) -> None:
    lines = ask(question).text.splitlines()
    assert [part in line for part, line in zip(wanted, lines, strict=False)] == [True, True]


@pytest.mark.parametrize(
    "question", ["When and where was Haram Robotics founded?", "하람로보틱스는 언제, 어디서 설립됐어?"]
)
def test_one_sentence_that_answers_all_parts_is_enough(question: str) -> None:
    text = ask(question).text
    assert len(text.splitlines()) == 1
    assert re.search("May 2014 in Haesol|2014년 5월 누리시 해솔구", text)


@pytest.mark.parametrize(
    ("question", "columns"),
    [
        ("What score did Ostrand get, and how many robots does it have?", ["85.2", "5,900"]),
        ("오스트란드의 점수는 몇 점이고 로봇 수는 얼마야?", ["85.2", "5,900"]),
    ],
)
def test_a_row_that_answers_all_parts_is_told_once_with_all_columns(question: str, columns: list[str]) -> None:
    text = ask(question).text
    assert all(text.count(value) == 1 for value in columns)


def test_a_part_without_an_answer_leaves_the_other() -> None:
    text = ask("When was Haram Robotics founded, and what is its tax rate?").text
    assert "May 2014" in text
    assert ask("When was Zentrix founded, and how much revenue does it make?").status == "no_answer"
    assert ask("젠트릭스는 언제 설립됐고 매출은 얼마야?").status == "no_answer"


def test_a_list_is_given_whole() -> None:
    text = ask("What support does the Nuri City Business Office offer founders?").text
    assert all(item in text for item in ("free desks", "visa desk", "seed grant"))


def test_an_interview_answers_what_was_asked_in_it() -> None:
    assert "신약 후보 물질" in ask("미르바이오는 어떤 회사야?").text


def test_an_interview_answers_its_own_question() -> None:
    assert "270억" in ask("미르바이오는 투자를 얼마나 받았어?").text


@pytest.mark.parametrize("question", ["How many buses does Solbit Mobility have?", "솔빛모빌리티의 버스는 몇 대야?"])
def test_of_a_contradiction_both_sides_are_given(question: str) -> None:
    answer = ask(question)
    assert "140" in answer.text
    assert "205" in answer.text


@pytest.mark.parametrize(
    ("question", "value", "others"),
    [
        ("What score did Ostrand get?", "85.2", ["5,900", "91.5"]),
        ("How many robots does Quillhaven have?", "3,300", ["79.9", "7,200"]),
        ("오스트란드의 점수는?", "85.2", ["5,900", "91.5"]),
        ("퀼헤이븐의 로봇 수는?", "3,300", ["79.9", "7,200"]),
    ],
)
def test_the_cell_of_the_row_and_the_column_asked_for(question: str, value: str, others: list[str]) -> None:
    text = ask(question).text
    assert value in text
    assert not [other for other in others if other in text]


@pytest.mark.parametrize(
    ("question", "city"),
    [
        ("Which city is ranked second?", "Nuri City"),
        ("누리시는 몇 위야?", "2"),
        ("3위 도시는 어디야?", "오스트란드"),
    ],
)
def test_ranks(question: str, city: str) -> None:
    assert city in ask(question).text.splitlines()[0]


@pytest.mark.parametrize(
    ("question", "city", "wrong"),
    [
        ("Which city has the most robots?", "Nuri City", "Velmora"),
        ("Which city has the lowest score?", "Tarnby", "Velmora"),
        ("로봇 수가 가장 많은 도시는 어디야?", "누리시", "벨모라"),
        ("점수가 가장 낮은 도시는?", "타른비", "벨모라"),
    ],
)
def test_the_highest_and_the_lowest_of_a_column(question: str, city: str, wrong: str) -> None:
    text = ask(question).text
    assert city in text
    assert wrong not in text


@pytest.mark.parametrize(
    ("question", "cities", "wrong"),
    [
        ("What are the top three cities in the Robot City Index?", ["Velmora", "Nuri City", "Ostrand"], "Tarnby"),
        ("로봇 도시 지수 상위 3개 도시는?", ["벨모라", "누리시", "오스트란드"], "타른비"),
    ],
)
def test_the_top_three(question: str, cities: list[str], wrong: str) -> None:
    text = ask(question).text
    assert all(city in text for city in cities)
    assert wrong not in text


@pytest.mark.parametrize(
    "question",
    [
        "What is the revenue of Zentrix?",
        "젠트릭스의 매출은 얼마야?",
        "When was Pelican Motors founded?",
        "What score did Atlantis get?",
        "What was the revenue of Haram Robotics in 2017?",
        "하람로보틱스의 2017년 매출은?",
        "하람로보틱스의 부채 비율은 얼마야?",
        "미르바이오의 대표 전화번호는?",
        "오늘 날씨 어때?",
        "How do I bake bread?",
        "What is Mir Bio's share price?",
    ],
)
def test_what_the_documents_do_not_say_is_not_answered(question: str) -> None:
    answer = ask(question)
    assert answer.status == "no_answer"
    assert answer.citations == ()


@pytest.mark.xfail(strict=True, reason="an attribute that no document tells is answered with another of the same thing")
def test_an_attribute_that_no_document_tells_is_not_answered() -> None:
    assert ask("What is the blood type of Yoon Seodam?").status == "no_answer"


@pytest.mark.parametrize("message", ["???", "ㅋㅋㅋ", "…", "그리고"])
def test_a_message_that_asks_nothing_gets_no_answer(message: str) -> None:
    assert ask(message).status == "no_answer"


def test_an_answer_is_short() -> None:
    for question in ("Tell me about Haram Robotics", "누리시에 대해 알려 줘", "robots"):
        assert len(ask(question).text.splitlines()) <= 4
