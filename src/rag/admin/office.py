"""What the page works with: its records, who is let in, and how a template becomes a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from rag.admin.access import Access, Session
from rag.admin.grouping import Alternatives, Analyzer
from rag.admin.texts import count, day, duration, moment, percent, say
from rag.records import Database
from rag.records.reading import SEOUL
from rag.types import Language
from rag.ui.icons import SEAL, icon

COOKIE = "rag_admin"


class NoSession(Exception):
    """Nobody has shown the token."""


class Indexing(Protocol):
    """Brings the index up to date in the background."""

    def start(self) -> bool:
        """Begin; False when one is under way."""

    def status(self) -> Mapping[str, object]:
        """How it goes."""


@dataclass(frozen=True, slots=True)
class Office:
    """What the page works with. `database` is None where recording is off."""

    access: Access
    database: Database | None
    analyzer: Analyzer
    days: int  # that records are kept, 0 for ever
    alternatives: Alternatives = lambda token: {}  # words that say the same
    counters: Callable[[], Mapping[str, int]] = dict
    indexing: Indexing | None = None
    condition: Callable[[], Mapping[str, object]] = dict  # of the index that answers
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


def address_of(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else ""


def language_of(request: Request) -> Language:
    """The language of the page: as chosen by a link, else the first of the two that the browser prefers."""
    chosen = request.query_params.get("lang") or request.headers.get("accept-language", "").lower()
    korean, english = (chosen.find(code) for code in ("ko", "en"))
    return "ko" if korean >= 0 and (english < 0 or korean < english) else "en"


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
