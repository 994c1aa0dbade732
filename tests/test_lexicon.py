"""Alternatives of a term by way of the other language."""

from __future__ import annotations

import pytest
from library import shared_lexicon

from rag.lexicon import Lexicon

SMALL = Lexicon(
    [
        ("rais", "유치", 0.3, 0.5),
        ("attract", "유치", 0.6, 0.4),
        ("pig", "돼지", 0.9, 0.9),
        ("noise", "유치", 0.01, 0.02),
    ]
)


def test_a_term_is_its_own_best_alternative() -> None:
    assert SMALL.alternatives("unknown") == {"unknown": 1.0}
    assert max(SMALL.alternatives("rais"), key=SMALL.alternatives("rais").__getitem__) == "rais"


def test_translations_hold_in_both_directions() -> None:
    assert "유치" in SMALL.alternatives("rais")
    assert "rais" in SMALL.alternatives("유치")


def test_synonyms_come_by_way_of_the_other_language() -> None:
    alternatives = SMALL.alternatives("rais")
    assert 0 < alternatives["attract"] < alternatives["유치"] < 1
    assert "pig" not in alternatives


def test_a_faint_pivot_gives_no_synonym() -> None:
    assert "noise" not in SMALL.alternatives("rais")


def test_weights_are_in_the_unit_interval() -> None:
    for token in ("rais", "유치", "attract", "noise", "pig"):
        assert all(0 < weight <= 1 for weight in SMALL.alternatives(token).values())


@pytest.mark.parametrize(
    ("english", "korean"), [("revenu", "매출"), ("compani", "회사"), ("market", "시장"), ("invest", "투자")]
)
def test_the_shipped_table_knows_business_words(english: str, korean: str) -> None:
    assert korean in shared_lexicon().alternatives(english)
    assert english in shared_lexicon().alternatives(korean)
