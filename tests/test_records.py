"""Records in SQLite and in PostgreSQL: what is written, read, exported and deleted."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from postgres import Unavailable, cluster
from recorded import citation, exchange, many
from sqlalchemy import Connection, create_engine, select, text

import rag.records
from rag.errors import InputError, RecordsError
from rag.exchanges import NullRecorder
from rag.records import Database, WriteBehind, expire, forget, recorder_from
from rag.records.export import conversation, conversations, evaluation_drafts
from rag.records.models import Base, ConversationRow, FeedbackRow, TurnRow
from rag.records.reading import SEOUL, Period, percentile, report
from rag.records.rows import Rows
from rag.settings import Secret, Settings
from rag.types import Answer

NOW = datetime(2026, 5, 20, 3, 0, tzinfo=UTC)  # noon in Seoul
WEEK = Period.of_days(7, NOW)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with ExitStack() as stack:
        try:
            address = stack.enter_context(cluster())
        except Unavailable as error:
            pytest.skip(str(error))
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of either kind."""
    if request.param == "sqlite":
        made = Database(str(tmp_path / "records.sqlite3"))
    else:
        address: str = request.getfixturevalue("postgres")
        name = f"records_{abs(hash(tmp_path))}"
        _create(address, name)
        made = Database(address.format(database=name))
    yield made
    made.close()


def _create(address: str, name: str) -> None:
    engine = create_engine(Database(address.format(database="postgres")).url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()


@pytest.fixture
def recorder(database: Database) -> Iterator[WriteBehind]:
    made = WriteBehind(database)
    yield made
    made.close()


def count(database: Database, table: str) -> int:
    with database.reading() as connection:
        return int(connection.execute(text(f"select count(*) from {table}")).scalar_one())


def test_an_exchange_is_kept_with_its_citations(recorder: WriteBehind, database: Database) -> None:
    recorder.record(exchange("a1", "c1", "시장 규모는?", cited=2, asked_at=NOW, query="국내 AI 시장 규모는?"))
    recorder.feedback("a1", False, "연도가 다릅니다")
    assert recorder.flush(30)
    kept = conversation(database, "c1")
    assert kept is not None
    [turn] = kept["turns"]
    assert (turn["question"], turn["query"], turn["status"]) == ("시장 규모는?", "국내 AI 시장 규모는?", "answered")
    assert [one["marker"] for one in turn["citations"]] == [1, 2]
    assert turn["citations"][0]["quote"] == citation(1).quote
    assert turn["feedback"] == {"helpful": False, "comment": "연도가 다릅니다"}
    assert turn["asked_at"] == "2026-05-20T03:00:00.000+00:00"
    assert recorder.counters() == {"records_written": 2, "records_dropped": 0, "records_waiting": 0}


def test_a_later_verdict_replaces_the_earlier(recorder: WriteBehind, database: Database) -> None:
    recorder.record(exchange("a1", asked_at=NOW))
    recorder.feedback("a1", False, "no")
    recorder.flush(30)
    recorder.feedback("a1", True, "yes after all")
    recorder.flush(30)
    found = report(database, WEEK)
    assert (found.helpful, found.unhelpful) == (1, 0)


def test_feedback_may_come_before_its_answer(recorder: WriteBehind, database: Database) -> None:
    recorder.feedback("a1", True, "")
    recorder.flush(30)
    assert report(database, WEEK).helpful == 0
    recorder.record(exchange("a1", asked_at=NOW))
    recorder.flush(30)
    assert report(database, WEEK).helpful == 1


def test_writing_twice_changes_nothing(database: Database) -> None:
    rows = Rows.of([exchange("a1", "c1", asked_at=NOW), exchange("a2", "c1", asked_at=NOW + timedelta(minutes=1))])
    database.prepare()
    for _ in range(2):
        with database.writing() as connection:
            rows.write(connection)
    assert [count(database, table) for table in ("conversations", "turns", "citations")] == [1, 2, 2]


def test_a_conversation_knows_its_first_and_last_turn(recorder: WriteBehind, database: Database) -> None:
    for number in range(3):
        recorder.record(exchange(f"a{number}", "c1", asked_at=NOW + timedelta(minutes=number)))
        recorder.flush(30)
    [kept] = conversations(database)
    assert (kept["started_at"][11:16], kept["last_at"][11:16]) == ("03:00", "03:02")
    assert [turn["id"] for turn in kept["turns"]] == ["a0", "a1", "a2"]


def test_personal_data_is_masked_before_it_is_stored(database: Database) -> None:
    recorder = WriteBehind(database, public=["Invest Seoul, 02-6361-4120"])
    answer = "담당자 번호는 010-1234-5678, 서울투자청은 02-6361-4120입니다. [1]"
    recorder.record(
        exchange("a1", "c1", "제 번호는 010-1234-5678입니다", text=answer, query="010-1234-5678", asked_at=NOW)
    )
    recorder.feedback("a1", False, "kim@example.com으로 답 주세요")
    recorder.close()
    kept = str(list(conversations(database)))
    assert "010-1234" not in kept
    assert "kim@" not in kept
    assert "02-6361-4120" in kept  # the office's own number is public


def test_what_no_database_takes_is_mended(recorder: WriteBehind, database: Database) -> None:
    recorder.record(exchange("a\x001", "c\ud800", "NUL \x00, half a pair \udc00, 이모지 🏙", asked_at=NOW))
    recorder.feedback("x" * 5000, True, "\x00")
    assert recorder.flush(30)
    assert recorder.dropped == 0
    [kept] = conversations(database)
    assert "🏙" in kept["turns"][0]["question"]


def test_a_record_that_is_refused_does_not_hold_up_the_others(recorder: WriteBehind, database: Database) -> None:
    recorder.record(exchange("a1", asked_at=NOW))
    recorder.flush(30)
    broken: Any = exchange("a2", asked_at=NOW, language=None)  # type: ignore[arg-type]
    for item in (broken, exchange("a3", asked_at=NOW)):
        recorder.record(item)
    assert recorder.flush(30)
    assert (recorder.written, recorder.dropped, count(database, "turns")) == (2, 1, 2)


def test_a_report_counts_what_happened(recorder: WriteBehind, database: Database) -> None:
    midnight = datetime(2026, 5, 19, 15, 0, tzinfo=UTC)  # 20 May begins in Seoul
    recorder.record(exchange("a1", "c1", asked_at=midnight, milliseconds=10))
    recorder.record(exchange("a2", "c1", asked_at=midnight - timedelta(milliseconds=1), milliseconds=30, language="en"))
    recorder.record(exchange("a3", "c2", "부산은?", status="no_answer", asked_at=midnight, milliseconds=1000))
    recorder.record(exchange("a4", "c2", "hi", status="smalltalk", asked_at=midnight))
    recorder.record(exchange("a5", "c3", asked_at=midnight - timedelta(days=30)))
    recorder.feedback("a1", True, "")
    recorder.feedback("a2", False, "too short")
    recorder.flush(30)
    found = report(database, WEEK)
    assert (found.questions, found.answered, found.silent, found.conversations) == (4, 2, 1, 2)
    assert found.languages == {"ko": 3, "en": 1}
    assert found.modes == {"extractive": 4}
    assert [(day.date, day.questions) for day in found.days][-2:] == [(date(2026, 5, 19), 1), (date(2026, 5, 20), 3)]
    assert (found.days[-1].median, found.days[-1].p95, found.days[0].median) == (10, 1000, None)
    assert found.latency == {50: 30, 90: 1000, 95: 1000, 99: 1000}
    assert [(one.document, one.answers) for one in found.documents] == [("docs/ko/market.md", 2)]
    assert [asked.question for asked in found.unanswered] == ["부산은?"]
    assert [(asked.turn_id, asked.comment) for asked in found.disliked] == [("a2", "too short")]


def test_a_report_of_nothing_is_empty(database: Database) -> None:
    found = report(database, WEEK)
    assert (found.questions, found.latency, found.documents, len(found.days)) == (0, {}, (), 7)


def test_two_thousand_exchanges_are_kept(recorder: WriteBehind, database: Database) -> None:
    for one in many(2000, now=NOW):
        recorder.record(one)
    assert recorder.flush(60)
    found = report(database, Period.of_days(120, NOW))
    assert (found.questions, recorder.dropped) == (2000, 0)
    assert sum(len(kept["turns"]) for kept in conversations(database)) == 2000


@pytest.mark.parametrize(("share", "expected"), [(50, 2.0), (75, 3.0), (95, 4.0), (1, 1.0)])
def test_percentiles_are_values_that_were_measured(share: int, expected: float) -> None:
    assert percentile([1.0, 2.0, 3.0, 4.0], share) == expected


def test_a_period_is_whole_days_in_seoul() -> None:
    assert Period.of_days(2, datetime(2026, 1, 1, 15, 0, tzinfo=UTC)) == Period(date(2026, 1, 1), date(2026, 1, 2))
    assert WEEK.days[0] == date(2026, 5, 14)
    assert SEOUL.utcoffset(None) == timedelta(hours=9)


def test_a_conversation_is_forgotten_with_all_that_belongs_to_it(recorder: WriteBehind, database: Database) -> None:
    for number, name in enumerate(("c1", "c1", "c2")):
        recorder.record(exchange(f"a{number}", name, asked_at=NOW))
        recorder.feedback(f"a{number}", False, "")
    recorder.flush(30)
    assert forget(database, "c1") == 2
    assert forget(database, "c1") == 0
    tables = ("conversations", "turns", "citations", "feedback")
    assert [count(database, table) for table in tables] == [1, 1, 1, 1]
    assert conversation(database, "c1") is None
    assert conversation(database, "c2") is not None


def test_what_was_forgotten_is_not_left_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite3"
    database = Database(str(path))
    recorder = WriteBehind(database)
    recorder.record(exchange("a1", "c1", "unforgettable question", asked_at=NOW))
    recorder.flush(30)
    assert b"unforgettable" in b"".join(file.read_bytes() for file in tmp_path.iterdir())
    forget(database, "c1")
    assert b"unforgettable" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())
    recorder.close()


def test_what_is_too_old_goes(recorder: WriteBehind, database: Database) -> None:
    old = datetime.now(UTC) - timedelta(days=40)
    recorder.record(exchange("a1", "c1", asked_at=old))
    recorder.record(exchange("a2", "c2", asked_at=old))
    recorder.record(exchange("a3", "c2"))
    recorder.feedback("a1", True, "")
    recorder.feedback("a3", True, "")
    recorder.flush(30)
    assert expire(database, datetime.now(UTC) - timedelta(days=30)) == 2
    with database.reading() as connection:
        assert connection.execute(select(TurnRow.id)).scalars().all() == ["a3"]
        assert connection.execute(select(ConversationRow.id)).scalars().all() == ["c2"]
        left = connection.execute(select(FeedbackRow.answer_id)).scalars().all()
    assert sorted(left) == ["a1", "a3"]  # that of a1 is young: its answer might still be on its way


def test_a_recorder_sweeps_by_itself(database: Database) -> None:
    first = WriteBehind(database)
    first.record(exchange("old", "c1", asked_at=datetime.now(UTC) - timedelta(days=11)))
    first.record(exchange("new", "c2"))
    first.close()
    second = WriteBehind(database, days=10)
    second.record(exchange("newer", "c3"))
    second.close()
    with database.reading() as connection:
        assert sorted(connection.execute(select(TurnRow.id)).scalars()) == ["new", "newer"]


def test_drafts_of_evaluation_cases_leave_the_verdict_to_a_person(recorder: WriteBehind, database: Database) -> None:
    recorder.record(exchange("a1", "c1", "양재 AI 허브는?", asked_at=NOW))
    follow_up = exchange(
        "a2", "c1", "언제 열었어?", query="양재 AI 허브는 언제 열었어?", asked_at=NOW + timedelta(minutes=1)
    )
    recorder.record(follow_up)
    recorder.record(exchange("a3", "c1", "고마워", asked_at=NOW + timedelta(minutes=2)))
    recorder.feedback("a2", False, "틀렸어요")
    recorder.feedback("a3", True, "")
    recorder.flush(30)
    [draft] = evaluation_drafts(database, WEEK)
    assert draft["id"] == "feedback-ko-a2"
    assert draft["tags"] == ["feedback", "followup"]
    assert [turn["q"] for turn in draft["turns"]] == ["양재 AI 허브는?", "언제 열었어?"]
    assert [turn["expect"] for turn in draft["turns"]] == ["", ""]
    assert draft["turns"][1]["standalone"] == "양재 AI 허브는 언제 열었어?"
    assert draft["provenance"]["comment"] == "틀렸어요"
    assert draft["provenance"]["cited"] == [{"doc": "docs/ko/market.md", "quote": citation(1).quote}]


# Migrations


def migrate_to(connection: Connection, revision: str) -> None:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(rag.records.__file__).parent / "migrations"))
    command.upgrade(config, revision)


def test_migrations_make_the_tables_of_the_models(database: Database) -> None:
    database.prepare()
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_an_upgrade_from_the_first_revision_keeps_what_was_recorded(database: Database) -> None:
    if database.engine.dialect.name == "sqlite":
        Path(str(database)).touch()
    with database.writing() as connection:
        migrate_to(connection, "0001")
        connection.exec_driver_sql("INSERT INTO conversations VALUES ('c1', '', 1779246000000, 1779246000000)")
        connection.exec_driver_sql(
            "INSERT INTO turns VALUES ('a1', 'c1', 1779246000000, '질문', 'ko', 'answered', 'extractive', '답 [1]', 12.5)"
        )
        connection.exec_driver_sql("INSERT INTO citations VALUES ('a1', 1, 'docs/ko/a.md', 'A', 'p', 'q', 0, 1)")
        connection.exec_driver_sql("INSERT INTO feedback VALUES ('a1', true, 'good', 1779246000000)")
    [kept] = conversations(database)
    [turn] = kept["turns"]
    assert (turn["question"], turn["query"], turn["milliseconds"]) == ("질문", "", 12.5)
    assert turn["citations"][0]["document"] == "docs/ko/a.md"
    assert turn["feedback"] == {"helpful": True, "comment": "good"}


def test_tables_of_a_newer_version_are_left_alone(database: Database) -> None:
    database.prepare()
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.distrust()
    with pytest.raises(RecordsError, match="newer version"):
        database.prepare()


def test_several_servers_may_start_at_once(database: Database) -> None:
    address = database.url.render_as_string(hide_password=False)
    recorders = [WriteBehind(Database(address)) for _ in range(6)]
    start = threading.Barrier(len(recorders))

    def work(number: int) -> None:
        start.wait()
        for one in range(20):
            recorders[number].record(exchange(f"a{number}-{one}", f"c{one}", asked_at=NOW))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(recorders))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for recorder in recorders:
        assert recorder.flush(60)
        recorder.close()
    assert sum(recorder.written for recorder in recorders) == 120
    assert (count(database, "turns"), count(database, "conversations")) == (120, 20)


# Settings


def test_recording_can_be_switched_off() -> None:
    assert isinstance(recorder_from(Settings(records_url=Secret("off"))), NullRecorder)


def test_a_path_is_a_file_and_a_password_is_not_shown() -> None:
    assert str(Database("some/where.sqlite3")).endswith("some/where.sqlite3")
    shown = str(Database("postgresql://kim:hush@db.example.kr/records"))
    assert "hush" not in shown
    assert "db.example.kr" in shown


@pytest.mark.parametrize("address", ["mysql://host/name", "http://host", "://", "postgresql://host:port/name"])
def test_an_address_of_no_use_is_told(address: str) -> None:
    with pytest.raises(InputError, match="RAG_RECORDS_URL"):
        recorder_from(Settings(records_url=Secret(address)))


def test_days_below_none_are_refused() -> None:
    with pytest.raises(InputError, match="RAG_RECORDS_DAYS"):
        recorder_from(Settings(records_url=Secret("off"), records_days=-1))


def test_connections_that_the_server_cut_are_made_again(postgres: str) -> None:
    _create(postgres, "records_cut")
    database = Database(postgres.format(database="records_cut"))
    recorder = WriteBehind(database)
    for number in range(5):
        recorder.record(exchange(f"a{number}", asked_at=NOW))
        assert recorder.flush(30)
        _cut(postgres, "records_cut")
    assert (recorder.written, recorder.dropped, count(database, "turns")) == (5, 0, 5)
    recorder.close()


def _cut(address: str, name: str) -> None:
    engine = create_engine(Database(address.format(database="postgres")).url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
        assert connection.execute(text(cut), {"name": name}).all()
    engine.dispose()


def test_the_answer_of_an_exchange_is_not_changed_by_recording(recorder: WriteBehind) -> None:
    one = exchange("a1", "c1", "010-1234-5678")
    recorder.record(one)
    recorder.flush(30)
    assert isinstance(one.answer, Answer)
    assert one.question == "010-1234-5678"
