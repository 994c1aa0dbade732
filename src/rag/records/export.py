"""The records as JSON lines: everything by conversation, and answers that did not help as drafts of evaluation cases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from rag.records.database import Database
from rag.records.models import CitationRow, ConversationRow, FeedbackRow, TurnRow
from rag.records.reading import SEOUL, Period

_AT_ONCE = 200  # conversations held in memory


def conversations(database: Database) -> Iterator[dict[str, Any]]:
    """Each conversation with its turns, citations and verdicts; raises RecordsError where they cannot be read."""
    loading = selectinload(ConversationRow.turns)
    query = (
        select(ConversationRow)
        .order_by(ConversationRow.started_at, ConversationRow.id)
        .options(loading.selectinload(TurnRow.citations), loading.selectinload(TurnRow.feedback))
        .execution_options(yield_per=_AT_ONCE)
    )
    with database.reading() as connection, Session(connection) as session:
        for row in session.scalars(query):
            yield {
                "id": row.id,
                "origin": row.origin,
                "started_at": _iso(row.started_at),
                "last_at": _iso(row.last_at),
                "turns": [_turn(turn) for turn in row.turns],
            }


def conversation(database: Database, conversation_id: str) -> dict[str, Any] | None:
    """One conversation in the same form; None for an unknown one."""
    with database.reading() as connection, Session(connection) as session:
        row = session.get(ConversationRow, conversation_id)
        if row is None:
            return None
        turns = [_turn(turn) for turn in row.turns]
        return {"id": row.id, "origin": row.origin, "started_at": _iso(row.started_at), "turns": turns}


def evaluation_drafts(database: Database, period: Period) -> Iterator[dict[str, Any]]:
    """Answers that did not help, as evaluation cases that a person has still to finish: `expect` is empty.

    The turns before it come along, so that a follow-up can be asked again as it was.
    """
    query = (
        select(TurnRow)
        .join(FeedbackRow, FeedbackRow.answer_id == TurnRow.id)
        .where(FeedbackRow.helpful.is_(False), period.holds(TurnRow.asked_at.expression))
        .order_by(TurnRow.asked_at, TurnRow.id)
        .options(selectinload(TurnRow.citations), selectinload(TurnRow.feedback))
    )
    with database.reading() as connection, Session(connection) as session:
        for turn in session.scalars(query).all():
            yield _draft(turn, _until(session, turn))


def _until(session: Session, turn: TurnRow) -> list[TurnRow]:
    """The turns of a conversation up to this one."""
    before = TurnRow.asked_at < turn.asked_at
    query = select(TurnRow).where(TurnRow.conversation_id == turn.conversation_id, before).order_by(TurnRow.asked_at)
    return [*session.scalars(query), turn]


def _draft(turn: TurnRow, turns: list[TurnRow]) -> dict[str, Any]:
    day = turn.asked_at.astimezone(SEOUL).date().isoformat()
    return {
        "id": f"feedback-{turn.language}-{turn.id}",
        "cluster": f"feedback-{turn.id}",
        "split": "dev",
        "tags": ["feedback", *(["followup"] if len(turns) > 1 else [])],
        "as_of": day,
        "critical": False,
        "turns": [_drafted(one) for one in turns],
        "provenance": {
            "author": "visitor",
            "reviewer": "",
            "checked": "",
            "answer": turn.answer,
            "status": turn.status,
            "cited": [{"doc": citation.document, "quote": citation.quote} for citation in turn.citations],
            "comment": turn.feedback.comment if turn.feedback else "",
        },
    }


def _drafted(turn: TurnRow) -> dict[str, Any]:
    standalone = {"standalone": turn.query} if turn.query and turn.query != turn.question else {}
    asked = {"q": turn.question, "lang": turn.language, "answer_lang": turn.language, **standalone}
    return {**asked, "expect": "", "evidence": [], "facts": []}


def _turn(turn: TurnRow) -> dict[str, Any]:
    plain = ("id", "question", "query", "language", "status", "mode", "answer", "milliseconds")
    return {
        **{name: getattr(turn, name) for name in plain},
        "asked_at": _iso(turn.asked_at),
        "citations": [_citation(citation) for citation in turn.citations],
        "feedback": turn.feedback and {"helpful": turn.feedback.helpful, "comment": turn.feedback.comment},
    }


def _citation(citation: CitationRow) -> dict[str, Any]:
    names = ("marker", "document", "title", "passage_id", "quote", "start", "end")
    return {name: getattr(citation, name) for name in names}


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
