"""What can go wrong, told in Korean or English: one shape for all errors (RFC 9457, problem details)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from rag.api.schemas import FieldError, Problem
from rag.text import language_of
from rag.types import Language

MEDIA_TYPE = "application/problem+json"
KINDS = "urn:seoul-ai-guide:problem:"  # the kind of a problem is a name, not an address


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its status, and title and detail in each language."""

    status: int
    ko: tuple[str, str]
    en: tuple[str, str]


CATALOGUE: dict[str, Kind] = {
    "bad-request": Kind(
        400,
        ("요청을 읽을 수 없습니다", "본문이 올바른 JSON인지 확인해 주십시오."),
        ("The request cannot be read", "Check that its body is valid JSON."),
    ),
    "token-required": Kind(
        401,
        ("방문자 토큰이 필요합니다", "POST /api/v1/token으로 새 토큰을 받아 다시 시도해 주십시오."),
        ("A visitor token is needed", "Get a new one with POST /api/v1/token and try again."),
    ),
    "key-required": Kind(
        401,
        ("API 키가 필요합니다", "Authorization 헤더에 'Bearer'와 키를 넣어 주십시오."),
        ("An API key is needed", "Send it in the Authorization header, after 'Bearer'."),
    ),
    "origin-not-allowed": Kind(
        403,
        (
            "이 사이트에서는 사용할 수 없습니다",
            "운영자가 이 사이트를 허용하지 않았습니다(RAG_ALLOWED_ORIGINS).",
        ),
        ("Not available on this site", "The operator has not allowed this site (RAG_ALLOWED_ORIGINS)."),
    ),
    "not-found": Kind(
        404,
        ("찾을 수 없습니다", "이 주소에는 아무것도 없습니다."),
        ("Not found", "There is nothing at this address."),
    ),
    "method-not-allowed": Kind(
        405,
        ("허용되지 않는 메서드입니다", "이 주소는 다른 HTTP 메서드를 받습니다. Allow 헤더를 확인해 주십시오."),
        ("Method not allowed", "This address takes another HTTP method; see the Allow header."),
    ),
    "body-too-large": Kind(
        413,
        ("요청이 너무 큽니다", "질문이나 이전 대화를 줄여서 다시 보내 주십시오."),
        ("The request is too large", "Shorten the question or the conversation and send it again."),
    ),
    "media-type": Kind(
        415,
        ("JSON이 아닙니다", "Content-Type: application/json으로 보내 주십시오."),
        ("Not JSON", "Send it with Content-Type: application/json."),
    ),
    "invalid-request": Kind(
        422,
        ("요청 내용이 올바르지 않습니다", "errors에 적힌 항목을 고쳐 주십시오."),
        ("The request is not valid", "Correct the members named in 'errors'."),
    ),
    "rate-limited": Kind(
        429,
        ("질문이 너무 많습니다", "{retry_after}초 뒤에 다시 물어봐 주십시오."),
        ("Too many questions", "Please ask again in {retry_after} seconds."),
    ),
    "too-many-streams": Kind(
        429,
        ("아직 답하는 중입니다", "앞의 질문에 대한 답이 끝난 뒤에 물어봐 주십시오."),
        ("Still answering", "Please wait for the answers to your earlier questions."),
    ),
    "internal": Kind(
        500,
        ("서버에 문제가 생겼습니다", "잠시 뒤에 다시 시도해 주십시오. 계속되면 request_id를 운영자에게 알려 주십시오."),
        ("Something went wrong", "Try again in a while. If it goes on, tell the operator the request_id."),
    ),
    "overloaded": Kind(
        503,
        ("지금은 이용자가 많습니다", "{retry_after}초 뒤에 다시 물어봐 주십시오."),
        ("Busy at the moment", "Please ask again in {retry_after} seconds."),
    ),
    "starting": Kind(
        503,
        ("준비하는 중입니다", "{retry_after}초 뒤에 다시 시도해 주십시오."),
        ("Starting up", "Please try again in {retry_after} seconds."),
    ),
    "no-answer-made": Kind(
        503,
        ("답을 만들지 못했습니다", "잠시 뒤에 다시 물어봐 주십시오."),
        ("The answer could not be made", "Please ask again in a while."),
    ),
}
_OF_STATUS = {kind.status: code for code, kind in reversed(CATALOGUE.items())} | {503: "overloaded"}


class ProblemError(Exception):
    """A request that is turned down; becomes a problem response."""

    def __init__(
        self,
        code: str,
        *,
        retry_after: int | None = None,
        language: Language | None = None,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.retry_after = retry_after
        self.language = language
        self.errors = errors
        self.headers = dict(headers or {})


def problem(error: ProblemError, language: Language, request_id: str) -> Problem:
    """The problem as it is sent."""
    kind = CATALOGUE[error.code]
    title, detail = kind.ko if language == "ko" else kind.en
    told = Problem(
        type=KINDS + error.code,
        title=title,
        status=kind.status,
        detail=detail.format(retry_after=error.retry_after or 1),
        code=error.code,
        request_id=request_id,
        retry_after=error.retry_after,
        errors=list(error.errors) or None,
    )
    return told


def problem_response(error: ProblemError, language: Language, request_id: str, *, openai: bool = False) -> Response:
    """The response for a problem; for clients of OpenAI's protocol with the member `error` that they look for."""
    told = problem(error, language, request_id)
    if openai:
        said = {"message": f"{told.title}. {told.detail}", "type": told.code, "code": told.code, "param": None}
        told = told.model_copy(update={"error": said})
    headers = {"Content-Language": language, "Cache-Control": "no-store", **error.headers}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if told.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(told.model_dump_json(exclude_none=True), told.status, headers, MEDIA_TYPE)


def code_of(status: int) -> str:
    """The kind of problem for a bare HTTP status."""
    return _OF_STATUS.get(status, "bad-request" if status < 500 else "internal")


def language_wanted(accept: str, body: Any = None) -> Language:
    """Korean or English: what the body asks for, else the Accept-Language header, else what the question is written in."""
    asked = body.get("language") if isinstance(body, dict) else None
    if asked == "ko" or asked == "en":
        return "ko" if asked == "ko" else "en"
    ranked = sorted(filter(None, map(_preference, accept.split(","))), key=lambda found: -found[1])
    if ranked:
        return ranked[0][0]
    said = (body.get("question") or body.get("query")) if isinstance(body, dict) else None
    return language_of(said) if isinstance(said, str) else "en"


def _preference(part: str) -> tuple[Language, float] | None:
    """A language of Accept-Language with its quality; None for one we do not speak."""
    tag, _, quality = part.strip().partition(";q=")
    primary = tag.strip().lower().partition("-")[0]
    try:
        value = float(quality) if quality else 1.0
    except ValueError:
        return None
    if value <= 0 or primary not in ("ko", "en"):
        return None
    return ("ko" if primary == "ko" else "en", value)
