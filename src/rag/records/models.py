"""The tables. A change here needs a migration (`migrations/versions`); a test compares the two."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Dialect, ForeignKey, Index, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Instant(TypeDecorator[datetime]):
    """A moment, kept as milliseconds since 1970: the same in every database, with days that plain arithmetic finds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Milliseconds of a moment that knows its time zone."""
        return None if value is None else (value - _EPOCH) // timedelta(milliseconds=1)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """The moment in UTC."""
        return None if value is None else _EPOCH + timedelta(milliseconds=value)


class Base(DeclarativeBase):
    """What all tables share."""

    type_annotation_map = {str: Text(), datetime: Instant()}  # noqa: RUF012 - read by SQLAlchemy


class ConversationRow(Base):
    """A visitor's conversation: what is deleted and exported as one."""

    __tablename__ = "conversations"
    id: Mapped[str] = mapped_column(primary_key=True)
    origin: Mapped[str]
    started_at: Mapped[datetime]
    last_at: Mapped[datetime] = mapped_column(index=True)
    turns: Mapped[list[TurnRow]] = relationship(order_by="TurnRow.asked_at", viewonly=True)


class TurnRow(Base):
    """A question and its answer, personal data masked."""

    __tablename__ = "turns"
    __table_args__ = (Index("ix_turns_status_asked_at", "status", "asked_at"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    asked_at: Mapped[datetime] = mapped_column(index=True)
    question: Mapped[str]
    query: Mapped[str]  # the question as searched, made to stand alone
    language: Mapped[str]
    status: Mapped[str]
    mode: Mapped[str]
    answer: Mapped[str]
    milliseconds: Mapped[float]
    citations: Mapped[list[CitationRow]] = relationship(order_by="CitationRow.marker", viewonly=True)
    feedback: Mapped[FeedbackRow | None] = relationship(
        primaryjoin="foreign(FeedbackRow.answer_id) == TurnRow.id", viewonly=True
    )


class CitationRow(Base):
    """The words an answer rests on."""

    __tablename__ = "citations"
    turn_id: Mapped[str] = mapped_column(ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True)
    marker: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document: Mapped[str]
    title: Mapped[str]
    passage_id: Mapped[str]
    quote: Mapped[str]
    start: Mapped[int]
    end: Mapped[int]


class FeedbackRow(Base):
    """A reader's verdict. No foreign key: with several servers it may be written before the answer it speaks of."""

    __tablename__ = "feedback"
    answer_id: Mapped[str] = mapped_column(primary_key=True)
    helpful: Mapped[bool]
    comment: Mapped[str]
    given_at: Mapped[datetime] = mapped_column(index=True)
