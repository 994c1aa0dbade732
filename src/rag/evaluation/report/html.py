"""The report as one page: no request leaves it, no script but ours runs in it, and it can be mailed as it is."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from rag.evaluation.comparison import GATE, INFRASTRUCTURE, INVALID, PASS
from rag.evaluation.report.cards import card_of
from rag.evaluation.report.causes import causes_of, spots_of
from rag.evaluation.report.charts import latency_chart, risk_chart
from rag.evaluation.report.escaping import legible, one_line
from rag.evaluation.report.excerpts import TextOf
from rag.evaluation.report.tables import SMALL, metric_rows, reach_of, slice_map
from rag.evaluation.report.view import STATES, SYMPTOMS, VERDICTS, Pair, Report, State, lead_of

if TYPE_CHECKING:
    from jinja2 import Environment

MAX_BYTES = 2_900_000  # of the page
_FULL_BYTES = 1_700_000  # of cards with their documents; those after have none
_BRIEF_BYTES = 2_600_000  # of all cards; what comes after is counted only
_STANDING = {VERDICTS[PASS]: "good", VERDICTS[GATE]: "bad", VERDICTS[INVALID]: "bad", VERDICTS[INFRASTRUCTURE]: "bad"}
_SHOWN: tuple[State, ...] = ("broken", "failing", "flawed", "mended", "changed")


def page_of(report: Report, text_of: TextOf) -> str:
    """The page; `text_of` gives the documents that answers cite."""
    environment = _environment()
    cards, left_out = _cards(environment, report, text_of)
    compared, rest = metric_rows(report)
    slices, small_slices = slice_map(report, [row.metric for row in compared])
    style, script = (_asset(name) for name in ("report.css", "report.js"))
    return environment.get_template("report.html.j2").render(
        report=report,
        standing=_STANDING.get(report.verdict, ""),
        lead=lead_of(report),
        reach=f"{reach_of(compared) * 100:g}",
        small=SMALL,
        earlier=any(pair.earlier is not None for pair in report.pairs),
        policy=_policy(style, script),
        style=_safe(style),
        script=_safe(script),
        compared=compared,
        rest=rest,
        slices=slices,
        small_slices=small_slices,
        causes=causes_of(report),
        risk=_safe(risk_chart(report)),
        latency=_safe(latency_chart(report)),
        cards=_safe("".join(cards)),
        left_out=left_out,
        filters=_filters(report),
    )


def _cards(environment: Environment, report: Report, text_of: TextOf) -> tuple[list[str], int]:
    """The cards as HTML, as many as the page has room for, and how many it has none for."""
    template = environment.get_template("card.html.j2")
    pairs = report.of(*_SHOWN)
    cards: list[str] = []
    size = 0
    for number, pair in enumerate(pairs):
        card = template.render(card=card_of(pair, text_of, full=size < _FULL_BYTES), number=number)
        size += len(card.encode())
        if size > _BRIEF_BYTES:
            return cards, len(pairs) - number
        cards.append(card)
    return cards, 0


def _filters(report: Report) -> dict[str, list[tuple[str, str]]]:
    """The choices above the turns: (value, words with a count)."""
    pairs = report.of(*_SHOWN)
    states = Counter(pair.state for pair in pairs)
    symptoms = Counter(pair.symptom for pair in pairs if pair.symptom)
    slices = Counter(name for pair in pairs for name in spots_of(pair) if not name.startswith("language="))
    languages = Counter(pair.now.language for pair in pairs)
    return {
        "state": [(state, f"{words} ({states[state]})") for state, words in STATES.items() if states[state]],
        "symptom": [(name, f"{words} ({symptoms[name]})") for name, words in SYMPTOMS.items() if symptoms[name]],
        "slice": [(name, f"{_slice_words(name)} ({slices[name]})") for name in sorted(slices)],
        "language": [(name, f"{name} ({languages[name]})") for name in sorted(languages)],
    }


def _policy(style: str, script: str) -> str:
    """A content security policy that allows our style and script by their checksums, and nothing else."""
    return (
        f"default-src 'none'; style-src '{_checksum(style)}'; script-src '{_checksum(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _checksum(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@lru_cache
def _asset(name: str) -> str:
    return (files(__package__) / "templates" / name).read_text(encoding="utf-8")


def _safe(markup: str) -> Any:
    from markupsafe import Markup

    return Markup(markup)  # made of our own templates and of escaped text


@lru_cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("rag.evaluation.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_legible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        share=_share,
        points=_points,
        words=_words,
        tight=_tight,
        one_line=one_line,
        anchor=_anchor,
        slices_of=_slices_of,
        slice_words=_slice_words,
        filter_attribute=_filter_attribute,
    )
    environment.globals.update(STATES=STATES, SYMPTOMS=SYMPTOMS)
    return environment


def _legible(value: Any) -> Any:
    """What a template puts out, without control characters; our own markup stays as it is."""
    return legible(value) if type(value) is str else value


def _anchor(key: str) -> str:
    return "t-" + re.sub(r"[^\w.-]", "-", key)


def _slices_of(pair: Pair) -> str:
    return "|".join(name.replace("|", " ") for name in spots_of(pair))


def _slice_words(name: str) -> str:
    return name.replace("=", ": ", 1)


def _filter_attribute(name: str) -> Any:
    """What a button carries to filter by a slice; languages have a filter of their own."""
    from markupsafe import Markup

    kind, _, value = name.partition("=")
    return Markup('data-{}="{}"').format(
        "language" if kind == "language" else "slice", value if kind == "language" else name
    )


def _share(value: float) -> str:
    return f"{value * 100:.1f}"


def _points(value: float) -> str:
    return "0.0" if abs(value) < 0.0005 else f"{value * 100:+.1f}".replace("-", "−")


def _tight(text: str) -> str:
    return re.sub(r"\n\s*\n", "\n", text)


def _words(metric: str) -> str:
    return metric.replace("_", " ")
