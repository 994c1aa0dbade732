"""`/admin/reindex`: have the index brought up to date while the old one answers, and see how that goes."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Form
from fastapi.responses import JSONResponse

from rag.admin.office import NoSession, Office
from rag.admin.routes import SignedIn


def add_reindexing(app: FastAPI, office: Office) -> None:
    """The route, for programs with the token."""
    indexing = office.indexing
    if indexing is None:
        return

    @app.post("/reindex")
    def reindex(session: SignedIn, form_key: Annotated[str, Form(max_length=1000)] = "") -> JSONResponse:
        if not session.allows(form_key):
            raise NoSession
        started = indexing.start()
        return JSONResponse({"state": "started" if started else "running"}, 202 if started else 200)

    @app.get("/reindex")
    def state(session: SignedIn) -> JSONResponse:
        return JSONResponse({**indexing.status(), **office.condition()})
