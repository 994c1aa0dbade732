"""`/api/v1`: questions, passages, verdicts, and what a client needs to begin."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from rag.api.admission import Visitor
from rag.api.examples import ANSWER, DELTA, RETRIEVED
from rag.api.problems import language_wanted
from rag.api.schemas import (
    COMMENT_LIMIT,
    QUESTION_LIMIT,
    TURNS_LIMIT,
    ChatAnswer,
    ChatRequest,
    ConfigResponse,
    FeedbackRequest,
    Limits,
    Problem,
    SearchHit,
    SearchRequest,
    SearchResponse,
    TokenRequest,
    TokenResponse,
)
from rag.api.service import FIRST, Asked, Service
from rag.api.streaming import OneShot, finished, sse
from rag.api.tokens import LIFETIME
from rag.types import Language, Turn

NAME: dict[Language, str] = {"ko": "서울 AI 가이드", "en": "Seoul AI Guide"}
EVENTS = ("retrieved", "delta", "done", "error")
_STREAM_EXAMPLE = "".join(
    f"event: {name}\ndata: {json.dumps(data)}\n\n"
    for name, data in (("retrieved", RETRIEVED), ("delta", DELTA), ("done", ANSWER))
)


def sse_schema(*names: str) -> dict[str, Any]:
    """The schema of a server-sent event; `data` is JSON as text."""
    event = {"event": {"type": "string", "enum": list(names)}} if names else {}
    return {"type": "object", "required": [*event, "data"], "properties": {**event, "data": {"type": "string"}}}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The part of the OpenAPI document that tells which problems a route answers with."""
    return {status: {"description": "A problem (RFC 9457)", "model": Problem} for status in statuses}


def api_routes(service: Service) -> APIRouter:
    """The routes over a service."""
    router = APIRouter(prefix="/api/v1", tags=["guide"])
    admitted = Depends(admission(service))

    @router.post("/chat", responses=_chat_responses(), response_model=None)
    async def chat(request: Request, body: ChatRequest, visitor: Visitor = admitted) -> Response:
        """An answer with citations.

        As server-sent events `retrieved`, `delta`, `done`, `error` by default; as one JSON object when `Accept` asks for
        `application/json`. `document[start:end] == quote` holds for every citation.
        """
        asked = asked_of(body)
        making = service.make(asked, visitor)
        if _wants_json(request.headers.get("accept", "")):

            async def made() -> Response:
                return Response((await finished(making)).model_dump_json(), media_type="application/json")

            return OneShot(making, made)
        language = language_wanted(request.headers.get("accept-language", ""), body.model_dump(include={"language"}))
        return sse(making, language, request.state.request_id)

    @router.post("/search", responses=problems(400, 401, 403, 413, 415, 422, 429, 503))
    async def search(body: SearchRequest, visitor: Visitor = admitted) -> SearchResponse:
        """The passages nearest to a query, best first."""
        ticket = service.gate.place(visitor)
        try:
            async with service.line.turn(FIRST):
                hits = await to_thread.run_sync(service.voices.search, body.query, body.k, limiter=service.threads)
        finally:
            ticket.close()
        return SearchResponse(hits=[SearchHit.of(hit, service.document_name(hit.passage.document_id)) for hit in hits])

    @router.post("/feedback", status_code=204, responses=problems(400, 401, 403, 413, 415, 422, 429))
    async def feedback(request: Request, body: FeedbackRequest) -> None:
        """Whether an answer helped."""
        service.gate.visitor(request)
        await service.gate.admit_aside(request, "feedback")
        service.recorder.feedback(body.answer_id, body.helpful, body.comment)

    @router.post("/token", responses=problems(400, 403, 413, 415, 422, 429))
    async def token(request: Request, body: TokenRequest) -> TokenResponse:
        """A visitor token for the origin that asks. Pages of other sites need one; programs do not."""
        origin = service.gate.check_origin(request)
        await service.gate.admit_aside(request, "token")
        return TokenResponse(token=service.gate.tokens.mint(origin, body.token), expires_in=LIFETIME)

    @router.get("/config", responses=problems(403))
    async def config() -> ConfigResponse:
        """What a client needs to begin: names, starter questions, limits."""
        return config_of(service)

    return router


def admission(service: Service) -> Any:
    """A dependency that admits a question and tells who asks."""

    async def admit(request: Request) -> Visitor:
        visitor = await service.gate.admit(request)
        request.state.site = visitor.site
        return visitor

    return admit


def asked_of(body: ChatRequest) -> Asked:
    """The question of a request."""
    history = tuple(Turn(turn.question, turn.answer) for turn in body.history)
    given = {"conversation_id": body.conversation_id} if body.conversation_id else {}
    return Asked(body.question, history, body.language, **given)


def config_of(service: Service) -> ConfigResponse:
    """The public settings."""
    chatbot = service.voices.full
    return ConfigResponse(
        name=NAME,
        version=_version(),
        languages=["ko", "en"],
        modes=["extractive", "model"] if service.voices.has_model else ["extractive"],
        contact=service.settings.contact,
        starters={"ko": list(chatbot.starters("ko")), "en": list(chatbot.starters("en"))},
        limits=Limits(question=QUESTION_LIMIT, history=TURNS_LIMIT, comment=COMMENT_LIMIT),
    )


def _version() -> str:
    try:
        return version("seoul-ai-guide")
    except PackageNotFoundError:  # run from the folder, not installed
        return "0"


def _wants_json(accept: str) -> bool:
    kinds = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    return "application/json" in kinds and "text/event-stream" not in kinds


def _chat_responses() -> dict[int | str, dict[str, Any]]:
    answered = {
        "description": "The answer",
        "model": ChatAnswer,
        "content": {"text/event-stream": {"schema": sse_schema(*EVENTS), "example": _STREAM_EXAMPLE}},
    }
    return {200: answered, **problems(400, 401, 403, 413, 415, 422, 429, 503)}
