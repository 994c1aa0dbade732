"""What the language model may cost a day, and what readers are told when it is spent."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from library import shared_library
from limits.errors import StorageError
from limits.storage import MemoryStorage
from scripted import Reply, ScriptedModel
from serving import OWN, SITE, visitor

from rag.api.budget import NOTICE, Budget, MeteredModel, tokens_of
from rag.errors import ModelError
from rag.server import make_app
from rag.settings import Settings
from rag.types import Message

WRITTEN = "Haram Robotics was founded in May 2014. [1]"
ASKED = {"en": "When was Haram Robotics founded?", "ko": "하람로보틱스는 언제 설립됐어?"}
JSON = {"Accept": "application/json"}


def client_with(model: ScriptedModel, **settings: Any) -> TestClient:
    shelf = shared_library()
    chatbot = shelf.chatbot(model)
    return TestClient(make_app(chatbot, settings=Settings(docs_dir=chatbot.settings.docs_dir, **settings)))


def answer(client: TestClient, language: str = "en", headers: dict[str, str] | None = None) -> dict[str, Any]:
    body = {"question": ASKED[language]}
    found: dict[str, Any] = client.post("/api/v1/chat", json=body, headers=JSON | (headers or {})).json()
    return found


def test_after_the_last_request_of_the_day_answers_are_quoted_and_say_so() -> None:
    model = ScriptedModel(WRITTEN)
    client = client_with(model, model_requests_per_day=1)
    assert (answer(client)["mode"], len(model.asked)) == ("model", 1)
    for language in ("en", "ko"):
        quoted = answer(client, language)
        assert (quoted["status"], quoted["mode"]) == ("answered", "extractive")
        assert quoted["notice"].startswith(NOTICE[language])  # type: ignore[index]
        assert quoted["citations"]
    assert len(model.asked) == 1


def test_tokens_count_too() -> None:
    model = ScriptedModel(WRITTEN, WRITTEN)
    client = client_with(model, model_tokens_per_day=50)
    assert [answer(client)["mode"] for _ in range(2)] == ["model", "extractive"]


def test_nothing_set_means_no_limit() -> None:
    model = ScriptedModel(*[WRITTEN] * 4)
    client = client_with(model, model_requests_per_day=0, model_tokens_per_day=0)
    assert [answer(client)["mode"] for _ in range(4)] == ["model"] * 4


def test_each_site_has_its_own_budget() -> None:
    client = client_with(ScriptedModel(WRITTEN, WRITTEN, WRITTEN), model_requests_per_day=1, allowed_origins=SITE)
    assert answer(client, headers={"Origin": OWN})["mode"] == "model"
    assert answer(client, headers={"Origin": OWN})["mode"] == "extractive"
    assert answer(client, headers=visitor(client))["mode"] == "model"
    assert answer(client)["mode"] == "model"  # a program


def test_a_greeting_and_a_refusal_cost_nothing() -> None:
    client = client_with(ScriptedModel(WRITTEN), model_requests_per_day=1)
    for question in ("hello", "What is the price of a Burmese cat?"):
        client.post("/api/v1/chat", json={"question": question}, headers=JSON)
    assert answer(client)["mode"] == "model"


def test_a_model_that_fails_has_cost_a_request_all_the_same() -> None:
    client = client_with(ScriptedModel(Reply(WRITTEN, breaks_after=0)), model_requests_per_day=1)
    assert answer(client)["mode"] == "extractive"
    assert answer(client)["notice"].startswith(NOTICE["en"])


def test_whoever_comes_in_the_same_moment_does_not_overdraw() -> None:
    model = MeteredModel(ScriptedModel("a", "b"), Budget(1, 0))
    first, second = (model.stream([Message("user", "x")]) for _ in range(2))
    assert next(first) == "a"
    with pytest.raises(ModelError, match="allowance"):
        next(second)


class Gone(MemoryStorage):
    """A shared storage that went away."""

    def incr(self, *arguments: Any, **options: Any) -> int:
        raise StorageError(OSError("connection refused"))

    def get(self, key: str) -> int:
        raise StorageError(OSError("connection refused"))


def test_without_its_storage_a_process_keeps_its_own_account() -> None:
    budget = Budget(1, 0, Gone())
    assert not budget.is_spent(SITE)
    budget.spend(SITE, requests=1)
    assert budget.is_spent(SITE)
    assert not budget.is_spent("own")


def test_tokens_are_estimated_on_the_safe_side_for_korean() -> None:
    assert (tokens_of(""), tokens_of("four"), tokens_of("fours"), tokens_of("서울"), tokens_of("서울 AI")) == (
        0,
        1,
        2,
        2,
        3,
    )
