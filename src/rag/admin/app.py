"""The admin page as an application of its own, so that its headers and errors are its own. No script, no other host."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.admin.access import Access, TooManyAttempts
from rag.admin.grouping import Alternatives, Analyzer
from rag.admin.office import Indexing, NoSession, Office, language_of
from rag.admin.reindex import add_reindexing
from rag.admin.routes import add_downloads, add_pages, add_sessions
from rag.admin.texts import say
from rag.errors import RecordsError
from rag.records import Database
from rag.settings import Secret

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}


def mount_admin(
    app: FastAPI,
    token: Secret,
    database: Database | None,
    analyzer: Analyzer,
    days: int,
    alternatives: Alternatives = lambda token: {},
    counters: Callable[[], Mapping[str, int]] = dict,
    indexing: Indexing | None = None,
    condition: Callable[[], Mapping[str, object]] = dict,
) -> None:
    """Put the page at `/admin`, unless the token is empty; raises InputError for one that is too short.

    Call it before the chat page is mounted, which answers whatever is left.
    """
    if not token:
        return

    @app.get("/admin", include_in_schema=False)
    def to_the_page(request: Request) -> RedirectResponse:
        return RedirectResponse(f"{request.scope.get('root_path', '')}/admin/", 307)

    office = Office(Access(token), database, analyzer, days, alternatives, counters, indexing, condition)
    app.mount("/admin", admin_app(office))


def admin_app(office: Office) -> FastAPI:
    """The page's application."""
    app = FastAPI(title="Admin", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.office = office
    app.add_middleware(FixedHeaders, headers=_HEADERS)
    _add_errors(app, office)
    add_sessions(app, office)
    add_pages(app, office)
    add_downloads(app, office)
    add_reindexing(app, office)
    return app


def _add_errors(app: FastAPI, office: Office) -> None:
    @app.exception_handler(NoSession)
    def ask_for_the_token(request: Request, error: Exception) -> Response:
        if "authorization" in request.headers or request.method != "GET":
            return Response(say("wrong_token", language_of(request)), 401, {"WWW-Authenticate": "Bearer"}, "text/plain")
        return RedirectResponse(f"{request.scope['root_path']}/login?lang={language_of(request)}", 303)

    @app.exception_handler(TooManyAttempts)
    def wait(request: Request, error: Exception) -> Response:
        page = office.page(request, "login.html", 429, error=say("too_many", language_of(request)))
        page.headers["Retry-After"] = "60"
        return page

    @app.exception_handler(RecordsError)
    def away(request: Request, error: Exception) -> Response:
        return office.page(request, "message.html", 503, title="away_title", text="away")


class FixedHeaders:
    """Middleware that sets the same headers on every response, unless the response says otherwise."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self.app = app
        self.headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; the start of a response gets the headers."""

        async def send_changed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_changed)
