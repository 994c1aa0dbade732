"""Questions that ask several things, taken apart."""

from __future__ import annotations

import pytest
from library import shared_chatbot

from rag.parts import parts_of


def parts(question: str) -> list[str]:
    retriever = shared_chatbot().retriever
    return [part.text for part in parts_of(retriever.query(question), retriever.common)]


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        (
            "When was Haram Robotics founded, and how many employees does it have?",
            "When was Haram Robotics founded",
            "Haram Robotics founded how many employees does it have?",
        ),
        (
            "who founded Haram Robotics and in what year?",
            "who founded Haram Robotics",
            "founded Haram Robotics in what",
        ),
        ("Haram Robotics: how many employees and how much revenue?", "how many employees", "Haram Robotics"),
        ("When and where was Haram Robotics founded?", "When was Haram", "where was Haram Robotics founded?"),
        ("What is Haram Robotics? Who is its CEO?", "What is Haram Robotics?", "Haram Robotics Who is its CEO?"),
        ("하람로보틱스는 언제 설립됐고 직원은 몇 명이야?", "언제 설립됐고", "하람로보틱스 직원은 몇 명이야?"),
        ("하람로보틱스는 누가 언제 세웠어?", "누가 세웠어", "하람로보틱스는 언제 세웠어?"),
        ("하람로보틱스는 몇 위, 몇 점?", "몇 위", "하람로보틱스는 몇 점?"),
        ("하람로보틱스 대표 이름이랑 설립 연도를 알려 줘", "하람로보틱스 대표 이름", "설립 연도를"),
        (
            "Ostrand's rank and score in the Robot City Index?",
            "rank in the Robot",
            "Ostrand's score in the Robot City Index",
        ),
        (
            "하람로보틱스의 2023년 매출은 얼마고 직원은 모두 몇 명이나 돼?",
            "2023년 매출은 얼마고",
            "2023년 직원은",
        ),
    ],
)
def test_each_part_has_its_own_words_and_the_topic_of_the_first(question: str, first: str, second: str) -> None:
    found = parts(question)
    assert len(found) == 2
    assert first in found[0]
    assert second in found[1]


def test_a_part_that_names_somebody_is_not_about_the_first_ones_names() -> None:
    found = parts("When was Haram Robotics founded, and how much did Mir Bio raise?")
    assert found[1] == "how much did Mir Bio raise?"
    assert "하람" not in parts("하람로보틱스는 언제 설립됐고 미르바이오는 투자를 얼마나 받았어?")[1]


@pytest.mark.parametrize(
    "question",
    [
        "How much does Haram Robotics spend on research and development?",
        "What do Haram Robotics and Mir Bio have in common?",
        "Which is larger, Haram Robotics or Mir Bio, and by how much?",
        "How many people work in health and welfare?",
        "Which company did Haram Robotics buy and sell?",
        "하람로보틱스와 미르바이오는 언제 설립됐어?",
        "하람로보틱스랑 미르바이오 중에 어디가 더 커?",
        "창고 로봇을 만들고 파는 회사는 어디야?",
        "매출이 얼마라고 했어?",
        "하람로보틱스가 얼마를 벌었다고 언제 했어?",
        "벨모라와 타른비의 점수는?",
        "하람로보틱스는 어떤 회사야?",
    ],
)
def test_names_joined_and_single_questions_stay_whole(question: str) -> None:
    assert parts(question) == []
