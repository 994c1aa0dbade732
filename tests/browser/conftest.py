"""A real server with a scripted chatbot, and a real browser to look at its page."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import uvicorn
from fakes import CONTACT, FakeChatbot
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from browser.hosts import Hosts, OpenHost, Verdicts, example, guide_app, hosting, serving
from rag.ui import mount_page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@dataclass
class Site:
    """The served page, its chatbot, and the verdicts it received."""

    url: str
    chatbot: FakeChatbot
    verdicts: list[tuple[str, str, bool]] = field(default_factory=list)


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """The page on a free port of this machine."""
    listener = socket.create_server(("127.0.0.1", 0))
    made = Site(f"http://127.0.0.1:{listener.getsockname()[1]}/", FakeChatbot())
    app = mount_page(
        FastAPI(),
        made.chatbot,
        documents=made.chatbot.sources.values(),
        contact=CONTACT,
        on_feedback=lambda *verdict: made.verdicts.append(verdict),
    )
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.02)
    yield made
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium."""
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine; install it (apt-get install chromium) to run the browser tests")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[OpenPage]:
    """Opens the page in a fresh context; at the end no script error and no foreign request may have happened."""
    opener = OpenPage(browser, site)
    yield opener
    opener.close()
    assert opener.errors == []
    assert [address for address in opener.requests if not address.startswith((site.url, "data:", "blob:"))] == []


class OpenPage:
    """Called with context options such as `locale="ko-KR"`, gives the page once it is ready."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self.browser = browser
        self.site = site
        self.contexts: list[BrowserContext] = []
        self.errors: list[str] = []
        self.requests: list[str] = []

    def __call__(self, **options: object) -> Page:
        """The page, ready for a question."""
        self.site.chatbot.asked.clear()
        context = self.browser.new_context(**{"locale": "en-US", "reduced_motion": "reduce", **options})  # type: ignore[arg-type]
        self.contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(self.site.url)
        page.wait_for_selector("#guide-question")
        return page

    def close(self) -> None:
        """End all pages."""
        for context in self.contexts:
            context.close()


def ask(page: Page, question: str) -> None:
    """Type a question, send it with Enter and wait until its turn is complete."""
    turns = page.locator(".turn").count()
    page.fill("#guide-question", question)
    page.press("#guide-question", "Enter")
    page.locator(".turn").nth(turns).locator(".actions, .failed").wait_for()


@pytest.fixture(scope="session")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosts]:
    """The guide's real interface over a scripted chatbot, the example site and bare pages that embed its widget."""
    serve, folder, chatbot, verdicts = example(), tmp_path_factory.mktemp("bare"), FakeChatbot(), Verdicts()
    # The sites come first: the guide must know their addresses, and they learn the guide's before the first request.
    site, bare = (
        serve.site_server("", folder=path, policy=policy) for path, policy in ((serve.HERE, serve.POLICY), (folder, ""))
    )
    with hosting(site) as site_address, hosting(bare) as bare_address:
        app = guide_app(chatbot, [site_address, bare_address], verdicts)
        with serving(app) as guide:
            site.RequestHandlerClass = serve.site_handler(guide)
            yield Hosts(guide, site_address, bare_address, folder, chatbot, verdicts)


@pytest.fixture
def open_host(browser: Browser, hosts: Hosts) -> Iterator[OpenHost]:
    """Opens a page that embeds the widget; at the end no script error and no request elsewhere may have happened."""
    opener = OpenHost(browser, hosts)
    yield opener
    opener.close()
    assert opener.errors == []
    home = (hosts.guide, hosts.site, hosts.bare, "data:", "blob:")
    assert [address for address in opener.requests if not address.startswith(home)] == []
