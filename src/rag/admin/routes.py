"""What the page answers to: sign-in, the overview, a conversation, deletion, downloads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, Form, Query, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from rag.admin.access import SESSION_SECONDS, Session
from rag.admin.office import COOKIE, NoSession, Office, address_of, language_of
from rag.admin.texts import say
from rag.admin.view import overview
from rag.records import forget
from rag.records.export import conversation, conversations, evaluation_drafts
from rag.records.reading import Period, report
from rag.ui.icons import SEAL

RANGES = (7, 30, 90)
_HERE = Path(__file__).parent


def _signed_in(request: Request) -> Session:
    office: Office = request.app.state.office
    return office.session(request)


SignedIn = Annotated[Session, Depends(_signed_in)]
Days = Annotated[Literal["7", "30", "90"], Query()]
Lang = Annotated[Literal["ko", "en"] | None, Query()]


def add_sessions(app: FastAPI, office: Office) -> None:
    """Signing in and out, and what the form needs to look like something."""

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


def add_pages(app: FastAPI, office: Office) -> None:
    """The overview, one conversation, and its deletion."""

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


def add_downloads(app: FastAPI, office: Office) -> None:
    """Drafts of evaluation cases and all records, as JSON lines."""

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


def stylesheet() -> str:
    """The page's style, after the palette that opens the style of the chat page."""
    palette, _, _ = (_HERE.parent / "ui" / "style.css").read_text("utf-8").partition("\n\n")
    return palette + "\n\n" + (_HERE / "admin.css").read_text("utf-8")
