from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace

import httpx2
import pytest

from rag.errors import InputError, ModelError
from rag.generation import OpenAIModel
from rag.settings import Secret, Settings
from rag.types import Message

KEY = "sk-very-secret-0123456789"
SETTINGS = Settings(llm_model="m", llm_base_url="http://model.example/v1", llm_api_key=Secret(KEY), llm_timeout=5.0)
ASKED = [Message("system", "Rules"), Message("user", "서울은?")]

Handler = Callable[[httpx2.Request], httpx2.Response]


def model(handler: Handler, settings: Settings = SETTINGS) -> OpenAIModel:
    return OpenAIModel.from_settings(settings, httpx2.Client(transport=httpx2.MockTransport(handler)))


def chunk(content: object = None, finish: str | None = None, **delta: object) -> str:
    choice = {"index": 0, "delta": {"content": content, **delta}, "finish_reason": finish}
    return json.dumps({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]})


def stream(*data: str) -> httpx2.Response:
    body = "".join(f"data: {line}\n\n" for line in data)
    return httpx2.Response(200, content=body.encode(), headers={"content-type": "text/event-stream"})


def fail(handler: Handler, settings: Settings = SETTINGS) -> str:
    with pytest.raises(ModelError) as caught:
        list(model(handler, settings).stream(ASKED))
    assert KEY not in "".join(traceback.format_exception(caught.value))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_pieces_arrive_and_the_request_says_what_was_asked() -> None:
    seen: list[httpx2.Request] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return stream(chunk("", role="assistant"), chunk("서울은 "), chunk("2위 [1]."), chunk(finish="stop"), "[DONE]")

    assert list(model(handler).stream(ASKED)) == ["서울은 ", "2위 [1]."]
    (request,) = seen
    body = json.loads(request.content)
    assert str(request.url) == "http://model.example/v1/chat/completions"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert body["messages"] == [{"role": "system", "content": "Rules"}, {"role": "user", "content": "서울은?"}]
    assert (body["model"], body["stream"]) == ("m", True)


def test_chunks_without_choices_are_passed_over() -> None:
    usage = json.dumps(
        {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [], "usage": None}
    )
    assert list(model(lambda _: stream(usage, chunk("a"), chunk(finish="stop"), usage)).stream(ASKED)) == ["a"]


def test_a_reply_cut_short_by_its_length_is_no_error() -> None:
    assert list(model(lambda _: stream(chunk("a"), chunk(finish="length"))).stream(ASKED)) == ["a"]


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (401, "RAG_LLM_API_KEY"),
        (403, "RAG_LLM_API_KEY"),
        (404, "RAG_LLM_MODEL"),
        (429, "rate limit"),
        (400, "error 400: context too long"),
        (500, "error 500"),
        (503, "error 503"),
    ],
)
def test_a_refused_request_tells_how_to_mend_it_and_is_not_repeated(status: int, told: str) -> None:
    asked: list[int] = []

    def handler(_: httpx2.Request) -> httpx2.Response:
        asked.append(status)
        return httpx2.Response(
            status, json={"error": {"message": f"context too long {KEY}"}}, headers={"retry-after": "1"}
        )

    assert told in fail(handler)
    assert asked == [status]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (httpx2.ConnectError("refused"), "no connection"),
        (httpx2.ReadTimeout("slow"), "within 5 s"),
        (httpx2.ConnectTimeout("slow"), "within 5 s"),
        (httpx2.RemoteProtocolError("closed"), "no connection"),
    ],
)
def test_network_errors_are_model_errors(error: httpx2.TransportError, told: str) -> None:
    def handler(_: httpx2.Request) -> httpx2.Response:
        raise error

    assert told in fail(handler)


class Body(httpx2.SyncByteStream):
    """A body that breaks off, or never ends."""

    def __init__(self, *parts: bytes | Exception, forever: bytes = b"") -> None:
        self.parts = parts
        self.forever = forever
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        for part in self.parts:
            if isinstance(part, Exception):
                raise part
            yield part
        while self.forever:
            yield self.forever

    def close(self) -> None:
        self.closed = True


def served(body: Body) -> Handler:
    return lambda _: httpx2.Response(200, stream=body, headers={"content-type": "text/event-stream"})


def event(data: str) -> bytes:
    return f"data: {data}\n\n".encode()


@pytest.mark.parametrize("error", [httpx2.ReadError("reset"), httpx2.RemoteProtocolError("incomplete chunked read")])
def test_a_stream_cut_in_the_middle_is_an_error_after_its_pieces(error: Exception) -> None:
    pieces = model(served(Body(event(chunk("half")), error))).stream(ASKED)
    assert next(pieces) == "half"
    with pytest.raises(ModelError, match="broke off"):
        next(pieces)


def test_a_stream_that_ends_without_a_finish_is_cut() -> None:
    assert "cut off" in fail(lambda _: stream(chunk("half a sen")))


def test_a_stream_that_goes_silent_times_out() -> None:
    assert "within 5 s" in fail(served(Body(event(chunk("a")), httpx2.ReadTimeout("slow"))))


def test_keep_alives_do_not_outlast_the_time_out() -> None:
    body = Body(forever=b": still working\n\n")
    assert "within 0.05 s" in fail(served(body), replace(SETTINGS, llm_timeout=0.05))
    assert body.closed


@pytest.mark.parametrize("data", [[], [chunk("")], [chunk(" \n"), chunk(finish="stop")], [chunk(finish="length")]])
def test_an_empty_reply_is_an_error(data: list[str]) -> None:
    assert "empty reply" in fail(lambda _: stream(*data))


def test_a_refusal_is_an_error() -> None:
    assert "refused to answer: I cannot" in fail(lambda _: stream(chunk(refusal="I cannot"), chunk(finish="stop")))
    assert "content filter" in fail(lambda _: stream(chunk("some"), chunk(finish="content_filter")))


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        '"text"',
        "[1, 2]",
        '{"choices": 7}',
        '{"choices": [7]}',
        '{"choices": [{"delta": {"content": 7}}]}',
        "null",
    ],
)
def test_garbage_is_an_error(line: str) -> None:
    fail(lambda _: stream(line))


def test_garbage_bytes_are_an_error() -> None:
    fail(served(Body(b"data: \xff\xfe\x00\n\n")))
    fail(lambda _: httpx2.Response(200, text="<html>Welcome</html>"))


def test_an_error_in_the_stream_is_told() -> None:
    said = json.dumps({"error": {"message": f"overloaded {KEY}", "code": 503}})
    assert "overloaded ***" in fail(lambda _: stream(chunk("a"), said))


def test_a_model_that_takes_no_temperature_is_asked_without() -> None:
    temperatures: list[object] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        temperatures.append(json.loads(request.content).get("temperature"))
        if temperatures[-1] is not None:
            return httpx2.Response(400, json={"error": {"message": "Unsupported value: 'temperature'"}})
        return stream(chunk("a"), chunk(finish="stop"))

    asked = model(handler)
    assert list(asked.stream(ASKED)) == ["a"]
    assert list(asked.stream(ASKED)) == ["a"]
    assert temperatures == [0.0, None, None]


def test_a_reader_who_leaves_closes_the_stream() -> None:
    body = Body(forever=event(chunk("a")))
    pieces = model(served(body)).stream(ASKED)
    assert next(pieces) == "a"
    pieces.close()  # type: ignore[attr-defined]
    assert body.closed


def test_the_key_is_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    list(model(lambda _: stream(chunk("a"), chunk(finish="stop"))).stream(ASKED))
    fail(lambda _: httpx2.Response(401, json={"error": {"message": f"Incorrect API key provided: {KEY}"}}))
    assert KEY not in caplog.text
    assert KEY not in repr(model(lambda _: stream()))


def test_a_key_with_odd_characters_is_told() -> None:
    assert "RAG_LLM_API_KEY" in fail(lambda _: stream(), replace(SETTINGS, llm_api_key=Secret("열쇠")))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"llm_model": ""}, "RAG_LLM_MODEL"),
        ({"llm_base_url": "", "llm_api_key": Secret("")}, "RAG_LLM_API_KEY"),
        ({"llm_base_url": "http://a:port/v1"}, "RAG_LLM_BASE_URL"),
    ],
)
def test_settings_that_cannot_work_are_told(changed: dict[str, str], told: str) -> None:
    with pytest.raises(InputError, match=told):
        OpenAIModel.from_settings(replace(SETTINGS, **changed))  # type: ignore[arg-type]


def test_a_local_server_needs_no_key() -> None:
    local = model(lambda _: stream(chunk("a"), chunk(finish="stop")), replace(SETTINGS, llm_api_key=Secret("")))
    assert list(local.stream(ASKED)) == ["a"]
