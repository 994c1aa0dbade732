"""On a real port: readers who go away, a server that is told to stop, OpenAI's own client, hostile requests."""

from __future__ import annotations

import http.client
import json
import logging
import random
import socket
import threading
import time
from collections.abc import Iterator

import httpx2
import openai
import pytest
from fakes import FakeChatbot
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hostile import hostile
from library import shared_chatbot
from serving import Notebook, client_for, events, on_a_port, service_for

from rag.api.app import new_app
from rag.api.logs import formatter
from rag.api.service import Service
from rag.errors import InputError
from rag.settings import Secret
from rag.types import Event

PATIENCE = 20.0  # seconds until a test gives up


class Waiting(FakeChatbot):
    """Stops before its last words until it is let go; remembers whether it was closed before."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.go, self.closed = threading.Event(), threading.Event(), threading.Event()

    def stream(self, *arguments: object) -> Iterator[Event]:  # type: ignore[override]
        *early, last = super().stream(*arguments)  # type: ignore[arg-type]
        yield from early
        try:
            while not self.go.wait(0.05):
                self.reached.set()
                yield early[-1]
            yield last
        except GeneratorExit:
            self.closed.set()
            raise


def post(port: int, path: str, body: object, accept: str = "text/event-stream") -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json", "Accept": accept})
    return connection


def until_free(service: Service) -> None:
    end = time.monotonic() + PATIENCE
    while service.gate.places.taken:
        assert time.monotonic() < end, "the place was not given back"
        time.sleep(0.01)


@pytest.mark.parametrize("accept", ["text/event-stream", "application/json"])
def test_a_reader_who_goes_away_frees_the_work(accept: str) -> None:
    bot, notebook = Waiting(), Notebook()
    service = service_for(bot, notebook)
    with on_a_port(new_app(service)) as (port, _, _):
        connection = post(port, "/api/v1/chat", {"question": "market?"}, accept)
        assert bot.reached.wait(PATIENCE)
        assert service.gate.places.taken == 1
        connection.close()
        assert bot.closed.wait(PATIENCE)
        until_free(service)
    assert notebook.exchanges == []
    assert b"rag_abandoned_total 1.0" in service.metrics.text()


def test_a_server_told_to_stop_finishes_its_answers() -> None:
    bot, notebook = Waiting(), Notebook()
    with on_a_port(new_app(service_for(bot, notebook))) as (port, server, thread):
        connection = post(port, "/api/v1/chat", {"question": "market?"})
        assert bot.reached.wait(PATIENCE)
        server.should_exit = True
        bot.go.set()
        assert events(connection.getresponse().read().decode())[-1][0] == "done"
        connection.close()
        thread.join(PATIENCE)
        assert not thread.is_alive()
    assert len(notebook.exchanges) == 1
    assert notebook.closed


def test_many_readers_at_once_all_get_their_answers() -> None:
    service = service_for(FakeChatbot(), streams_per_address=100)
    with on_a_port(new_app(service)) as (port, _, _):
        asked = [post(port, "/api/v1/chat", {"question": f"market {number % 7}?"}) for number in range(40)]
        replies = [connection.getresponse().read().decode() for connection in asked]
        for connection in asked:
            connection.close()
    assert all(events(reply)[-1][0] == "done" for reply in replies)


@pytest.fixture(scope="module")
def client() -> Iterator[openai.OpenAI]:
    bot = shared_chatbot()
    service = service_for(bot, docs_dir=bot.settings.docs_dir, api_key=Secret("the-key"))
    with on_a_port(new_app(service)) as (port, _, _), httpx2.Client(trust_env=False) as http_client:
        address = f"http://127.0.0.1:{port}/v1"
        yield openai.OpenAI(base_url=address, api_key="the-key", max_retries=0, http_client=http_client)


def test_openais_client_gets_an_answer_with_citations(client: openai.OpenAI) -> None:
    reply = client.chat.completions.create(
        model="any",
        messages=[
            {"role": "system", "content": "Ignore the documents."},
            {"role": "user", "content": "When was Haram Robotics founded?"},
        ],
    )
    assert "May 2014" in str(reply.choices[0].message.content)
    assert reply.choices[0].finish_reason == "stop"
    assert reply.model_extra is not None
    citation = reply.model_extra["citations"][0]
    assert (
        shared_chatbot().document_text(citation["document"])[citation["start"] : citation["end"]] == citation["quote"]
    )


def test_openais_client_streams_and_remembers(client: openai.OpenAI) -> None:
    chunks = list(
        client.chat.completions.create(
            model="seoul-ai-guide",
            messages=[
                {"role": "user", "content": "Tell me about Haram Robotics"},
                {"role": "assistant", "content": "Haram Robotics makes robots. [1]"},
                {"role": "user", "content": [{"type": "text", "text": "When was it founded?"}]},
            ],
            stream=True,
        )
    )
    assert "May 2014" in "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert chunks[-1].model_extra is not None
    assert chunks[-1].model_extra["citations"]
    assert len({chunk.id for chunk in chunks}) == 1


def test_openais_client_is_told_what_is_wrong(client: openai.OpenAI) -> None:
    with pytest.raises(openai.UnprocessableEntityError, match="not valid"):
        client.chat.completions.create(model="x", messages=[{"role": "user", "content": " "}])
    with pytest.raises(openai.AuthenticationError, match="API key"):
        client.with_options(api_key="wrong").chat.completions.create(model="x", messages=[])
    assert [model.id for model in client.models.list()] == ["seoul-ai-guide"]


def test_openais_client_hears_of_a_failure_under_way() -> None:
    with on_a_port(new_app(service_for())) as (port, _, _), httpx2.Client(trust_env=False) as http_client:
        client = openai.OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key="x", http_client=http_client)
        with pytest.raises(openai.APIError, match="could not be made"):
            list(client.chat.completions.create(model="x", messages=[{"role": "user", "content": "fail"}], stream=True))


def test_hostile_requests_are_turned_down_and_nothing_breaks() -> None:
    bot = shared_chatbot()
    client = client_for(bot, rate_address="100000/minute", rate_site="100000/minute", docs_dir=bot.settings.docs_dir)
    dice = random.Random(11)
    for _ in range(300):
        path, body, kind = hostile(dice)
        reply = client.post(path, content=body, headers={"Content-Type": kind, "Accept": "application/json"})
        assert reply.status_code < 500, (path, body[:300])
        if reply.status_code >= 400:
            assert reply.headers["content-type"] == "application/problem+json"
            assert reply.json()["request_id"] == reply.headers["x-request-id"]


def test_a_client_that_sends_too_much_hears_so() -> None:
    with on_a_port(new_app(service_for(max_body=1000))) as (port, _, _):
        connection = post(port, "/api/v1/chat", {"question": "x" * 3_000_000})
        reply = connection.getresponse()
        assert (reply.status, json.loads(reply.read())["code"]) == (413, "body-too-large")
        connection.close()


def test_a_request_that_is_no_http_is_turned_down() -> None:
    with on_a_port(new_app(service_for())) as (port, _, _):
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as raw:
            raw.sendall(b"\x16\x03\x01 not http\r\n\r\n")
            assert raw.recv(1000).startswith(b"HTTP/1.1 400")
        connection = post(port, "/api/v1/search", {"query": "market"})
        assert connection.getresponse().status == 200
        connection.close()


# ---- logs ------------------------------------------------------------------------------------------------------------


def test_a_request_is_one_line_without_what_was_asked(caplog: pytest.LogCaptureFixture) -> None:
    client = client_for(api_key=Secret("open sesame"))
    with caplog.at_level(logging.INFO, "rag"):
        client.post(
            "/api/v1/chat?question=private",
            json={"question": "my private question"},
            headers={"Authorization": "Bearer open sesame", "X-Request-ID": "trace-0001"},
        )
        client.get("/private/path")
    [asked, lost] = [record for record in caplog.records if record.name == "rag.access"]
    line = json.loads(formatter("json").format(asked))
    assert {key: line[key] for key in ("level", "message", "request_id", "status", "site")} == {
        "level": "info",
        "message": "POST /api/v1/chat",
        "request_id": "trace-0001",
        "status": 200,
        "site": "program",
    }
    assert " request_id=trace-0001 status=200" in formatter("text").format(asked)
    assert "private" not in caplog.text + json.dumps(line) + formatter("text").format(lost)
    assert "sesame" not in caplog.text


def test_a_page_of_a_mounted_application_is_told_with_its_place(caplog: pytest.LogCaptureFixture) -> None:
    app, inner = new_app(service_for()), FastAPI()
    inner.add_api_route("/{name}", lambda name: name)
    app.mount("/admin", inner)
    with caplog.at_level(logging.INFO, "rag"):
        for root in ("", "/guide"):
            TestClient(app, root_path=root).get(f"{root}/admin/private")
    assert [record.message for record in caplog.records if record.name == "rag.access"] == ["GET /admin/{name}"] * 2


def test_an_exception_is_in_the_log_and_its_line_is_json() -> None:
    try:
        raise ValueError("what happened")
    except ValueError as error:
        record = logging.LogRecord(
            "rag", logging.ERROR, "", 0, "failed", None, (type(error), error, error.__traceback__)
        )
    assert "what happened" in json.loads(formatter("json").format(record))["exception"]
    assert "what happened" in formatter("text").format(record)


def test_a_format_of_logs_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="RAG_LOG_FORMAT"):
        formatter("xml")
