"""An answer and its citations as HTML: pure functions, everything that comes from outside is escaped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from itertools import groupby

from rag.types import Answer, Citation, Language, Passage, Sentence
from rag.ui.charts import chart_of, chart_svg
from rag.ui.icons import icon
from rag.ui.markup import answer_markup
from rag.ui.tables import Table, cited_tables, overlaps, table_html, table_of
from rag.ui.texts import age_in_years, attribute, both, date_pair, label

SOURCES_SHOWN = 4
_OLD_YEARS = 2  # from this age on, a figure's chip tells how old it is
_CONTEXT = 200  # characters of the file shown on each side of a quote
_REACH = re.compile(r"(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)|(?P<phone>\+?\d[\d\s()-]{7,}\d)")


def answer_html(answer: Answer, passages: Mapping[str, Passage], today: date, contact: str = "") -> str:
    """An answer below its question: text with markers, tables, notice, sources, suggestions and actions."""
    parts = [_body(answer, contact)]
    parts += [_figure(table, answer) for table in cited_tables(answer.citations, passages)]
    if answer.notice:
        parts.append(f'<p class="notice">{escape(answer.notice)}</p>')
    parts += [_sources(answer, passages, today), _suggestions(answer), _actions(answer)]
    return "".join(parts)


def _body(answer: Answer, contact: str) -> str:
    titles = {citation.marker: citation.title for citation in answer.citations}
    text = answer_markup(answer.text, lambda number: _marker(number, titles, answer.language))
    if answer.status != "no_answer":
        return f'<div class="said" lang="{answer.language}">{text}</div>'
    heading = label(both("no_answer"), answer.language, "h3")
    told, linked = escape(contact), _linked(contact)
    if contact and told in text:
        text = text.replace(told, linked)
    elif contact:
        text += f'<p class="contact">{label(both("contact"), answer.language, "strong")} {linked}</p>'
    body = f'<div class="said" lang="{answer.language}">{text}</div>'
    return f'<div class="silent">{icon("silent")}<div>{heading}{body}</div></div>'


def _marker(number: int, titles: Mapping[int, str], language: Language) -> str:
    if number not in titles:
        return ""
    name = attribute("aria-label", both("open_source", n=number, title=titles[number]), language)
    return f'<button type="button" class="cite" data-marker="{number}" aria-haspopup="dialog" {name}>{number}</button>'


def _linked(contact: str) -> str:
    """The contact with its mail addresses and telephone numbers as links."""
    return _REACH.sub(_reach_link, escape(contact))


def _reach_link(found: re.Match[str]) -> str:
    number = re.sub(r"[^+0-9]", "", found["phone"] or "")
    return f'<a href="{f"tel:{number}" if number else f"mailto:{found[0]}"}">{found[0]}</a>'


def _figure(table: Table, answer: Answer) -> str:
    chart = chart_of(table, answer.text)
    if chart is None:
        return f'<figure class="data">{table_html(table, answer.language)}</figure>'
    words = f"{escape(table.caption)} <span>{escape(chart.column)}</span>"
    caption = f'<figcaption lang="{table.language}">{words}</figcaption>'
    summary = label(both("table"), answer.language, "summary")
    return (
        f'<figure class="data">{caption}{chart_svg(chart, answer.language)}'
        f"<details>{summary}{table_html(table, answer.language)}</details></figure>"
    )


def _sources(answer: Answer, passages: Mapping[str, Passage], today: date) -> str:
    if not answer.citations:
        return ""
    rows = [
        _source(citation, _readable(citation, passages.get(citation.passage_id)), answer.language, today)
        for citation in answer.citations
    ]
    shown, rest = "".join(rows[:SOURCES_SHOWN]), "".join(rows[SOURCES_SHOWN:])
    if rest:
        summary = label(both("more_sources", n=len(rows) - SOURCES_SHOWN), answer.language, "summary")
        rest = f"<details>{summary}<ul>{rest}</ul></details>"
    heading = label(both("sources"), answer.language, "h3")
    return f'<section class="sources">{heading}<ul>{shown}</ul>{rest}</section>'


def _source(citation: Citation, words: str, language: Language, today: date) -> str:
    return (
        f'<li><button type="button" class="source" data-marker="{citation.marker}" aria-haspopup="dialog">'
        f'<span class="number">{citation.marker}</span><span class="words" lang="{citation.language}">'
        f"<b>{escape(citation.title)}</b><q>{escape(words)}</q></span>"
        f"{date_chip(citation, language, today)}</button></li>"
    )


def _readable(citation: Citation, passage: Passage | None) -> str:
    """The quote without a table's bars: of rows, the values they hold."""
    rows = [row for row in passage.sentences if row.cells] if passage else []
    cited = [row for row in rows if overlaps(row, citation.start, citation.end)]
    return " / ".join(" · ".join(value for _, value in row.cells) for row in cited) or _folded(citation.quote)


def date_chip(citation: Citation, language: Language, today: date) -> str:
    """The date the figures speak of (else of publication), and their age where it matters."""
    iso = citation.as_of or citation.published
    if not iso:
        return ""
    pair = both("as_of" if citation.as_of else "published_on", date=date_pair(iso))
    years = age_in_years(iso, today)
    old = years is not None and years >= _OLD_YEARS
    age = label(both("years_ago", n=years), language, "i") if old else ""
    return f'<span class="chip{" old" if old else ""}">{label(pair, language)}{age}</span>'


def _suggestions(answer: Answer) -> str:
    if not answer.suggestions:
        return ""
    key = "suggestions" if answer.status == "no_answer" else "follow_ups"
    buttons = "".join(f"<li>{ask_button(text)}</li>" for text in answer.suggestions)
    return f'<section class="suggestions">{label(both(key), answer.language, "h3")}<ul>{buttons}</ul></section>'


def ask_button(question: str) -> str:
    """A button that asks the question it shows."""
    return f'<button type="button" class="ask"><span>{escape(question)}</span>{icon("arrow")}</button>'


def _actions(answer: Answer) -> str:
    keys = (("copy", "copy"), ("retry", "retry"), ("helpful", "up"), ("unhelpful", "down"))
    buttons = "".join(_action(action, name, answer.language) for action, name in keys)
    origin = label(both(answer.mode), answer.language, "span", 'class="origin"') if answer.citations else ""
    return f'<div class="actions">{buttons}<span class="done" role="status"></span>{origin}</div>'


def _action(action: str, name: str, language: Language) -> str:
    pressed = ' aria-pressed="false"' if name in ("up", "down") else ""
    words = attribute("aria-label", both(action), language), attribute("title", both(action), language)
    return f'<button type="button" class="tool" data-action="{action}"{pressed} {words[0]}>{icon(name)}</button>'


def card_html(
    citation: Citation,
    language: Language,
    today: date,
    passage: Passage | None = None,
    twin: Passage | None = None,
    file_text: str = "",
) -> str:
    """The card of a source: what it is, the passage with the quote marked, its twin, and the words in the file."""
    section = f'<p class="section">{escape(citation.section)}</p>' if citation.section else ""
    text = _passage(passage, citation) if passage else f"<p><mark>{escape(citation.quote)}</mark></p>"
    return (
        f'<div class="title" lang="{citation.language}"><h2>{escape(citation.title)}</h2>{section}</div>'
        f"{date_chip(citation, language, today)}"
        f'<blockquote lang="{citation.language}">{text}</blockquote>'
        f"{_twin(twin, passage, citation, language)}{_verbatim(file_text, citation, language)}"
        f"{_facts(citation, language)}"
    )


def _facts(citation: Citation, language: Language) -> str:
    day, as_of = date_pair(citation.published), date_pair(citation.as_of)
    plain = [("publisher", (citation.publisher,) * 2), ("published", day), ("as_of_label", as_of)]
    rows = "".join(
        f"<dt>{label(both(key), language)}</dt><dd>{label(pair, language)}</dd>" for key, pair in plain if pair[0]
    )
    rows += f"<dt>{label(both('document'), language)}</dt><dd><code>{escape(citation.document)}</code></dd>"
    return f"<dl>{rows}</dl>{_link(citation.url or '', language)}"


def _link(url: str, language: Language) -> str:
    if not url.lower().startswith(("http://", "https://")):
        return ""
    words = label(both("source_link"), language) + icon("out")
    return f'<a class="out" href="{escape(url)}" target="_blank" rel="noopener noreferrer">{words}</a>'


def _twin(twin: Passage | None, passage: Passage | None, citation: Citation, language: Language) -> str:
    if twin is None or passage is None:
        return ""
    summary = label(both(f"twin_{twin.language}"), language, "summary")
    hits = _same_rows(twin, passage, citation)
    text = "".join(_group(list(group), twin.language, hits, None) for _, group in groupby(twin.sentences, _shape))
    return f'<details class="twin">{summary}<blockquote lang="{twin.language}">{text}</blockquote></details>'


def _same_rows(twin: Passage, passage: Passage, citation: Citation) -> frozenset[int]:
    """Starts of the twin's rows that stand where the cited rows stand; prose has no such sure counterpart."""
    pairs = list(zip(passage.sentences, twin.sentences, strict=False))
    if [_shape(a)[0] for a in passage.sentences] != [_shape(b)[0] for b in twin.sentences]:
        return frozenset()
    return frozenset(b.start for a, b in pairs if a.cells and overlaps(a, citation.start, citation.end))


def _passage(passage: Passage, citation: Citation) -> str:
    hits = frozenset(s.start for s in passage.sentences if overlaps(s, citation.start, citation.end))
    groups = groupby(passage.sentences, _shape)
    return "".join(_group(list(group), passage.language, hits, citation) for _, group in groups)


def _shape(sentence: Sentence) -> tuple[str, str]:
    return sentence.kind, sentence.caption if sentence.cells else ""


def _group(group: list[Sentence], language: Language, hits: frozenset[int], citation: Citation | None) -> str:
    if group[0].cells:
        return table_html(table_of(group, language, lambda row: (0,) if row.start in hits else ()), language)
    texts = [_marked(sentence, citation) if sentence.start in hits else escape(sentence.text) for sentence in group]
    if group[0].kind == "item":
        return "<ul>" + "".join(f"<li>{text}</li>" for text in texts) + "</ul>"
    return f"<p>{' '.join(texts)}</p>"


def _marked(sentence: Sentence, citation: Citation | None) -> str:
    """The sentence with the quoted words marked: all of it, unless the quote is a part found in its readable text."""
    quote = _folded(citation.quote) if citation else ""
    before, found, after = sentence.text.partition(quote) if quote else ("", "", "")
    if not found:
        return f"<mark>{escape(sentence.text)}</mark>"
    return f"{escape(before)}<mark>{escape(found)}</mark>{escape(after)}"


def _verbatim(file_text: str, citation: Citation, language: Language) -> str:
    start, end = citation.start, citation.end
    if file_text[start:end] != citation.quote or not citation.quote:
        return ""
    first = file_text.rfind("\n", 0, max(0, start - _CONTEXT)) + 1
    last = file_text.find("\n", min(len(file_text), end + _CONTEXT))
    before, after = file_text[first:start], file_text[end : last if last >= 0 else len(file_text)]
    place = label(both("place", document=citation.document, start=f"{start:,}", end=f"{end:,}"), language, "p")
    summary = label(both("verbatim"), language, "summary")
    raw = f"{escape(before)}<mark>{escape(citation.quote)}</mark>{escape(after)}"
    pre = f'<pre lang="{citation.language}" tabindex="0">{raw}</pre>'
    return f'<details class="verbatim">{summary}{place}{pre}</details>'


def _folded(text: str) -> str:
    return " ".join(text.split())


def cards(
    answer: Answer,
    passages: Mapping[str, Passage],
    twins: Mapping[str, Passage],
    files: Mapping[str, str],
    today: date,
) -> dict[str, str]:
    """The card of every citation, by marker."""
    return {
        str(citation.marker): card_html(
            citation,
            answer.language,
            today,
            passages.get(citation.passage_id),
            twins.get(citation.passage_id),
            files.get(citation.document, ""),
        )
        for citation in _unique(answer.citations)
    }


def _unique(citations: Sequence[Citation]) -> list[Citation]:
    return list({citation.marker: citation for citation in citations}.values())
