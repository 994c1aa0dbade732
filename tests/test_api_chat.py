"""Questions over HTTP: streams and single answers, errors in both languages, search, feedback, settings for clients."""

from __future__ import annotations

import pytest
from fakes import FakeChatbot
from fastapi.testclient import TestClient
from library import shared_chatbot
from serving import Notebook, client_for, events, service_for

from rag.api.app import new_app
from rag.api.schemas import QUESTION_LIMIT, TURNS_LIMIT, ChatAnswer, Schema
from rag.types import Turn

JSON = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def client() -> TestClient:
    return client_for()


@pytest.fixture(scope="module")
def real() -> TestClient:
    bot = shared_chatbot()
    return client_for(bot, docs_dir=bot.settings.docs_dir, index_dir=bot.settings.index_dir)


def test_an_answer_streams_as_events(client: TestClient) -> None:
    reply = client.post("/api/v1/chat", json={"question": "How large is the market?"})
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("text/event-stream")
    found = events(reply.text)
    assert [name for name, _ in found] == ["retrieved", "delta", "done"]
    assert "".join(data["text"] for name, data in found if name == "delta") == found[-1][1]["answer"]
    assert found[0][1]["answer_id"] == found[-1][1]["answer_id"]
    ChatAnswer.model_validate(found[-1][1])


def test_an_answer_comes_whole_when_json_is_asked_for(real: TestClient) -> None:
    reply = real.post("/api/v1/chat", json={"question": "When was Haram Robotics founded?"}, headers=JSON)
    answer = reply.json()
    assert (reply.status_code, answer["status"], answer["language"]) == (200, "answered", "en")
    assert "May 2014" in answer["answer"]
    bot = shared_chatbot()
    for citation in answer["citations"]:
        assert bot.document_text(citation["document"])[citation["start"] : citation["end"]] == citation["quote"]


def test_korean_is_sent_as_it_is(client: TestClient) -> None:
    reply = client.post("/api/v1/chat", json={"question": "시장 규모는 얼마인가요?"})
    assert "국내 AI 시장" in reply.text


def test_history_and_language_reach_the_chatbot() -> None:
    bot = FakeChatbot()
    body = {"question": "And \u1112\u1161\u11ab?", "history": [{"question": "a\x00b", "answer": "c"}], "language": "ko"}
    client_for(bot).post("/api/v1/chat", json=body)
    assert bot.asked == [("And 한?", (Turn("a b", "c"),), "ko")]


def test_the_conversation_keeps_its_id_and_each_answer_has_its_own(client: TestClient) -> None:
    first, second = (
        client.post("/api/v1/chat", json={"question": "market?", "conversation_id": "c" * 32}, headers=JSON).json()
        for _ in range(2)
    )
    assert first["conversation_id"] == second["conversation_id"] == "c" * 32
    assert first["answer_id"] != second["answer_id"]


def test_what_was_asked_and_answered_is_recorded() -> None:
    notebook = Notebook()
    client = client_for(recorder=notebook)
    answer = client.post("/api/v1/chat", json={"question": "market?"}, headers=JSON).json()
    [exchange] = notebook.exchanges
    assert (exchange.answer_id, exchange.question, exchange.origin) == (answer["answer_id"], "market?", "")
    assert exchange.answer.text == answer["answer"]
    assert exchange.asked_at.tzinfo is not None
    client.post("/api/v1/feedback", json={"answer_id": answer["answer_id"], "helpful": False, "comment": " no "})
    assert notebook.verdicts == [(answer["answer_id"], False, "no")]


def test_the_recorder_is_closed_at_the_end() -> None:
    notebook = Notebook()
    with client_for(recorder=notebook):
        assert not notebook.closed
    assert notebook.closed


def test_a_question_asked_again_is_answered_from_memory() -> None:
    bot = FakeChatbot()
    client = client_for(bot)
    replies = [client.post("/api/v1/chat", json={"question": "market?"}, headers=JSON).json() for _ in range(3)]
    assert len(bot.asked) == 1
    assert len({reply["answer_id"] for reply in replies}) == 3
    assert len({reply["answer"] for reply in replies}) == 1


def test_an_answer_with_a_history_is_not_kept() -> None:
    bot = FakeChatbot()
    client = client_for(bot)
    for answer in ("a", "b"):
        client.post("/api/v1/chat", json={"question": "market?", "history": [{"question": "q", "answer": answer}]})
    assert len(bot.asked) == 2


def test_a_failure_under_way_is_an_event_and_before_it_a_status() -> None:
    client = client_for(FakeChatbot())
    streamed = client.post("/api/v1/chat", json={"question": "fail", "language": "ko"})
    assert streamed.status_code == 200
    assert "".join(data["text"] for name, data in events(streamed.text) if name == "delta") == "2022년 국내 AI 시장은 "
    assert events(streamed.text)[-1] == (
        "error",
        {
            "type": "urn:seoul-ai-guide:problem:no-answer-made",
            "title": "답을 만들지 못했습니다",
            "status": 503,
            "detail": "잠시 뒤에 다시 물어봐 주십시오.",
            "code": "no-answer-made",
            "request_id": streamed.headers["x-request-id"],
        },
    )
    whole = client_for(FakeChatbot()).post("/api/v1/chat", json={"question": "fail"}, headers=JSON)
    assert (whole.status_code, whole.json()["code"]) == (503, "no-answer-made")
    assert "timed out" not in whole.text


class Broken(FakeChatbot):
    """A chatbot with an error nobody foresaw."""

    def stream(self, *arguments: object) -> object:  # type: ignore[override]
        raise ZeroDivisionError("the secret reason")


def test_an_unforeseen_error_is_told_without_its_reason() -> None:
    client = client_for(Broken())
    whole = client.post("/api/v1/chat", json={"question": "x"}, headers=JSON)
    assert (whole.status_code, whole.json()["code"]) == (500, "internal")
    streamed = client.post("/api/v1/chat", json={"question": "x"})
    assert events(streamed.text)[-1][1]["code"] == "internal"
    assert "secret" not in whole.text + streamed.text


def test_search_finds_passages(real: TestClient) -> None:
    hits = real.post("/api/v1/search", json={"query": "Haram Robotics", "k": 2}).json()["hits"]
    assert len(hits) == 2
    assert hits[0]["score"] >= hits[1]["score"]
    assert "Haram" in hits[0]["title"] + hits[0]["text"]


def test_the_public_settings_hold_no_secret() -> None:
    secrets = {
        "secret_key": "s3cret-key",
        "llm_api_key": "s3cret-llm",
        "metrics_token": "s3cret-m",
        "api_key": "s3cret",
    }
    reply = client_for(**secrets, contact="a person").get("/api/v1/config")
    assert reply.json()["contact"] == "a person"
    assert reply.json()["modes"] == ["extractive"]
    assert len(reply.json()["starters"]["ko"]) > 0
    assert "s3cret" not in reply.text


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "#/question"),
        ({"question": ""}, "#/question"),
        ({"question": " \x00\n "}, "#/question"),
        ({"question": "가" * (QUESTION_LIMIT + 1)}, "#/question"),
        ({"question": 1}, "#/question"),
        ({"question": "a", "history": [{"question": "a", "answer": "b"}] * (TURNS_LIMIT + 1)}, "#/history"),
        ({"question": "a", "history": [{"question": "a"}]}, "#/history/0/answer"),
        ({"question": "a", "language": "fr"}, "#/language"),
        ({"question": "a", "conversation_id": "../../etc"}, "#/conversation_id"),
    ],
)
def test_a_wrong_member_is_named(client: TestClient, body: object, pointer: str) -> None:
    reply = client.post("/api/v1/chat", json=body, headers={"Accept-Language": "ko"})
    assert (reply.status_code, reply.headers["content-type"]) == (422, "application/problem+json")
    assert pointer in [error["pointer"] for error in reply.json()["errors"]]
    assert reply.json()["title"] == "요청 내용이 올바르지 않습니다"


@pytest.mark.parametrize(
    ("accept", "body", "title"),
    [
        ("ko-KR,ko;q=0.9,en;q=0.8", {}, "요청 내용이 올바르지 않습니다"),
        ("en-GB", {}, "The request is not valid"),
        ("fr, ko;q=0.1, en;q=0", {}, "요청 내용이 올바르지 않습니다"),
        ("en", {"language": "ko"}, "요청 내용이 올바르지 않습니다"),
        ("", {"question": "서울" * QUESTION_LIMIT}, "요청 내용이 올바르지 않습니다"),
        ("*", {}, "The request is not valid"),
        ("ko;q=much, en", {}, "The request is not valid"),
    ],
)
def test_errors_speak_the_readers_language(client: TestClient, accept: str, body: object, title: str) -> None:
    reply = client.post("/api/v1/chat", json=body, headers={"Accept-Language": accept})
    assert reply.json()["title"] == title


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/api/v1/chat", 405, "POST"),
        ("DELETE", "/v1/chat/completions", 405, "POST"),
        ("POST", "/healthz", 405, "GET"),
        ("GET", "/api/v2/chat", 404, None),
        ("POST", "/v1/embeddings", 404, None),
        ("GET", "/nowhere", 404, None),
    ],
)
def test_what_is_not_there_is_a_problem_too(
    client: TestClient, method: str, path: str, status: int, allow: str | None
) -> None:
    reply = client.request(method, path)
    assert (reply.status_code, reply.headers.get("allow")) == (status, allow)
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["status"] == status


def test_a_body_that_is_no_json_is_turned_down(client: TestClient) -> None:
    broken = client.post("/api/v1/chat", content=b"{", headers={"Content-Type": "application/json"})
    form = client.post("/api/v1/chat", data={"question": "x"})
    assert (broken.status_code, form.status_code) == (400, 415)
    assert {broken.headers["content-type"], form.headers["content-type"]} == {"application/problem+json"}


def test_a_large_body_is_not_read() -> None:
    client = client_for(max_body=1000)
    declared = client.post("/api/v1/chat", json={"question": "x" * 2000})
    chunked = client.post(
        "/api/v1/chat", content=(b"x" * 500 for _ in range(9)), headers={"Content-Type": "application/json"}
    )
    assert (declared.status_code, chunked.status_code) == (413, 413)
    assert declared.json()["code"] == chunked.json()["code"] == "body-too-large"


@pytest.mark.parametrize(
    ("given", "kept"),
    [("trace-1234.ab", True), ("short", False), ("a b c d e f", False), ("x" * 65, False), ("", False)],
)
def test_request_ids_go_in_and_out(client: TestClient, given: str, kept: bool) -> None:
    reply = client.get("/healthz", headers={"X-Request-ID": given})
    assert (reply.headers["x-request-id"] == given) == kept
    assert len(reply.headers["x-request-id"]) >= 8


def test_ready_means_warm() -> None:
    service = service_for()
    client = TestClient(new_app(service))
    assert client.get("/readyz").json()["status"] == "ready"
    service.ready.clear()
    cold = client.get("/readyz")
    assert (cold.status_code, cold.json()["code"], cold.headers["retry-after"]) == (503, "starting", "5")
    assert client.get("/healthz").status_code == 200


def test_the_document_describes_every_route(client: TestClient) -> None:
    document = client.get("/api/openapi.json").json()
    assert {*document["paths"]} == {
        "/api/v1/chat",
        "/api/v1/search",
        "/api/v1/feedback",
        "/api/v1/passage",
        "/api/v1/token",
        "/api/v1/config",
        "/v1/chat/completions",
        "/v1/models",
        "/healthz",
        "/readyz",
        "/metrics",
    }
    for path in document["paths"].values():
        for operation in path.values():
            assert operation["description"]
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    assert [*response["content"]] == ["application/problem+json"]


def test_every_body_has_an_example_that_holds(client: TestClient) -> None:
    document = client.get("/api/openapi.json").json()
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    parts = [part for each in operations for part in (each.get("requestBody", {}), *each["responses"].values())]
    told = [
        part["content"]["application/json"]["schema"] for part in parts if "application/json" in part.get("content", {})
    ]
    bodies = {schema["$ref"].rpartition("/")[2] for schema in told if "$ref" in schema}
    assert len(bodies) >= 10
    models = {model.__name__: model for model in Schema.__subclasses__()}
    for name in bodies:
        examples = document["components"]["schemas"][name]["examples"]
        assert examples, name
        for example in examples:
            assert models[name].model_validate(example).model_dump(mode="json", exclude_unset=True) == example
    cited = document["components"]["schemas"]["ChatAnswer"]["examples"][0]["citations"][0]
    assert cited["end"] - cited["start"] == len(cited["quote"])
