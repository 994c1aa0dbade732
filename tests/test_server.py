"""The page and its routes are one app on one port."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from library import shared_chatbot

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


def test_no_machine_documentation_is_served(client: TestClient) -> None:
    for path in ("/docs", "/redoc"):
        assert "swagger" not in client.get(path).text.lower()
