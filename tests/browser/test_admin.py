"""The admin page in Chromium: sign-in, plots, what visitors wrote as text, deletion; no serious finding of axe."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page
from recorded import COMMENTS, exchange, many

from browser.hosts import serving
from rag.admin import mount_admin
from rag.records import Database, WriteBehind
from rag.settings import Secret
from rag.text import Term

from .conftest import PHONE

TOKEN = "0123456789abcdef-token"
PAYLOADS = [
    "<script>window.hit = 1</script>",
    "<img src=x onerror='window.hit = 2'>",
    '"><svg onload=window.hit=3>',
    "' autofocus onfocus=window.hit=4 x='",
    "</title></style></textarea></svg><script>window.hit = 5</script>",
    "<iframe srcdoc='<script>parent.hit=6</script>'></iframe>",
    "<a href='javascript:window.hit=7'>press</a>",
    "{{7*7}} {% include '/etc/passwd' %} ${7*7} <%= 7*7 %>",
    "<math><mtext><table><mglyph><style><img src=x onerror=window.hit=8>",
    "<link rel=stylesheet href=//evil.example/x.css><meta http-equiv=refresh content='0;url=//evil.example'>",
    "<form action=//evil.example><button>Delete</button></form><base href=//evil.example/>",
    "\u202egnp.exe \u0000 &lt;script&gt;window.hit=9&lt;/script&gt; &#60;img src=x onerror=window.hit=10&#62;",
]


class Words:
    """An analyser for tests: every word is a term."""

    def terms_of(self, texts: Sequence[str]) -> list[list[Term]]:
        return [[Term(one.group().lower(), *one.span(), "NNG") for one in re.finditer(r"\w+", text)] for text in texts]


@dataclass
class Desk:
    """The served page, and what went wrong in the browser."""

    url: str
    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, **options: object) -> Page:
        """The overview after signing in, in a browser of its own."""
        context = self.browser.new_context(**{"locale": "en-US", **options})  # type: ignore[arg-type]
        self.contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("dialog", lambda dialog: (self.complaints.append(dialog.message), dialog.dismiss()))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.goto(self.url)
        page.fill("#token", TOKEN)
        page.click("button[type=submit]")
        page.wait_for_selector(".tiles")
        return page


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page over two thousand exchanges and a dozen hostile ones."""
    path: Path = tmp_path_factory.mktemp("records") / "records.sqlite3"
    recorder, chance, app = WriteBehind(Database(str(path))), random.Random(3), FastAPI()
    for one in many(2000):
        recorder.record(one)
        if chance.random() < 0.15:
            recorder.feedback(one.answer_id, chance.random() < 0.7, chance.choice(COMMENTS))
    for number, payload in enumerate(PAYLOADS):
        recorder.record(exchange(f"h{number}", payload, payload, text=payload, status="no_answer"))
        recorder.feedback(f"h{number}", False, payload)
    assert recorder.flush(60)
    mount_admin(app, Secret(TOKEN), Database(str(path)), Words(), 90, counters=recorder.counters)
    with serving(app) as address:
        yield f"{address}/admin"
    recorder.close()


@pytest.fixture
def desk(browser: Browser, address: str) -> Iterator[Desk]:
    made = Desk(address, browser)
    yield made
    for context in made.contexts:
        context.close()
    assert made.complaints == []
    assert [url for url in made.requests if not url.startswith(address)] == []


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark", "locale": "ko-KR"}, {**PHONE, "locale": "ko-KR"}])
def test_axe_finds_nothing_serious_and_nothing_sticks_out(desk: Desk, options: dict[str, object]) -> None:
    page = desk.open(**options)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    findings = [serious(page)]
    page.goto(f"{desk.url}/conversation?id=conversation-1")
    findings.append(serious(page))
    page.goto(f"{desk.url}/login")
    findings.append(serious(page))
    assert findings == [[], [], []]


def serious(page: Page) -> list[str]:
    """What axe finds that keeps people out, and whether the page is wider than its window."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found if one["impact"] in ("serious", "critical")]


def test_what_visitors_wrote_runs_nowhere(desk: Desk) -> None:
    page = desk.open()
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    words = page.locator("main").text_content() or ""
    for payload in PAYLOADS:
        stored = payload.replace("\u0000", "\ufffd")
        assert words.count(stored) >= 3  # as a question without an answer, as one that did not help, as a comment
        page.goto(f"{desk.url}/")
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        page.locator(".disliked a", has_text=stored).first.dispatch_event("click")
        page.wait_for_selector(".turn")
        assert page.locator(".turn h2").text_content() == stored
        assert page.locator(".reading code").text_content() == stored
        assert page.evaluate("[window.hit, document.querySelectorAll('iframe, img, script, base').length]") == [None, 0]


def test_the_period_and_the_language_change_without_losing_each_other(desk: Desk) -> None:
    page = desk.open()
    page.click("text=7 days")
    assert page.locator(".column").count() == 7
    page.click("text=한국어")
    assert page.locator("h1").inner_text() == "운영 현황"
    assert page.locator(".column").count() == 7
    page.click("text=90일")
    assert page.locator(".column").count() == 90
    assert page.locator("html").get_attribute("lang") == "ko"


def test_a_column_tells_its_figures_and_a_table_holds_all(desk: Desk) -> None:
    page = desk.open()
    assert re.search(r"\d+ questions \(\d+ answered", page.locator(".column title").last.text_content() or "")
    page.click("text=Show as a table")
    assert page.locator("tbody tr").count() == 30


def test_a_conversation_can_be_found_read_and_deleted_by_keyboard(desk: Desk) -> None:
    page = desk.open()
    page.fill("#find", "conversation-7")
    page.press("#find", "Enter")
    page.wait_for_selector(".turn")
    page.focus(".delete summary")
    page.keyboard.press("Enter")
    page.focus(".danger")
    page.keyboard.press("Enter")
    page.wait_for_selector(".done")
    page.goto(f"{desk.url}/conversation?id=conversation-7")
    assert "no such conversation" in page.locator("main").inner_text()
    desk.complaints.clear()  # the browser reports that last 404


def test_drafts_come_as_a_file(desk: Desk) -> None:
    page = desk.open()
    with page.expect_download() as download:
        page.click("text=Download evaluation drafts")
    lines = Path(download.value.path()).read_text("utf-8").splitlines()
    assert download.value.suggested_filename == "drafts.jsonl"
    assert len(lines) > len(PAYLOADS)


def test_signing_out_ends_the_session(desk: Desk) -> None:
    page = desk.open()
    page.click("text=Sign out")
    page.wait_for_selector("#token")
    page.goto(desk.url + "/")
    assert page.locator("#token").count() == 1
