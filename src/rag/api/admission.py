"""Who asks, whether they may, and how much: the one gate before every answer."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from rag.api.limits import Places, Rates, Ticket, address_key, open_storage, parse_rates
from rag.api.origins import Origins
from rag.api.problems import ProblemError
from rag.api.tokens import Tokens
from rag.settings import Settings

OWN, PROGRAM = "own", "program"  # names of the accounts of the own page, and of clients that are no browser


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever sent a request."""

    id: str  # of the visitor token; empty without one
    address: str
    origin: str  # of an embedding site; empty for the own pages and for programs
    site: str  # whose account it goes on: the origin, `own` or `program`


class Gate:
    """Admits visitors by origin, token, key and rate, and hands out places. Made from settings it checks at start."""

    def __init__(self, settings: Settings) -> None:
        self.origins = Origins.parse(settings.allowed_origins, settings.public_url)
        self.storage = open_storage(settings.rate_limit_storage)
        self.rates = Rates(self.storage)
        self.tokens = Tokens(settings.secret_key or secrets.token_hex(32))
        self.places = Places(settings.max_answers)
        self._settings = settings
        self._by_visitor = parse_rates("RAG_RATE_VISITOR", settings.rate_visitor)
        self._by_address = parse_rates("RAG_RATE_ADDRESS", settings.rate_address)
        self._by_site = parse_rates("RAG_RATE_SITE", settings.rate_site)

    def check_origin(self, request: HTTPConnection) -> str:
        """The Origin header, empty where there is none; raises ProblemError (403) for a site that is not allowed."""
        origin = request.headers.get("origin", "")
        if not self.origins.admits(origin, request.headers.get("host", "")):
            raise ProblemError("origin-not-allowed")
        return origin

    def visitor(self, request: HTTPConnection) -> Visitor:
        """Who asks; raises ProblemError for a foreign origin, a missing or false token, a missing key.

        A browser on an allowed site brings a token. On our own pages a token is welcome, not needed. A request without
        the Origin header comes from no browser page: it brings the key of the settings, if there is one.
        """
        origin = self.check_origin(request)
        bearer = _bearer(request)
        address = address_key(request.client.host if request.client else "")
        if not origin:
            if not hmac.compare_digest(bearer.encode(), self._settings.api_key.encode()) and self._settings.api_key:
                raise ProblemError("key-required")
            return Visitor("", address, "", PROGRAM)
        known = self.tokens.visitor(bearer, origin) if bearer else ""
        own = self.origins.is_own(origin, request.headers.get("host", ""))
        if not known and (bearer or not own):
            raise ProblemError("token-required")
        return Visitor(known, address, "" if own else origin, OWN if own else origin)

    async def admit(self, request: HTTPConnection) -> Visitor:
        """Who asks, once the question is counted; raises ProblemError, 429 too."""
        visitor = self.visitor(request)
        if visitor.id:
            await self.rates.hit(self._by_visitor, "visitor", visitor.id)
        await self.rates.hit(self._by_address, "address", visitor.address)
        await self.rates.hit(self._by_site, "site", visitor.site)
        return visitor

    async def admit_aside(self, request: HTTPConnection, what: str) -> None:
        """Count something that is no question, such as a wish for a token, by address."""
        address = address_key(request.client.host if request.client else "")
        await self.rates.hit(self._by_address, what, address)

    def place(self, visitor: Visitor) -> Ticket:
        """A place among the answers in the making; raises ProblemError (503, 429)."""
        bounds = {f"address {visitor.address}": self._settings.streams_per_address}
        if visitor.id:
            bounds[f"visitor {visitor.id}"] = self._settings.streams_per_visitor
        return self.places.take(bounds)


def _bearer(request: HTTPConnection) -> str:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else ""
