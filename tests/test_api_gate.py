"""Who may ask, and how much: origins, tokens, keys, rates, places, proxies; each with its negative."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fakes import FakeChatbot
from fastapi.testclient import TestClient
from library import shared_chatbot
from limits.errors import StorageError
from limits.storage import MemoryStorage
from serving import OWN, SITE, Notebook, client_for, service_for, token, visitor

from rag.api.admission import Gate, Visitor
from rag.api.app import new_app
from rag.api.limits import Rates, address_key, parse_rates
from rag.api.origins import Origins
from rag.api.problems import ProblemError
from rag.api.tokens import LIFETIME, RENEWABLE, Tokens
from rag.errors import InputError
from rag.server import make_app
from rag.settings import Secret, Settings

ASK = {"question": "market?"}
JSON = {"Accept": "application/json"}
OTHER = "https://other.example"


def ask(client: TestClient, headers: dict[str, str] | None = None, path: str = "/api/v1/chat", **body: Any) -> int:
    return client.post(path, json=ASK | body, headers=JSON | (headers or {})).status_code


# ---- origins ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["*", "https://*.example.kr", f"{SITE}, *", "http*://a.kr"])
def test_a_wildcard_is_refused_at_start_with_the_reason(text: str) -> None:
    with pytest.raises(InputError, match=r"RAG_ALLOWED_ORIGINS.*wildcard would let any site"):
        Gate(Settings(allowed_origins=text))
    with pytest.raises(InputError, match="wildcard"):
        make_app(shared_chatbot(), settings=Settings(allowed_origins=text))


@pytest.mark.parametrize(
    "text", ["example.kr", "null", "ftp://a.kr", "https://a.kr/path", "https://a b", "javascript:x"]
)
def test_what_is_no_origin_is_refused_at_start(text: str) -> None:
    with pytest.raises(InputError, match="is no origin"):
        Origins.parse(text)


def test_origins_are_compared_as_browsers_send_them() -> None:
    origins = Origins.parse(" HTTPS://Invest.example.kr:443/ , http://localhost:8000")
    assert origins.allowed == {SITE, "http://localhost:8000"}
    assert origins.frame_ancestors == f"frame-ancestors 'self' http://localhost:8000 {SITE}"


@pytest.mark.parametrize(
    "origin",
    [OTHER, "null", "https://invest.example.kr.evil.com", "http://invest.example.kr", f"{SITE}:8443", f"{SITE}/", "x"],
)
def test_a_foreign_site_is_turned_down_everywhere(origin: str) -> None:
    client = client_for(allowed_origins=SITE)
    for method, path in (("POST", "/api/v1/chat"), ("POST", "/api/v1/token"), ("GET", "/api/v1/config")):
        reply = client.request(method, path, headers={"Origin": origin, "Accept-Language": "ko"})
        assert (reply.status_code, reply.json()["title"]) == (403, "이 사이트에서는 사용할 수 없습니다")
        assert "access-control-allow-origin" not in reply.headers


def test_none_but_the_own_origin_is_allowed_by_default() -> None:
    client = client_for()
    assert ask(client, {"Origin": OWN}) == 200
    assert ask(client, {"Origin": SITE}) == 403


def test_the_own_origin_is_the_public_url_once_that_is_set() -> None:
    client = client_for(public_url="https://guide.example.kr")
    assert ask(client, {"Origin": "https://guide.example.kr"}) == 200
    assert ask(client, {"Origin": OWN}) == 403
    assert ask(client, {"Origin": "http://localhost:7860", "Host": "localhost:7860"}) == 200  # through a tunnel
    assert ask(client, {"Origin": "http://localhost:7860", "Host": "guide.example.kr"}) == 403


def test_cross_origin_headers_are_for_allowed_sites_alone() -> None:
    client = client_for(allowed_origins=SITE)
    asking = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    good = client.options("/api/v1/chat", headers={"Origin": SITE, **asking})
    assert (good.status_code, good.headers["access-control-allow-origin"]) == (204, SITE)
    assert "Authorization" in good.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in good.headers
    bad = client.options("/api/v1/chat", headers={"Origin": OTHER, **asking})
    assert (bad.status_code, bad.headers["content-type"]) == (403, "application/problem+json")
    unauthorised = client.post("/api/v1/chat", json=ASK, headers={"Origin": SITE})
    assert unauthorised.headers["access-control-allow-origin"] == SITE  # the widget must be able to read why


def test_allowed_sites_may_frame_the_page_and_others_not() -> None:
    bot = shared_chatbot()
    own, shared = (make_app(bot, settings=Settings(allowed_origins=allowed)) for allowed in ("", SITE))
    assert TestClient(own).get("/").headers["content-security-policy"].endswith("frame-ancestors 'self'")
    assert TestClient(shared).get("/").headers["content-security-policy"].endswith(f"frame-ancestors 'self' {SITE}")


# ---- tokens and keys -------------------------------------------------------------------------------------------------


def test_an_allowed_site_needs_a_token_and_the_token_is_good_for_it_alone() -> None:
    client = client_for(allowed_origins=f"{SITE},{OTHER}")
    assert ask(client, {"Origin": SITE}) == 401
    headers = visitor(client)
    assert ask(client, headers) == 200
    assert ask(client, headers | {"Origin": OTHER}) == 401
    assert ask(client, headers | {"Origin": OWN}) == 401
    reply = client.post("/api/v1/chat", json=ASK, headers={"Origin": SITE, "Authorization": "Bearer made.up"})
    assert (reply.status_code, reply.headers["www-authenticate"]) == (401, "Bearer")


def test_tokens_run_out_and_cannot_be_changed() -> None:
    now = [1000.0]
    tokens = Tokens("key", clock=lambda: now[0])
    minted = tokens.mint(SITE)
    known = tokens.visitor(minted, SITE)
    assert known
    assert tokens.visitor(minted, OTHER) == ""
    assert Tokens("another key", clock=lambda: now[0]).visitor(minted, SITE) == ""
    payload, _, signature = minted.partition(".")
    for forged in (
        f"{payload}x.{signature}",
        f"{payload}.{signature[:-2]}",
        payload,
        f".{signature}",
        "",
        "a.b",
        "é.é",
    ):
        assert tokens.visitor(forged, SITE) == ""
    now[0] += LIFETIME
    assert tokens.visitor(minted, SITE) == ""
    renewed = tokens.mint(SITE, minted)
    assert tokens.visitor(renewed, SITE) == known  # the same visitor, so that limits go on counting
    assert tokens.visitor(tokens.mint(OTHER, minted), OTHER) != known
    now[0] += LIFETIME + RENEWABLE
    assert tokens.visitor(tokens.mint(SITE, renewed), SITE) not in ("", known)


def test_a_set_key_makes_tokens_outlive_a_restart() -> None:
    first, second = (client_for(allowed_origins=SITE, secret_key=Secret("k" * 32)) for _ in range(2))
    assert ask(second, visitor(first)) == 200
    assert ask(client_for(allowed_origins=SITE), visitor(first)) == 401


def test_programs_need_the_key_if_there_is_one() -> None:
    client = client_for(api_key=Secret("open sesame"), allowed_origins=SITE)
    assert ask(client) == 401
    assert ask(client, {"Authorization": "Bearer wrong"}) == 401
    assert ask(client, {"Authorization": "Bearer open sesame"}) == 200
    assert ask(client, {"Origin": OWN}) == 200  # readers of the page have none
    assert ask(client, visitor(client)) == 200
    assert ask(client_for(), {"Authorization": "Bearer whatever"}) == 200


# ---- rates -----------------------------------------------------------------------------------------------------------


def test_one_visitor_is_slowed_down_and_another_not() -> None:
    client = client_for(allowed_origins=SITE, rate_visitor="2/hour")
    headers = visitor(client)
    assert [ask(client, headers) for _ in range(3)] == [200, 200, 429]
    renewed = {"Origin": SITE, "Authorization": f"Bearer {token(client, SITE, headers['Authorization'][7:])}"}
    assert ask(client, renewed) == 429
    assert ask(client, visitor(client)) == 200


def test_a_refusal_says_when_to_come_back_in_the_readers_language() -> None:
    client = client_for(rate_address="1/hour")
    ask(client)
    reply = client.post("/api/v1/chat", json=ASK, headers={"Accept-Language": "ko"})
    assert reply.status_code == 429
    wait = int(reply.headers["retry-after"])
    assert 0 < wait <= 7200
    assert reply.json()["detail"] == f"{wait}초 뒤에 다시 물어봐 주십시오."


@pytest.mark.parametrize("path", ["/api/v1/chat", "/api/v1/search", "/v1/chat/completions"])
def test_every_way_of_asking_counts(path: str) -> None:
    client = client_for(rate_address="1/hour")
    body = {"query": "market", "messages": [{"role": "user", "content": "market?"}]}
    assert [ask(client, path=path, **body) for _ in range(2)] == [200, 429]


def test_the_page_is_bound_like_the_rest() -> None:
    bot = shared_chatbot()
    client = TestClient(make_app(bot, settings=Settings(rate_address="1/hour", docs_dir=bot.settings.docs_dir)))
    assert [ask(client, path="/page/stream") for _ in range(2)] == [200, 429]
    assert ask(client, {"Origin": OTHER}, path="/page/stream") == 403


def test_a_site_has_its_own_account() -> None:
    client = client_for(allowed_origins=f"{SITE},{OTHER}", rate_site="1/hour")
    assert [ask(client, visitor(client)) for _ in range(2)] == [200, 429]
    assert ask(client, visitor(client, OTHER)) == 200


def test_tokens_and_verdicts_are_counted_apart_from_questions() -> None:
    notebook = Notebook()
    client = client_for(recorder=notebook, rate_address="1/hour")
    verdict = {"answer_id": "a" * 32, "helpful": True}
    statuses = [client.post("/api/v1/feedback", json=verdict).status_code for _ in range(2)]
    assert statuses == [204, 429]
    assert len(notebook.verdicts) == 1
    assert [client.post("/api/v1/token", json={}).status_code for _ in range(2)] == [200, 429]
    assert ask(client) == 200


@pytest.mark.parametrize("text", ["often", "20", "minute", "x/minute"])
def test_a_rate_that_is_none_is_refused_at_start(text: str) -> None:
    with pytest.raises(InputError, match="RAG_RATE_VISITOR"):
        parse_rates("RAG_RATE_VISITOR", text)


@pytest.mark.parametrize("uri", ["nowhere://x", "async+memory://", "redis"])
def test_a_storage_that_is_none_is_refused_at_start(uri: str) -> None:
    with pytest.raises(InputError, match="RAG_RATE_LIMIT_STORAGE"):
        Gate(Settings(rate_limit_storage=uri))


class Gone(MemoryStorage):
    """A shared storage that went away."""

    def incr(self, *arguments: Any, **options: Any) -> int:
        raise StorageError(OSError("connection refused"))

    get_sliding_window = acquire_sliding_window_entry = incr  # type: ignore[assignment]


def test_without_its_storage_a_process_counts_for_itself() -> None:
    rates = Rates(Gone())

    async def twice() -> None:
        for _ in range(2):
            await rates.hit(parse_rates("x", "1/hour"), "address", "1.2.3.4")

    # In a thread of its own: the browser tests leave a loop running in this one.
    with ThreadPoolExecutor(1) as pool, pytest.raises(ProblemError, match="rate-limited"):
        pool.submit(lambda: asyncio.run(twice())).result()


# ---- addresses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("unix", "unix"),
        ("", ""),
    ],
)
def test_addresses_are_counted_by_household(host: str, key: str) -> None:
    assert address_key(host) == key


def test_only_a_trusted_proxy_says_whose_address_it_is() -> None:
    forwarded = [{"X-Forwarded-For": f"203.0.113.{number}"} for number in (1, 2)]
    for trusted, second in (("", 429), ("10.0.0.0/8", 429), ("192.0.2.7", 200), ("192.0.2.0/24", 200)):
        app = new_app(service_for(rate_address="1/hour", trusted_proxies=trusted))
        client = TestClient(app, client=("192.0.2.7", 5000))
        assert [ask(client, headers) for headers in forwarded] == [200, second], trusted


# ---- places ----------------------------------------------------------------------------------------------------------


def test_beyond_the_last_place_the_answer_is_no_at_once() -> None:
    service = service_for(max_answers=2, streams_per_address=2)
    client = TestClient(new_app(service))
    held = [service.gate.place(Visitor("", address, "", "own")) for address in ("a", "b")]
    reply = client.post("/api/v1/chat", json=ASK, headers={"Accept-Language": "ko"})
    assert (reply.status_code, reply.json()["code"], reply.headers["retry-after"]) == (503, "overloaded", "2")
    held[0].close()
    held[0].close()
    assert ask(client) == 200
    assert service.gate.places.taken == 1


def test_one_visitor_has_a_few_answers_at_once_and_one_address_some_more() -> None:
    gate = Gate(Settings(streams_per_visitor=1, streams_per_address=2))
    first = gate.place(Visitor("v", "a", SITE, SITE))
    with pytest.raises(ProblemError, match="too-many-streams"):
        gate.place(Visitor("v", "b", SITE, SITE))
    gate.place(Visitor("w", "a", SITE, SITE))
    with pytest.raises(ProblemError, match="too-many-streams"):
        gate.place(Visitor("x", "a", SITE, SITE))
    first.close()
    gate.place(Visitor("v", "a", SITE, SITE))


@pytest.mark.parametrize("question", ["market?", "fail", "silent"])
def test_every_answer_gives_its_place_back(question: str) -> None:
    service = service_for(FakeChatbot(), max_answers=1)
    client = TestClient(new_app(service), raise_server_exceptions=False)
    for headers in (JSON, {}):
        client.post("/api/v1/chat", json={"question": question}, headers=headers)
        client.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": question}]})
        client.post("/api/v1/search", json={"query": question})
    assert service.gate.places.taken == 0


# ---- metrics ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("secret", "address", "headers", "status"),
    [
        ("", "127.0.0.1", {}, 200),
        ("", "::1", {}, 200),
        ("", "203.0.113.9", {}, 404),
        ("", "127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, 404),
        ("m" * 20, "127.0.0.1", {}, 404),
        ("m" * 20, "203.0.113.9", {"Authorization": f"Bearer {'m' * 20}"}, 200),
        ("m" * 20, "203.0.113.9", {"Authorization": "Bearer m"}, 404),
    ],
)
def test_metrics_are_not_public(secret: str, address: str, headers: dict[str, str], status: int) -> None:
    client = TestClient(new_app(service_for(metrics_token=Secret(secret))), client=(address, 5000))
    ask(client)
    reply = client.get("/metrics", headers=headers)
    assert reply.status_code == status
    assert ('rag_answers_total{language="en",mode="extractive",status="answered"} 1.0' in reply.text) == (status == 200)
    assert "market?" not in reply.text
