"""From a report to what the templates show: plots, shares, tiles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from markupsafe import Markup

from rag.admin.grouping import Alternatives, Analyzer, Group, group_questions
from rag.admin.plots import Column, Line, columns, lines
from rag.admin.texts import count, day, duration, percent, say
from rag.records.reading import Report
from rag.types import Language


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure with its name above and what it is made of below."""

    name: str
    figure: str
    detail: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its name, the figure beside it, its length in percent of the track, and a second line."""

    name: str
    shown: str
    length: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """All that the first page shows of a report."""

    report: Report
    tiles: tuple[Tile, ...]
    questions: Markup
    latency: Markup
    languages: tuple[Bar, ...]
    modes: tuple[Bar, ...]
    documents: tuple[Bar, ...]
    groups: tuple[Group, ...]


def overview(report: Report, analyzer: Analyzer, alternatives: Alternatives, language: Language) -> Overview:
    """The first page of a report, its plots drawn."""
    return Overview(
        report=report,
        tiles=_tiles(report, language),
        questions=_questions(report, language),
        latency=_latency(report, language),
        languages=_shares(report.languages, language),
        modes=_shares(report.modes, language),
        documents=_documents(report, language),
        groups=tuple(group_questions(report.unanswered, analyzer, alternatives)),
    )


def _tiles(report: Report, language: Language) -> tuple[Tile, ...]:
    t = partial(say, language=language)
    asked, verdicts = report.answered + report.silent, report.helpful + report.unhelpful
    none = t("none_yet")
    answered = t("of_questions", n=count(report.answered), all=count(asked)) if asked else none
    helpful = t("of_verdicts", n=count(report.helpful), all=count(verdicts)) if verdicts else none
    median, p95 = duration(report.latency.get(50)), duration(report.latency.get(95))
    return (
        Tile(t("questions"), count(report.questions), t("conversations", n=count(report.conversations))),
        Tile(t("answered_share"), percent(report.answered, asked), answered),
        Tile(t("helpful_share"), percent(report.helpful, verdicts), helpful),
        Tile(t("latency"), p95, t("median_p95", median=median) if report.latency else none),
    )


def _questions(report: Report, language: Language) -> Markup:
    drawn = []
    for one in report.days:
        counts = {"answered": one.answered, "silent": one.silent, "smalltalk": one.smalltalk}
        name = day(one.date, language)
        told = say("column", language, date=name, n=count(one.questions), **{k: count(v) for k, v in counts.items()})
        drawn.append(Column(name, tuple((css, float(value)) for css, value in counts.items()), told))
    return columns(say("per_day", language), drawn, count)


def _latency(report: Report, language: Language) -> Markup:
    names = [day(one.date, language) for one in report.days]
    slow = Line("p95", tuple(one.p95 for one in report.days))
    usual = Line("median", tuple(one.median for one in report.days))
    return lines(say("per_day_latency", language), names, [slow, usual], duration)


def _shares(counts: Mapping[str, int], language: Language) -> tuple[Bar, ...]:
    whole = sum(counts.values())
    return tuple(
        Bar(say(name, language), f"{count(value)} · {percent(value, whole)}", 100 * value / whole)
        for name, value in counts.items()
    )


def _documents(report: Report, language: Language) -> tuple[Bar, ...]:
    longest = max((one.answers for one in report.documents), default=1)
    return tuple(
        Bar(one.title or one.document, count(one.answers), 100 * one.answers / longest, one.document)
        for one in report.documents
    )
