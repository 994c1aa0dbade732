"""Exceptions of the framework and ours, as problem responses."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from rag.api.middleware import response_for
from rag.api.problems import ProblemError, code_of, language_wanted
from rag.api.schemas import FieldError
from rag.types import Language

_KOREAN = {
    "missing": "필수 항목이 없습니다",
    "string_too_long": "{max_length}자까지만 쓸 수 있습니다",
    "string_too_short": "비어 있습니다",
    "string_type": "문자열이어야 합니다",
    "string_unicode": "올바른 유니코드 문자열이 아닙니다",
    "string_pattern_mismatch": "형식이 맞지 않습니다",
    "too_long": "{max_length}개까지만 보낼 수 있습니다",
    "value_error": "값이 올바르지 않거나 비어 있습니다",
    "literal_error": "{expected} 가운데 하나여야 합니다",
    "list_type": "배열이어야 합니다",
    "model_attributes_type": "객체여야 합니다",
    "int_type": "정수여야 합니다",
    "int_parsing": "정수여야 합니다",
    "bool_type": "true나 false여야 합니다",
    "greater_than_equal": "{ge} 이상이어야 합니다",
    "less_than_equal": "{le} 이하여야 합니다",
    "json_invalid": "올바른 JSON이 아닙니다",
}
_MOST_ERRORS = 20  # told of one request


def add_handlers(app: FastAPI) -> None:
    """Make every error of the app's routes a problem."""
    app.add_exception_handler(ProblemError, _turned_down)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


async def _turned_down(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return response_for(request, error)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return response_for(request, ProblemError(code_of(error.status_code), headers=error.headers))


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    in_body = any(found["loc"][:1] == ("body",) for found in error.errors())
    if in_body and not _is_json(request.headers.get("content-type", "")):
        return response_for(request, ProblemError("media-type"))
    if any(found["type"] == "json_invalid" for found in error.errors()):
        return response_for(request, ProblemError("bad-request"))
    language = language_wanted(request.headers.get("accept-language", ""), error.body)
    errors = [FieldError(pointer=_pointer(e["loc"]), detail=_detail(e, language)) for e in error.errors()]
    told = ProblemError("invalid-request", language=language, errors=errors[:_MOST_ERRORS])
    return response_for(request, told)


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def _pointer(place: tuple[str | int, ...]) -> str:
    """A JSON Pointer (RFC 6901) as a URI fragment; the first part only says that it is the body."""
    return "#" + "".join(f"/{str(part)[:40].replace('~', '~0').replace('/', '~1')}" for part in place[1:])


def _detail(error: dict[str, Any], language: Language) -> str:
    if language == "en":
        return str(error["msg"])
    return _KOREAN.get(error["type"], "값이 올바르지 않습니다").format_map(error.get("ctx", {}))
