"""What every request goes through: an id, the origin check, headers, one shape of errors, one line of log."""

from __future__ import annotations

import logging
import re
import secrets
import time
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.api.admission import Gate
from rag.api.metrics import Metrics
from rag.api.problems import MEDIA_TYPE, ProblemError, code_of, language_wanted, problem_response
from rag.types import Language

REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{8,64}")
OPENAI_PATHS = "/v1/"
_FOREIGN = "/gradio_api/"  # Gradio's script reads Gradio's own errors
_DRAINED = 8 << 20  # bytes
_PLAIN_ERRORS = ("application/json", "text/plain")
log = logging.getLogger("rag.access")


class Frontdoor:
    """The outermost middleware."""

    def __init__(self, app: ASGIApp, gate: Gate, metrics: Metrics) -> None:
        self.app = app
        self.gate = gate
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; an error that nobody caught becomes a problem, with a line in the log."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        reply = _Reply(scope, receive, send)
        base = scope.get("root_path", "")
        started = time.perf_counter()
        try:
            self.gate.check_origin(HTTPConnection(scope))
            await self.app(scope, receive, reply.send)
        except ProblemError as error:
            await reply.fail(error)
        except Exception:
            log.exception("Request %s failed", reply.request_id)
            await reply.fail(ProblemError("internal"))
        finally:
            self._tell(_route(scope, base), scope, reply, time.perf_counter() - started)

    def _tell(self, route: str, scope: Scope, reply: _Reply, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self.metrics.requests.labels(route, method, str(reply.status)).inc()
        self.metrics.request_seconds.labels(route).observe(seconds)
        if reply.code:
            self.metrics.refused.labels(reply.code).inc()
        told = {"request_id": reply.request_id, "status": reply.status, "ms": round(seconds * 1000, 1)}
        level = logging.ERROR if reply.status == 500 else logging.INFO
        log.log(level, "%s %s", method, route, extra={**told, "site": scope["state"].get("site", "-")})


_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def _route(scope: Scope, base: str) -> str:
    """The path as the route declares it: what visitors put into a path stays out of logs and metrics.

    An application mounted below ours leaves the path it is mounted at in `root_path`, after the `base` there before.
    """
    path = str(getattr(scope.get("route"), "path", ""))
    return scope.get("root_path", "").removeprefix(base) + path if path else "other"


class _Reply:
    """One response on its way out."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = Headers(scope=scope).get("x-request-id", "")
        self.request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        self.status = 0  # 0: the reader went away before there was one
        self.code = ""
        self._scope = scope
        self._receive = receive
        self._send = send
        self._swallowing = False
        scope.setdefault("state", {})["request_id"] = self.request_id

    async def send(self, message: Message) -> None:
        """Pass a message on; a bare error of some inner application is replaced by a problem."""
        if self._swallowing:
            return
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message["headers"])
            if self._is_bare_error(message["status"], headers):
                self._swallowing = True
                allow = {"Allow": headers["allow"]} if "allow" in headers else {}
                return await self._replace(ProblemError(code_of(message["status"]), headers=allow), headers)
            self.status = message["status"]
            self.code = headers.get("x-problem", "")
            del headers["x-problem"]
            self._dress(headers)
        await self._send(message)

    async def fail(self, error: ProblemError) -> None:
        """Send a problem, unless a response is under way already."""
        if not self.status:
            await self._replace(error, MutableHeaders())

    def _is_bare_error(self, status: int, headers: MutableHeaders) -> bool:
        kind = headers.get("content-type", "").partition(";")[0]
        return status >= 400 and kind in (*_PLAIN_ERRORS, "") and not self._scope["path"].startswith(_FOREIGN)

    async def _replace(self, error: ProblemError, before: MutableHeaders) -> None:
        response = response_for(HTTPConnection(self._scope), error)
        for name, value in before.items():
            if name.startswith("access-control-") or name == "vary":
                response.headers[name] = value
        if response.status_code == 413:
            await self._drain()
        self.status = response.status_code
        self.code = error.code
        del response.headers["x-problem"]
        self._dress(response.headers)
        body = b"" if self._scope["method"] == "HEAD" else response.body
        await self._send(
            {"type": "http.response.start", "status": self.status, "headers": response.headers.raw},
        )
        await self._send({"type": "http.response.body", "body": body})

    async def _drain(self) -> None:
        """Let the rest of a body pass by, up to a bound: a client that is still sending would not read the answer."""
        left = _DRAINED
        while left > 0:
            message = await self._receive()
            left -= len(message.get("body", b"")) or 1
            if not message.get("more_body"):
                return

    def _dress(self, headers: MutableHeaders) -> None:
        headers["X-Request-ID"] = self.request_id
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
        if headers.get("content-type", "").startswith((MEDIA_TYPE, "application/json", "text/event-stream")):
            headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")


class Cors(CORSMiddleware):
    """Cross-origin headers for the allowed sites alone; a preflight that fails is a problem like any other."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        super().__init__(
            app,
            allow_origins=sorted(gate.origins.allowed),
            allow_methods=("GET", "POST"),
            allow_headers=("Authorization", "Content-Type", "X-Request-ID"),
            expose_headers=("X-Request-ID", "Retry-After"),
        )

    def preflight_response(self, request_headers: Headers) -> Response:
        """As the library makes it, without a body."""
        response = super().preflight_response(request_headers)
        if response.status_code == 200:
            return Response(status_code=204, headers=_kept(response.headers))
        raise ProblemError("origin-not-allowed", headers={"Vary": "Origin"})


def _kept(headers: MutableHeaders) -> dict[str, str]:
    return {name: value for name, value in headers.items() if not name.startswith("content-")}


def response_for(request: HTTPConnection, error: ProblemError, body: Any = None) -> Response:
    """The problem response to a request, in the reader's language; `x-problem` tells the front door what it is."""
    state = request.scope.get("state", {})
    language: Language = error.language or language_wanted(request.headers.get("accept-language", ""), body)
    openai = request.scope["path"].startswith(OPENAI_PATHS)
    response = problem_response(error, language, state.get("request_id", ""), openai=openai)
    response.headers["x-problem"] = error.code
    return response
