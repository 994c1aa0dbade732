"""The runner: what it asks, what it keeps, with and without a model, and the command that calls it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from library import DOCUMENTS, new_shelf, shared_library
from scripted import Reply, ScriptedModel
from small_evaluation import ADDED_EN, EN, ROWS, cases, evaluated, fact, good_run, judge, quoted, row, turn, write_cases

from rag.cli import main
from rag.evaluation.results import TurnResult, read_results, read_summary
from rag.evaluation.runner import run
from rag.evaluation.workers import mapped

REVENUE = "What was the revenue of Haram Robotics in 2023?"
IN_2023 = turn(REVENUE, "en", fact(value="82000000000", unit="KRW"), evidence=quoted(EN, "2023 was KRW 82 billion"))


def of(key: str) -> TurnResult:
    return next(result for result in good_run().results if result.key == key)


def test_a_result_keeps_what_the_answer_was_made_from() -> None:
    result = of("revenue-ko/2")
    assert (result.cluster, result.language, result.critical, result.tags) == ("revenue", "ko", True, ("followup",))
    assert "하람로보틱스" in result.query
    text = DOCUMENTS["ko/haram.md"]
    (citation,) = result.citations
    assert citation.document.endswith("ko/haram.md")
    assert text[citation.start : citation.end] == citation.text == "하람로보틱스의 2022년 매출은 640억 원이다."
    assert citation.about == "하람로보틱스 회사 소개; 실적; published 2024-03-05 발표; as of 2023-12 기준"
    assert citation.text in result.retrieved[0].text
    assert result.evidence[0][0].document == citation.document
    assert result.confidence is not None
    assert set(result.timings_ms) == {"retrieve", "answer", "total"}
    assert result.metrics["followup_gap"] == 0.0


def test_a_cited_row_tells_its_table() -> None:
    assert of("robots-en/1").citations[0].table == "Ranking; Rank; City; Score; Robots"


def test_a_document_that_a_case_adds_is_found_by_that_case_only() -> None:
    added, ordinary = of("benign-en/1"), of("hall-en/1")
    assert added.citations[0].document.endswith("docs/added/0.md")
    assert "14 kinds of tea" in added.citations[0].text
    assert not any("/added/" in place.document for place in ordinary.retrieved)
    assert any("/added/" in place.document for place in of("planted-en/1").retrieved)


def test_a_refusal_keeps_how_sure_it_was() -> None:
    result = of("no-weather-en/1")
    assert (result.status, result.citations) == ("no_answer", ())
    assert result.confidence is not None
    assert result.confidence < -0.7


def model_run(rows: Sequence[dict[str, Any]], *replies: str | Reply) -> Sequence[TurnResult]:
    shared_library().build()
    return evaluated(shared_library().chatbot(ScriptedModel(*replies)), rows).results


def test_what_a_model_wrote_is_judged_before_and_after_the_check() -> None:
    reply = f"{IN_2023['evidence'][0][0]['quote'].replace('2023 was', 'The 2023 revenue of Haram Robotics was')} [1]. Haram Robotics has 999 employees [1]."
    (result,) = model_run([row("a", IN_2023)], reply)
    assert (result.mode, result.status) == ("model", "answered")
    assert "999" not in result.answer
    assert result.metrics["raw_support_recall"] == result.metrics["dropped"] == 0.5
    assert result.metrics["support_recall"] == result.metrics["correct"] == 1.0


def test_a_model_that_fails_is_an_error_and_ends_the_conversation() -> None:
    broken = Reply("The revenue", breaks_after=1)
    first, second, third = model_run(
        [row("a", IN_2023, turn("And in 2022?", "en")), row("b", turn("Hello!", "en"))], broken
    )
    assert first.error == "language model 'scripted': the reply was cut off"
    assert second.error == "a turn before ended in an error"
    assert (first.answer, first.metrics, first.status) == ("", {}, "")
    assert third.error is None


def test_cases_of_other_documents_are_asked_without_their_evidence() -> None:
    (result,) = evaluated(
        shared_library().chatbot(), [row("a", {**IN_2023, "evidence": quoted("raw/x.txt", "82")})]
    ).results
    assert (result.evidence, result.metrics["recall@5"], result.metrics["correct"]) == ((), None, 1.0)


def test_progress_reaches_the_end() -> None:
    shared_library().build()
    seen: list[tuple[int, int]] = []
    run(shared_library().chatbot(), cases(ROWS[:9]), judge().support_of, lambda done, total: seen.append((done, total)))
    assert seen == [(8, 9), (9, 9)]


def test_one_process_maps_in_order() -> None:
    assert list(mapped(str, [3, 1, 2], 1)) == ["3", "1", "2"]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A folder of documents, indexed with the bundled encoder."""
    shelf = new_shelf(tmp_path_factory.mktemp("shelf"), {name: DOCUMENTS[name] for name in (EN, "en/support.md")})
    folders = ["--docs", str(shelf.docs), "--index", str(shelf.index)]
    assert main(["index", *folders]) == 0
    return folders


def test_the_command_measures_in_several_processes_as_in_one(folders: list[str], tmp_path: Path) -> None:
    tea = turn("How many kinds of tea does the Harbour Hall café sell?", "en", fact(value="14"), inject=[ADDED_EN])
    rows = [row(f"r{n}-en", IN_2023) for n in range(9)] + [row("tea-en", tea)]
    given = write_cases(tmp_path / "cases.jsonl", rows)
    command = [
        sys.executable,
        "-m",
        "rag",
        "eval",
        "run",
        *folders,
        "--cases",
        str(given),
        "--out",
        str(tmp_path / "run"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(os.environ))
    assert (done.returncode, done.stderr) == (0, "")
    assert "10 turns in" in done.stdout
    results = read_results(tmp_path / "run")
    assert [result.case for result in results] == [each["id"] for each in rows]
    assert len({result.answer for result in results[:9]}) == 1
    assert all(result.metrics["correct"] == 1.0 for result in results)
    assert read_summary(tmp_path / "run").metrics["vital_recall"].n == 10


@pytest.mark.parametrize(
    ("rows", "more", "told"),
    [
        ([row("a", IN_2023)], ["--split", "holdout"], "no case of the split 'holdout'"),
        ([row("a", IN_2023)], ["--mode", "model"], "RAG_LLM_MODEL"),
        ([row("a", IN_2023), row("a", IN_2023)], [], "cases.jsonl:2: the id 'a' is taken"),
        ([row("a", {**IN_2023, "evidence": quoted(EN, "KRW 83 billion")})], [], "does not hold 'KRW 83 billion'"),
    ],
)
def test_bad_input_is_told_in_one_line_with_status_2(
    rows: list[dict[str, Any]],
    more: list[str],
    told: str,
    folders: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = write_cases(tmp_path / "cases.jsonl", rows)
    assert main(["eval", "run", *folders, "--cases", str(given), "--out", str(tmp_path / "run"), *more]) == 2
    errors = capsys.readouterr().err
    assert told in errors
    assert len(errors.splitlines()) == 1
    assert not (tmp_path / "run").exists()


def test_a_run_that_is_not_there_or_broken_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "compare", "--results", str(tmp_path)]) == 2
    assert "make it with `rag eval run`" in capsys.readouterr().err
    (tmp_path / "baseline.json").write_text(json.dumps({"mode": "extractive"}), encoding="utf-8")
    (tmp_path / "results.jsonl").write_text("", encoding="utf-8")
    (tmp_path / "summary.json").write_text("{}", encoding="utf-8")
    assert main(["eval", "compare", "--results", str(tmp_path)]) == 2
    assert "summary.json" in capsys.readouterr().err
