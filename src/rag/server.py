"""One FastAPI app on one port: public interface, widget, admin page, and the chat page over the chatbot."""

from __future__ import annotations

import logging
import math
import os
import secrets
import socket
import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rag.chatbot import Chatbot
from rag.embedding import SentenceEncoder, keep_to_threads
from rag.errors import IndexFileError, InputError
from rag.exchanges import Recorder
from rag.glossary import Glossary
from rag.index import Index
from rag.indexing import Progress, build, up_to_date
from rag.reloading import Rebuild, Watcher
from rag.settings import Settings
from rag.text import Term
from rag.types import Source

if TYPE_CHECKING:
    from fastapi import FastAPI

    from rag.api.admission import Gate
    from rag.api.budget import Budget
    from rag.api.service import Service, Voices

STOPPING_SECONDS = 15  # that answers in the making have to end, without a language model
SWITCH_SECONDS = 0.001  # threads that make answers let the event loop in after this long
log = logging.getLogger(__name__)


def serve(settings: Settings, progress: Progress) -> None:
    """Bring the index up to date and serve until stopped; raises InputError for settings that cannot be served with."""
    import uvicorn

    from rag.api.admission import Gate
    from rag.api.logs import configure
    from rag.records import recorder_from

    configure(settings.log_format)
    _check_port(settings.host, settings.port)
    gate, recorder = Gate(settings), recorder_from(settings)  # wrong settings are told before any work is done
    chatbot = _opened(settings, progress)
    if settings.allowed_origins and not settings.secret_key:
        print("RAG_SECRET_KEY is empty: visitor tokens end when this server does", flush=True)
    print(f"Seoul AI Guide: http://{settings.host}:{settings.port} (stop with Ctrl+C)", flush=True)
    options: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        "log_level": "warning",
        "proxy_headers": False,  # the app believes only the proxies of the settings
        "server_header": False,
        "timeout_graceful_shutdown": STOPPING_SECONDS + (math.ceil(settings.llm_timeout) if settings.llm_model else 0),
    }
    if settings.workers > 1:
        recorder.close()
        del chatbot  # each worker opens its own
        os.environ.update(_shared(settings))
        uvicorn.run("rag.server:worker_app", factory=True, workers=settings.workers, **options)
        return
    sys.setswitchinterval(SWITCH_SECONDS)
    uvicorn.run(make_app(chatbot, settings=settings, recorder=recorder, gate=gate), **options)


def _check_port(host: str, port: int) -> None:
    """Raises InputError for an address nobody can listen on, before an index is built for it."""
    if not 0 <= port <= 65535:
        raise InputError(f"port {port}: there is no such port; give one from 0 to 65535 (--port or RAG_PORT)")
    try:
        kind = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(kind, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise InputError(f"{host}:{port}: {error.strerror}; give another address (--host, --port)") from None


def _opened(settings: Settings, progress: Progress) -> Chatbot:
    """A chatbot over an index that is up to date."""
    encoder, glossary = SentenceEncoder(settings.embedding_model), Glossary.load(settings.docs_dir)
    index = up_to_date(settings.docs_dir, settings.index_dir, encoder, glossary)
    if index is None:
        print(f"Building the index of {settings.docs_dir} ...", flush=True)
        for line in build(settings.docs_dir, settings.index_dir, encoder, glossary, progress).skipped:
            print(f"skipped {line}", flush=True)
        index = Index.load(settings.index_dir, encoder.name, glossary.fingerprint)
    return Chatbot.over(index, encoder, glossary, settings)


def _shared(settings: Settings) -> dict[str, str]:
    """What workers must agree on beside the environment: what was given on the command line, and one secret."""
    return {
        "RAG_DOCS_DIR": str(settings.docs_dir.absolute()),
        "RAG_INDEX_DIR": str(settings.index_dir.absolute()),
        "RAG_SECRET_KEY": settings.secret_key or secrets.token_hex(32),
    }


def worker_app() -> FastAPI:
    """The app of one of several workers, by the environment."""
    from rag.api.logs import configure
    from rag.records import recorder_from

    settings = Settings.from_env(os.environ)
    configure(settings.log_format)
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        chatbot = Chatbot.from_settings(settings)
    except IndexFileError:  # it was harmed after the start, and a worker that died begins anew
        chatbot = _opened(settings, lambda done, total: None)
    return make_app(chatbot, settings=settings, recorder=recorder_from(settings))


def make_app(
    chatbot: Chatbot,
    *,
    settings: Settings | None = None,
    recorder: Recorder | None = None,
    gate: Gate | None = None,
) -> FastAPI:
    """The app over a chatbot; the encoder and the analyser load in the background while the page is made.

    Raises InputError for settings that cannot be served with, such as `*` among the allowed origins.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read on import
    from rag.api.admission import Gate
    from rag.api.app import new_app
    from rag.api.budget import Budget
    from rag.api.service import Service
    from rag.ui import mount_page
    from rag.widget import widget_routes

    settings = settings or chatbot.settings
    gate = gate or Gate(settings)
    budget = Budget.from_settings(settings, gate.storage)
    service = Service(voices(chatbot, budget), settings, gate=gate, budget=budget, recorder=recorder)

    def install(new: Chatbot) -> None:
        ready = voices(new, budget)
        _anticipate(ready)  # takes a second: before, so that page and API change over at once
        service.voices = ready
        app.state.renew_page(new, _sources(new))

    watcher = Watcher(chatbot, install)
    service.condition = watcher.condition
    app = new_app(service)
    # The page is mounted long before a first look at the index: warming comes before.
    threading.Thread(target=_warm_and_watch, args=(watcher, service), name="index", daemon=True).start()
    app.state.service = service
    app.include_router(widget_routes())
    if settings.admin_token:
        _mount_admin(app, watcher, settings, service.recorder)
    mount_page(app, chatbot, documents=_sources(chatbot), contact=settings.contact, service=service)
    return app


def _sources(chatbot: Chatbot) -> list[Source]:
    return [passage.source for passage in chatbot.index.passages]


def _mount_admin(app: FastAPI, watcher: Watcher, settings: Settings, recorder: Recorder) -> None:
    from rag.admin import mount_admin
    from rag.records import database_from

    mount_admin(
        app,
        settings.admin_token,
        database_from(settings),
        _Terms(watcher),
        settings.records_days,
        alternatives=watcher.chatbot.retriever.lexicon.alternatives,
        counters=recorder.counters,
        indexing=Rebuild(settings),
        condition=watcher.condition,
    )


class _Terms:
    """The analyser of whichever index answers."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher

    def terms_of(self, texts: Sequence[str]) -> list[list[Term]]:
        """The terms of each text."""
        return self._watcher.chatbot.retriever.analyzer.terms_of(texts)


def voices(chatbot: Chatbot, budget: Budget) -> Voices:
    """A chatbot as it serves; to bring in a new index, put those of a new chatbot in `Service.voices`."""
    from rag.api.budget import MeteredModel
    from rag.api.service import Voices

    search = chatbot.retriever.search
    if chatbot.writer is None:
        return Voices(chatbot, chatbot, search)
    metered = Chatbot(chatbot.retriever, chatbot.settings, MeteredModel(chatbot.writer.model, budget))
    return Voices(metered, Chatbot(chatbot.retriever, chatbot.settings), search)


def _warm_and_watch(watcher: Watcher, service: Service) -> None:
    watcher.chatbot.warm()
    if isinstance(watcher.chatbot.retriever.encoder, SentenceEncoder):
        keep_to_threads(1)  # answers share the processors: a second thread for one costs the others more than it saves
    service.ready.set()
    _anticipate(service.voices)
    watcher.watch(service.stopping)


def _anticipate(voices: Voices) -> None:
    try:
        voices.anticipate()
    except Exception:  # the thread that watches must live on, and whoever asks is told what is wrong
        log.exception("The questions offered at the start could not be answered ahead")
