"""Facts of a text: forms, and quantities. The pairs are written by hand, apart from the tests of `rag.figures`."""

from __future__ import annotations

from decimal import Decimal

import pytest

from rag.evaluation.cases import Fact
from rag.evaluation.facts import fact_holds, fold, form_in


def test_fold_drops_width_and_case() -> None:
    assert fold("ＡＩ Seoul １７") == "ai seoul 17"


@pytest.mark.parametrize("text", ["17", "17명", "has 17 staff", "17.", "17, and", "(17)", "１７", "2024: 17%"])
def test_a_number_stands_alone(text: str) -> None:
    assert form_in("17", text)


@pytest.mark.parametrize("text", ["117", "170", "17.5", "1.17", "1,17", "17,000", "0.17", ""])
def test_a_number_within_another_is_another(text: str) -> None:
    assert not form_in("17", text)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("invest", "Its Investments grew"),
        ("Seoul AI Hub", "the seoul  ai\nhub opened"),
        ("서울", "서울에서 열렸다"),
        ("서울 AI 허브", "서울AI허브는"),
        ("하람로보틱스", "하람 로보틱스가"),
        ("3위", "세계 3 위"),
        ("No. 3", "is no.3 of"),
        ("3,418억", "3,418억 달러"),
    ],
)
def test_a_form_is_met_as_a_stem_and_spaced_in_any_way(form: str, text: str) -> None:
    assert form_in(form, text)


@pytest.mark.parametrize(
    ("form", "text"), [("art", "a smart city"), ("3위", "13위"), ("서울", "부산에서"), ("", "text"), (" ", "text")]
)
def test_a_form_does_not_begin_within_a_word(form: str, text: str) -> None:
    assert not form_in(form, text)


def test_marks_of_patterns_are_plain_letters() -> None:
    assert form_in("C++ (v2)", "in C++ (v2)")
    assert not form_in("a.c", "abc")


STATED = [
    ("341800000000", "USD", "USD 341.8 billion"),
    ("341800000000", "USD", "3,418억 달러"),
    ("341800000000", "USD", "$341.8bn was spent"),
    ("1907400000000", "KRW", "1조 9,074억 원"),
    ("1907400000000", "KRW", "총 1조9074억원을 투입"),
    ("1907400000000", "KRW", "KRW 1.9074 trillion"),
    ("1907400000000", "KRW", "KRW 1.91 trillion"),  # rounded, and says so by its digits
    ("1907400000000", "KRW", "1 trillion 907.4 billion won"),
    ("2400000000", "KRW", "24억 원"),
    ("2400000000", "KRW", "KRW 2.4 billion"),
    ("500000000", "KRW", "5억 원"),
    ("5000000", "KRW", "5백만 원"),
    ("50000000", "KRW", "5천만 원"),
    ("17", "people", "seventeen or 17 people"),
    ("310", "people", "직원은 310명이다"),
    ("9400", "people", "9,400 people"),
    ("9400", "count", "9천4백 명"),
    ("61", "deals", "61건"),
    ("40", "percent", "40%였다"),
    ("40", "%", "40 per cent"),
    ("11.5", "percent", "연평균 11.5%"),
    ("82", "points", "82점"),
    ("82", "points", "a score of 82 points"),
    ("26", "rank", "26위"),
    ("3", "rank", "3rd in the world"),
    ("8500000", "USD", "850만 달러"),
    ("20000", "people", "2만 명"),
    ("1450", "ton", "1,450t급"),
    ("1450", "tonnes", "1,450톤"),
    ("12.6", "ha", "126,000㎡"),
    ("80", "m", "80 metres"),
    ("145", "Wh/kg", "145 Wh/kg"),
    ("17", "count", "17 tons"),
]
NOT_STATED = [
    ("1907400000000", "KRW", "1조 9,374억 원"),
    ("1907400000000", "KRW", "190억 7,400만 원"),  # a hundredth
    ("1907400000000", "KRW", "USD 1.9074 trillion"),
    ("341800000000", "USD", "3,418억 원"),
    ("341800000000", "USD", "USD 341.8 million"),
    ("2400000000", "KRW", "240억 원"),
    ("17", "KRW", "17 people"),
    ("17", "people", "17 won"),
    ("17", "people", "17%"),
    ("17", "people", "17위"),
    ("310", "people", "311명"),  # near, but a count is exact
    ("310", "people", "301명"),
    ("9400", "people", "9,410 people"),
    ("40", "percent", "40명"),
    ("40", "percent", "41%"),
    ("40", "percent", "4%"),
    ("11.5", "percent", "11.6%"),
    ("82", "points", "82%"),
    ("82", "points", "28점"),
    ("26", "rank", "27위"),
    ("26", "rank", "26명"),
    ("2021", "year", "2022"),
    ("0", "people", "0 people"),
    ("17", "people", "17 km"),
    ("17", "KRW", "17 kg"),
    ("17", "kg", "17 g"),
    ("12.6", "ha", "12.6㎡"),
    ("0", "kg", "0 kg"),
    ("17", "people", ""),
    ("17", "people", "on 17 March 2021"),
    ("2014", "people", "2014년 5월"),
]


@pytest.mark.parametrize(("value", "unit", "text"), STATED)
def test_a_quantity_holds_however_it_is_written(value: str, unit: str, text: str) -> None:
    assert fact_holds(Fact((), Decimal(value), unit), text)


@pytest.mark.parametrize(("value", "unit", "text"), NOT_STATED)
def test_another_quantity_does_not_hold(value: str, unit: str, text: str) -> None:
    assert not fact_holds(Fact((), Decimal(value), unit), text)


def test_a_case_may_allow_for_more_rounding() -> None:
    generous = Fact((), Decimal("1907400000000"), "KRW", tolerance=Decimal("0.05"))
    assert fact_holds(generous, "about KRW 1.9 trillion")
    assert not fact_holds(Fact((), Decimal("1907400000000"), "KRW", tolerance=Decimal("0.001")), "KRW 1.9 trillion")


def test_any_form_will_do() -> None:
    assert fact_holds(Fact(("열일곱", "seventeen")), "Seventeen of them")
    assert not fact_holds(Fact(("열일곱", "seventeen")), "17")
