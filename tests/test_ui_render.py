"""What the page shows, without a browser: HTML of answers and cards, charts, texts, and the page's routes."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from fakes import ATTACK, CONTACT, FakeChatbot
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from rag.types import Answer, Citation, Language, Source
from rag.ui import mount_page
from rag.ui.charts import Chart, chart_of, chart_svg, measure
from rag.ui.events import encode_answer
from rag.ui.markup import answer_markup
from rag.ui.render import answer_html, card_html, cards, date_chip
from rag.ui.routes import rendered_answer
from rag.ui.tables import Row, Table, cited_tables
from rag.ui.texts import TEXTS, corpus_pair, date_pair, say

TODAY = date(2026, 11, 21)
BOT = FakeChatbot()


def _rendered(question: str) -> tuple[Answer, str]:
    answer = BOT.ask(question)
    return answer, answer_html(answer, BOT.passages, TODAY, CONTACT)


def _words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


class _Elements(HTMLParser):
    """The elements and attributes a browser would find."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


# ---- texts


def test_every_string_has_both_languages_and_the_same_blanks() -> None:
    for key, (korean, english) in TEXTS.items():
        assert re.search("[가-힣]", korean) or korean == english, key
        assert not re.search("[가-힣]", english), key
        assert set(re.findall(r"{\w+}", korean)) == set(re.findall(r"{\w+}", english)), key


@pytest.mark.parametrize(
    ("iso", "korean", "english"),
    [
        ("2021", "2021년", "2021"),
        ("2022-07", "2022년 7월", "Jul 2022"),
        ("2025-08-19", "2025년 8월 19일", "19 Aug 2025"),
        ("early 2022", "early 2022", "early 2022"),
        ("2022-13", "2022-13", "2022-13"),
        ("", "", ""),
    ],
)
def test_dates_are_read_in_both_languages(iso: str, korean: str, english: str) -> None:
    assert date_pair(iso) == (korean, english)


def test_a_document_and_its_translation_count_once() -> None:
    assert corpus_pair(BOT.sources.values()) == ("문서 3건 · 2022–2025년", "3 documents · 2022–2025")
    assert corpus_pair([]) is None
    assert corpus_pair([Source("A", "en")]) == ("문서 1건", "1 document")


# ---- answers


def test_markers_become_buttons_and_unknown_ones_vanish() -> None:
    citation = BOT.ask("market").citations[0]
    answer = Answer("q", "en", "answered", "model", "It grew. [1] So they say [9].", (citation,))
    html = answer_html(answer, {}, TODAY)
    assert html.count('class="cite"') == 1
    assert 'aria-label="Open source 1: The Korean AI market"' in html
    assert "[9]" not in html
    assert "So they say." in _words(html)


def test_structure_of_the_answers_text() -> None:
    text = "Two things:\n- **one**은 [1]\n- two\n\n3. third\n\n| A | B |\n|---|---|\n| 1 | 2 |\n2022. 7월"
    html = answer_markup(text, lambda number: f"<b>{number}</b>")
    assert '<ul><li><strong>one</strong><span class="keep">은<b>1</b></span></li><li>two</li></ul>' in html
    assert '<ol><li value="3">third</li></ol>' in html
    assert '<th scope="col">A</th>' in html
    assert "<td>2</td>" in html
    assert "<p>2022. 7월</p>" in html


def test_pictures_and_links_of_an_answer_are_no_elements() -> None:
    html = answer_markup("![a](http://x.example/a.png) <img src=x> [see](http://x.example/(1)) <a href='x'>y</a>", str)
    assert {tag for tag, _ in _Elements(html).found} == {"p"}
    assert "see" in html
    assert "x.example" not in html


@given(st.text(alphabet=st.sampled_from("<>&\"'`[]()!*|#-1 \n가a/="), max_size=60))
def test_no_text_makes_foreign_elements(text: str) -> None:
    allowed = {"p", "br", "ul", "ol", "li", "strong", "span", "b", "table", "thead", "tbody", "tr", "th", "td", "div"}
    assert {tag for tag, _ in _Elements(answer_markup(text, lambda number: "<b></b>")).found} <= allowed


def test_hostile_documents_stay_text() -> None:
    answer, html = _rendered("attack")
    everything = html + "".join(rendered_answer(BOT, answer)["cards"].values())
    elements = _Elements(everything).found
    assert not {"img", "script", "iframe"} & {tag for tag, _ in elements}
    assert not [name for _, attributes in elements for name in attributes if name.startswith("on")]
    assert not [link for _, attributes in elements if (link := attributes.get("href"))]
    assert "evil.example" not in everything
    assert ATTACK.split()[0] not in everything


def test_sources_show_quote_date_and_age() -> None:
    _, html = _rendered("How large is the market?")
    assert "The Korean AI market “" not in html
    assert "reach KRW 1.9074 trillion in 2025." in _words(html)
    assert "As of 2022 4 years ago" in _words(html)


def test_a_cited_row_is_listed_without_its_bars() -> None:
    _, html = _rendered("table")
    assert "2 · Seoul · 82" in _words(html)
    assert "| 2 |" not in html


def test_more_sources_than_fit_are_folded_away() -> None:
    _, html = _rendered("many")
    folded = html.split("<details>")[-1]
    assert "2 more sources" in folded
    assert folded.count('class="source"') == 2


def test_no_answer_looks_different_and_offers_a_way_on() -> None:
    answer, html = _rendered("silent")
    assert 'class="silent"' in html
    assert 'href="tel:+82263614120"' in html
    assert 'href="mailto:investseoul@sba.seoul.kr"' in html
    assert html.count('class="ask"') == len(answer.suggestions)


def test_a_contact_told_in_the_answer_is_linked_there_not_repeated() -> None:
    answer = replace(BOT.ask("silent"), text=f"Not in the documents. Ask {CONTACT}.")
    html = answer_html(answer, {}, TODAY, CONTACT)
    assert html.count("mailto:") == 1
    assert "Ask a person" not in html


def test_chip_falls_back_to_the_date_of_publication() -> None:
    citation = replace(BOT.ask("market").citations[0], as_of="", published="2026-03")
    assert "Published Mar 2026" in date_chip(citation, "en", TODAY)
    assert "years ago" not in date_chip(citation, "en", TODAY)
    assert date_chip(replace(citation, published=""), "en", TODAY) == ""


# ---- cards


def _card(citation: Citation, language: Language = "en") -> str:
    passage = BOT.passage(citation.passage_id)
    return card_html(citation, language, TODAY, passage, BOT.twin(passage.id), BOT.document_text(citation.document))


def test_card_marks_the_quoted_part_of_a_sentence() -> None:
    card = _card(BOT.ask("market").citations[1])
    assert "It is then expected to grow 15.1% a year and <mark>reach KRW 1.9074 trillion in 2025.</mark>" in card
    assert "Word for word in the file" in card
    assert "같은 대목을 한국어로 보기" in card


def test_card_of_a_row_marks_it_in_both_languages() -> None:
    card = _card(BOT.ask("table").citations[1])
    marked = re.findall(r'<tr class="hit".*?</tr>', card)
    assert [_words(row) for row in marked] == ["2 Seoul 82", "2 서울 82"]


def test_card_without_its_passage_still_shows_the_quote() -> None:
    citation = replace(BOT.ask("market").citations[0], url="javascript:alert(1)")
    card = cards(Answer("q", "ko", "answered", "model", "a [1]", (citation,)), {}, {}, {}, TODAY)["1"]
    assert f"<mark>{citation.quote}</mark>" in card
    assert "javascript" not in card
    assert "<pre" not in card


# ---- tables and charts


def test_rows_of_a_table_spread_over_passages_come_together() -> None:
    passage = BOT.passage("docs/en/cities.md#1")
    rows = [sentence for sentence in passage.sentences if sentence.cells]
    halves = {
        "a": replace(passage, id="a", sentences=tuple(rows[:2])),
        "b": replace(passage, id="b", sentences=tuple(rows[2:])),
    }
    cited = [
        replace(BOT.ask("table").citations[1], marker=number, passage_id=name, start=row.start, end=row.end)
        for number, name, row in ((1, "b", rows[3]), (2, "a", rows[0]))
    ]
    (table,) = cited_tables(cited, halves)
    assert table.column(1) == ["Singapore", "Seoul", "Beijing", "Dubai", "San Francisco"]
    assert [row.markers for row in table.rows] == [(2,), (), (), (1,), ()]


def _table(columns: str, *rows: str) -> Table:
    return Table("T", tuple(columns.split("|")), tuple(Row(tuple(row.split("|"))) for row in rows), "en")


def _chart(*arguments: str) -> Chart | None:
    return chart_of(_table(*arguments))


def test_chart_takes_names_and_comparable_figures() -> None:
    chart = _chart("Rank|Firm|Value", "1|A|658조 원", "2|B|9,435억 원", "3|C|1조 9,074억 원")
    assert chart is not None
    assert [(bar.name, bar.value) for bar in chart.bars] == [("A", 6.58e14), ("B", 9.435e11), ("C", 1.9074e12)]
    assert chart.bars[2].shown == "1조 9,074억 원"


@pytest.mark.parametrize(
    ("why", "rows"),
    [
        ("too few rows", ["A|1.5", "B|2.5"]),
        ("words", ["A|x", "B|2.5", "C|3.5"]),
        ("units differ", ["A|5%", "B|KRW 5 billion", "C|7%"]),
        ("ranks", ["A|7위", "B|3위", "C|26위"]),
        ("numbering", ["A|4", "B|5", "C|6"]),
        ("years", ["A|1967", "B|2004", "C|1988"]),
        ("all the same", ["A|5", "B|5", "C|5"]),
        ("below zero", ["A|-3.2%", "B|5%", "C|1%"]),
        ("two figures", ["A|3 of 10", "B|4 of 12", "C|5 of 13"]),
        ("too many rows", [f"N{number}|{number * number}" for number in range(1, 17)]),
    ],
)
def test_no_chart_where_a_picture_would_mislead(why: str, rows: list[str]) -> None:
    assert _chart("Name|Figure", *rows) is None, why


def test_chart_of_the_column_the_answer_speaks_of() -> None:
    table = _table("City|Total|Data", "X|88.16|92.71", "Y|82.46|85.8", "Z|81.25|90.81")
    rows = (replace(table.rows[0], markers=(1,)), *table.rows[1:])
    chart = chart_of(replace(table, rows=rows), "Data: 92.71 [1]")
    assert chart is not None
    assert chart.column == "Data"
    assert [bar.cited for bar in chart.bars] == [True, False, False]


def test_chart_is_named_and_starts_at_zero() -> None:
    chart = _chart("City|Points", "Singapore|84", "<b>Seoul</b>|82", "Beijing|42")
    assert chart is not None
    svg = chart_svg(chart, "en")
    assert 'role="img"' in svg
    assert ">Bar chart: T, Points</title>" in svg
    assert 'width="50.0%"' in svg
    assert "<b>" not in svg


def test_a_year_is_a_name_not_a_figure() -> None:
    assert measure("2025") is None
    chart = _chart("Year|Deals", "2019|17", "2020|25", "2021|41")
    assert chart is not None
    assert [bar.name for bar in chart.bars] == ["2019", "2020", "2021"]


# ---- routes


@pytest.fixture
def client() -> TestClient:
    return TestClient(mount_page(FastAPI(), FakeChatbot(), documents=BOT.sources.values()))


def _stream(client: TestClient, question: str, **more: Any) -> list[dict[str, Any]]:
    reply = client.post("/page/stream", json={"question": question, **more})
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("text/event-stream")
    return [json.loads(line[5:]) for line in reply.text.splitlines() if line.startswith("data:")]


def test_stream_ends_with_the_answer_its_html_and_its_cards(client: TestClient) -> None:
    first, *deltas, done = _stream(client, "market", history=[{"question": "a", "answer": "b"}])
    answer = BOT.ask("market")
    assert first["type"] == "retrieved"
    assert "".join(delta["text"] for delta in deltas) == answer.text
    assert done["answer"] == json.loads(json.dumps(encode_answer(answer)))
    assert 'class="cite"' in done["html"]
    assert list(done["cards"]) == ["1", "2"]


def test_a_failing_model_ends_the_stream_without_its_message(client: TestClient) -> None:
    assert _stream(client, "fail")[-1] == {"type": "error"}


@pytest.mark.parametrize("question", ["", "  ", "x" * 1001])
def test_bad_questions_are_refused(client: TestClient, question: str) -> None:
    assert client.post("/page/stream", json={"question": question}).status_code == 422


def test_a_passage_that_is_gone_does_not_break_the_answer() -> None:
    answer = BOT.ask("market")
    gone = replace(answer, citations=tuple(replace(c, passage_id="x", document="y") for c in answer.citations))
    assert "<mark>" in rendered_answer(BOT, gone)["cards"]["1"]


def test_feedback_is_handed_on() -> None:
    told: list[tuple[str, str, bool]] = []
    app = mount_page(FastAPI(), FakeChatbot(), "/chat", on_feedback=lambda *verdict: told.append(verdict))
    client = TestClient(app)
    reply = client.post("/chat/page/feedback", json={"question": "q", "answer": "a", "helpful": True})
    assert (reply.status_code, told) == (204, [("q", "a", True)])


def test_the_document_has_our_head_and_a_strict_policy(client: TestClient) -> None:
    page = client.get("/")
    assert "connect-src 'self'" in page.headers["content-security-policy"]
    assert "<title>서울 AI 가이드 · Seoul AI Guide</title>" in page.text
    assert "raw.githubusercontent" not in page.text
    assert say("hero", "ko").split("\n")[0] in page.text
    assert int(page.headers["content-length"]) == len(page.content)
