"""For whoever runs the service: is it alive, is it ready, what does it count."""

from __future__ import annotations

import hmac
import ipaddress

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from rag.api.metrics import CONTENT_TYPE
from rag.api.problems import ProblemError
from rag.api.routes import problems
from rag.api.schemas import Health
from rag.api.service import Service

_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
STARTING_SECONDS = 5


def health_routes(service: Service) -> APIRouter:
    """`/healthz`, `/readyz`, `/metrics`."""
    router = APIRouter(tags=["operations"])

    @router.get("/healthz")
    async def healthz() -> Health:
        """The process answers."""
        return Health(status="ok")

    @router.get("/readyz", responses=problems(503))
    async def readyz() -> Health:
        """The index is loaded and the encoder is warm; before that, 503."""
        if not service.ready.is_set():
            raise ProblemError("starting", retry_after=STARTING_SECONDS)
        making = {"answers_in_the_making": service.gate.places.taken}
        return Health(status="ready", details={**making, **service.condition()})

    @router.get("/metrics", response_class=PlainTextResponse, responses=problems(404))
    async def metrics(request: Request) -> Response:
        """Counters for Prometheus, with the token of the settings; without one, to this machine alone."""
        if not _may_see_metrics(request, service.settings.metrics_token):
            raise ProblemError("not-found")
        return Response(service.metrics.text(), media_type=CONTENT_TYPE)

    return router


def _may_see_metrics(request: Request, token: str) -> bool:
    """With a token set, only who brings it; without, only this machine, and not what a proxy on it passes on."""
    if token:
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    proxied = any(name in request.headers for name in _FORWARDED)
    return not proxied and _is_loopback(request.client.host if request.client else "")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
