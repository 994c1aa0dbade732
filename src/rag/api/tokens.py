"""Visitor tokens: short-lived, signed, good for one origin. They hold no personal data and grant nothing but a turn."""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

LIFETIME = 1800  # seconds
RENEWABLE = 86_400  # seconds after its end in which a token still tells who the visitor is


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says, once its signature is checked."""

    visitor: str
    origin: str
    expires: int  # seconds since 1970


class Tokens:
    """Mints and reads tokens with a secret; `clock` gives seconds since 1970."""

    def __init__(self, secret: str, clock: Callable[[], float] = time.time) -> None:
        self._secret = b"visitor token\0" + secret.encode()
        self._clock = clock

    def mint(self, origin: str, held: str = "") -> str:
        """A new token; the visitor is that of the token held so far, if it was for the same origin."""
        before = self._signed(held)
        known = before is not None and before.origin == origin and self._clock() < before.expires + RENEWABLE
        visitor = before.visitor if before is not None and known else secrets.token_urlsafe(12)
        payload = _encode(json.dumps([visitor, origin, int(self._clock()) + LIFETIME]).encode())
        return f"{payload}.{_encode(self._sign(payload))}"

    def visitor(self, token: str, origin: str) -> str:
        """Who brings the token; empty when it is false, for another origin, or has run out."""
        found = self._signed(token)
        valid = found is not None and found.origin == origin and self._clock() < found.expires
        return found.visitor if found is not None and valid else ""

    def _signed(self, token: str) -> Token | None:
        payload, _, signature = token.partition(".")
        if not token.isascii() or not hmac.compare_digest(signature, _encode(self._sign(payload))):
            return None
        return Token(*json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))))

    def _sign(self, payload: str) -> bytes:
        return hmac.digest(self._secret, payload.encode(), "sha256")


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
