"""Names that documents pair: which are taken, which are not, and what an index does with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from library import GramEncoder, chatbot_of, shared_lexicon

from rag.aliases import learn_aliases
from rag.glossary import Glossary
from rag.index import Index
from rag.indexing import build, is_stale

PAPER = """# 한빛로보틱스

한빛로보틱스(Hanbit Robotics)는 2015년 대전에서 문을 열었다. 지원은 중소기업육성진흥공단(중진공)이 맡았다.
"""
LATER = "# 투자\n\n한빛로보틱스는 2023년에 41억 원을 유치했다. 중진공은 3억 원을 보탰다.\n"


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        (
            "시장조사업체 카운터포인트리서치(Counterpoint Research)에 따르면",
            [("카운터포인트리서치", "Counterpoint Research")],
        ),
        (
            "올해 '달빛 등대 계획(Moonlight Plan)'을 냈다.",
            [],
        ),  # the quotation is longer than the name before the parenthesis
        ("'달빛 등대 계획'(Moonlight Plan)을 냈다.", [("달빛 등대 계획", "Moonlight Plan")]),
        (
            "이 일은 금융안정위원회(Financial Stability Board)가 맡는다.",
            [("금융안정위원회", "Financial Stability Board")],
        ),
        (
            "Korea's Financial Stability Board (금융안정위원회) said so.",
            [("금융안정위원회", "Financial Stability Board")],
        ),
        ("CEO Lee Sang-soo (이상수) spoke.", [("이상수", "Lee Sang-soo")]),
        ("In Daejeon (대전) it rains.", [("대전", "Daejeon")]),
        ("the Small Harbour Agency (SHA) pays", [("Small Harbour Agency", "SHA")]),
        ("과학기술정보통신부(과기정통부)는", [("과학기술정보통신부", "과기정통부")]),
        ("부산대학교에서 배웠다.", [("부산대학교", "부산대")]),
        # what is no name
        ("연간 보고서(Annual Report)에 실렸다.", []),
        ("매출은 KRW 407.6 billion (4,076억 원)이다.", []),
        ("Revenue rose (2024 기준) again.", []),
        ("the winner (한국 기업 최초로 우승했다)", []),
        ("매출액(Q)은", []),
    ],
)
def test_what_stands_in_parentheses(text: str, pairs: list[tuple[str, str]]) -> None:
    found = learn_aliases([text], shared_lexicon())
    assert [pair for pair in found if pair[0] != "달빛"] == pairs


def test_a_form_of_two_names_is_none() -> None:
    texts = ["한빛로보틱스(Hanbit)는 크다.", "한빛테크닉스(Hanbit)는 작다."]
    assert learn_aliases(texts, shared_lexicon()) == []
    assert learn_aliases([*texts, "한빛로보틱스(Hanbit)도 왔다."], shared_lexicon()) == [("한빛로보틱스", "Hanbit")]


def test_a_glossary_takes_pairs_in() -> None:
    glossary = Glossary([["네이버", "Naver"], ["카카오", "Kakao"]])
    longer = glossary.extended([("네이버", "NHN"), ("네이버", "Kakao"), ("한빛", "Hanbit"), ("한빛", "HB Works")])
    assert longer.entries == (("네이버", "Naver", "NHN"), ("카카오", "Kakao"), ("한빛", "Hanbit", "HB Works"))
    assert longer.tokens == ("§0", "§1", "§한빛")
    assert longer.forms("§한빛") == ("한빛", "Hanbit", "HB Works")
    assert glossary.differs_in(longer) == {"nhn", "한빛", "hanbit", "hbworks"}
    assert not longer.differs_in(longer)


def test_a_question_by_the_other_form_is_answered_and_an_update_learns(tmp_path: Path) -> None:
    docs, index, whole, glossary = tmp_path / "docs", tmp_path / "index", tmp_path / "whole", Glossary([])
    docs.mkdir()
    (docs / "later.md").write_text(LATER, "utf-8")
    (docs / "other.md").write_text("# 날씨\n\n대전은 2020년에 비가 많이 왔다.\n", "utf-8")
    build(docs, index, GramEncoder(), glossary)
    assert "3억" not in chatbot_of(docs, index).ask("중소기업육성진흥공단은 얼마를 보탰나요?").text
    (docs / "paper.md").write_text(PAPER, "utf-8")
    report = build(docs, index, GramEncoder(), glossary)
    assert report.reused == 1  # what holds a name that is new is read again, the weather is not
    assert not is_stale(docs, index, GramEncoder(), glossary)
    bot = chatbot_of(docs, index)
    assert bot.index.aliases == (("중소기업육성진흥공단", "중진공"), ("한빛로보틱스", "Hanbit Robotics"))
    assert "3억" in bot.ask("중소기업육성진흥공단은 얼마를 보탰나요?").text
    build(docs, whole, GramEncoder(), glossary)
    one, other = (Index.load(place, GramEncoder().name, glossary.fingerprint) for place in (index, whole))
    assert one.manifest.files == other.manifest.files
