"""A guide with a scripted chatbot behind its real interface, and sites on another port that embed its widget."""

from __future__ import annotations

import importlib.util
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import ModuleType

import uvicorn
from fakes import FakeChatbot
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page

from rag.api.app import new_app
from rag.api.service import ServedChatbot, Service, Voices
from rag.exchanges import NullRecorder
from rag.settings import Settings
from rag.widget import widget_routes

ROOT = Path(__file__).parents[2]
MANY = "100000/minute"
_HEAD = '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'


def example() -> ModuleType:
    """`examples/invest-site/serve.py` as a module."""
    spec = importlib.util.spec_from_file_location("example_site", ROOT / "examples" / "invest-site" / "serve.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Verdicts(NullRecorder):
    """A recorder that keeps what visitors said of answers."""

    def __init__(self) -> None:
        self.helpful: list[bool] = []

    def feedback(self, answer_id: str, helpful: bool, comment: str) -> None:
        """Keep the verdict."""
        self.helpful.append(helpful)


@dataclass
class Hosts:
    """The guide and two sites that embed it: the example with its strict policy, and bare pages of the test's own."""

    guide: str
    site: str
    bare: str
    folder: Path  # of the bare pages
    chatbot: FakeChatbot
    verdicts: Verdicts = field(default_factory=Verdicts)

    def page(self, name: str, body: str = "<h1>Host</h1>", head: str = "", widget: str = "", lang: str = "en") -> str:
        """Write a bare page with the widget on it; returns its address."""
        script = f'<script src="{self.guide}/widget.js" {widget} defer></script>'
        top = f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Host</title>{_HEAD}{head}</head>'
        (self.folder / name).write_text(f"{top}<body>{body}{script}</body></html>", "utf-8")
        return f"{self.bare}/{name}"


def address_of(server: ThreadingHTTPServer) -> str:
    """Where a server of this machine is."""
    return f"http://127.0.0.1:{server.server_address[1]}"


def guide_app(chatbot: ServedChatbot, origins: list[str], recorder: Verdicts) -> FastAPI:
    """The public interface and the widget over a chatbot; nothing is counted so strictly that a test runs out."""
    settings = replace(
        Settings(), allowed_origins=",".join(origins), rate_visitor=MANY, rate_address=MANY, rate_site=MANY
    )
    service = Service(Voices(chatbot, chatbot, lambda query, k: []), settings, recorder=recorder)
    app = new_app(service)
    app.state.service = service
    app.include_router(widget_routes())
    return app


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The application on a free port of this machine, at the address given."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.02)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@contextmanager
def hosting(server: ThreadingHTTPServer) -> Iterator[str]:
    """The static site, at the address given."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield address_of(server)
    server.shutdown()
    thread.join(10)
    server.server_close()


class OpenHost:
    """Called with an address and context options such as `locale="ko-KR"`, gives the page with the launcher on it."""

    def __init__(self, browser: Browser, hosts: Hosts) -> None:
        self.browser = browser
        self.hosts = hosts
        self.contexts: list[BrowserContext] = []
        self.errors: list[str] = []
        self.requests: list[str] = []

    def __call__(self, address: str, **options: object) -> Page:
        """The page, its launcher ready."""
        self.hosts.chatbot.asked.clear()
        context = self.browser.new_context(**{"locale": "en-US", "reduced_motion": "reduce", **options})  # type: ignore[arg-type]
        self.contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(address)
        page.locator(".launcher").wait_for()
        return page

    def close(self) -> None:
        """End all pages."""
        for context in self.contexts:
            context.close()


def open_panel(page: Page) -> None:
    """Press the launcher and wait for the panel."""
    page.click(".launcher")
    page.locator(".panel textarea").wait_for()


def ask(page: Page, question: str) -> None:
    """Type a question in the widget, send it with Enter and wait until its turn is complete."""
    turns = page.locator(".turn").count()
    page.fill(".panel textarea", question)
    page.press(".panel textarea", "Enter")
    page.locator(".turn").nth(turns).locator(".actions, .failed").wait_for()
