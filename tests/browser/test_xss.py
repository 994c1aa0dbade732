"""Hostile text through every place it can come from, on every surface: none of it becomes more than text.

`payloads.txt` holds a payload a line. Each calls `xss()` or fetches from xss.invalid where it becomes markup; the first
test shows that they do so in a page that is careless.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from fakes import CONTACT
from library import new_shelf, shared_analyzer
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect
from recorded import exchange

from browser.hosts import Hosts, Verdicts, guide_app, serving
from rag.admin import mount_admin
from rag.records import Database, WriteBehind
from rag.settings import Secret
from rag.types import Answer, Citation, Delta, Done, Event, Hit, Language, Passage, Retrieved, Sentence, Source, Turn
from rag.ui import mount_page

PAYLOADS = (Path(__file__).parent / "payloads.txt").read_text("utf-8").splitlines()
ADMIN_TOKEN = "a-token-of-the-administrator"

# Elements and attributes that no text may bring about, below a root.
BAD = """(root) => [...root.querySelectorAll("*")].filter((node) =>
  /^(script|img|image|iframe|object|embed|video|audio|source|link|meta|base|form|input|select|style|template|math|use|marquee|x)$/i.test(node.localName)
  && !node.matches(".composer") ||
  [...node.attributes].some(({name, value}) => /^on|^(src|srcset|srcdoc|action|formaction|ping|data|background|poster|xlink:href)$/.test(name)
    || name === "style" && /url|expression/.test(value) || name === "href" && !/^(https?:|mailto:|tel:|#)/.test(value))
).map((node) => node.outerHTML)"""

ASK_WIDGET = """async (questions) => {
  const root = document.querySelector("seoul-ai-guide").shadowRoot;
  const until = async (done) => {
    for (const end = Date.now() + 20000; !done(); await new Promise((go) => setTimeout(go, 4)))
      if (Date.now() > end) throw new Error(`waited for ${done}`);
  };
  const bad = BAD;
  const found = [], statuses = [];
  for (const question of questions) {
    const done = new Promise((go) => window.off = [SeoulAIGuide.on("answer", go), SeoulAIGuide.on("error", go)]);
    await SeoulAIGuide.ask(question);
    const answer = await done;
    off.forEach((end) => end());
    statuses.push(answer.status);
    const turn = root.querySelector(".turn:last-child");
    const cites = turn.querySelectorAll("button.cite"), node = cites[statuses.length & 1] || cites[0]; // the one or the other
    if (node) {
      node.click();
      const quoted = root.querySelector(".card blockquote > *"); // at first the quote alone, then the passage around it
      await until(() => root.querySelector(".card mark") && root.querySelector(".card blockquote > *") !== quoted);
      found.push(...bad(root.querySelector(".card")));
    }
    found.push(...bad(turn));
    if (root.querySelectorAll(".turn").length > 9) root.querySelector("[aria-label='New chat']").click();
    if (turn.querySelector("button.cite")) root.querySelector(".card button").click();
  }
  return [found, statuses];
}""".replace("= BAD", f"= {BAD}")

ASK_PAGE = """async (questions) => {
  const root = document.querySelector("#guide .guide");
  const until = async (done) => {
    for (const end = Date.now() + 20000; !done(); await new Promise((go) => setTimeout(go, 4)))
      if (Date.now() > end) throw new Error(`waited for ${done}`);
  };
  const box = root.querySelector("textarea"), form = root.querySelector("form"), bad = BAD;
  const found = [], answered = [];
  for (const question of questions) {
    const before = root.querySelectorAll(".turn").length;
    box.value = question;
    box.dispatchEvent(new Event("input", {bubbles: true}));
    form.requestSubmit();
    await until(() => root.querySelectorAll(".turn").length > before && root.querySelector(".turn:last-child :is(.actions, .failed)"));
    const turn = root.querySelector(".turn:last-child");
    answered.push(Boolean(turn.querySelector("button.cite")));
    for (const node of [...turn.querySelectorAll("button.cite")].slice(answered.length & 1, 2)) {
      node.click();
      await until(() => root.querySelector("dialog").open);
      for (const more of root.querySelectorAll("dialog details")) more.open = true;
      found.push(...bad(root.querySelector("dialog")));
    }
    found.push(...bad(turn));
    root.querySelector("dialog").close();
    if (before > 9) root.querySelector("[data-action=new_chat]").click();
  }
  return [found, answered];
}""".replace("= BAD", f"= {BAD}")


@dataclass
class Watch:
    """A browser context that notices what is executed, asked in a dialog, or fetched from xss.invalid."""

    context: BrowserContext
    fired: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.expose_function("xss", lambda *what: self.fired.append(f"called {what}"))
        self.context.route("**/*xss.invalid/**", lambda route: route.abort())
        self.context.on("request", self._seen)
        self.context.on("dialog", lambda dialog: (self.fired.append(f"dialog {dialog.message}"), dialog.dismiss()))

    def _seen(self, request: Request) -> None:
        if "xss.invalid" in request.url.split("?")[0]:
            self.fired.append(request.url)

    def page(self, address: str) -> Page:
        """A page in it."""
        page = self.context.new_page()
        page.set_default_timeout(60_000)
        page.goto(address)
        return page


@pytest.fixture
def watch(browser: Browser) -> Iterator[Watch]:
    context = browser.new_context(reduced_motion="reduce")
    yield Watch(context)
    context.close()


class HostileChatbot:
    """Puts what it is asked in every place an answer has: text, quote, title, publisher, dates, address, and so on."""

    def __init__(self) -> None:
        self.passages: dict[str, Passage] = {}

    def stream(self, question: str, history: Sequence[Turn] = (), language: Language | None = None) -> Iterator[Event]:
        passage = self._passage(question)
        answer = self.ask(question)
        yield Retrieved((Hit(passage, 1.0),))
        yield Delta(answer.text)
        yield Done(answer)

    def ask(self, question: str, history: Sequence[Turn] = (), language: Language | None = None) -> Answer:
        passage = self._passage(question)
        cited = tuple(
            Citation(marker, question, question, question, question, question, question, passage.id, text, start, start + 1, question, "en")
            for marker, text, start in ((1, question, 0), (2, "the", 3))
        )  # fmt: skip
        text = f"{question} [1]\n\n**{question}** [2]\n\n- {question}\n\n| {question} | b |\n|---|---|\n| {question} | {question} |"
        return Answer(question, "en", "answered", "model", text, cited, (question, question), question, question)

    def _passage(self, payload: str) -> Passage:
        cells = ((payload, payload), (f"{payload}2", payload))
        kinds = [("the " + payload, "prose"), (payload, "item"), (payload, "row")]
        sentences = tuple(
            Sentence(text, place, place + 3, kind, payload if kind == "row" else "", cells if kind == "row" else ())  # type: ignore[arg-type]
            for place, (text, kind) in enumerate(kinds)
        )
        name = f"{PAYLOADS.index(payload) if payload in PAYLOADS else 'other'}.md#0"
        source = Source(payload, "en", payload, payload, payload, payload, payload)
        self.passages[name] = Passage(name, payload, source, (payload,), sentences)
        return self.passages[name]

    def passage(self, passage_id: str) -> Passage:
        return self.passages[passage_id]

    def twin(self, passage_id: str) -> Passage | None:
        return self.passages[passage_id]

    def document_text(self, document: str) -> str:
        return f"{document} {document}"

    def starters(self, language: Language) -> tuple[str, ...]:
        return tuple(PAYLOADS[20:24])


@pytest.fixture(scope="module")
def hostile(hosts: Hosts) -> Iterator[str]:
    """A guide that answers with what it is asked: its page, and its widget for the bare host."""
    chatbot = HostileChatbot()
    app = guide_app(chatbot, [hosts.bare], Verdicts())
    with serving(
        mount_page(app, chatbot, documents=[Source(PAYLOADS[0], "en")], contact=CONTACT, service=app.state.service)
    ) as guide:
        yield guide


def widget_page(hosts: Hosts, guide: str) -> str:
    """A host without any policy of its own that embeds this guide."""
    own, hosts.guide = hosts.guide, guide
    try:
        return hosts.page("xss.html")
    finally:
        hosts.guide = own


def test_the_payloads_are_live(watch: Watch, hosts: Hosts) -> None:
    page = watch.page(f"{hosts.bare}/{Path(hosts.page('careless.html')).name}")
    live = [payload.replace("xss()", f"xss({number})") for number, payload in enumerate(PAYLOADS)]
    page.evaluate(
        """(payloads) => {
          for (const payload of payloads) {
            document.body.append(Object.assign(document.createElement("iframe"), {srcdoc: payload}));
            if (/<meta|<base/.test(payload)) continue;
            document.body.append(Object.assign(document.createElement("div"), {innerHTML: payload}));
          }
        }""",
        [payload.replace("parent.xss", "parent.parent.xss") for payload in live],
    )
    assert len(PAYLOADS) == len(set(PAYLOADS)) >= 100
    deadline = time.monotonic() + 60  # a hundred frames take a busy machine a while
    while len(set(watch.fired)) < 60 and time.monotonic() < deadline:
        page.wait_for_timeout(100)
    assert len(set(watch.fired)) >= 60


def test_nothing_is_executed_in_the_widget(watch: Watch, hosts: Hosts, hostile: str) -> None:
    page = watch.page(widget_page(hosts, hostile))
    found, statuses = page.evaluate(ASK_WIDGET, PAYLOADS)
    assert found == []
    assert statuses == ["answered"] * len(PAYLOADS)
    page.reload()  # from the tab's storage, and with hostile starters
    page.locator(".turn button.cite").first.wait_for()
    page.click(".panel [aria-label='New chat']")
    expect(page.locator(".questions .ask")).to_have_text(PAYLOADS[20:24])
    assert page.evaluate(f"({BAD})(document.querySelector('seoul-ai-guide').shadowRoot)") == []
    assert watch.fired == []


def test_the_tabs_storage_is_no_way_in(watch: Watch, hosts: Hosts, hostile: str) -> None:
    page = watch.page(widget_page(hosts, hostile))
    citation = dict.fromkeys(
        ("document", "title", "publisher", "published", "as_of", "section", "quote", "url"), PAYLOADS[20]
    )
    answer = {
        "answer": PAYLOADS[20],
        "status": PAYLOADS[20],
        "language": PAYLOADS[20],
        "notice": PAYLOADS[20],
        "suggestions": PAYLOADS,
    }
    turn = {
        "question": PAYLOADS[20],
        "answer": {**answer, "citations": [{**citation, "marker": PAYLOADS[20], "language": "en"}]},
    }
    page.evaluate(
        "(turn) => sessionStorage.setItem('seoul-ai-guide-1', JSON.stringify([turn, {question: 1}, null]))", turn
    )
    page.reload()
    page.click(".launcher")
    page.locator(".panel textarea").wait_for()
    page.wait_for_timeout(300)
    assert page.evaluate(f"({BAD})(document.querySelector('seoul-ai-guide').shadowRoot)") == []
    assert watch.fired == []


def test_nothing_is_executed_on_the_page(watch: Watch, hostile: str) -> None:
    page = watch.page(hostile)
    page.wait_for_selector("#guide-question")
    found, answered = page.evaluate(ASK_PAGE, PAYLOADS)
    assert found == []
    assert [payload for payload, cited in zip(PAYLOADS, answered, strict=True) if not cited] == []
    page.reload()
    page.locator(".turn button.cite").first.wait_for()
    assert page.evaluate(f"({BAD})(document.querySelector('#guide .guide'))") == []
    assert watch.fired == []


def documents() -> dict[str, str]:
    """Documents with a payload in each place a document has."""
    texts = {}
    for number, payload in enumerate(PAYLOADS[::8]):
        name = f"Zorblat{number}"
        quoted = payload.replace("\\", "\\\\").replace('"', '\\"').strip()
        texts[f"en/{number}.md"] = (
            f'---\nlang: en\ntitle: "{quoted}"\npublisher: "{quoted}"\npublished: "2024"\nurl: "{quoted}"\n---\n# {name} {payload}\n\n'
            f"## Founding {payload}\n\n{name} was founded in 1999 {payload} by settlers. {payload}\n\n"
            f"| Company | Revenue {payload} |\n|---|---|\n| {name} {payload} | 42 |\n"
        )
    return texts


def test_nothing_in_a_document_is_executed(watch: Watch, hosts: Hosts, tmp_path: Path) -> None:
    shelf = new_shelf(tmp_path, documents())
    shelf.build()
    chatbot = shelf.chatbot()
    app = guide_app(chatbot, [hosts.bare], Verdicts())
    questions = [f"When was Zorblat{number} founded?" for number in range(len(documents()))]
    with serving(mount_page(app, chatbot, service=app.state.service)) as guide:
        page = watch.page(guide)
        page.wait_for_selector("#guide-question")
        found, answered = page.evaluate(ASK_PAGE, questions)
        assert found == []
        assert sum(answered) > len(answered) / 2
        widget = watch.page(widget_page(hosts, guide))
        found, statuses = widget.evaluate(ASK_WIDGET, questions)
        assert found == []
        assert statuses.count("answered") > len(statuses) / 2
    assert watch.fired == []


def test_nothing_is_executed_on_the_admin_page(browser: Browser, hosts: Hosts, tmp_path: Path) -> None:
    database = Database(str(tmp_path / "records.sqlite3"))
    recorder = WriteBehind(database)
    for number, payload in enumerate(PAYLOADS):
        status, answer_id = ("no_answer", "answered")[number % 2], f"answer-{number}"
        recorder.record(
            exchange(answer_id, f"conversation-{number}", payload, text=payload, status=status, query=payload)
        )  # type: ignore[arg-type]
        recorder.feedback(answer_id, False, payload)
    recorder.close()
    app = guide_app(HostileChatbot(), [], Verdicts())
    mount_admin(app, Secret(ADMIN_TOKEN), database, shared_analyzer(), 90)
    context = browser.new_context(extra_http_headers={"Authorization": f"Bearer {ADMIN_TOKEN}"})
    watch = Watch(context)
    with serving(app) as guide:
        page = watch.page(f"{guide}/admin/")
        assert PAYLOADS[0] in page.locator("body").inner_text()
        pages = page.locator("a[href*='conversation']").evaluate_all("(links) => links.map((link) => link.href)")[:20]
        assert pages
        for address in [page.url, *pages]:
            page.goto(address)
            links = page.evaluate("[...document.links].filter((link) => !link.href.startsWith(location.origin)).length")
            assert links == 0
            assert (
                page.locator(":is(script, img[onerror], iframe, object, embed, [onload], [onerror], [onfocus])").count()
                == 0
            )
    context.close()
    assert watch.fired == []
