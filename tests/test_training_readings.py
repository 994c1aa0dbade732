"""Documents with questions: read, taken apart into examples, and what is fitted to them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from rag.errors import InputError
from training.readings import Asked, Reading, build, examples, held, read_built, read_readings
from training.scoring import fitted, loss, measures, products, rows_of

pytestmark = pytest.mark.filterwarnings("ignore:.*pin_memory.*", "ignore::DeprecationWarning", "ignore::FutureWarning")
TOWN = [
    "d\ttown\t마을\tA town",
    "s\t1\t마을은 1901년에 섰다.\tThe town was founded in 1901.",
    "s\t2\t주민은 300명이다.\tIt has 300 inhabitants.",
    "s\t3\t시장은 김솔이다.\tThe mayor is Kim Sol.",
    "q\t2\t몇 명이 사나요?\tHow many people live there?",
    "q\t1,3\t마을에 대해 무엇을 아나요?\tWhat is known of the town?",
    "q\t0\t다리는 언제 놓였나요?\tWhen was the bridge built?",
]


def folder_of(tmp_path: Path, lines: list[str]) -> Path:
    (tmp_path / "town.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def test_documents_are_read_with_the_places_of_their_answers(tmp_path: Path) -> None:
    (reading, again) = read_readings(folder_of(tmp_path, [*TOWN, "", *TOWN]))
    assert reading == again
    assert reading.sentences[1] == ("주민은 300명이다.", "It has 300 inhabitants.")
    assert [sorted(asked.answers) for asked in reading.questions] == [[1], [0, 2], []]
    assert len(list(reading.texts())) == 2 * (3 + 3)
    assert Reading.from_json(reading.as_json()) == reading


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("s\t4\t넷", "has d, s or q"),
        ("x\t4\t넷\tfour", "has d, s or q"),
        ("q\t7\t무엇?\tWhat?", "sentence 7 is asked for"),
    ],
)
def test_a_line_of_another_form_is_named(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(InputError, match=rf"town\.tsv:8: .*{told}"):
        list(read_readings(folder_of(tmp_path, [*TOWN, line])))


def test_a_sentence_before_the_first_document_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"town\.tsv:1: stands before the first document"):
        list(read_readings(folder_of(tmp_path, TOWN[1:])))


def test_examples_have_an_answer_and_other_sentences_of_the_document(tmp_path: Path) -> None:
    (reading,) = read_readings(folder_of(tmp_path, TOWN))
    found = examples([reading], seed=1)
    assert len(found["anchor"]) == 2  # in two languages, of the one question that leaves two other sentences
    for asked, answer, *others in zip(*found.values(), strict=True):
        assert asked in reading.questions[0].text
        assert answer in reading.sentences[1]
        assert len({answer, *others}) == 3


def test_every_tenth_document_is_held_back_and_teaches_no_pair(tmp_path: Path) -> None:
    lines = [line.replace("300", str(300 + number)) for number in range(11) for line in TOWN]
    (tmp_path / "written").mkdir()
    (tmp_path / "stage").mkdir()
    (tmp_path / "sets" / "town").mkdir(parents=True)
    (tmp_path / "sets" / "town" / "pairs.tsv").write_text(
        "It has 305 inhabitants.\t주민은 305명이다.\n", encoding="utf-8"
    )
    build(tmp_path / "stage", folder_of(tmp_path / "written", lines), tmp_path / "sets")
    found = read_built(tmp_path / "stage")
    assert len(found) == 10  # one touches a development set
    assert [*held(found)] == found[:1]
    pairs = (tmp_path / "stage" / "pairs" / "readings.tsv").read_text(encoding="utf-8")
    assert "It has 301 inhabitants.\t주민은 301명이다.\n" in pairs
    assert "300 inhabitants" not in pairs


def plane(angle: float) -> torch.Tensor:
    return torch.tensor([np.cos(angle), np.sin(angle)], dtype=torch.float32)


def turned() -> list[Reading]:
    """Questions whose answers stand apart from them, beside sentences that stand where they do."""
    return [
        Reading((("맞", "right"), ("틀", "wrong")), (Asked(("물음", "asked"), frozenset({0})),)),
        Reading((("틀", "wrong"),), (Asked(("물음", "asked"), frozenset()),)),
    ]


def test_the_matrix_learns_what_answers_and_what_does_not() -> None:
    vectors = {
        "물음": plane(0.0),
        "asked": plane(0.0),
        "맞": plane(0.3),
        "right": plane(0.3),
        "틀": plane(0.0),
        "wrong": plane(0.0),
    }
    rows = rows_of(turned() * 5_000, vectors)
    assert measures(np.eye(2, dtype=np.float32), rows) == {"first": 0.0, "told_apart": 0.0}
    matrix = fitted(rows, seed=1)
    assert measures(matrix, rows) == {"first": 1.0, "told_apart": 1.0}
    same = fitted(rows, seed=1)
    assert (same == matrix).all()


def test_the_loss_by_hand() -> None:
    vectors = dict.fromkeys(("물음", "asked", "맞", "right", "틀", "wrong"), plane(0.0))
    rows = rows_of(turned(), vectors)
    odds = products(torch.zeros(2, 2), rows)
    # Four rows with one answer of two sentences, four with none of one: one of three, and one of two, are right.
    assert loss(odds, rows).item() == pytest.approx((np.log(3) + np.log(2)) / 2, abs=1e-6)
