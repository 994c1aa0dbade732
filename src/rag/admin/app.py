"""The admin page as an application of its own, so that its headers and errors are its own. No script, no other host."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.admin.access import SESSION_SECONDS, Access, Session, TooManyAttempts
from rag.admin.grouping import Alternatives, Analyzer
from rag.admin.texts import count, day, duration, moment, percent, say
from rag.admin.view import overview
from rag.errors import RecordsError
from rag.records import Database, forget
from rag.records.export import conversation, conversations, evaluation_drafts
from rag.records.reading import SEOUL, Period, report
from rag.settings import Secret
from rag.types import Language
from rag.ui.icons import SEAL, icon

COOKIE = "rag_admin"
RANGES = (7, 30, 90)
_HERE = Path(__file__).parent
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


def _signed_in(request: Request) -> Session:
    office: Office = request.app.state.office
    return office.session(request)


SignedIn = Annotated[Session, Depends(_signed_in)]
Days = Annotated[Literal["7", "30", "90"], Query()]
Lang = Annotated[Literal["ko", "en"] | None, Query()]


class NoSession(Exception):
    """Nobody has shown the token."""


@dataclass(frozen=True, slots=True)
class Office:
    """What the page works with. `database` is None where recording is off."""

    access: Access
    database: Database | None
    analyzer: Analyzer
    days: int  # that records are kept, 0 for ever
    alternatives: Alternatives = lambda token: {}  # words that say the same
    counters: Callable[[], Mapping[str, int]] = dict
    templates: Environment = field(default_factory=lambda: _templates())

    def session(self, request: Request) -> Session:
        """The session of a request, by cookie or by token; raises NoSession, TooManyAttempts."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            if self.access.admit(token.strip(), address_of(request)):
                return Session()
        elif session := self.access.session(request.cookies.get(COOKIE, "")):
            return session
        raise NoSession

    def page(self, request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A page in the reader's language."""
        language = language_of(request)
        html = self.templates.get_template(template).render(
            t=partial(say, language=language),
            language=language,
            base=request.scope["root_path"],
            day=partial(day, language=language),
            moment=partial(moment, language=language),
            **values,
        )
        headers = {"Content-Language": language, "Vary": "Accept-Language, Cookie"}
        return HTMLResponse(html, status, headers)


def mount_admin(
    app: FastAPI,
    token: Secret,
    database: Database | None,
    analyzer: Analyzer,
    days: int,
    alternatives: Alternatives = lambda token: {},
    counters: Callable[[], Mapping[str, int]] = dict,
) -> None:
    """Put the page at `/admin`, unless the token is empty; raises InputError for one that is too short.

    Call it before the chat page is mounted, which answers whatever is left.
    """
    if not token:
        return

    @app.get("/admin", include_in_schema=False)
    def to_the_page(request: Request) -> RedirectResponse:
        return RedirectResponse(f"{request.scope.get('root_path', '')}/admin/", 307)

    app.mount("/admin", admin_app(Office(Access(token), database, analyzer, days, alternatives, counters)))


def admin_app(office: Office) -> FastAPI:
    """The page's application."""
    app = FastAPI(title="Admin", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.office = office
    app.add_middleware(FixedHeaders, headers=_HEADERS)
    _add_errors(app, office)
    _add_sessions(app, office)
    _add_pages(app, office)
    _add_downloads(app, office)
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


def _add_sessions(app: FastAPI, office: Office) -> None:
    @app.get("/login")
    def login(request: Request, lang: Lang = None) -> Response:
        return office.page(request, "login.html", error="")

    @app.post("/login")
    def admit(request: Request, token: Annotated[str, Form(max_length=1000)], lang: Lang = None) -> Response:
        if not office.access.admit(token.strip(), address_of(request)):
            return office.page(request, "login.html", 401, error=say("wrong_token", language_of(request)))
        base = request.scope["root_path"]
        answer = RedirectResponse(f"{base}/?lang={language_of(request)}", 303)
        answer.set_cookie(
            COOKIE,
            office.access.new_cookie(),
            max_age=SESSION_SECONDS,
            path=base or "/",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )
        return answer

    @app.post("/logout")
    def logout(request: Request) -> Response:
        base = request.scope["root_path"]
        answer = RedirectResponse(f"{base}/login", 303)
        answer.delete_cookie(COOKIE, path=base or "/")
        return answer

    @app.get("/style.css")
    def style() -> Response:
        return Response(stylesheet(), media_type="text/css", headers={"Cache-Control": "max-age=300"})

    @app.get("/seal.svg")
    def seal() -> Response:
        drawn = SEAL.replace("var(--accent)", "#1f5c47").replace("var(--on-accent)", "#fff")
        return Response(
            drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1), media_type="image/svg+xml"
        )


def _add_pages(app: FastAPI, office: Office) -> None:
    @app.get("/")
    def home(request: Request, session: SignedIn, days: Days = "30", lang: Lang = None, deleted: int = 0) -> Response:
        if office.database is None:
            return office.page(request, "message.html", title="off_title", text="off")
        found = report(office.database, Period.of_days(int(days)))
        seen = overview(found, office.analyzer, office.alternatives, language_of(request))
        return office.page(
            request,
            "overview.html",
            seen=seen,
            days=int(days),
            ranges=RANGES,
            deleted=deleted,
            kept=office.days,
            counters=office.counters(),
        )

    @app.get("/conversation")
    def show(request: Request, session: SignedIn, id: str = "", lang: Lang = None) -> Response:
        found = conversation(office.database, id.strip()) if office.database else None
        if found is None:
            return office.page(request, "message.html", 404, title="conversation", text="not_found")
        return office.page(request, "conversation.html", found=found, form_key=session.form_key)

    @app.post("/delete")
    def delete(
        request: Request,
        session: SignedIn,
        id: Annotated[str, Form(max_length=1000)],
        form_key: Annotated[str, Form(max_length=1000)] = "",
    ) -> Response:
        if not session.allows(form_key):
            raise NoSession
        if office.database is None or not forget(office.database, id):
            return office.page(request, "message.html", 404, title="conversation", text="not_found")
        return RedirectResponse(f"{request.scope['root_path']}/?deleted=1&lang={language_of(request)}", 303)


def _add_downloads(app: FastAPI, office: Office) -> None:
    @app.get("/drafts.jsonl")
    def drafts(session: SignedIn, days: Days = "30") -> Response:
        rows = evaluation_drafts(office.database, Period.of_days(int(days))) if office.database else ()
        return _download(rows, "drafts.jsonl")

    @app.get("/records.jsonl")
    def records(session: SignedIn) -> Response:
        return _download(conversations(office.database) if office.database else (), "records.jsonl")


def _download(rows: Iterable[Mapping[str, Any]], name: str) -> Response:
    found = iter(rows)
    first = [row for _, row in zip(range(1), found, strict=False)]  # an error must come before the headers are sent

    def written() -> Iterator[str]:
        for part in (first, found):
            yield from (json.dumps(row, ensure_ascii=False) + "\n" for row in part)

    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(written(), media_type="application/x-ndjson", headers=headers)


def address_of(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else ""


def language_of(request: Request) -> Language:
    """The language of the page: as chosen by a link, else the first of the two that the browser prefers."""
    chosen = request.query_params.get("lang") or request.headers.get("accept-language", "").lower()
    korean, english = (chosen.find(code) for code in ("ko", "en"))
    return "ko" if korean >= 0 and (english < 0 or korean < english) else "en"


def stylesheet() -> str:
    """The page's style, after the palette that opens the style of the chat page."""
    palette, _, _ = (_HERE.parent / "ui" / "style.css").read_text("utf-8").partition("\n\n")
    return palette + "\n\n" + (_HERE / "admin.css").read_text("utf-8")


def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("rag.admin"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        count=count, duration=duration, instant=datetime.fromisoformat, seoul=lambda moment: moment.astimezone(SEOUL)
    )
    made.globals.update(seal=Markup(SEAL), icon=lambda name: Markup(icon(name)), percent=percent)
    return made


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
