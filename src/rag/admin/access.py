"""Who may see the page: whoever has the token. By a form and then a signed cookie, or in the Authorization header.

The cookie holds no secret and nothing is kept on the server, so any number of workers can check it; a change of the
token ends all sessions. Wrong tokens are counted, for each address and altogether.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from rag.errors import InputError

SHORTEST = 16  # characters of a token
SESSION_SECONDS = 12 * 3600
_PER_ADDRESS, _ALTOGETHER = parse("5 per minute"), parse("50 per minute")


class TooManyAttempts(Exception):
    """Too many wrong tokens; wait a minute."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who has shown the token. `form_key` must come with every form; it is empty where no cookie is used."""

    form_key: str = ""

    def allows(self, form_key: str) -> bool:
        """Whether a form was made by our own page for this session."""
        return hmac.compare_digest(_digest(self.form_key), _digest(form_key))


class Access:
    """Checks tokens and cookies."""

    def __init__(self, token: str, clock: Callable[[], float] = time.time) -> None:
        if len(token) < SHORTEST:
            raise InputError(f"RAG_ADMIN_TOKEN: needs {SHORTEST} characters or more; try `openssl rand -hex 24`")
        self._token = _digest(token)
        self._key = hmac.digest(token.encode(), b"admin session", "sha256")
        self._clock = clock
        self._attempts = MovingWindowRateLimiter(MemoryStorage())

    def admit(self, token: str, address: str) -> bool:
        """Whether this is the token; raises TooManyAttempts, also for the right one, after too many wrong ones."""
        limits = ((_PER_ADDRESS, address), (_ALTOGETHER, "all"))
        if not all(self._attempts.test(limit, who) for limit, who in limits):
            raise TooManyAttempts
        if hmac.compare_digest(_digest(token), self._token):
            return True
        for limit, who in limits:
            self._attempts.hit(limit, who)
        return False

    def new_cookie(self) -> str:
        """A signed cookie that opens a session of some hours."""
        content = f"{int(self._clock()) + SESSION_SECONDS}.{secrets.token_urlsafe(16)}"
        return f"{content}.{self._sign(content)}"

    def session(self, cookie: str) -> Session | None:
        """The session of a cookie; None for one that is forged, damaged or too old."""
        content, _, signature = cookie.rpartition(".")
        if not hmac.compare_digest(_digest(signature), _digest(self._sign(content))):
            return None
        if int(content.partition(".")[0]) < self._clock():
            return None
        return Session(self._sign("form " + content))

    def _sign(self, content: str) -> str:
        return hmac.new(self._key, content.encode("utf-8", "replace"), "sha256").hexdigest()


def _digest(text: str) -> bytes:
    """A digest of fixed length: comparing two tells nothing, not even how long they are."""
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()
