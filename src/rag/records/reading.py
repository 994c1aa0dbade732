"""The records as figures and lists for some days: what the admin page and `rag records stats` show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import groupby

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, func, select, type_coerce

from rag.records.database import Database
from rag.records.models import CitationRow, FeedbackRow, TurnRow

SEOUL = timezone(timedelta(hours=9), "KST")  # a day begins at midnight in Seoul; Korea has no summer time
_OFFSET, _DAY = 9 * 3_600_000, 86_400_000  # milliseconds
_LISTED = 2000  # unanswered questions, newest first
_DOCUMENTS = 10


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days in Seoul, both ends included."""

    first: date
    last: date

    @classmethod
    def of_days(cls, days: int, now: datetime | None = None) -> Period:
        """The last so many days, today among them."""
        today = (now or datetime.now(UTC)).astimezone(SEOUL).date()
        return cls(today - timedelta(days=days - 1), today)

    @property
    def days(self) -> list[date]:
        """Every day."""
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]

    def holds(self, moment: ColumnElement[datetime]) -> ColumnElement[bool]:
        """The condition that a column's moment lies within."""
        start = datetime.combine(self.first, datetime.min.time(), SEOUL)
        end = datetime.combine(self.last + timedelta(days=1), datetime.min.time(), SEOUL)
        return (moment >= start) & (moment < end)


@dataclass(frozen=True, slots=True)
class Day:
    """One day: questions by what became of them, and how long answers took."""

    date: date
    answered: int = 0
    silent: int = 0
    smalltalk: int = 0
    median: float | None = None  # milliseconds
    p95: float | None = None

    @property
    def questions(self) -> int:
        """All of them."""
        return self.answered + self.silent + self.smalltalk


@dataclass(frozen=True, slots=True)
class Cited:
    """A document and in how many answers it was cited."""

    document: str
    title: str
    answers: int


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as it was asked, with what its reader thought of the answer where he said so."""

    turn_id: str
    conversation_id: str
    asked_at: datetime
    language: str
    question: str
    answer: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What happened in a period."""

    period: Period
    days: tuple[Day, ...]
    conversations: int
    languages: dict[str, int]
    modes: dict[str, int]
    documents: tuple[Cited, ...]
    latency: dict[int, float]  # percentile -> milliseconds; empty without answers
    helpful: int
    unhelpful: int
    unanswered: tuple[Asked, ...]
    disliked: tuple[Asked, ...]

    @property
    def questions(self) -> int:
        """All of them."""
        return sum(day.questions for day in self.days)

    @property
    def answered(self) -> int:
        """Those with an answer from the documents."""
        return sum(day.answered for day in self.days)

    @property
    def silent(self) -> int:
        """Those the documents had no answer to."""
        return sum(day.silent for day in self.days)


def report(database: Database, period: Period) -> Report:
    """All figures of a period; raises RecordsError where the records cannot be read."""
    with database.reading() as connection:
        within = period.holds(TurnRow.asked_at.expression)
        times = _times(connection, within)
        verdicts = _verdicts(connection, within)
        return Report(
            period=period,
            days=_days(connection, within, period, times),
            conversations=connection.execute(
                select(func.count(TurnRow.conversation_id.distinct())).where(within)
            ).scalar_one(),
            languages=_counts(connection, within, TurnRow.language.expression),
            modes=_counts(connection, within, TurnRow.mode.expression),
            documents=_documents(connection, within),
            latency=_percentiles(sorted(took for _, took in times)),
            helpful=verdicts[True],
            unhelpful=verdicts[False],
            unanswered=_unanswered(connection, within),
            disliked=_disliked(connection, within),
        )


def summary(report: Report) -> dict[str, object]:
    """The figures of a report by name, for the command line."""
    return {
        "from": report.period.first.isoformat(),
        "to": report.period.last.isoformat(),
        "conversations": report.conversations,
        "questions": report.questions,
        "answered": report.answered,
        "no_answer": report.silent,
        "helpful": report.helpful,
        "unhelpful": report.unhelpful,
        **{f"language_{language}": count for language, count in report.languages.items()},
        **{f"p{share}_ms": round(took, 1) for share, took in report.latency.items()},
    }


def percentile(ordered: Sequence[float], share: int) -> float:
    """The value that so many percent of the ordered values do not exceed (nearest rank)."""
    return ordered[max(0, -(-share * len(ordered) // 100) - 1)]


def _percentiles(ordered: Sequence[float]) -> dict[int, float]:
    return {share: percentile(ordered, share) for share in (50, 90, 95, 99)} if ordered else {}


def _day() -> ColumnElement[int]:
    """The day of a turn in Seoul, counted from 1970."""
    return (type_coerce(TurnRow.asked_at, BigInteger) + _OFFSET) // _DAY


def _numbered(day: int) -> date:
    return date(1970, 1, 1) + timedelta(days=day)


def _times(connection: Connection, within: ColumnElement[bool]) -> list[tuple[date, float]]:
    """Day and milliseconds of each answer, greetings left out, in order."""
    query = select(_day(), TurnRow.milliseconds).where(within, TurnRow.status != "smalltalk").order_by(TurnRow.asked_at)
    return [(_numbered(day), took) for day, took in connection.execute(query)]


def _days(
    connection: Connection, within: ColumnElement[bool], period: Period, times: Sequence[tuple[date, float]]
) -> tuple[Day, ...]:
    query = select(_day().label("day"), TurnRow.status, func.count()).where(within).group_by("day", TurnRow.status)
    counts = {(_numbered(day), status): count for day, status, count in connection.execute(query)}
    took = {day: sorted(ms for _, ms in group) for day, group in groupby(times, key=lambda pair: pair[0])}
    return tuple(
        Day(
            date=day,
            answered=counts.get((day, "answered"), 0),
            silent=counts.get((day, "no_answer"), 0),
            smalltalk=counts.get((day, "smalltalk"), 0),
            median=percentile(took[day], 50) if day in took else None,
            p95=percentile(took[day], 95) if day in took else None,
        )
        for day in period.days
    )


def _counts(connection: Connection, within: ColumnElement[bool], column: ColumnElement[str]) -> dict[str, int]:
    query = select(column, func.count()).where(within).group_by(column).order_by(func.count().desc(), column)
    return {row[0]: row[1] for row in connection.execute(query)}


def _documents(connection: Connection, within: ColumnElement[bool]) -> tuple[Cited, ...]:
    answers = func.count(CitationRow.turn_id.distinct())
    query = (
        select(CitationRow.document, func.max(CitationRow.title), answers)
        .join(TurnRow, TurnRow.id == CitationRow.turn_id)
        .where(within)
        .group_by(CitationRow.document)
        .order_by(answers.desc(), CitationRow.document)
        .limit(_DOCUMENTS)
    )
    return tuple(Cited(document, title, count) for document, title, count in connection.execute(query))


def _verdicts(connection: Connection, within: ColumnElement[bool]) -> Counter[bool]:
    query = select(FeedbackRow.helpful, func.count()).join(TurnRow, TurnRow.id == FeedbackRow.answer_id)
    return Counter({bool(good): count for good, count in connection.execute(query.where(within).group_by("helpful"))})


def _question() -> Select[str, str, datetime, str, str]:
    columns = (TurnRow.id, TurnRow.conversation_id, TurnRow.asked_at, TurnRow.language, TurnRow.question)
    return select(*columns).order_by(TurnRow.asked_at.desc(), TurnRow.id).limit(_LISTED)


def _unanswered(connection: Connection, within: ColumnElement[bool]) -> tuple[Asked, ...]:
    query = _question().where(within, TurnRow.status == "no_answer")
    return tuple(Asked(*row) for row in connection.execute(query))


def _disliked(connection: Connection, within: ColumnElement[bool]) -> tuple[Asked, ...]:
    query = _question().add_columns(TurnRow.answer, FeedbackRow.comment)
    query = query.join(FeedbackRow, FeedbackRow.answer_id == TurnRow.id).where(within, FeedbackRow.helpful.is_(False))
    return tuple(Asked(*row) for row in connection.execute(query))
