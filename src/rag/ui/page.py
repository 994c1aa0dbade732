"""The page itself: Gradio Blocks around our own HTML, mounted on a FastAPI application.

Gradio brings the application frame; the conversation is drawn by `page.js` from HTML that `render.py` makes, because
citations that open, Hangul input and an answer that survives a lost connection need more than its chat component has.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable, Iterable
from functools import partial
from html import escape
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.api.service import ServedChatbot, Service
from rag.types import Source
from rag.ui.icons import SEAL
from rag.ui.routes import Feedback, PageChatbot, page_routes
from rag.ui.shell import shell_html
from rag.ui.texts import TEXTS, both, corpus_pair

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when Gradio is imported: no call home
import gradio as gr

T = TypeVar("T")
_HERE = Path(__file__).parent
# Gradio compiles templates in the browser, hence 'unsafe-eval'; nothing may be fetched from, or sent to, another host.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; "
)
_FOREIGN_META = re.compile(rb'<meta\s+(?:property|name)="(?:og|twitter):[^>]*>\s*')


def mount_page(
    app: FastAPI,
    chatbot: PageChatbot,
    path: str = "/",
    *,
    documents: Iterable[Source] = (),
    contact: str = "",
    on_feedback: Feedback | None = None,
    service: Service | None = None,
) -> FastAPI:
    """Put the page on the application at `path`; returns the application.

    Mount it after all other routes where `path` is "/", for it answers whatever is left. `documents` tells the header
    what the answers come from, `contact` is shown where the documents are silent, `on_feedback` receives question,
    answer and whether it helped, and `service` admits, bounds and records what is asked. `app.state.renew_page` is
    `renew_page` for this page.
    """
    app.include_router(page_routes(chatbot, contact, on_feedback, service), prefix=path.rstrip("/"))

    ancestors = service.gate.origins.frame_ancestors if service else "frame-ancestors 'self'"

    def mount() -> FastAPI:
        blocks = build_blocks(chatbot, documents)
        app.state.renew_page = partial(renew_page, blocks)
        mounted: FastAPI = gr.mount_gradio_app(
            app,
            blocks,
            path=path,
            app_kwargs={"middleware": [Middleware(PageHead, frame_ancestors=ancestors)]},
            theme=gr.themes.Base(font=["system-ui"], font_mono=["monospace"]),
            footer_links=[],
            run_history=False,
            show_error=False,
            ssr_mode=False,
            max_file_size=1,  # Gradio's upload route cannot be switched off; nothing here uploads
        )
        return mounted

    return _in_event_loop(mount)


def _in_event_loop(make: Callable[[], T]) -> T:
    """Call it inside an event loop: outside of one, Gradio opens loops and leaves them open."""

    async def made() -> T:
        return make()

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(made())
    return make()


def build_blocks(chatbot: PageChatbot, documents: Iterable[Source] = ()) -> gr.Blocks:
    """The Blocks of the page: one HTML component that holds the shell and runs the script."""
    blocks: gr.Blocks = gr.Blocks(title=both("name")[1], fill_width=True, analytics_enabled=False)
    with blocks:
        gr.HTML(
            _shell(chatbot, documents),
            elem_id="guide",
            apply_default_css=False,
            js_on_load=(_HERE / "page.js").read_text("utf-8"),
            texts=TEXTS,
        )
    return blocks


def renew_page(blocks: gr.Blocks, chatbot: ServedChatbot, documents: Iterable[Source]) -> None:
    """Let whoever opens the page from now on see the starter questions and the header of another index."""
    for component in blocks.blocks.values():
        if isinstance(component, gr.HTML):
            component.value = _shell(chatbot, documents)
    blocks.config = blocks.get_config_file()


def _shell(chatbot: ServedChatbot, documents: Iterable[Source]) -> str:
    return shell_html({"ko": chatbot.starters("ko"), "en": chatbot.starters("en")}, corpus_pair(documents))


class PageHead:
    """Middleware that gives Gradio's HTML document our head: style, title, description, icon, and a strict policy."""

    def __init__(self, app: ASGIApp, frame_ancestors: str = "frame-ancestors 'self'") -> None:
        self.app = app
        self.policy = _POLICY + frame_ancestors
        self.head = _head().encode()
        self.noscript = f"<noscript>{' '.join(both('noscript'))}</noscript>".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, except that HTML documents are held back until they are complete, then changed."""
        start: Message = {}
        body = b""

        async def send_changed(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start" and _is_html(message):
                start = message
                return
            if not start or message["type"] != "http.response.body":
                return await send(message)
            body += message.get("body", b"")
            if not message.get("more_body"):
                await self._send_document(start, body, send)

        await self.app(scope, receive, send_changed)

    async def _send_document(self, start: Message, body: bytes, send: Send) -> None:
        body = body.replace(b"<gradio-app", self.noscript + b"<gradio-app", 1)
        changed = _FOREIGN_META.sub(b"", body).replace(b'<meta charset="utf-8" />', self.head, 1)
        headers = MutableHeaders(raw=start["headers"])
        headers["Content-Security-Policy"] = self.policy
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
        if body:  # the answer to HEAD has none, but tells the length
            headers["Content-Length"] = str(len(changed))
        await send(start)
        await send({"type": "http.response.body", "body": changed})


def _is_html(message: Message) -> bool:
    headers = dict(message["headers"])
    return bool(headers.get(b"content-type", b"").startswith(b"text/html"))


def _head() -> str:
    style = (_HERE / "style.css").read_text("utf-8")
    seal = SEAL.replace("var(--accent)", "#1f5c47").replace("var(--on-accent)", "#fff")
    seal = seal.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    title, description = (escape(" · ".join(both(key))) for key in ("name", "description"))
    return (
        f'<meta charset="utf-8"><title>{title}</title><meta name="description" content="{description}">'
        f'<meta property="og:title" content="{title}"><meta property="og:description" content="{description}">'
        f'<meta property="og:type" content="website"><meta name="color-scheme" content="light dark">'
        f'<link rel="icon" type="image/svg+xml" href="data:image/svg+xml,{quote(seal)}"><style>{style}</style>'
    )
