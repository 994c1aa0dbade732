"""One FastAPI app on one port: the chat page over the chatbot."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from rag.chatbot import Chatbot
from rag.embedding import SentenceEncoder
from rag.glossary import Glossary
from rag.indexing import Progress, build, is_stale
from rag.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI


def serve(settings: Settings, progress: Progress) -> None:
    """Bring the index up to date and serve until stopped."""
    import uvicorn

    encoder, glossary = SentenceEncoder(settings.embedding_model), Glossary.load(settings.docs_dir)
    if is_stale(settings.docs_dir, settings.index_dir, encoder, glossary):
        print(f"Building the index of {settings.docs_dir} ...", flush=True)
        for line in build(settings.docs_dir, settings.index_dir, encoder, glossary, progress).skipped:
            print(f"skipped {line}", flush=True)
    app = make_app(Chatbot.from_settings(settings))
    print(f"Seoul AI Guide: http://{settings.host}:{settings.port} (stop with Ctrl+C)", flush=True)
    uvicorn.run(app, host=settings.host, port=settings.port, log_level="warning", timeout_graceful_shutdown=5)


def make_app(chatbot: Chatbot) -> FastAPI:
    """The app over a chatbot; the encoder and the analyser load in the background while the page is made."""
    threading.Thread(target=chatbot.warm, name="warm", daemon=True).start()
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read on import
    from fastapi import FastAPI

    from rag.ui import mount_page

    app = FastAPI(title="Seoul AI Guide", docs_url=None, redoc_url=None)
    sources = [passage.source for passage in chatbot.index.passages]
    return mount_page(app, chatbot, documents=sources, contact=chatbot.settings.contact)
