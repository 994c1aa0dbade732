"""Whether a sentence holds what a question asks for: a figure in its unit, a time of day, a date."""

from __future__ import annotations

import pytest
from library import shared_analyzer

from rag.fitting import fit_of
from rag.questions import read_question
from rag.text import language_of, query_terms
from rag.types import Sentence


def fit(question: str, sentence: str) -> float:
    terms = tuple(query_terms(shared_analyzer().terms(question)))
    return fit_of(Sentence(sentence, 0, len(sentence)), read_question(question, language_of(question), terms))


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("도서관은 몇 시에 열어?", "평일에는 오전 9시에 문을 엽니다."),
        ("도서관은 몇 시에 열어?", "The library opens at 9 a.m."),
        ("What time does it close?", "오후 6시 30분까지 합니다."),
        ("What time does it close?", "It is open from 10:00 to 18:00."),
        ("도서관은 언제까지 열어?", "오후 6시까지 엽니다."),
        ("도서관은 언제까지 열어?", "12월 31일까지 엽니다."),
        ("노선은 몇 km야?", "노선은 19.4㎞로 늘어난다."),
        ("노선은 몇 km야?", "The line is 800 metres long."),
        ("How far is the depot?", "차고지는 정류장에서 200미터 떨어져 있다."),
        ("How long is the bridge?", "다리는 길이가 1.2km다."),
        ("How long is the course?", "The course lasts six weeks."),
        ("How big is the site?", "터는 3만 ㎡다."),
        ("How big is the fund?", "펀드는 300억 원이다."),
        ("면적이 얼마야?", "The site covers 18 hectares."),
        ("How heavy is it?", "무게는 48킬로그램이다."),
        ("몇 톤을 처리했어?", "It received 9,700 tonnes."),
        ("How many megawatts does it need?", "40MW가 필요하다."),
        ("물은 몇 도야?", "수온이 28도를 넘는다."),
        ("직원은 몇 명이야?", "직원은 310명이다."),
    ],
)
def test_a_figure_of_what_is_asked_fits(question: str, sentence: str) -> None:
    assert fit(question, sentence) == 1.0


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("도서관은 몇 시에 열어?", "도서관은 9시간 동안 엽니다."),
        ("도서관은 몇 시에 열어?", "도서관은 9개 층이다."),
        ("도서관은 몇 시에 열어?", "도서관은 강가에 있다."),
        ("What time does it close?", "It closed in 2021."),
        ("노선은 몇 km야?", "노선에는 정류장이 19개 있다."),
        ("노선은 몇 km야?", "차고지는 3만 ㎡다."),
        ("노선은 몇 km야?", "시속 30km로 달린다."),
        ("How far is the depot?", "The depot has 32 trams."),
        ("How long is the bridge?", "The bridge cost USD 3 million."),
        ("면적이 얼마야?", "The line is 18 km long."),
        ("How heavy is it?", "It is 2 m long."),
        ("몇 톤을 처리했어?", "It employs 9,700 people."),
        ("How many megawatts does it need?", "It stores 40 MWh."),
        ("물은 몇 도야?", "물은 3만 톤이다."),
        ("직원은 몇 명이야?", "무게는 310kg이다."),
    ],
)
def test_a_figure_of_something_else_does_not_fit(question: str, sentence: str) -> None:
    assert fit(question, sentence) < 1.0


def test_a_sentence_without_figures_fits_no_question_for_one() -> None:
    for question in ("몇 시에 열어?", "How many megawatts?", "면적이 얼마야?", "How far is it?"):
        assert fit(question, "It is a place by the river.") == 0.0


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("도래센터 센터장은 누구야?", "한이든 센터장은 2020년부터 센터를 맡고 있다."),
        ("도래센터 센터장은 누구야?", "2020년부터 한이든 대표가 센터를 이끌고 있다."),
        ("도래센터 센터장은 누구야?", "Han Ideun is the director of the Dorae Centre."),
        ("한이든은 어느 대학을 나왔어?", "한이든은 미르대학교에서 물리학을 공부했다."),
        ("Which university did she attend?", "She studied at Mir College."),
        ("한이든은 어느 대학을 나왔어?", "한이든 박사는 미르대 출신이다."),
        ("Which university did she attend?", "She has a doctorate from MIT."),
        ("What is the fax number?", "Fax: 02-123-4567"),
        ("Which languages does it speak?", "한국어와 영어로 안내한다."),
    ],
)
def test_the_office_the_school_or_the_language_asked_for_fits(question: str, sentence: str) -> None:
    assert fit(question, sentence) == 1.0


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("도래센터 센터장은 누구야?", "한이든 최고전략책임자는 도래센터를 높이 평가했다."),
        ("도래시 지사장 이름은?", "한이든 교수는 도래시를 연구한다."),
        ("한이든은 어느 대학을 나왔어?", "한이든은 상을 받은 연구자다."),
        ("Which university did she attend?", "She has won three prizes."),
        ("What is the fax number?", "Phone: 02-123-4567"),
        ("Which languages does it speak?", "It moves by itself and guides visitors."),
    ],
)
def test_another_office_or_no_such_thing_does_not_fit(question: str, sentence: str) -> None:
    assert fit(question, sentence) == 0.0
