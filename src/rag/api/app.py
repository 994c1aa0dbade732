"""Puts the public interface on a FastAPI application: middleware, routes, errors, OpenAPI document."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from rag.api.errors import add_handlers
from rag.api.health import health_routes
from rag.api.middleware import Cors, Frontdoor
from rag.api.openai_compatible import openai_routes
from rag.api.passages import passage_routes
from rag.api.problems import MEDIA_TYPE, ProblemError
from rag.api.routes import api_routes
from rag.api.service import Service

_METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
_DESCRIPTION = """\
Answers to Korean and English questions from a set of documents, each sentence with a citation of exact words.

Errors are problem details (RFC 9457) in Korean or English. Pages of other sites need a visitor token
(`POST /api/v1/token`) in the header `Authorization: Bearer ...`; programs need the operator's key, if one is set.
Nothing is kept between requests: a follow-up brings the turns before it along.
"""


def new_app(service: Service) -> FastAPI:
    """An application with the public interface; other surfaces may be mounted on it afterwards."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        service.stopping.set()
        service.recorder.close()

    app = FastAPI(
        title="Seoul AI Guide",
        version="1",
        description=_DESCRIPTION,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    _add_middleware(app, service)
    add_handlers(app)
    routers = [api_routes(service), passage_routes(service), openai_routes(service), health_routes(service)]
    for router in [*routers, _turning_down(routers)]:
        app.include_router(router)
    app.openapi = lambda: _document(app)  # type: ignore[method-assign]
    return app


def _add_middleware(app: FastAPI, service: Service) -> None:
    """From the inside out: the last one added sees a request first."""
    settings, gate = service.settings, service.gate
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=settings.max_body)
    app.add_middleware(Cors, gate=gate)
    app.add_middleware(Frontdoor, gate=gate, metrics=service.metrics)
    trusted = [name.strip() for name in settings.trusted_proxies.split(",") if name.strip()]
    if trusted:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=trusted)


def _turning_down(routers: Sequence[APIRouter]) -> APIRouter:
    """Routes for what is not there: the page, mounted last at "/", would answer for them otherwise."""
    router = APIRouter(include_in_schema=False)
    for route in [route for known in routers for route in known.routes if isinstance(route, APIRoute)]:
        others = [method for method in _METHODS if method not in (route.methods or ())]
        router.add_api_route(route.path, _not_that_way(", ".join(sorted(route.methods or ()))), methods=others)
    for prefix in ("/api", "/v1"):
        router.add_api_route(prefix + "/{rest:path}", _nothing_here, methods=[*_METHODS])
    return router


def _not_that_way(allow: str) -> Any:
    async def refuse() -> None:
        raise ProblemError("method-not-allowed", headers={"Allow": allow})

    return refuse


async def _nothing_here(request: Request) -> None:
    raise ProblemError("not-found")


def _document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, made once; problems have their own media type."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        for operation in (operation for path in document["paths"].values() for operation in path.values()):
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    response["content"] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        app.openapi_schema = document
    return app.openapi_schema
