"""The support judge: small cases of each kind, the labelled pairs with their floors, and what it must not know."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from library import shared_lexicon

from rag.cli import main
from rag.embedding import SentenceEncoder
from rag.errors import InputError
from rag.evaluation.agreement import Agreement, agreement, agreements, read_pairs, verdicts
from rag.evaluation.support import SupportJudge
from rag.glossary import Glossary
from rag.phonetic import consonants, sounds_alike
from rag.settings import ROOT
from rag.text import Analyzer

PAIRS = ROOT / "evals" / "support_pairs.jsonl"


@cache
def judge() -> SupportJudge:
    return SupportJudge(Analyzer(Glossary.load(ROOT / "docs")), shared_lexicon(), SentenceEncoder())


def holds(sentence: str, *quotes: str) -> bool:
    return judge().support_of(sentence, quotes).supported


KO = "누리시 항만의 2023년 물동량은 2,315만 톤으로 전년보다 5% 증가했다."
EN = "Nuri Harbour handled 23.15 million tons in 2023, 5% more than the year before."


@pytest.mark.parametrize("text", [KO, EN])
def test_a_sentence_bears_itself_out(text: str) -> None:
    assert holds(text, text)
    assert holds(f"“{text}” [1]", text)


@pytest.mark.parametrize(
    "sentence",
    [
        "누리시 항만의 2023년 물동량은 2,315만 톤으로 늘었다.",
        "2023년 누리시 항만이 처리한 물동량은 2,315만 톤이다.",
    ],
)
def test_other_words_and_fewer_of_them(sentence: str) -> None:
    assert holds(sentence, KO)


@pytest.mark.parametrize(
    "sentence",
    [
        "누리시 항만의 2023년 물동량은 2,351만 톤이다.",  # number
        "누리시 항만의 2023년 물동량은 2,315억 톤이다.",  # magnitude
        "누리시 항만의 2023년 물동량은 2,315만 명이다.",  # unit
        "누리시 항만의 2022년 물동량은 2,315만 톤이다.",  # year
        "부산 항만의 2023년 물동량은 2,315만 톤이다.",  # city
        "누리시 항만의 2023년 물동량은 전년보다 5% 감소했다.",  # direction
        "누리시 항만의 2023년 물동량은 전년보다 증가하지 않았다.",  # denial
        "누리시의 학교 급식은 무상이다.",  # something else
    ],
)
def test_what_was_changed_is_not_borne_out(sentence: str) -> None:
    assert not holds(sentence, KO)


def test_quotes_count_together_and_empty_ones_not_at_all() -> None:
    one, other = "Velmora has 7,200 robots.", "Ostrand has 5,900 robots."
    assert holds("Velmora has 7,200 robots and Ostrand has 5,900.", one, other)
    assert not holds("Velmora has 7,200 robots and Ostrand has 5,900.", one)
    assert judge().support_of("Velmora has robots.", ["", " "]).reasons == ("nothing is quoted",)


def test_a_conversion_is_the_same_figure() -> None:
    assert holds("거래 규모는 4,076억 원(KRW 407.6 billion)이다.", "거래 규모는 4,076억 원이다.")
    assert not holds("거래 규모는 4,076억 원(KRW 4.076 trillion)이다.", "거래 규모는 4,076억 원이다.")


def test_another_unit_of_a_measure_is_the_same_figure() -> None:
    assert holds("The line is 1,200 m long.", "The line is 1.2 km long.")
    assert not holds("The line is 1,200 km long.", "The line is 1.2 km long.")
    assert holds("It is open from 9 a.m. to 6 p.m.", "It is open from 9:00 to 18:00.")
    assert not holds("It is open from 9 a.m. to 8 p.m.", "It is open from 9:00 to 18:00.")


def test_a_title_gives_names_and_dates_but_no_amounts() -> None:
    quotes, title = ["It has 310 employees."], ["Haram Robotics, a company profile, 2023, 820 robots"]
    assert not judge().support_of("Haram Robotics had 310 employees in 2023.", quotes).supported
    assert judge().support_of("Haram Robotics had 310 employees in 2023.", quotes, title).supported
    assert not judge().support_of("Haram Robotics has 820 robots.", quotes, title).supported


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("Velmora bought Ostrand in 2021.", "Ostrand bought Velmora in 2021."),
        ("Velmora lies ahead of Ostrand.", "Ostrand lies ahead of Velmora."),
        ("Landlords may end the lease early.", "Tenants may end the lease early; landlords must wait a year."),
        ("The city built a tram.", "The city plans to build a tram."),
        ("All branches are open.", "Some branches are open."),
        ("The line carried 40 trains in 2019.", "The line carried 40 trains in 2021 and 20 trains in 2019."),
        ("소금 2 kg을 넣는다.", "소금 2 g을 넣는다."),
    ],
)
def test_the_same_words_with_another_meaning(sentence: str, quote: str) -> None:
    assert holds(quote, quote)
    assert not holds(sentence, quote)


def test_two_denials_are_none() -> None:
    assert holds("Swimming is not allowed in the lake.", "Swimming is forbidden in the lake.")
    assert not holds("Swimming is allowed in the lake.", "Swimming is forbidden in the lake.")


@pytest.mark.parametrize(
    ("korean", "english"),
    [
        ("카운터포인트리서치", "Counterpoint Research"),
        ("윤영주", "Yun Yeong-ju"),
        ("오스틴", "Austin"),
        ("강원", "Gangwon"),
        ("싱가포르", "Singapore"),
        ("제주", "Jeju"),
    ],
)
def test_names_are_known_by_their_sound(korean: str, english: str) -> None:
    assert sounds_alike(korean, english)
    assert sounds_alike(english, korean)


def test_other_names_sound_otherwise() -> None:
    names = {"부산": "Busan", "대전": "Daejeon", "인천": "Incheon", "루닛": "Lunit", "뤼이드": "Riiid", "도쿄": "Tokyo"}
    alike = {(ko, en) for ko in names for en in names.values() if sounds_alike(ko, en)}
    assert alike == set(names.items())
    assert not sounds_alike("이", "Lee")  # too short to tell
    assert consonants("") == ""


@cache
def all_verdicts() -> tuple[Agreement, ...]:
    return tuple(agreements(verdicts(read_pairs(PAIRS), judge().support_of)))


@pytest.mark.parametrize(
    ("name", "accuracy", "kappa"), [("tuning", 0.88, 0.76), ("held-out", 0.82, 0.64), ("all", 0.85, 0.70)]
)
def test_the_judge_agrees_with_people(name: str, accuracy: float, kappa: float) -> None:
    found = next(row for row in all_verdicts() if row.name == name)
    assert found.accuracy >= accuracy
    assert found.kappa >= kappa


def test_the_pairs_are_as_the_readme_says() -> None:
    pairs = read_pairs(PAIRS)
    assert len({pair.id for pair in pairs}) == len(pairs) >= 160
    assert 0.45 <= sum(pair.language == "ko" for pair in pairs) / len(pairs) <= 0.55
    assert sum(not pair.supported for pair in pairs) / len(pairs) >= 0.4
    assert {pair.half for pair in pairs} == {"tuning", "held-out"}
    halves = {quotes: {p.half for p in pairs if p.quotes == quotes} for quotes in {pair.quotes for pair in pairs}}
    assert all(len(half) == 1 for half in halves.values())  # no quote is in both


def test_accuracy_and_kappa_by_hand() -> None:
    ones = [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15
    found = agreement("x", [(True, label) for _, label in ones])
    assert (found.accuracy, found.kappa) == (0.6, 0.0)  # all called supported: 30 of 50 are
    assert agreement("x", ones).accuracy == 0.7
    assert agreement("x", ones).kappa == pytest.approx(0.4)  # the textbook example


def test_pairs_that_do_not_fit_are_named(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_text(json.dumps({"id": "a"}) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"pairs.jsonl:1: not a labelled pair"):
        read_pairs(path)
    path.write_text("\n", encoding="utf-8")
    with pytest.raises(InputError, match="holds no pair"):
        read_pairs(path)


def test_the_command_prints_the_agreement(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "pairs.jsonl"
    row = {"id": "a", "half": "tuning", "language": "en", "quote_language": "en", "edit": "part", "supported": False}
    path.write_text(json.dumps({**row, "sentence": "It rained.", "quotes": ["It rained."]}) + "\n", encoding="utf-8")
    assert main(["eval", "support", "--pairs", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["false_positives"] == 1
    assert main(["eval", "support", "--pairs", str(path), "--show"]) == 0
    assert "not supported (part) | It rained." in capsys.readouterr().out


def test_the_judge_shares_nothing_with_the_check_of_the_product() -> None:
    names = (
        "evaluation/support",
        "evaluation/binding",
        "evaluation/clauses",
        "evaluation/opposites",
        "evaluation/roles",
        "phonetic",
    )
    sources = [(ROOT / "src/rag" / f"{name}.py").read_text(encoding="utf-8") for name in names]
    imports = [line for source in sources for line in source.splitlines() if line.startswith(("from ", "import "))]
    assert not [line for line in imports if any(m in line for m in ("citations", "answering", "writing", "evidence"))]


ROW = "Table 1. Harbours of the coast; Harbour; Rank; Tons; Plan\nNuri | 2 | 23.15 million | no plan known"


@pytest.mark.parametrize(
    ("sentence", "borne_out"),
    [
        ("Table 1. Harbours of the coast: Nuri — Rank: 2, Tons: 23.15 million", True),
        ("Table 1. Harbours of the coast: Nuri — Tons: 23.15 million, Plan: no plan known (as of 2023)", True),
        ("Table 1. Harbours of the coast: Nuri — Rank: 3", False),
        ("Table 1. Harbours of the coast: Ostrand — Rank: 2", False),
    ],
)
def test_the_row_of_a_table(sentence: str, borne_out: bool) -> None:
    assert judge().support_of(sentence, [ROW], ["as of 2023"]).supported == borne_out


def test_a_sentence_of_the_quotes_is_borne_out_but_not_a_piece_that_says_something_else() -> None:
    quote = "Nothing shows that the harbour of Nuri handles gas. In 2019 it had 3 cranes, in 2021 it had 5 cranes."
    assert holds("In 2019 it had 3 cranes, in 2021 it had 5 cranes.", quote)
    assert not holds("The harbour of Nuri handles gas.", quote)
