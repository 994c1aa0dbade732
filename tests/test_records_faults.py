"""Databases that are locked, full, read-only, gone or no database; servers that are killed."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from recorded import exchange
from sqlalchemy import event

from rag.records import Database, WriteBehind

QUICK = (0.02, 0.1)  # seconds between attempts


def made(path: Path | str, **options: int) -> WriteBehind:
    return WriteBehind(Database(str(path), wait=1), pauses=QUICK, drain=0.5, **options)


def turns(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        found = [row[0] for row in connection.execute("select id from turns order by id")]
    connection.close()
    return found


def wait_until_failing(recorder: WriteBehind, caplog: pytest.LogCaptureFixture) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and not told(caplog):
        time.sleep(0.02)
    assert told(caplog) == 1
    assert recorder.counters()["records_waiting"] > 0


def told(caplog: pytest.LogCaptureFixture) -> int:
    return sum("cannot be written" in record.message for record in caplog.records)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "records" / "records.sqlite3"


def test_a_lock_holds_up_nothing_but_the_writing(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    recorder = made(path)
    recorder.record(exchange("a0"))
    assert recorder.flush(30)
    lock = sqlite3.connect(path, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    for number in range(1, 50):
        recorder.record(exchange(f"a{number}"))
    wait_until_failing(recorder, caplog)
    lock.execute("ROLLBACK")
    lock.close()
    assert recorder.flush(30)
    recorder.close()
    assert len(turns(path)) == 50
    assert recorder.dropped == 0
    assert told(caplog) == 1
    assert sum("written again" in record.message for record in caplog.records) == 1


def test_a_full_disk_drops_what_does_not_fit_the_queue_and_says_so(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = made(path, capacity=20)
    recorder.record(exchange("a0"))
    assert recorder.flush(30)
    full = True

    @event.listens_for(recorder.database.engine, "checkout")
    def limit(connection: sqlite3.Connection, *_: object) -> None:
        # The database may not grow: SQLite then fails as it does on a full disk.
        connection.execute(f"PRAGMA max_page_count = {1 if full else 1_000_000}")

    long = "x" * 20_000
    for number in range(1, 100):
        recorder.record(exchange(f"a{number:02}", text=long))
    wait_until_failing(recorder, caplog)
    assert "full" in next(record.message for record in caplog.records if "cannot be written" in record.message)
    for number in range(100, 150):
        recorder.record(exchange(f"a{number}", text=long))
    dropped = recorder.dropped
    assert dropped >= 50
    full = False
    assert recorder.flush(30)
    recorder.close()
    assert len(turns(path)) == 150 - dropped
    assert recorder.written == 150 - dropped
    assert sum("too much is waiting" in record.message for record in caplog.records) == 1


def test_a_read_only_database_loses_no_answer(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    made(path).close()
    recorder = made(f"sqlite:///file:{path}?mode=ro&uri=true")
    recorder.record(exchange("a1"))
    wait_until_failing(recorder, caplog)
    recorder.close()
    assert recorder.counters()["records_dropped"] == 1
    assert recorder.written == 0


def test_a_database_that_was_deleted_is_made_anew(path: Path) -> None:
    recorder = made(path)
    recorder.record(exchange("a1"))
    assert recorder.flush(30)
    shutil.rmtree(path.parent)
    recorder.record(exchange("a2"))
    assert recorder.flush(30)
    recorder.close()
    assert turns(path) == ["a2"]


def test_a_database_that_was_replaced_is_opened_again(path: Path, tmp_path: Path) -> None:
    recorder = made(path)
    recorder.record(exchange("a1"))
    assert recorder.flush(30)
    other = made(tmp_path / "other.sqlite3")
    other.record(exchange("b1"))
    other.close()
    for name in ("-wal", "-shm"):
        path.with_name(path.name + name).unlink(missing_ok=True)
    (tmp_path / "other.sqlite3").replace(path)
    recorder.record(exchange("a2"))
    assert recorder.flush(30)
    recorder.close()
    assert turns(path) == ["a2", "b1"]


def test_a_file_that_is_no_database_is_left_alone_until_it_is_one(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.parent.mkdir()
    path.write_text("These are the notes of somebody. " * 400)
    recorder = made(path)
    recorder.record(exchange("a1"))
    wait_until_failing(recorder, caplog)
    assert path.read_text().startswith("These are the notes")
    path.unlink()
    assert recorder.flush(30)
    recorder.close()
    assert turns(path) == ["a1"]


def test_tables_that_vanish_are_told_and_nothing_else_stops(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    recorder = made(path)
    recorder.record(exchange("a1"))
    assert recorder.flush(30)
    with sqlite3.connect(path, isolation_level=None) as connection:
        for table in ("citations", "turns", "conversations", "feedback", "alembic_version"):
            connection.execute(f"DROP TABLE {table}")
    connection.close()
    recorder.record(exchange("a2"))
    assert recorder.flush(30)
    recorder.close()
    assert turns(path) == ["a2"]
    assert told(caplog) == 1


def test_a_database_server_that_is_away_is_asked_again_and_given_up_at_the_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    recorder = made("postgresql://nobody:hush@127.0.0.1:9/records")
    recorder.record(exchange("a1", question="my secret question"))
    wait_until_failing(recorder, caplog)
    recorder.close()
    recorder.close()
    assert recorder.counters()["records_dropped"] == 1
    assert "hush" not in caplog.text
    assert "secret question" not in caplog.text


def test_a_refused_record_is_logged_without_its_words(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    recorder = made(path)
    recorder.record(exchange("a1", question="my secret question", language=None))  # type: ignore[arg-type]
    assert recorder.flush(30)
    recorder.close()
    assert recorder.dropped == 1
    assert "refused" in caplog.text
    assert "secret question" not in caplog.text


def test_closing_writes_what_is_waiting_and_later_records_are_counted_as_dropped(path: Path) -> None:
    recorder = made(path)
    for number in range(500):
        recorder.record(exchange(f"a{number:03}"))
    recorder.close()
    recorder.record(exchange("late"))
    assert len(turns(path)) == 500
    assert recorder.counters() == {"records_written": 500, "records_dropped": 1, "records_waiting": 0}


def test_the_file_is_for_its_owner_only(path: Path) -> None:
    recorder = made(path)
    recorder.record(exchange("a1"))
    recorder.close()
    assert path.stat().st_mode & 0o077 == 0


def test_nothing_is_logged_where_all_is_well(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    recorder = made(path)
    recorder.record(exchange("a1"))
    recorder.close()
    assert [record.message for record in caplog.records] == []


def test_a_killed_server_loses_nothing_that_was_recorded(tmp_path: Path) -> None:
    """Two servers share a file and are killed together at thirty random moments, some while the tables are made."""
    path, script = tmp_path / "records.sqlite3", Path(__file__).with_name("killed_recorders.py")
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, str(script), str(path)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True, timeout=300)
    committed = dict(line.rsplit("-", 1) for line in done.stdout.split())
    last = made(path)
    last.record(exchange("last"))
    assert last.flush(60)
    last.close()
    kept = {*turns(path)}
    written = [f"{word}-{number}" for word, end in committed.items() for number in range(1, int(end) + 1)]
    assert len(written) > 100
    assert [name for name in written if name not in kept] == []
    with sqlite3.connect(path) as connection:
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
        halves = "select count(*) from turns where (select count(*) from citations where turn_id = turns.id) < 2"
        assert connection.execute(halves).fetchone() == (1,)  # that of the last one has one citation by design
    connection.close()
