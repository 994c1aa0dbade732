"""Which sites may use the service from a reader's browser."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from rag.errors import InputError

_ORIGIN = re.compile(r"https?://(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?")
_HERE = ("localhost", "127.0.0.1", "::1")
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Origins:
    """The own origin and the sites allowed beside it. None are allowed unless named."""

    def __init__(self, allowed: Iterable[str] = (), own: str = "") -> None:
        self.allowed = frozenset(allowed)
        self._own = own

    @classmethod
    def parse(cls, allowed: str, public_url: str = "") -> Origins:
        """From the settings' strings; raises InputError for `*`, patterns and anything else that is no origin."""
        names = [name.strip() for name in allowed.split(",") if name.strip()]
        own = _origin("RAG_PUBLIC_URL", public_url) if public_url else ""
        return cls((_origin("RAG_ALLOWED_ORIGINS", name) for name in names), own)

    def is_own(self, origin: str, host: str) -> bool:
        """Whether an Origin header names this service, which the request called `host`."""
        if self._own and origin == self._own:
            return True
        same = _authority(origin) == _authority(f"{origin.partition('://')[0]}://{host.lower()}") != ""
        return same and (not self._own or (urlsplit(origin).hostname or "") in _HERE)  # a tunnel to the machine itself

    def admits(self, origin: str, host: str) -> bool:
        """Whether a request with this Origin header (empty: none was sent) may pass."""
        return not origin or origin in self.allowed or self.is_own(origin, host)

    @property
    def frame_ancestors(self) -> str:
        """The directive that lets the same sites show our pages in a frame."""
        return " ".join(["frame-ancestors 'self'", *sorted(self.allowed)])


def _origin(variable: str, text: str) -> str:
    """A normal origin, as browsers send it; raises InputError."""
    if "*" in text:
        raise InputError(
            f"{variable}={text!r}: a wildcard would let any site use this service in its visitors' name; "
            "name each site, such as https://invest.example.kr"
        )
    origin = text.rstrip("/").lower()
    if not _ORIGIN.fullmatch(origin):
        raise InputError(f"{variable}: {text!r} is no origin; write scheme and host, such as https://invest.example.kr")
    scheme, _, rest = origin.partition("://")
    return f"{scheme}://{rest.removesuffix(f':{_DEFAULT_PORTS[scheme]}')}"


def _authority(url: str) -> str:
    """Host and port of an http(s) address; empty for anything else."""
    try:
        parts = urlsplit(url)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return ""
    return f"{parts.hostname}:{port}" if parts.hostname and port else ""
