"""From what surfaces hand over to rows: personal data masked, text that no database takes mended, written in one go.

Writing the same thing twice changes nothing, so that a batch whose commit was never confirmed can be written again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from rag.exchanges import Exchange
from rag.privacy import mask_personal_data
from rag.records.models import Base, CitationRow, ConversationRow, FeedbackRow, TurnRow

_ID_LENGTH = 200
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reader thought of an answer."""

    answer_id: str
    helpful: bool
    comment: str
    given_at: datetime


Item = Exchange | Verdict


@dataclass(slots=True)
class Rows:
    """Rows for each table; of two for the same key the later one stays."""

    conversations: dict[str, Row] = field(default_factory=dict)
    turns: dict[str, Row] = field(default_factory=dict)
    citations: dict[tuple[str, int], Row] = field(default_factory=dict)
    feedback: dict[str, Row] = field(default_factory=dict)

    @classmethod
    def of(cls, items: Iterable[Item], public: Sequence[str] = ()) -> Rows:
        """The rows of some items. Personal data that also stands in `public` or in the quoted documents is left."""
        rows = cls()
        for item in items:
            if isinstance(item, Verdict):
                rows._add_verdict(item)
            else:
                rows._add_exchange(item, public)
        return rows

    def _add_exchange(self, exchange: Exchange, public: Sequence[str]) -> None:
        answer, turn, conversation = exchange.answer, _id(exchange.answer_id), _id(exchange.conversation_id)
        started = self.conversations.get(conversation, {"started_at": exchange.asked_at})["started_at"]
        self.conversations[conversation] = {
            "id": conversation,
            "origin": _storable(exchange.origin),
            "started_at": min(started, exchange.asked_at),
            "last_at": exchange.asked_at,
        }
        self.turns[turn] = {
            "id": turn,
            "conversation_id": conversation,
            "asked_at": exchange.asked_at,
            "question": _masked(exchange.question),
            "query": _masked(answer.query),
            "language": answer.language,
            "status": answer.status,
            "mode": answer.mode,
            "answer": _masked(answer.text, [*public, *(citation.quote for citation in answer.citations)]),
            "milliseconds": float(exchange.milliseconds),
        }
        for citation in answer.citations:
            names = ("marker", "document", "title", "passage_id", "quote", "start", "end")
            values = {name: getattr(citation, name) for name in names}
            values |= {name: _storable(value) for name, value in values.items() if isinstance(value, str)}
            self.citations[turn, citation.marker] = {"turn_id": turn, **values}

    def _add_verdict(self, verdict: Verdict) -> None:
        self.feedback[_id(verdict.answer_id)] = {
            "answer_id": _id(verdict.answer_id),
            "helpful": verdict.helpful,
            "comment": _masked(verdict.comment),
            "given_at": verdict.given_at,
        }

    def write(self, connection: Connection) -> None:
        """Insert what is new and change what may change, in the transaction of the connection."""
        _upsert(connection, ConversationRow, self.conversations.values(), ("id",), ("last_at",))
        _upsert(connection, TurnRow, self.turns.values(), ("id",))
        _upsert(connection, CitationRow, self.citations.values(), ("turn_id", "marker"))
        _upsert(connection, FeedbackRow, self.feedback.values(), ("answer_id",), ("helpful", "comment", "given_at"))


def _upsert(
    connection: Connection, model: type[Base], rows: Iterable[Row], key: Sequence[str], changing: Sequence[str] = ()
) -> None:
    ordered = [dict(row) for row in rows]  # in the order of their keys, so that two writers cannot wait for each other
    if not ordered:
        return
    ordered.sort(key=lambda row: [row[name] for name in key])
    table = model.__table__
    assert isinstance(table, Table)
    if connection.dialect.name == "postgresql":
        insert: Any = postgresql.insert(table)
    else:
        insert = sqlite.insert(table)
    if changing:
        changes = {name: insert.excluded[name] for name in changing}
        insert = insert.on_conflict_do_update(index_elements=list(key), set_=changes)
    else:
        insert = insert.on_conflict_do_nothing(index_elements=list(key))
    connection.execute(insert, ordered)


def _masked(text: str, keep: Sequence[str] = ()) -> str:
    return mask_personal_data(_storable(text), keep)


def _id(text: str) -> str:
    return _storable(text)[:_ID_LENGTH]


def _storable(text: str) -> str:
    """The text without what databases refuse: NUL, and half surrogates that a JSON body may bring."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
