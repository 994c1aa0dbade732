"""What leaves the records: what is too old, and conversations that are to be forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Delete, delete, exists, select

from rag.records.database import Database
from rag.records.models import ConversationRow, FeedbackRow, TurnRow

_ORPHAN = timedelta(days=1)  # feedback may come before its answer is written, but not this long


def forget(database: Database, conversation_id: str) -> int:
    """Delete a conversation with all that belongs to it; gives how many turns it had, 0 for an unknown one.

    Raises RecordsError where the database cannot be used.
    """
    turns = select(TurnRow.id).where(TurnRow.conversation_id == conversation_id)
    _, count, _ = _delete(
        database,
        delete(FeedbackRow).where(FeedbackRow.answer_id.in_(turns)),
        delete(TurnRow).where(TurnRow.conversation_id == conversation_id),
        delete(ConversationRow).where(ConversationRow.id == conversation_id),
    )
    return count


def expire(database: Database, before: datetime) -> int:
    """Delete turns asked before a moment, and what is left without a turn; gives how many turns."""
    known = exists().where(TurnRow.id == FeedbackRow.answer_id)
    count, _, _ = _delete(
        database,
        delete(TurnRow).where(TurnRow.asked_at < before),
        delete(FeedbackRow).where(~known, FeedbackRow.given_at < max(before, datetime.now(UTC) - _ORPHAN)),
        delete(ConversationRow).where(
            ConversationRow.last_at < before, ~exists().where(TurnRow.conversation_id == ConversationRow.id)
        ),
    )
    return count


def _delete(database: Database, *statements: Delete) -> list[int]:
    """Run them in one transaction; gives the rows that each one deleted. On SQLite nothing is left in the files."""
    with database.ready(), database.writing() as connection:
        results: list[Any] = [connection.execute(statement) for statement in statements]
        counts = [result.rowcount for result in results]
    if database.engine.dialect.name == "sqlite" and any(counts):
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")  # the log held the deleted words too
    return counts
