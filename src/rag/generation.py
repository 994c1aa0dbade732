"""A language model behind any OpenAI-compatible endpoint; errors of openai and the network become ModelError here."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import cast

import httpx2
import openai
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

from rag.errors import InputError, ModelError
from rag.settings import Settings
from rag.types import Message

OPENAI_URL = "https://api.openai.com/v1"
_NO_KEY = "none"  # the client insists on a key, local servers do not
_MAX_DETAIL = 200  # characters shown of what a server says about its error


class OpenAIModel:
    """A `LanguageModel`. One request a reply, never repeated, over within the time-out whatever the server does."""

    def __init__(
        self,
        model: str,
        base_url: str = OPENAI_URL,
        api_key: str = "",
        timeout: float = 30.0,
        http_client: httpx2.Client | None = None,
    ) -> None:
        self.model = model
        self.base_url = base_url.rstrip("/")
        self.timeout = timeout
        self._key = api_key
        self._temperature: float | openai.Omit = 0.0
        self._client = openai.OpenAI(
            api_key=api_key or _NO_KEY, base_url=self.base_url, timeout=timeout, max_retries=0, http_client=http_client
        )

    @classmethod
    def from_settings(cls, settings: Settings, http_client: httpx2.Client | None = None) -> OpenAIModel:
        """The model of the settings; raises InputError when its name, or the key for OpenAI, is missing."""
        if not settings.llm_model:
            raise InputError("RAG_LLM_MODEL is empty: name the language model, or leave it out to answer without one")
        if not settings.llm_base_url and not settings.llm_api_key:
            raise InputError("RAG_LLM_API_KEY is empty: OpenAI asks for a key; for another server set RAG_LLM_BASE_URL")
        url, key = settings.llm_base_url or OPENAI_URL, settings.llm_api_key
        try:
            return cls(settings.llm_model, url, key, settings.llm_timeout, http_client)
        except httpx2.InvalidURL as exc:
            raise InputError(f"RAG_LLM_BASE_URL={url!r}: {exc}; correct the address") from exc

    def __repr__(self) -> str:
        return f"OpenAIModel({self.model!r}, {self.base_url!r})"

    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        """Pieces of the reply as they arrive.

        Raises ModelError for a time-out, rate limit, refused key, refusal, broken or cut stream, or an empty reply.
        """
        deadline = time.monotonic() + self.timeout
        finish, spoke = "", False
        with self._translated(), self._open(messages) as chunks:
            chunks.response.stream = _Timed(chunks.response.stream, deadline, chunks.response.request)
            for chunk in chunks:
                piece, ended = _read(chunk)
                finish, spoke = ended or finish, spoke or bool(piece.strip())
                if piece:
                    yield piece
            self._check_end(finish, spoke)

    def _open(self, messages: Sequence[Message]) -> openai.Stream[ChatCompletionChunk]:
        try:
            return self._request(messages)
        except openai.BadRequestError as exc:
            if "temperature" not in exc.message or isinstance(self._temperature, openai.Omit):
                raise
        self._temperature = openai.omit  # some models take no temperature but their own
        return self._request(messages)

    def _request(self, messages: Sequence[Message]) -> openai.Stream[ChatCompletionChunk]:
        plain = [{"role": message.role, "content": message.content} for message in messages]
        return self._client.chat.completions.create(
            model=self.model,
            messages=cast(list[ChatCompletionMessageParam], plain),
            temperature=self._temperature,
            stream=True,
        )

    def _check_end(self, finish: str, spoke: bool) -> None:
        if finish == "content_filter":
            raise _Refused("its content filter stopped the reply")
        if not spoke:
            reason = f"finish_reason {finish or 'missing'}"
            raise ModelError(f"{self._where}: empty reply ({reason}); try again or change RAG_LLM_MODEL")
        if not finish:
            raise ModelError(f"{self._where}: the reply was cut off; try again")

    @property
    def _where(self) -> str:
        return f"language model {self.model!r} at {self.base_url}"

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (openai.OpenAIError, httpx2.HTTPError, ValueError, _Refused) as exc:
            told = f"{exc} {getattr(exc, 'body', '')}"
            leaks = bool(self._key) and self._key in told  # then the cause must not be printed either
            raise ModelError(f"{self._where}: {self._reason(exc)}") from (None if leaks else exc)

    def _reason(self, exc: Exception) -> str:
        match exc:
            case openai.APITimeoutError() | httpx2.TimeoutException():
                return f"no complete reply within {self.timeout:g} s; raise RAG_LLM_TIMEOUT or try again"
            case openai.AuthenticationError() | openai.PermissionDeniedError():
                return f"key refused ({exc.status_code}); correct RAG_LLM_API_KEY"
            case openai.RateLimitError():
                return "rate limit or quota reached (429); wait and try again"
            case openai.NotFoundError():
                return "not found (404); correct RAG_LLM_MODEL or RAG_LLM_BASE_URL"
            case openai.APIConnectionError() | httpx2.TransportError():
                return "no connection, or it broke off; is the server running, and is RAG_LLM_BASE_URL right?"
            case openai.APIStatusError():
                return f"error {exc.status_code}: {self._detail(exc.message.partition(' - ')[2])}"
            case _Refused():
                return f"refused to answer: {self._detail(str(exc))}"
            case UnicodeEncodeError():
                return "RAG_LLM_API_KEY holds characters that no key has; copy it again"
            case openai.APIError():
                return f"error in the reply: {self._detail(exc.message)}"
            case _:
                return "the reply makes no sense; is RAG_LLM_BASE_URL an OpenAI-compatible endpoint?"

    def _detail(self, said: str) -> str:
        hidden = said.replace(self._key, "***") if self._key else said
        return " ".join(hidden.split())[:_MAX_DETAIL]


class _Refused(Exception):
    """The model or its filter will not answer."""


class _Timed(httpx2.SyncByteStream):
    """A body that must be read by a deadline: a read time-out alone never ends a server that sends keep-alives."""

    def __init__(self, body: object, deadline: float, request: httpx2.Request) -> None:
        self._body = cast(httpx2.SyncByteStream, body)
        self._deadline = deadline
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        for data in self._body:
            if time.monotonic() > self._deadline:
                raise httpx2.ReadTimeout("deadline passed", request=self._request)
            yield data

    def close(self) -> None:
        self._body.close()


def _read(chunk: ChatCompletionChunk) -> tuple[str, str]:
    """The text of a chunk and its finish_reason; the client does not check what servers send, so it is checked here."""
    choices = getattr(chunk, "choices", None)
    if choices is not None and not isinstance(choices, list):
        raise ValueError("no chat completion chunk")
    if not choices:
        return "", ""  # usage, or a keep-alive
    delta = getattr(choices[0], "delta", None)
    refusal, content = getattr(delta, "refusal", None), getattr(delta, "content", None) or ""
    if refusal:
        raise _Refused(str(refusal))
    if not isinstance(content, str):
        raise ValueError("no chat completion chunk")
    return content, str(getattr(choices[0], "finish_reason", None) or "")
