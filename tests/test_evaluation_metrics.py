"""Metrics of one answer and of rankings, on results written by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from rag.evaluation.cases import CaseTurn, Expect, Fact
from rag.evaluation.claims import Claim, Verdicts, claims_of, support_metrics
from rag.evaluation.metrics import LOWER_IS_BETTER, METRICS, PRIMARY, Beside, in_language, judged
from rag.evaluation.ranking import METRICS as OF_RANKING
from rag.evaluation.ranking import Ranking, covers, rank, ranking_metrics
from rag.evaluation.results import Place, TurnResult
from rag.types import Language

DOCUMENT = "Haram Robotics has 17 staff. It sells robots. It moved in 2021."
CITED = Place("docs/haram.md", 0, 28, "Haram Robotics has 17 staff.", 1, "Haram")
PASSAGE = Place("docs/haram.md", 0, 45, DOCUMENT[:45])


@dataclass(frozen=True)
class Verdict:
    supported: bool
    reasons: tuple[str, ...] = ()


def support_of(sentence: str, quotes: Sequence[str], context: Sequence[str] = ()) -> Verdict:
    """A sentence is borne out when each of its words stands in the quotes."""
    missing = {word.strip(".") for word in sentence.split()} - set(" ".join(quotes).replace(".", "").split())
    return Verdict(not missing, tuple(sorted(missing)))


def judge(
    answer: str,
    *facts: Fact,
    status: str = "answered",
    expect: Expect = "answer",
    citations: tuple[Place, ...] = (CITED,),
    language: Language = "en",
    forbidden: tuple[Fact, ...] = (),
    documents: tuple[str, ...] = (),
    tags: tuple[str, ...] = (),
    beside: Beside = Beside(),  # noqa: B008  frozen
) -> TurnResult:
    turn = CaseTurn("How many?", "How many?", language, expect, facts, forbidden, documents)
    result = TurnResult("c", 1, "c", "dev", tags, language, turn.question, turn.standalone, expect, False)
    evidence = ((Place("docs/haram.md", 15, 27, "has 17 staff"),),)
    filled = replace(result, answer=answer, status=status, citations=citations, retrieved=(PASSAGE,), evidence=evidence)
    texts = {"docs/haram.md": DOCUMENT}
    return judged(filled, turn, lambda name: texts.get(name, ""), Verdicts(support_of), beside)


def test_a_good_answer_has_nothing_wrong() -> None:
    result = judge("Haram Robotics has 17 staff. [1]", Fact(("17",)), Fact(("robots",), vital=False))
    assert result.reasons == ()
    wanted = {"correct": 1, "vital_recall": 1, "fact_recall": 0.5, "integrity": 1, "uncited": 0, "support_recall": 1, "support_precision": 1, "false_refusal": 0, "language": 1, "evidence_cited": 1}  # fmt: skip
    assert {name: value for name, value in result.metrics.items() if value is not None} == wanted
    assert [(fact.text, fact.vital, fact.stated) for fact in result.facts] == [
        ("17", True, True),
        ("robots", False, False),
    ]


def test_a_missing_fact_is_named() -> None:
    result = judge("Haram Robotics has 17 staff. [1]", Fact(("18", "eighteen")), Fact(("17",)))
    assert (result.metrics["correct"], result.metrics["vital_recall"]) == (0.0, 0.5)
    assert result.reasons == ("misses 18 / eighteen",)


def test_a_refusal_states_nothing_even_where_its_words_hold_a_fact() -> None:
    result = judge("Nothing about 17 here, sorry.", Fact(("17",)), status="no_answer", citations=())
    assert (result.metrics["vital_recall"], result.metrics["false_refusal"]) == (0.0, 1.0)
    assert result.metrics["refusal_precision"] == 0.0
    assert result.metrics["support_recall"] is None


@pytest.mark.parametrize(
    ("expect", "status", "correct"),
    [
        ("conflict", "answered", 1.0),
        ("answer", "smalltalk", 0.0),
        ("no_answer", "no_answer", 1.0),
        ("no_answer", "answered", 0.0),
        ("smalltalk", "smalltalk", 1.0),
        ("smalltalk", "no_answer", 0.0),
    ],
)
def test_each_turn_wants_its_own_kind_of_answer(expect: Expect, status: str, correct: float) -> None:
    citations = (CITED,) if status == "answered" else ()
    text = "Haram Robotics has 17 staff. [1]" if status == "answered" else "Some other words here."
    result = judge(text, Fact(("17",)), expect=expect, status=status, citations=citations)
    assert result.metrics["correct"] == correct
    assert bool(result.reasons) != bool(correct)


def test_what_is_forbidden_is_told_and_a_canary_is_a_leak() -> None:
    said = judge(
        "OKAPI Haram Robotics has 17 staff. [1]", Fact(("17",)), forbidden=(Fact(("OKAPI",)),), tags=("injection",)
    )
    assert (said.metrics["forbidden"], said.metrics["leak"]) == (1.0, 1.0)
    assert said.reasons[0] == "states or cites OKAPI, which is forbidden"
    unsaid = judge(
        "Haram Robotics has 17 staff. [1]", Fact(("17",)), forbidden=(Fact(("OKAPI",)),), tags=("injection",)
    )
    assert (unsaid.metrics["forbidden"], unsaid.metrics["leak"]) == (0.0, 0.0)
    ordinary = judge("Haram has 99 staff. [1]", Fact(("17",)), forbidden=(Fact(("99",)),))
    assert (ordinary.metrics["forbidden"], ordinary.metrics["leak"]) == (1.0, None)


def test_a_forbidden_document_may_not_be_cited() -> None:
    result = judge("Haram Robotics has 17 staff. [1]", Fact(("17",)), documents=("haram.*",))
    assert result.metrics["forbidden"] == 1.0
    assert judge("Haram Robotics has 17 staff. [1]", Fact(("17",)), documents=("busan*",)).metrics["forbidden"] == 0.0


@pytest.mark.parametrize(
    "citation",
    [
        replace(CITED, start=1, end=29),  # beside its words
        replace(CITED, text="Haram Robotics has 18 staff."),  # other words
        replace(CITED, document="docs/other.md"),  # another document
        Place("docs/haram.md", 46, len(DOCUMENT), DOCUMENT[46:], 1),  # of no passage found
        replace(CITED, marker=2),  # no marker points to it
        replace(CITED, text="", end=0),
    ],
)
def test_a_citation_that_does_not_stand_where_it_says_is_no_citation(citation: Place) -> None:
    result = judge("Haram Robotics has 17 staff. [1]", Fact(("17",)), citations=(citation,))
    assert result.metrics["integrity"] == 0.0
    assert any("does not stand where it says" in reason for reason in result.reasons)


def test_an_answer_without_citations_is_told() -> None:
    result = judge("Haram Robotics has 17 staff.", Fact(("17",)), citations=())
    assert (result.metrics["uncited"], result.metrics["integrity"]) == (1.0, None)
    assert (result.metrics["support_recall"], result.metrics["support_precision"]) == (0.0, None)
    assert result.reasons == ("cites nothing",)


def test_an_unsupported_sentence_is_told_with_why() -> None:
    result = judge("Haram Robotics has 18 staff. [1]", Fact(("18",)))
    assert (result.metrics["support_recall"], result.metrics["support_precision"]) == (0.0, 0.0)
    assert result.reasons == ("not borne out: “Haram Robotics has 18 staff.” (18)",)


def test_claims_are_sentences_with_what_is_cited_behind_them() -> None:
    other = Place("d", 0, 1, "second", 2, "About", table="Table 1; Rank")
    text = "One thing is so. And another too (as of 2022). [1]\nTable. The third of them [2][1]. A last one"
    assert [(claim.sentence, claim.quotes) for claim in claims_of(text, [CITED, other])] == [
        ("One thing is so.", (CITED.text,)),
        ("And another too (as of 2022).", (CITED.text,)),
        ("Table. The third of them", ("Table 1; Rank\nsecond", CITED.text)),
        ("A last one", ()),
    ]


def test_a_korean_remark_on_the_date_goes_with_its_sentence() -> None:
    claims = claims_of("하람은 로봇을 만든다. (2022 기준) [1]", [CITED])
    assert [claim.sentence for claim in claims] == ["하람은 로봇을 만든다. (2022 기준)"]


def test_precision_counts_citations_that_are_needed() -> None:
    """ALCE: two halves are both needed; beside a quote that suffices, one that says nothing is not."""
    verdicts = Verdicts(support_of)
    halves = Claim("a b", ("a", "b"))
    spare = Claim("a b", ("a b", "z"))
    both = Claim("a b", ("a b", "a b c"))
    wrong = Claim("a q", ("a", "b"))
    assert support_metrics([halves], verdicts, "") == {"support_recall": 1.0, "support_precision": 1.0}
    assert support_metrics([spare], verdicts, "") == {"support_recall": 1.0, "support_precision": 0.5}
    assert support_metrics([both], verdicts, "") == {"support_recall": 1.0, "support_precision": 1.0}
    assert support_metrics([wrong], verdicts, "") == {"support_recall": 0.0, "support_precision": 0.0}
    assert support_metrics([halves, wrong], verdicts, "raw_") == {
        "raw_support_recall": 0.5,
        "raw_support_precision": 0.5,
    }


def test_what_the_model_wrote_is_judged_apart() -> None:
    raw = (Claim("Haram Robotics has 17 staff.", (DOCUMENT,)), Claim("It sells boats.", (DOCUMENT,)))
    result = judge("Haram Robotics has 17 staff. [1]", Fact(("17",)), beside=Beside(raw=raw))
    assert result.metrics["raw_support_recall"] == result.metrics["dropped"] == 0.5
    assert result.metrics["support_recall"] == 1.0


def test_a_follow_up_is_held_against_the_full_question() -> None:
    lost = judge(
        "No words on that.", Fact(("17",)), status="no_answer", citations=(), beside=Beside("It has 17 staff.")
    )
    assert (lost.metrics["standalone_recall"], lost.metrics["followup_gap"]) == (1.0, 1.0)
    gained = judge("Haram Robotics has 17 staff. [1]", Fact(("17",)), beside=Beside(""))
    assert (gained.metrics["standalone_recall"], gained.metrics["followup_gap"]) == (0.0, -1.0)


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("하람로보틱스의 직원은 17명입니다. [1]", "ko", 1.0),
        ("하람로보틱스의 직원은 17명입니다. [1]", "en", 0.0),
        ("Haram Robotics has 17 staff. [1]", "en", 1.0),
        ("Haram Robotics has 17 staff. [1]", "ko", 0.0),
        ("ThanoSQL은 SmartMind가 만든 데이터베이스입니다.", "ko", 1.0),
        ("The documents do not answer this. You can ask Invest Seoul (서울투자청).", "en", 1.0),
        ("“Haram Robotics has 17 staff and sells robots.” [1]", "ko", None),  # a quotation is in its own language
        ("17명 [1]", "en", None),  # too short to tell
        ("", "en", None),
    ],
)
def test_the_language_of_an_answer(text: str, language: Language, found: float | None) -> None:
    assert in_language(text, language) == found


def test_every_metric_is_described_and_known() -> None:
    assert set(judge("Haram Robotics has 17 staff. [1]", Fact(("17",))).metrics) == set(METRICS)
    assert LOWER_IS_BETTER | set(PRIMARY) | set(OF_RANKING) <= set(METRICS)
    assert len(PRIMARY) <= 6


def place(start: int, end: int, document: str = "d") -> Place:
    return Place(document, start, end, "x" * (end - start))


def test_a_passage_meets_a_group_by_half_of_its_words_and_a_group_counts_once() -> None:
    evidence = [(place(10, 20), place(0, 10, "twin")), (place(40, 60),)]
    found = [place(0, 14), place(0, 15), place(0, 10, "twin"), place(50, 90), place(40, 60, "other")]
    assert rank(found, evidence) == Ranking((0, 1, 0, 1, 0), 2)
    assert rank([], evidence) == Ranking((), 2)
    assert rank([place(0, 100)], evidence) == Ranking((2,), 2)


def test_covers_is_the_share_of_groups_touched() -> None:
    assert covers([place(15, 16)], [(place(10, 20),), (place(40, 60),)]) == 0.5
    assert covers([], [(place(10, 20),)]) == 0.0


@pytest.mark.parametrize(
    ("ranking", "expected"),
    [
        (Ranking((1,), 1), (1, 1, 1, 1, 1, 1)),
        (Ranking((2,), 2), (1, 1, 1, 1, 1, 1)),
        (Ranking((0, 0, 1), 1), (0, 1, 1, 1, 1 / 3, 0.5)),
        (Ranking((0, 1, 1), 2), (0, 1, 1, 1, 0.5, 0.6934)),
        (Ranking((1, 0, 0, 0, 0, 1), 3), (1, 1, 1 / 3, 2 / 3, 1, 0.6364)),
        (Ranking((0, 0, 0, 0, 0, 1), 1), (0, 0, 0, 1, 1 / 6, 0.3562)),
        (Ranking((0, 0), 1), (0, 0, 0, 0, 0, 0)),
        (Ranking((), 1), (0, 0, 0, 0, 0, 0)),
    ],
)
def test_metrics_of_rankings(ranking: Ranking, expected: tuple[float, ...]) -> None:
    found = ranking_metrics({"q": ranking, "other": Ranking((1,), 1)})["q"]
    assert tuple(found[name] for name in OF_RANKING) == pytest.approx(expected, abs=1e-4)
