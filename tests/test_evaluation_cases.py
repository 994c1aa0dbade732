"""Case files: what the loader takes, what it refuses and with which line, and evidence found in documents."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from library import DOCUMENTS
from small_evaluation import ADDED_EN, ROWS, fact, quoted, row, turn, write_cases

from rag.errors import InputError
from rag.evaluation.cases import read_cases
from rag.evaluation.evidence import own_cases, resolve, speak_of
from rag.settings import ROOT

FACT = fact("310", value="310", unit="people")


def test_a_case_is_read_with_all_it_tells(tmp_path: Path) -> None:
    asked = turn(
        "How many?", "en", FACT, fact("robots"), answer_lang="ko", evidence=quoted("docs/en/a.md", "310 staff")
    )
    asked["facts"][1]["importance"] = "okay"
    asked["forbid"] = {"strings": ["OKAPI"], "quantities": [{"value": "17", "unit": "people"}], "docs": ["busan*"]}
    (case,) = read_cases([write_cases(tmp_path / "c.jsonl", [row("a-en", asked, tags=["fact"], critical=True)])])
    (read,) = case.turns
    assert (case.id, case.cluster, case.split, case.tags, case.critical) == ("a-en", "a", "dev", {"fact"}, True)
    assert (read.language, read.standalone, read.is_followup) == ("ko", "How many?", False)
    assert read.facts[0].value == Decimal(310)
    assert [f.forms for f in read.vital] == [("310",)]
    assert (read.forbidden[0].forms, read.forbidden[1].value) == (("OKAPI",), 17)
    assert read.forbidden_documents == ("busan*",)
    assert [(q.document, q.text) for q in read.evidence[0]] == [("docs/en/a.md", "310 staff")]


def test_the_checksum_follows_what_is_asked_and_expected(tmp_path: Path) -> None:
    rows = [row("a", turn("How many?", "en", FACT)), row("b", turn("How many?", "en", fact("311"))), row("c", turn("How many?", "en", FACT))]  # fmt: skip
    one, other, same = (case.turns[0].checksum for case in read_cases([write_cases(tmp_path / "c.jsonl", rows)]))
    assert one == same != other


BAD = {
    "nonsense": "not a case",
    '{"id": "a"}': "not a case",
    json.dumps(row("a")): "no turns",
    json.dumps(row("a", turn("", "en"))): "an empty question",
    json.dumps(row("a", {**turn("Q?", "en"), "expect": "answer"})): "names no vital fact",
    json.dumps(row("a", {**turn("Q?", "en"), "expect": "guess"})): "'guess' is none of answer, conflict",
    json.dumps(row("a", turn("Q?", "fr"))): "'fr' is none of ko, en",
    json.dumps(row("a", turn("Q?", "en", fact()))): "a fact that nothing can state",
    json.dumps(row("a", turn("Q?", "en", fact(value="many")))): "not a case",
    json.dumps(row("a", turn("Q?", "en", FACT, evidence=[[]]))): "an empty group of evidence",
    json.dumps(row("a", turn("Q?", "en", FACT, evidense=[]))): "unknown field 'evidense'",
    json.dumps(row("a", turn("Q?", "en"), criticl=True)): "unknown field 'criticl'",
    json.dumps(row("a", turn("Q?", "en", forbid={"words": []}))): "unknown field 'words'",
    json.dumps(row("a", turn("Q?", "en", inject=[{"title": "T"}]))): "not a case",
}


@pytest.mark.parametrize("line", BAD)
def test_a_line_that_is_no_case_is_named(line: str, tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text(f"{json.dumps(ROWS[0])}\n\n{line}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"cases\.jsonl:3: ") as told:
        read_cases([path])
    assert BAD[line] in str(told.value)


def test_an_id_may_stand_once_in_all_files(tmp_path: Path) -> None:
    paths = [write_cases(tmp_path / name, ROWS[:1]) for name in ("a.jsonl", "b.jsonl")]
    with pytest.raises(InputError, match=r"b\.jsonl:1: the id 'revenue-ko' is taken by .*a\.jsonl:1"):
        read_cases(paths)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.jsonl: cannot be read"):
        read_cases([tmp_path / "none.jsonl"])


def test_a_split_is_chosen(tmp_path: Path) -> None:
    path = write_cases(tmp_path / "c.jsonl", [ROWS[0], {**ROWS[1], "split": "holdout"}])
    assert [case.id for case in read_cases([path], "holdout")] == ["revenue-en"]
    assert len(read_cases([path])) == 2


def case_with(tmp_path: Path, evidence: Any, **more: Any) -> Any:
    (case,) = read_cases(
        [write_cases(tmp_path / "c.jsonl", [row("a", turn("Q?", "en", FACT, evidence=evidence, **more))])]
    )
    return case


def test_evidence_is_found_at_its_place(tmp_path: Path) -> None:
    ((group,),) = resolve(case_with(tmp_path, quoted("en/haram.md", "310  employees\nat")), DOCUMENTS)
    (place,) = group
    assert DOCUMENTS["en/haram.md"][place.start : place.end] == place.text == "310 employees at"


def test_a_quote_that_stands_twice_may_be_found_in_either_place(tmp_path: Path) -> None:
    ((group,),) = resolve(case_with(tmp_path, quoted("en/haram.md", "The revenue of Haram Robotics")), DOCUMENTS)
    assert len({place.start for place in group}) == 2


def test_evidence_may_stand_in_a_document_that_the_case_adds(tmp_path: Path) -> None:
    case = case_with(tmp_path, quoted("Visitor notes", "14 kinds of tea"), inject=[ADDED_EN])
    ((group,),) = resolve(case, DOCUMENTS)
    assert [place.document for place in group] == ["added/0.md"]


@pytest.mark.parametrize(
    ("document", "quote", "told"),
    [
        ("en/haram.md", "311 employees", "en/haram.md does not hold '311 employees'"),
        ("en/haram.md", "", "does not hold"),
        ("en/nobody.md", "310", "there is no document 'en/nobody.md'"),
    ],
)
def test_evidence_that_is_not_there_is_named(document: str, quote: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"c\.jsonl:1: ") as error:
        resolve(case_with(tmp_path, quoted(document, quote)), DOCUMENTS)
    assert told in str(error.value)


def test_a_document_may_be_named_with_its_folder(tmp_path: Path) -> None:
    ((group,),) = resolve(case_with(tmp_path, quoted("docs/en/haram.md", "310 employees")), DOCUMENTS)
    assert [place.document for place in group] == ["en/haram.md"]


def test_evidence_of_another_corpus_is_told_apart(tmp_path: Path) -> None:
    assert not speak_of([case_with(tmp_path, quoted("raw/a.txt", "310"))], DOCUMENTS)
    assert speak_of([case_with(tmp_path, quoted("en/haram.md", "310"))], DOCUMENTS)


def test_the_committed_cases_are_sound() -> None:
    """Every line, every id, every quote; the questions of the holdout split are not looked at."""
    texts = {
        path.relative_to(ROOT / "docs").as_posix(): path.read_text("utf-8") for path in (ROOT / "docs").rglob("*.md")
    }
    cases = read_cases(sorted((ROOT / "evals" / "cases").glob("*.jsonl")))
    assert {case.split for case in cases} <= {"dev", "holdout"}
    own = own_cases(cases, texts)
    assert own == cases
    for case in own:
        resolve(case, texts)
