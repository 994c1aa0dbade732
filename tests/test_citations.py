from __future__ import annotations

import pytest
from scripted import Library

from rag.citations import (
    Checker,
    Span,
    analysed_names,
    glossary_names,
    korean_cues,
    make_citation,
    ordinary_words,
    overlap,
    renumber,
    sentence_language,
)
from rag.glossary import Glossary
from rag.text import Analyzer
from rag.types import Language, Passage

GLOSSARY = Glossary(
    [["네이버", "Naver"], ["삼성전자", "Samsung Electronics"], ["엑사원", "EXAONE"], ["LG AI 연구원", "LG AI Research"]]
)
CHECKER = Checker(glossary_names(GLOSSARY))


def passage(text: str, language: Language = "en", **about: str) -> Passage:
    return Library().add(text, language, **about)


def supported(claim: str, cited: Passage, checker: Checker = CHECKER) -> bool:
    return bool(checker.support(claim, [checker.best_span(claim, cited)]))


def test_a_citation_quotes_the_document_exactly() -> None:
    text = "# Head\n\nFirst  point. Second\npoint. Third."
    cited = Library().add(
        text, title="T", heading="H", publisher="P", published="2022", as_of="2021", url="https://e.org"
    )
    citation = make_citation(3, cited, (1, 2), text, "docs/a.md")
    assert citation.quote == text[citation.start : citation.end]
    assert (citation.marker, citation.document, citation.section, citation.publisher) == (3, "docs/a.md", "H", "P")


def test_markers_are_renumbered_and_unknown_ones_vanish() -> None:
    assert renumber("A [3]. B [7][3] [9].", {3: [1], 7: [2, 1]}) == "A [1]. B [2][1]."
    assert renumber("A [9] and B [2].", {2: [1]}) == "A and B [1]."


@pytest.mark.parametrize(
    ("claim", "right"),
    [
        ("Naver spent KRW 407.6 billion on AI in 2021.", True),
        ("Naver spent KRW 40.76 billion on AI in 2021.", False),
        ("Naver spent KRW 407.6 billion on AI in 2020.", False),
        ("Kakao spent KRW 407.6 billion on AI in 2021.", False),
        ("네이버는 2021년 AI에 4,076억 원을 썼다.", True),
        ("네이버는 2021년 AI에 40억 7,600만 원을 썼다.", False),
        ("네이버는 2020년 AI에 4,076억 원을 썼다.", False),
        ("Naver spent money on AI.", True),
    ],
)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_figures_years_and_names_must_stand_in_the_cited_words(claim: str, right: bool, language: Language) -> None:
    texts = {
        "en": "Naver spent KRW 407.6 billion on AI in 2021.",
        "ko": "네이버는 2021년 AI에 4,076억 원을 썼다.",
    }
    assert supported(claim, passage(texts[language], language)) is right


def test_a_sentence_without_figures_and_names_must_share_words() -> None:
    cited = passage("The city funds office space for startups.")
    assert supported("Startups get office space.", cited)
    assert not supported("Cheese ripens slowly in cellars.", cited)


def test_support_says_what_is_missing() -> None:
    cited = passage("Naver spent KRW 407.6 billion on AI in 2021.")
    support = CHECKER.support("Kakao spent KRW 12 billion on AI.", [Span(cited, 0, 0)])
    assert not support
    assert support.names == ("Kakao",)
    assert support.figures == ("KRW 12 billion",)


def test_a_figure_of_another_in_the_same_passage_is_not_borne_out() -> None:
    cited = passage("Naver invested KRW 5 billion. Kakao invested KRW 7 billion.")
    assert supported("Kakao invested KRW 7 billion.", cited)
    assert not supported("Naver invested KRW 7 billion.", cited)


def test_a_figure_of_another_row_is_not_borne_out() -> None:
    cited = passage("| City | Score |\n| Seoul | 82 |\n| Beijing | 78 |\n", heading="AI Cities Index")
    assert CHECKER.best_span("Beijing has a score of 78.", cited).first == 1
    assert not supported("Beijing has a score of 82.", cited)


def test_a_figure_of_another_year_is_not_borne_out() -> None:
    cited = passage("Sales were USD 5 million in 2020. Sales were USD 9 million in 2021.")
    assert supported("Sales were USD 9 million in 2021.", cited)
    assert not supported("Sales were USD 9 million in 2020.", cited)


def test_a_year_may_come_from_the_heading_or_the_source() -> None:
    cited = passage("Sales were USD 5 million.", heading="Results of 2020", published="2021-03")
    assert supported("Sales were USD 5 million in 2020.", cited)
    assert supported("Sales were USD 5 million (2021 report).", cited)
    assert not supported("Sales were USD 5 million in 2019.", cited)


def test_a_name_may_come_from_the_heading() -> None:
    cited = passage("The firm was founded in 2020 and has 300 staff.", heading="DeepBrain AI")
    assert supported("DeepBrain AI has 300 staff.", cited)
    assert not supported("Mindslab has 300 staff.", cited)


def test_a_sentence_may_rest_on_two_neighbours() -> None:
    cited = passage("LG AI Research was founded in 2020. It has two papers at CVPR. Staff eat lunch.")
    assert CHECKER.best_span("LG AI Research has two papers at CVPR.", cited) == Span(cited, 0, 1)


def test_the_best_span_is_the_shortest_and_most_alike() -> None:
    cited = passage("The city funds parks. The city funds office space for startups. The city funds roads.")
    assert CHECKER.best_span("Office space for startups is funded.", cited) == Span(cited, 1, 1)


@pytest.mark.parametrize(
    ("claim", "evidence", "language"),
    [
        ("The plan does not cover research.", "The plan covers research.", "en"),
        ("The plan covers research.", "The plan does not cover research.", "en"),
        ("이 사업은 연구를 지원하지 않는다.", "이 사업은 연구를 지원한다.", "ko"),
        ("이 사업은 연구를 지원한다.", "이 사업은 연구를 지원하지 않는다.", "ko"),
        ("Sales fell 24.1% in 2022.", "Sales rose 24.1% in 2022.", "en"),
        ("매출이 24.1% 감소했다.", "매출이 24.1% 증가했다.", "ko"),
    ],
)
def test_the_opposite_is_not_borne_out(claim: str, evidence: str, language: Language) -> None:
    assert not supported(claim, passage(evidence, language))
    assert supported(evidence, passage(evidence, language))


def test_a_statement_beside_a_denial_is_borne_out() -> None:
    cited = passage("The plan covers research, but it does not cover housing.")
    assert supported("The plan covers research.", cited)


def test_names_cross_languages_only_as_told() -> None:
    cited = passage("엑사원은 LG AI 연구원이 개발한 AI다.", "ko")
    assert supported("EXAONE is an AI developed by LG AI Research.", cited)
    assert not supported("EXAONE is an AI developed by LG AI Research.", cited, Checker())


def test_an_ordinary_first_word_is_no_name() -> None:
    assert Checker().names("Spending rose. However, Naver grew.") == ("Naver",)
    assert Checker().names("Funds rose.") == ("Funds",)
    assert Checker(ordinary=ordinary_words(["the funds rose"])).names("Funds rose.") == ()


def test_neighbours_are_one_name_and_figures_none() -> None:
    assert Checker().names("In 2021 Samsung Electronics paid KRW 5 billion to LG.") == ("Samsung Electronics", "LG")


def test_korean_names_show_themselves() -> None:
    assert set(korean_cues("장세영 대표는 ‘퍼스트 펭귄’에 선정된 한국전자통신연구원과 일한다.")) == {
        "장세영",
        "퍼스트 펭귄",
        "한국전자통신연구원",
    }
    assert not supported("이홍락 교수가 연구소를 이끈다.", passage("배경훈 교수가 연구소를 이끈다.", "ko"))


def test_korean_names_by_morphemes() -> None:
    checker = Checker(glossary_names(GLOSSARY), analysed_names(Analyzer(GLOSSARY)))
    cited = passage("네이버는 초거대 AI를 개발했다.", "ko")
    assert supported("네이버가 초거대 AI를 개발했다.", cited, checker)
    assert not supported("삼성전자가 초거대 AI를 개발했다.", cited, checker)


def test_overlap_is_a_share_of_the_claim() -> None:
    assert overlap("startups get offices", "offices for many startups in town") == pytest.approx(2 / 3)
    assert overlap("한국은 크다", "한국이 작다") == pytest.approx(1 / 3)
    assert overlap("", "anything") == 1.0


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Naver spent 4,076억 원 on AI in 2021.", "en"),
        ("LG AI Research는 EXAONE을 개발했습니다.", "ko"),
        ("서울은 2위입니다.", "ko"),
        ("2021", "en"),
    ],
)
def test_the_language_of_a_sentence_is_that_of_its_words(text: str, language: Language) -> None:
    assert sentence_language(text) == language
