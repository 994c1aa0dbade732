"""The page and its routes are one app on one port."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from library import HARAM_EN, shared_chatbot

from rag.server import make_app

STARTUP = 120  # seconds: a slow machine builds the index too


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(make_app(shared_chatbot()))


def test_the_page_opens(client: TestClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")


def test_answers_come_from_the_same_app(client: TestClient) -> None:
    reply = client.post("/page/stream", json={"question": "When was Haram Robotics founded?"})
    assert reply.status_code == 200
    assert "May 2014" in reply.text


def test_no_machine_documentation_is_served(client: TestClient) -> None:
    for path in ("/docs", "/redoc"):
        assert "swagger" not in client.get(path).text.lower()


@contextmanager
def serving(folder: Path, **settings: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """`rag serve` over one document in a process of its own, and its port once the page opens."""
    docs, log = folder / "docs", folder / "server.log"
    docs.mkdir()
    (docs / "haram.md").write_text(HARAM_EN, "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "rag", "serve", "--docs", str(docs), "--index", str(folder / "index")]
    records = {"RAG_RECORDS_URL": str(folder / "records.sqlite3")}
    environ = {**os.environ, **records, **settings, "PYTHONPATH": os.pathsep.join(sys.path)}
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port)], env=environ, stdout=output, stderr=output
        ) as process,
    ):
        try:
            wait_for_page(process, port, log)
            yield process, port
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A server with the settings as they come."""
    with serving(tmp_path) as found:
        yield found


def wait_for_page(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + STARTUP
    while time.monotonic() < end and process.poll() is None:
        try:
            status, _ = request(port, "GET", "/")
        except ConnectionRefusedError:
            time.sleep(0.1)
            continue
        assert status == 200
        return
    pytest.fail(f"the server did not start: {log.read_text(errors='replace')[-2000:]}")


def request(
    port: int, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    sent = {"Content-Type": "application/json", **(headers or {})}
    try:
        connection.request(method, path, None if body is None else json.dumps(body), sent)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def test_a_real_server_answers_and_ends_when_told(served: tuple[subprocess.Popen[bytes], int]) -> None:
    process, port = served
    question = {"question": "When was Haram Robotics founded?", "history": []}
    status, stream = request(port, "POST", "/page/stream", question)
    assert status == 200
    events: list[dict[str, Any]] = [
        json.loads(block[5:]) for block in stream.split("\n\n") if block.startswith("data:")
    ]
    assert events[-1]["type"] == "done"
    assert events[-1]["answer"]["status"] == "answered"
    assert "May 2014" in events[-1]["answer"]["answer"]
    process.terminate()
    assert process.wait(timeout=15) in (0, -15)  # uvicorn raises the signal again once it has closed


def test_several_workers_accept_each_others_tokens(tmp_path: Path) -> None:
    site = {"Origin": "https://invest.example.kr"}
    with serving(tmp_path, RAG_WORKERS="2", RAG_ALLOWED_ORIGINS=site["Origin"]) as (process, port):
        for number in range(8):  # each on a connection of its own, for whichever worker takes it
            status, reply = request(port, "POST", "/api/v1/token", {}, site)
            assert status == 200
            bearer = {**site, "Authorization": f"Bearer {json.loads(reply)['token']}", "Accept": "application/json"}
            status, reply = request(
                port, "POST", "/api/v1/chat", {"question": f"When was Haram founded? {number}"}, bearer
            )
            assert (status, json.loads(reply)["language"]) == (200, "en")
        process.terminate()
        assert process.wait(timeout=30) in (0, -15)
