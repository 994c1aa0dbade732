"""The command line as other programs know it, over a small folder of documents and the bundled model."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pytest

from rag.cli import main
from rag.settings import ROOT, Settings

KOREAN = """---
title: 행복로봇 회사 소개
publisher: 서울로봇협회
published: "2023-05"
as_of: "2022"
---

# 행복로봇 회사 소개

## 회사 개요

행복로봇은 2016년 서울 성동구에 설립된 물류 로봇 회사다. 행복로봇은 2022년에 시리즈 B 투자 320억 원을 유치했다.

## 직원

행복로봇의 직원은 2022년 말 기준 145명이다.
"""
ENGLISH = """---
title: Robot cities of 2022
publisher: Robot Weekly
published: "2023-02-01"
as_of: "2022"
---

# Robot cities of 2022

## Ranking of robot cities

Robot Weekly compared forty cities by the number of robots at work in 2022.

| Rank | City | Robots |
|---|---|---|
| 1 | Busan | 5,400 |
| 2 | Helsinki | 4,150 |
| 3 | Lyon | 3,900 |

## Robot school

The Busan Robot School opened in March 2019 and trains 260 technicians a year.
"""
FIELDS = {"id", "question", "language", "status", "mode", "answer", "citations", "timings_ms"}
CITATION = {
    "marker", "document", "title", "publisher", "published", "as_of", "section", "passage_id", "quote", "start", "end", "url"
}  # fmt: skip


@dataclass(frozen=True)
class Shell:
    """Calls `rag` on one folder of documents and keeps what it printed."""

    docs: Path
    index: Path
    capture: pytest.CaptureFixture[str]

    def __call__(self, command: str, *arguments: object) -> tuple[int, str, str]:
        """Exit status, output and errors."""
        folders = ["--docs", str(self.docs), "--index", str(self.index)]
        try:
            status = main([command, *folders, *map(str, arguments)])
        except SystemExit as stopped:  # argparse
            status = int(stopped.code or 0)
        return status, *self.capture.readouterr()

    def json(self, command: str, *arguments: object) -> Any:
        """What a command that succeeds prints as JSON."""
        status, output, errors = self(command, *arguments, "--json")
        assert (status, errors) == (0, "")
        return json.loads(output)

    def batch(self, command: str, rows: Sequence[object], folder: Path) -> list[Any]:
        """What a command writes for a file of rows."""
        given, answers = folder / "in.jsonl", folder / "out.jsonl"
        given.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
        status, output, _ = self(command, "--batch", given, "--out", answers)
        assert (status, output) == (0, "")
        return [json.loads(line) for line in answers.read_text("utf-8").splitlines()]

    def quoted(self, citation: dict[str, Any]) -> str:
        """The words of the document that a citation points to."""
        name = Path(citation["document"]).relative_to(self.docs.as_posix())
        return (self.docs / name).read_text("utf-8")[citation["start"] : citation["end"]]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    docs = tmp_path_factory.mktemp("files") / "papers"
    for name, text in (("ko/robot.md", KOREAN), ("en/cities.md", ENGLISH)):
        (docs / name).parent.mkdir(parents=True)
        (docs / name).write_text(text, "utf-8")
    index = tmp_path_factory.mktemp("built")
    assert main(["index", "--docs", str(docs), "--index", str(index)]) == 0
    return docs, index


@pytest.fixture
def rag(folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> Shell:
    capsys.readouterr()
    return Shell(*folders, capsys)


def test_index_counts_and_takes_over_what_did_not_change(rag: Shell) -> None:
    status, output, errors = rag("index")
    assert (status, errors) == (0, "")
    assert re.fullmatch(
        r"2 documents \(2 unchanged, 0 skipped\), \d+ passages, \d+ sentences in \d+\.\d s -> .*\n", output
    )


def test_index_names_the_file_it_cannot_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "good.md").write_text(ENGLISH, "utf-8")
    (docs / "bad.txt").write_bytes(b"\x00\x01\x02\xff" * 50)
    status, output, errors = Shell(docs, tmp_path / "index", capsys)("index")
    assert status == 0
    assert output.startswith("1 documents (0 unchanged, 1 skipped)")
    assert len(errors.splitlines()) == 1
    assert "bad.txt" in errors


def test_search_finds_and_tells_where(rag: Shell) -> None:
    hits = rag.json("search", "물류 로봇 회사", "-k", 2)["hits"]
    assert 1 <= len(hits) <= 2
    assert set(hits[0]) == {"document", "passage_id", "score", "text", "start", "end"}
    assert hits[0]["document"].endswith("papers/ko/robot.md")
    assert "물류 로봇 회사" in rag.quoted(hits[0])
    scores = [hit["score"] for hit in hits]
    assert scores == sorted(scores, reverse=True)


def test_search_in_plain_words(rag: Shell) -> None:
    status, output, errors = rag("search", "Busan Robot School")
    assert (status, errors) == (0, "")
    assert re.match(r"\d\.\d{3}  \S+cities\.md  The Busan Robot School", output)


def test_ask_answers_with_exact_quotes(rag: Shell) -> None:
    question = "How many technicians does the Busan Robot School train a year?"
    row = rag.json("ask", question)
    assert set(row) >= FIELDS
    assert (row["question"], row["language"], row["status"], row["mode"]) == (question, "en", "answered", "extractive")
    assert "260" in row["answer"]
    assert set(row["citations"][0]) >= CITATION
    assert {"retrieve", "answer", "total"} <= set(row["timings_ms"])


def test_ask_in_plain_words_shows_the_source(rag: Shell) -> None:
    status, output, errors = rag("ask", "행복로봇의 직원은 몇 명인가요?")
    assert (status, errors) == (0, "")
    assert "145명" in output.splitlines()[0]
    assert "[1] 행복로봇 회사 소개 (서울로봇협회, 2023-05) - " in output
    assert "“행복로봇의 직원은 2022년 말 기준 145명이다.”" in output


def test_batches_keep_ids_and_order_and_ask_the_turns_before(rag: Shell, tmp_path: Path) -> None:
    rows = [
        {"id": "hello", "turns": ["안녕하세요"]},
        {"id": 2, "turns": ["When did the Busan Robot School open?", "How many technicians does it train a year?"]},
        {"id": None, "turns": ["행복로봇은 2022년에 투자를 얼마나 받았나요?"]},
        {"id": "silent", "turns": ["What is the boiling point of liquid nitrogen?"]},
    ]
    hello, follow_up, korean, silent = answers = rag.batch("ask", rows, tmp_path)
    assert [row["id"] for row in answers] == ["hello", 2, None, "silent"]
    assert (hello["status"], hello["language"], hello["citations"]) == ("smalltalk", "ko", [])
    assert (follow_up["question"], follow_up["status"]) == (rows[1]["turns"][1], "answered")
    assert "260" in follow_up["answer"]
    assert (korean["language"], korean["status"]) == ("ko", "answered")
    assert "320억 원" in korean["answer"]
    assert (silent["status"], silent["citations"]) == ("no_answer", [])
    for row in (follow_up, korean):
        assert row["citations"]
        for citation in row["citations"]:
            assert rag.quoted(citation) == citation["quote"]
            assert f"[{citation['marker']}]" in row["answer"]


def test_a_batch_without_out_goes_to_the_terminal(rag: Shell, tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('{"id": "q", "query": "Lyon"}\n\n', "utf-8")
    status, output, _ = rag("search", "--batch", path)
    assert status == 0
    assert json.loads(output)["id"] == "q"


@pytest.mark.parametrize(
    ("command", "content", "where"),
    [
        ("search", '{"id": 1, "query": "x"}\nnonsense', "in.jsonl:2: not JSON"),
        ("search", '{"id": 1, "turns": ["x"]}', "in.jsonl:1: needs"),
        ("ask", '{"id": 1, "turns": ["x"]}\n\n{"id": 2, "turns": []}', "in.jsonl:3: needs"),
        ("ask", '{"turns": ["x"]}', "in.jsonl:1: needs"),
        ("ask", "[]", "in.jsonl:1: needs"),
    ],
)
def test_a_bad_line_is_named_by_its_number(rag: Shell, tmp_path: Path, command: str, content: str, where: str) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(content, "utf-8")
    status, output, errors = rag(command, "--batch", path, "--out", tmp_path / "out.jsonl")
    assert (status, output, len(errors.splitlines())) == (2, "", 1)
    assert where in errors
    assert not (tmp_path / "out.jsonl").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["ask"], "--batch"),
        (["ask", "q", "--batch", "in.jsonl"], "--batch"),
        (["ask", "--batch", "nowhere.jsonl"], "nowhere.jsonl: cannot be read"),
        (["search", "q", "-k", "0"], "-k"),
        (["search", "q", "-k", "many"], "-k"),
        (["serve", "--port", "web"], "--port"),
    ],
)
def test_wrong_usage_is_told_with_status_2(rag: Shell, arguments: list[str], told: str) -> None:
    status, output, errors = rag(*arguments)
    assert (status, output) == (2, "")
    assert told in errors.splitlines()[-1]


def test_a_folder_that_is_not_there_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, _, errors = Shell(tmp_path / "none", tmp_path / "index", capsys)("index")
    assert (status, len(errors.splitlines())) == (2, 1)
    assert "--docs" in errors


@pytest.mark.parametrize("command", ["ask", "search"])
def test_a_missing_index_names_the_command_that_makes_it(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, output, errors = Shell(tmp_path, tmp_path / "index", capsys)(command, "question")
    assert (status, output, len(errors.splitlines())) == (1, "", 1)
    assert "rag index" in errors


def test_a_damaged_index_names_the_command_that_mends_it(
    folders: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    docs, index = folders[0], tmp_path / "index"
    capsys.readouterr()
    assert Shell(docs, index, capsys)("index")[0] == 0
    (damaged,) = index.glob("generation-*/passages.jsonl")
    damaged.write_text("{}", "utf-8")
    status, _, errors = Shell(docs, index, capsys)("ask", "question")
    assert (status, len(errors.splitlines())) == (1, 1)
    assert "rag index" in errors
    assert Shell(docs, index, capsys)("index")[0] == 0
    assert Shell(docs, index, capsys)("search", "Lyon")[0] == 0


def test_an_index_of_other_documents_is_refused(
    folders: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "other.md").write_text("# Other\n\nSomething else stands here.\n", encoding="utf-8")
    assert main(["ask", "Which city is first?", "--docs", str(tmp_path), "--index", str(folders[1])]) != 0
    assert "other documents" in capsys.readouterr().err


def test_python_m_rag_is_the_same_command(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "rag", "ask", "question", "--index", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "rag index" in done.stderr


@pytest.mark.parametrize("readme", ["README.md", "README.ko.md"])
@pytest.mark.parametrize("command", ["index", "search", "ask", "serve"])
def test_the_readme_tells_every_option(command: str, readme: str, rag: Shell) -> None:
    status, output, _ = rag(command, "--help")
    assert status == 0
    told = (ROOT / readme).read_text("utf-8")
    assert f"rag {command}" in told
    options = {*re.findall(r"--[a-z]+", output)} - {"--help"}
    assert sorted(option for option in options if f"`{option}" not in told) == []


def test_the_settings_table_is_that_of_the_code() -> None:
    told = (ROOT / "README.md").read_text("utf-8")
    table = re.findall(r"^\| `(RAG_\w+)` \| (.*?) \| (.*?) \|$", told, re.MULTILINE)
    assert table == [(spec.metadata["name"], _shown(spec.default), spec.metadata["help"]) for spec in fields(Settings)]
    korean = (ROOT / "README.ko.md").read_text("utf-8")
    assert re.findall(r"^\| `(RAG_\w+)` \| (.*?) \|", korean, re.MULTILINE) == [row[:2] for row in table]


def _shown(default: object) -> str:
    if isinstance(default, Path):
        return f"`{default.relative_to(ROOT).as_posix()}`"
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`" if default else ""
