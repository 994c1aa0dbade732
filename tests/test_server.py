"""The page and its routes are one app on one port."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from library import shared_chatbot
from running import request, serving

from rag.cli import main
from rag.server import make_app


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


def test_the_turns_of_a_page_are_one_conversation(client: TestClient) -> None:
    def told(**sent: object) -> dict[str, object]:
        reply = client.post("/page/stream", json={"question": "When was Haram Robotics founded?", **sent})
        return json.loads(reply.text.strip().split("\n\n")[-1].removeprefix("data:"))

    first = told()["conversation_id"]
    assert told(conversation_id=first)["conversation_id"] == first
    assert told()["conversation_id"] != first


def test_an_address_in_use_is_told_before_any_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        options = ["--docs", str(tmp_path), "--index", str(tmp_path / "index"), "--port"]
        assert main(["serve", *options, str(taken.getsockname()[1])]) == 2
    assert "give another address" in capsys.readouterr().err
    assert main(["serve", *options, "99999"]) == 2
    assert not (tmp_path / "index").exists()


def test_no_machine_documentation_is_served(client: TestClient) -> None:
    for path in ("/docs", "/redoc"):
        assert "swagger" not in client.get(path).text.lower()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A server with the settings as they come."""
    with serving(tmp_path) as found:
        yield found


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
