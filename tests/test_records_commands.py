"""`rag records`: counts, export and deletion on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from recorded import exchange

from rag.cli import main
from rag.records import Database, WriteBehind
from rag.settings import ROOT


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database with two conversations, named by the environment."""
    path = tmp_path / "records.sqlite3"
    monkeypatch.setenv("RAG_RECORDS_URL", str(path))
    recorder = WriteBehind(Database(str(path)))
    recorder.record(exchange("a1", "c1", "시장 규모는?"))
    recorder.record(exchange("a2", "c1", "그럼 미국은?", status="no_answer"))
    recorder.record(exchange("a3", "c2", "How large?", language="en"))
    recorder.feedback("a1", True, "")
    recorder.close()
    return path


def test_stats_count_what_was_asked(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["records", "stats", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    figures = {name: told[name] for name in ("questions", "answered", "no_answer", "conversations", "helpful")}
    assert figures == {"questions": 3, "answered": 2, "no_answer": 1, "conversations": 2, "helpful": 1}
    assert main(["records", "stats", "--days", "7"]) == 0
    assert "questions: 3\n" in capsys.readouterr().out


def test_an_export_holds_every_conversation(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    assert main(["records", "export", "--out", str(target)]) == 0
    rows = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    assert [[turn["id"] for turn in row["turns"]] for row in rows] == [["a1", "a2"], ["a3"]]
    assert main(["records", "export", "--out", str(tmp_path / "no" / "where.jsonl")]) == 2


def test_a_conversation_is_deleted_once(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["records", "delete", "c1"]) == 0
    assert "2 turns" in capsys.readouterr().out
    assert main(["records", "delete", "c1"]) == 2
    assert "no such conversation" in capsys.readouterr().err


def test_a_database_that_cannot_be_used_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "notes").write_text("no database " * 100)
    expected = {"off": 2, "mysql://host/name": 2, "postgresql://me:hush@127.0.0.1:9/x": 1, str(tmp_path / "notes"): 1}
    for address, status in expected.items():
        monkeypatch.setenv("RAG_RECORDS_URL", address)
        for command in (["stats"], ["delete", "c1"], ["export", "--out", str(tmp_path / "out.jsonl")]):
            assert main(["records", *command]) == status
            error = capsys.readouterr().err
            assert error.count("\n") == 1
            assert "RAG_RECORDS_URL" in error
            assert "hush" not in error


@pytest.mark.parametrize("readme", ["README.md", "README.ko.md"])
def test_the_readme_tells_every_action(readme: str) -> None:
    told = (ROOT / readme).read_text("utf-8")
    for action in ("rag records stats", "rag records export", "rag records delete", "`--days`", "`--out FILE.jsonl`"):
        assert action in told
