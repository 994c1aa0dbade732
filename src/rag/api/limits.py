"""How much anybody may ask: rates over time, and answers in the making at once."""

from __future__ import annotations

import ipaddress
import logging
import math
import time
from collections import Counter
from collections.abc import Callable, Iterable

from anyio import to_thread
from limits import RateLimitItem, parse_many
from limits.errors import ConfigurationError, StorageError
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

from rag.api.problems import ProblemError
from rag.errors import InputError

log = logging.getLogger(__name__)
BUSY_SECONDS = 2  # after which to try again when all places are taken


def open_storage(uri: str) -> Storage:
    """The place where events are counted; raises InputError when there is no such place."""
    try:
        storage = storage_from_string(uri, wrap_exceptions=True)
    except (ConfigurationError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"RAG_RATE_LIMIT_STORAGE: {reason}; use memory:// or redis://host:6379/0") from None
    if not isinstance(storage, Storage):
        raise InputError("RAG_RATE_LIMIT_STORAGE: async+ storages are not used here; write redis://host:6379/0")
    return storage


def parse_rates(variable: str, text: str) -> tuple[RateLimitItem, ...]:
    """Rates such as `20/minute; 300/day`; raises InputError."""
    try:
        return tuple(parse_many(text))
    except ValueError:
        raise InputError(
            f"{variable}={text!r}: not a rate; write something like 20/minute or 20/minute;300/day"
        ) from None


class Rates:
    """Counts events by key. Where the shared storage fails, this process counts for itself and says so."""

    def __init__(self, storage: Storage) -> None:
        self._remote = not isinstance(storage, MemoryStorage)
        self._limiter = SlidingWindowCounterRateLimiter(storage)
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def hit(self, rates: Iterable[RateLimitItem], *key: str) -> None:
        """Count an event; raises ProblemError (429) when a rate is exceeded."""
        for rate in rates:
            wait = await to_thread.run_sync(self._hit, rate, key) if self._remote else self._hit(rate, key)
            if wait:
                raise ProblemError("rate-limited", retry_after=wait)

    def _hit(self, rate: RateLimitItem, key: tuple[str, ...]) -> int:
        try:
            return _seconds_to_wait(self._limiter, rate, key)
        except StorageError as error:
            log.warning("RAG_RATE_LIMIT_STORAGE does not answer (%s); counting in this process alone", error)
            return _seconds_to_wait(self._own, rate, key)


def _seconds_to_wait(limiter: SlidingWindowCounterRateLimiter, rate: RateLimitItem, key: tuple[str, ...]) -> int:
    """0 when the event fits the rate and was counted."""
    if limiter.hit(rate, *key):
        return 0
    return max(1, math.ceil(limiter.get_window_stats(rate, *key).reset_time - time.time()))


class Ticket:
    """A place among the answers in the making, to be given back once."""

    def __init__(self, give_back: Callable[[], None]) -> None:
        self._give_back: Callable[[], None] | None = give_back

    def close(self) -> None:
        """Give the place back; does nothing the second time."""
        give_back, self._give_back = self._give_back, None
        if give_back:
            give_back()


class Places:
    """Bounds the answers in the making: for all together, and for each key. Used from the event loop only."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.taken = 0
        self._by_key: Counter[str] = Counter()

    def take(self, bounds: dict[str, int]) -> Ticket:
        """A place, within a bound for each key; raises ProblemError (503, 429) at once when there is none."""
        if self.taken >= self.total:
            raise ProblemError("overloaded", retry_after=BUSY_SECONDS)
        if any(self._by_key[key] >= most for key, most in bounds.items()):
            raise ProblemError("too-many-streams", retry_after=BUSY_SECONDS)
        self.taken += 1
        self._by_key.update(bounds.keys())
        return Ticket(lambda: self._leave(bounds))

    def _leave(self, bounds: Iterable[str]) -> None:
        self.taken -= 1
        self._by_key.subtract(bounds)
        for key in bounds:
            if self._by_key[key] <= 0:
                del self._by_key[key]


def address_key(host: str) -> str:
    """An address to count by: IPv6 by its /64, for a household has as many addresses as it likes."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host[:64]
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
