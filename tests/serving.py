"""The public interface over a scripted chatbot: in the test's own process, or on a real port."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from fakes import FakeChatbot
from fastapi import FastAPI
from fastapi.testclient import TestClient

from rag.api.app import new_app
from rag.api.service import Service, Voices
from rag.exchanges import Exchange, NullRecorder, Recorder
from rag.settings import Settings

SITE = "https://invest.example.kr"
OWN = "http://testserver"


class Notebook(NullRecorder):
    """A recorder that keeps everything in lists."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.verdicts: list[tuple[str, bool, str]] = []
        self.closed = False

    def record(self, exchange: Exchange) -> None:
        """Keep an exchange."""
        self.exchanges.append(exchange)

    def feedback(self, answer_id: str, helpful: bool, comment: str) -> None:
        """Keep a verdict."""
        self.verdicts.append((answer_id, helpful, comment))

    def close(self) -> None:
        """Remember that the end came."""
        self.closed = True


def service_for(chatbot: Any = None, recorder: Recorder | None = None, **settings: Any) -> Service:
    """A service with the settings given."""
    bot = chatbot or FakeChatbot()
    search = getattr(getattr(bot, "retriever", None), "search", lambda query, k: [])
    service = Service(Voices(bot, bot, search), Settings(**settings), recorder=recorder)
    service.ready.set()
    return service


def client_for(chatbot: Any = None, recorder: Recorder | None = None, **settings: Any) -> TestClient:
    """A client of the interface; errors of the server are answers, not exceptions of the test."""
    return TestClient(new_app(service_for(chatbot, recorder, **settings)), raise_server_exceptions=False)


def events(text: str) -> list[tuple[str, dict[str, Any]]]:
    """Names and data of server-sent events."""
    found = []
    for block in filter(None, text.split("\n\n")):
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        found.append((fields.get("event", ""), json.loads(fields["data"])))
    return found


def token(client: TestClient, origin: str = SITE, held: str = "") -> str:
    """A visitor token for an origin."""
    reply = client.post("/api/v1/token", json={"token": held}, headers={"Origin": origin})
    assert reply.status_code == 200, reply.text
    return str(reply.json()["token"])


def visitor(client: TestClient, origin: str = SITE) -> dict[str, str]:
    """The headers of a new visitor of a site."""
    return {"Origin": origin, "Authorization": f"Bearer {token(client, origin)}"}


@contextmanager
def on_a_port(app: FastAPI) -> Iterator[tuple[int, uvicorn.Server, threading.Thread]]:
    """The app on a real server; at the end it is told to stop and waited for."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, log_level="warning", proxy_headers=False, timeout_graceful_shutdown=20, ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield listener.getsockname()[1], server, thread
        finally:
            server.should_exit = True
            thread.join(30)
            assert not thread.is_alive()
