"""What breaks around the server, through HTTP: a model's server that misbehaves, a database that is away, SIGKILL."""

from __future__ import annotations

import http.client
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from fakes import FakeChatbot
from fastapi.testclient import TestClient
from library import check_citations, shared_chatbot, shared_library
from running import kill, request, serving, started
from serving import events, service_for

from rag.api.app import new_app
from rag.chatbot import Chatbot
from rag.generation import OpenAIModel
from rag.records import Database, WriteBehind
from rag.server import make_app
from rag.settings import Secret, Settings
from rag.ui.routes import page_routes

TOKEN = "0123456789abcdef-token"
FOUNDED = "When was Haram Robotics founded?"
PATIENCE = 60.0  # seconds until a test gives up

# ---- the model's server ----------------------------------------------------------------------------------------------


class ModelServer(BaseHTTPRequestHandler):
    """Answers every request by the path it is asked at: `/slow/v1/...` is slow, and so on."""

    protocol_version = "HTTP/1.1"
    done = threading.Event()  # lets the slow ones go at the end

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        getattr(self, self.path.split("/")[1])()

    def slow(self) -> None:
        self.done.wait(PATIENCE)
        self.close_connection = True

    def silent(self) -> None:
        """Begins, and then says nothing more."""
        self._begin()
        self._say("Haram Robotics was ")
        self.slow()

    def garbage(self) -> None:
        self._reply(200, b"<html>\xff\xfe It works!</html>")

    def refused(self) -> None:
        self._reply(500, b'{"error": {"message": "out of memory"}}')

    def cut(self) -> None:
        self._begin()
        self._say("Haram Robotics was founded in ")
        self.close_connection = True

    def invented(self) -> None:
        self._begin()
        self._say("Haram Robotics was founded in June 1999 [1].", "stop")
        self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def _begin(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()

    def _say(self, text: str, finish: str | None = None) -> None:
        choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
        chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
        self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.flush()

    def _reply(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), ModelServer)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        ModelServer.done.set()
        server.shutdown()
        server.server_close()
        thread.join(PATIENCE)


def bot_with(url: str) -> Chatbot:
    shared_chatbot()
    return shared_library().chatbot(OpenAIModel("m", url, timeout=1.0))


@pytest.mark.parametrize("fault", ["down", "slow", "silent", "garbage", "refused", "cut", "invented"])
def test_a_model_that_fails_costs_no_answer(address: str, fault: str) -> None:
    bot = bot_with("http://127.0.0.1:9/v1" if fault == "down" else f"{address}/{fault}/v1")
    service = service_for(bot, docs_dir=bot.settings.docs_dir)
    app = new_app(service)
    app.include_router(page_routes(bot, service=service))
    client = TestClient(app)
    reply = client.post("/api/v1/chat", json={"question": FOUNDED})
    assert reply.status_code == 200
    names = [name for name, _ in events(reply.text)]
    assert (names[0], names[-1]) == ("retrieved", "done")
    answer = events(reply.text)[-1][1]
    assert (answer["status"], answer["mode"]) == ("answered", "extractive")
    assert "May 2014" in answer["answer"]
    assert answer["notice"]
    check_citations(bot, bot.ask(FOUNDED))
    page = client.post("/page/stream", json={"question": FOUNDED})
    assert json.loads(page.text.split("data:")[-1])["answer"]["mode"] == "extractive"


# ---- the database ----------------------------------------------------------------------------------------------------


@contextmanager
def locked(path: Path) -> Iterator[None]:
    lock = sqlite3.connect(path, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    yield
    lock.execute("ROLLBACK")
    lock.close()


@contextmanager
def no_database(path: Path) -> Iterator[None]:
    path.rename(path.with_suffix(".kept"))
    path.write_text("These are the notes of somebody. " * 400)
    for name in ("-wal", "-shm"):
        path.with_name(path.name + name).unlink(missing_ok=True)
    yield
    path.unlink()
    path.with_suffix(".kept").rename(path)


@contextmanager
def gone(path: Path) -> Iterator[None]:
    """Its folder is replaced by a file."""
    aside = path.parent.with_name("aside")
    path.parent.rename(aside)
    path.parent.write_text("in the way")
    yield
    path.parent.unlink()
    aside.rename(path.parent)


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)


def turns(path: Path) -> int:
    with sqlite3.connect(path) as connection:
        found = connection.execute("select count(*) from turns").fetchone()[0]
    connection.close()
    return int(found)


@pytest.mark.parametrize("fault", [locked, no_database, gone])
def test_answers_go_on_without_the_database_and_are_recorded_later(
    tmp_path: Path, fault: Callable[[Path], contextmanager[None]], caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "records" / "records.sqlite3"
    recorder = WriteBehind(Database(str(path), wait=1), pauses=(0.02, 0.1), drain=5)
    client = TestClient(new_app(service_for(FakeChatbot(), recorder)))

    def asked(count: int) -> None:
        for number in range(count):
            reply = client.post("/api/v1/chat", json={"question": f"market {number}?"})
            assert events(reply.text)[-1][0] == "done"
        answer = events(reply.text)[-1][1]["answer_id"]
        assert client.post("/api/v1/feedback", json={"answer_id": answer, "helpful": True}).status_code == 204

    asked(3)
    assert recorder.flush(PATIENCE)
    recorder.database.close()
    with fault(path):
        asked(5)
        until(lambda: "cannot be written" in caplog.text)
    assert recorder.flush(PATIENCE)
    recorder.close()
    assert turns(path) == 8
    assert caplog.text.count("cannot be written") == 1


def test_a_read_only_database_costs_records_and_no_answer(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite3"
    WriteBehind(Database(str(path))).close()
    recorder = WriteBehind(
        Database(f"sqlite:///file:{path}?mode=ro&uri=true", wait=1), pauses=(0.02, 0.1), drain=0.5, capacity=2
    )
    service = service_for(FakeChatbot(), recorder)
    client = TestClient(new_app(service))
    for number in range(6):
        reply = client.post("/api/v1/chat", json={"question": f"market {number}?"})
        assert events(reply.text)[-1][0] == "done"
    recorder.close()
    assert recorder.counters()["records_dropped"] == 6
    assert b"rag_records_dropped_total 6.0" in service.metrics.text()


@pytest.mark.parametrize("url", ["postgresql://nobody:hush@127.0.0.1:9/records"])
def test_a_database_server_that_is_away_costs_no_answer(url: str, caplog: pytest.LogCaptureFixture) -> None:
    recorder = WriteBehind(Database(url, wait=1), pauses=(0.02, 0.1), drain=0.2)
    bot = shared_chatbot()
    settings = Settings(docs_dir=bot.settings.docs_dir, records_url=Secret(url), admin_token=Secret(TOKEN))
    client = TestClient(make_app(bot, settings=settings, recorder=recorder))
    reply = client.post("/api/v1/chat", json={"question": FOUNDED})
    assert events(reply.text)[-1][1]["status"] == "answered"
    page = client.get("/admin/", headers={"Authorization": f"Bearer {TOKEN}"})
    assert page.status_code == 503  # it has nothing to show, and says so
    recorder.close()
    assert "hush" not in caplog.text + page.text


# ---- SIGKILL -----------------------------------------------------------------------------------------------------------


def test_a_server_killed_while_asked_and_while_it_indexes_starts_again_with_all_it_recorded(tmp_path: Path) -> None:
    """Two moments of the thirty that benchmarks/crash.py tries."""
    settings = {"RAG_ADMIN_TOKEN": TOKEN, "RAG_RATE_ADDRESS": "100000/minute"}
    records, docs = tmp_path / "records.sqlite3", tmp_path / "docs"
    with serving(tmp_path, page="/readyz", **settings) as (process, port):
        for number in range(5):
            request(port, "POST", "/api/v1/chat", {"question": f"{FOUNDED} ({number})"})
        until(lambda: turns(records) == 5)
        asking = threading.Thread(target=ask_until_it_dies, args=(port,))
        asking.start()
        for number in range(30):
            (docs / f"{number}.md").write_text(f"# Note {number}\n\nNote {number} says nothing of Haram.\n", "utf-8")
        request(port, "POST", "/admin/reindex", headers={"Authorization": f"Bearer {TOKEN}"})
        until(lambda: turns(records) > 8)
        before = turns(records)
        kill(process)
        asking.join(PATIENCE)
    killed, _ = started(tmp_path, **settings)  # it finds documents that are not indexed yet, and begins
    until(lambda: "Building the index" in (tmp_path / "server.log").read_text("utf-8").rpartition("Seoul AI Guide")[2])
    kill(killed)
    with serving(tmp_path, page="/readyz", **settings) as (_, port):
        status, text = request(port, "POST", "/api/v1/chat", {"question": FOUNDED}, {"Accept": "application/json"})
        assert (status, "May 2014" in text) == (200, True)
        assert turns(records) >= before
        status, text = request(port, "POST", "/api/v1/search", {"query": "Note 17"})
        assert "Note 17" in text


def ask_until_it_dies(port: int) -> None:
    try:
        for number in range(100_000):
            request(port, "POST", "/api/v1/chat", {"question": f"{FOUNDED} [{number}]"})
    except (OSError, http.client.HTTPException):
        return
