"""What a question asks for."""

from __future__ import annotations

import pytest
from library import shared_analyzer

from rag.questions import Question, read_question, years_in
from rag.text import language_of, query_terms


def read(text: str) -> Question:
    return read_question(text, language_of(text), tuple(query_terms(shared_analyzer().terms(text))))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("When was Haram Robotics founded?", "date"),
        ("하람로보틱스는 언제 설립됐어?", "date"),
        ("몇 년에 설립됐나요?", "date"),
        ("Who runs Haram Robotics?", "person"),
        ("대표는 누구인가요?", "person"),
        ("창업자 이름 뭐예요", "person"),
        ("Name of the founder?", "person"),
        ("Name the chief executive of Haram Robotics.", "person"),
        ("Haram Robotics' fax number?", "contact"),
        ("its founder?", "person"),
        ("And how big is the stake of the founder?", "figure"),
        ("하람로보틱스 대표 휴대폰 번호 알려줘", "contact"),
        ("어느 건물에서 열려?", "place"),
        ("로봇을 파는 가게 수 좀 알려줘", "figure"),
        ("Where is the Harbour Hall?", "place"),
        ("하람로보틱스는 어디에 있어?", "place"),
        ("How many robots are there?", "figure"),
        ("매출은 얼마야?", "figure"),
        ("Which programmes are there?", "list"),
        ("어떤 프로그램이 있나요?", "list"),
        ("어떤 지원 프로그램이 있나요?", "list"),
        ("What is Haram Robotics?", "definition"),
        ("하람로보틱스는 어떤 회사야?", "definition"),
        ("Compare Haram Robotics and Mir Bio", "compare"),
        ("하람로보틱스와 미르바이오의 매출 차이는?", "compare"),
    ],
)
def test_the_kind_of_a_question(text: str, kind: str) -> None:
    assert read(text).kind == kind


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("How much revenue did it make?", "money"),
        ("매출은 얼마야?", "money"),
        ("What percentage is it?", "percent"),
        ("성장률은?", "percent"),
        ("Where does it rank?", "rank"),
        ("몇 위야?", "rank"),
        ("What score did Ostrand get?", "score"),
        ("직원은 몇 명이야?", "count"),
        ("How many buses?", "count"),
        ("손님이 하루에 얼마나 와?", "any"),
        ("얼마나 투자했어?", "money"),
        ("올해가 몇 회째야?", "rank"),
        ("몇 시에 열어?", "time"),
        ("몇 시간 걸려?", "duration"),
        ("What time does it close?", "time"),
        ("What time of year is best?", "any"),
        ("도서관은 언제까지 열어?", "time"),
        ("영업시간 알려줘", "time"),
        ("When does the library open?", "time"),
        ("전시회는 언제 열려?", "any"),
        ("How long does it take?", "duration"),
        ("How long is the bridge?", "duration"),
        ("How big is it?", "any"),
        ("How far did sales fall?", "money"),
        ("먹거리는 얼마야?", "money"),
        ("몇 도시가 참여했어?", "count"),
        ("How many degrees does it offer?", "count"),
        ("How many t-shirts were sold?", "count"),
    ],
)
def test_the_unit_of_the_answer(text: str, unit: str) -> None:
    assert read(text).unit == unit


@pytest.mark.parametrize(
    ("text", "dimension", "strict"),
    [
        ("노선은 몇 km야?", "length", True),
        ("몇 킬로미터예요?", "length", True),
        ("거리가 얼마나 돼?", "length", False),
        ("How far is it from the harbour?", "length", False),
        ("How tall is the tower?", "length", False),
        ("면적이 얼마야?", "area", False),
        ("몇 제곱미터야?", "area", True),
        ("몇 평이에요?", "area", True),
        ("How many square metres does it cover?", "area", True),
        ("How heavy is it?", "mass", False),
        ("무게는 얼마나 나가?", "mass", False),
        ("몇 만 톤을 처리했어?", "mass", True),
        ("How many megawatts does it need?", "power", True),
        ("몇 MWh를 저장해?", "energy", True),
        ("물은 몇 도야?", "temperature", False),
        ("기온은 얼마나 올라가?", "temperature", False),
        ("시속 몇 km로 달려?", "speed", True),
        ("How many miles per hour does it do?", "speed", True),
        ("몇 GB까지 올릴 수 있어?", "data", True),
    ],
)
def test_what_is_to_be_measured(text: str, dimension: str, strict: bool) -> None:
    question = read(text)
    assert (question.unit, question.counted, question.strict) == ("measure", dimension, strict)


def test_how_long_something_is_may_be_a_length_or_a_duration() -> None:
    assert [read(text).counted for text in ("How long is the bridge?", "다리 길이는 얼마야?")] == ["length", "length"]
    assert read("How long does it take?").counted == ""


def test_a_unit_asked_for_is_no_name() -> None:
    question = read("How many MW does Kelmond need?")
    assert question.names == {"kelmond"}
    assert "mw" in question.type_words


@pytest.mark.parametrize(
    ("text", "years"),
    [("revenue in 2022 and 2023", ("2022", "2023")), ("2023년 매출", ("2023",)), ("23년 매출", ("2023",)),
     ("'22년과 2022년", ("2022",)), ("12345 robots", ()), ("KRW 2,023", ()), ("no year", ())],
)  # fmt: skip
def test_years(text: str, years: tuple[str, ...]) -> None:
    assert years_in(text) == years


@pytest.mark.parametrize(
    ("text", "superlative"),
    [("Which city has the lowest score?", "lowest"), ("점수가 가장 낮은 도시는?", "lowest"),
     ("Which city has the most robots?", "highest"), ("매출이 제일 높은 회사", "highest"), ("How many robots?", "")],
)  # fmt: skip
def test_superlatives(text: str, superlative: str) -> None:
    assert read(text).superlative == superlative


def test_an_owner_is_a_name_even_where_a_sentence_begins() -> None:
    assert "pelican" in read("Pelican's score in the table?").names
    assert "pelican" not in read("Pelican score in the table?").names


def test_names_are_told_from_words() -> None:
    assert len(read("What is the revenue of Haram Robotics?").names) == 1
    assert read("What is the revenue of Zentrix?").names == {"zentrix"}
    assert not read("How many robots are there?").names
    assert read("하람로보틱스의 매출").names == read("revenue of Haram Robotics").names
