"""BM25 with alternatives and parts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rag.lexical import LexicalIndex, QueryTerm

PASSAGES = [
    ["robot", "robot", "city"],
    ["로봇", "city"],
    ["haram", "school", "city"],
    ["haram", "robot", "works", "city"],
    ["city"],
]


@pytest.fixture(scope="module")
def index() -> LexicalIndex:
    return LexicalIndex.from_tokens(PASSAGES)


def term(token: str, **others: float) -> QueryTerm:
    return QueryTerm(token, {token: 1.0, **others})


def test_passages_that_hold_a_term_score_and_others_do_not(index: LexicalIndex) -> None:
    scores = index.scores([term("robot")])
    assert scores.shape == (5,)
    assert (scores > 0).tolist() == [True, False, False, True, False]
    assert scores[0] > scores[3]  # more often, and in fewer words


def test_a_rare_term_counts_more_than_one_that_stands_everywhere(index: LexicalIndex) -> None:
    assert index.idf("school") > index.idf("robot") > index.idf("city")
    assert index.idf("unheard") == index.rarest_idf == pytest.approx(index.idf("school"))


def test_an_alternative_counts_at_its_weight(index: LexicalIndex) -> None:
    strong, weak = index.scores([term("robot", 로봇=0.9)]), index.scores([term("robot", 로봇=0.1)])
    assert strong[1] > weak[1] > 0
    np.testing.assert_array_equal(strong[[0, 2, 3]], weak[[0, 2, 3]])


def test_a_term_counts_once_by_its_best_alternative() -> None:
    index = LexicalIndex.from_tokens([["raise", "attract"], ["raise", "other"], ["none", "other"]])
    scores = index.scores([QueryTerm("raise", {"raise": 1.0, "attract": 0.01})])
    assert scores[0] == pytest.approx(scores[1])


def test_a_name_may_be_met_word_by_word(index: LexicalIndex) -> None:
    name = QueryTerm("§1", {"§1": 1.0}, parts=(term("haram"), term("robot"), term("works")), is_name=True)
    scores = index.scores([name])
    assert scores[3] > max(scores[0], scores[2]) > 0 == scores[4]
    assert 0 < name.match({"haram", "robot", "works"}) < 1 == name.match({"§1"})
    assert name.match({"haram", "robot"}) == 0


def test_a_common_term_is_met_by_the_share_of_its_words() -> None:
    common = QueryTerm("§2", {"§2": 1.0}, parts=(term("year"), term("found")))
    assert 0 < common.match({"year"}) < common.match({"year", "found"}) < 1


def test_no_score_is_above_the_ceiling(index: LexicalIndex) -> None:
    terms = [term("robot", 로봇=0.8), term("haram"), term("city")]
    assert index.scores(terms).max() <= index.ceiling(terms)


def test_unknown_words_score_nothing(index: LexicalIndex) -> None:
    assert not index.scores([term("unheard")]).any()
    assert not index.scores([]).any()


def test_a_saved_index_scores_as_before(index: LexicalIndex, tmp_path: Path) -> None:
    index.save(tmp_path / "bm25")
    loaded = LexicalIndex.load(tmp_path / "bm25")
    terms = [term("robot", 로봇=0.5), term("haram")]
    np.testing.assert_allclose(loaded.scores(terms), index.scores(terms))
    assert set(loaded.vocabulary) == set(index.vocabulary) == {token for tokens in PASSAGES for token in tokens}


def test_an_empty_corpus_is_no_error() -> None:
    assert LexicalIndex.from_tokens([]).document_frequency("robot") == 0
