"""The judge of answers: forms, quantities, what is forbidden, and verdicts."""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "evals"))  # scripts, not a package

from dataset import CaseTurn, Expect, Fact, read_cases
from scoring import Verdict, fact_holds, fold, form_in, judge

from rag.errors import InputError
from rag.types import Answer, Citation, Language, Status

DOCUMENT = "Haram Robotics has 17 staff. It sells robots."


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


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        ("341800000000", "USD", "USD 341.8 billion"),
        ("1907400000000", "KRW", "1조 9,074억 원"),
        ("1907400000000", "KRW", "KRW 1.91 trillion"),  # rounded
        ("17", "people", "seventeen or 17 people"),
        ("40", "percent", "40%였다"),
    ],
)
def test_a_quantity_holds_however_it_is_written(value: str, unit: str, text: str) -> None:
    assert fact_holds(Fact((), Decimal(value), unit), text)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        ("1907400000000", "KRW", "1조 9,374억 원"),
        ("17", "KRW", "17 people"),
        ("17", "people", "17 won"),
        ("2021", "year", "2022"),
        ("0", "people", "0 people"),
        ("17", "people", ""),
    ],
)
def test_another_quantity_does_not_hold(value: str, unit: str, text: str) -> None:
    assert not fact_holds(Fact((), Decimal(value), unit), text)


def test_any_form_will_do() -> None:
    assert fact_holds(Fact(("열일곱", "seventeen")), "Seventeen of them")
    assert not fact_holds(Fact(("열일곱", "seventeen")), "17")


def test_a_good_answer_has_nothing_wrong() -> None:
    verdict = _judged("Haram has 17 staff [1].", facts=(Fact(("17",)), Fact(("robots",), vital=False)))
    assert verdict.good
    assert list(verdict.reasons()) == []
    assert verdict.words == 5


def test_a_vital_fact_is_missing() -> None:
    verdict = _judged("Haram sells robots [1].", facts=(Fact(("18",)),))
    assert not verdict.good
    assert list(verdict.reasons()) == ["misses 18"]


def test_facts_in_quotes_count_when_wished() -> None:
    assert not _judged("It does [1].", facts=(Fact(("17",)),)).good
    assert _judged("It does [1].", facts=(Fact(("17",)),), quotes=True).good


@pytest.mark.parametrize(
    ("expect", "status", "good"),
    [
        ("answer", "answered", True),
        ("conflict", "answered", True),
        ("answer", "no_answer", False),
        ("no_answer", "no_answer", True),
        ("no_answer", "answered", False),
        ("smalltalk", "smalltalk", True),
        ("smalltalk", "no_answer", False),
    ],
)
def test_each_turn_wants_its_own_kind_of_answer(expect: Expect, status: Status, good: bool) -> None:
    verdict = _judged("Text [1].", expect=expect, status=status)
    assert verdict.good == good
    assert bool(list(verdict.reasons())) != good


def test_forbidden_facts_language_and_quotes_are_told() -> None:
    verdict = _judged("It has 99 staff [1].", forbidden=(Fact(("99",)),), language="ko", quote="Haram Robotix")
    assert verdict.forbidden == (Fact(("99",)),)
    assert verdict.wrong_language
    assert verdict.broken_quotes == 1


def test_an_answer_without_citation_is_told() -> None:
    verdict = _judged("It has 17 staff.", quote=None)
    assert verdict.uncited


def test_a_line_that_is_no_case_is_named(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text('{"id": "a"}\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"cases\.jsonl:1: not a case"):
        read_cases(path)


def _judged(
    text: str,
    *,
    expect: Expect = "answer",
    status: Status = "answered",
    facts: tuple[Fact, ...] = (),
    forbidden: tuple[Fact, ...] = (),
    language: Language = "en",
    quote: str | None = "Haram Robotics has 17 staff.",
    quotes: bool = False,
) -> Verdict:
    place = ("docs/haram.md", "Haram", "", "", "", "", "haram#0")
    citations = (Citation(1, *place, quote, 0, 28, None, "en"),) if quote else ()
    answer = Answer("How many?", language, status, "extractive", text, citations)
    turn = CaseTurn("How many?", "How many?", "en", expect, facts, forbidden)
    return judge(turn, answer, {"docs/haram.md": DOCUMENT}.__getitem__, quotes)
