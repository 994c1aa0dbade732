"""What the language model may cost a day, by site: after that, answers are quoted from the documents."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextvars import ContextVar

from limits import RateLimitItemPerDay
from limits.errors import StorageError
from limits.storage import MemoryStorage, Storage
from limits.strategies import FixedWindowRateLimiter

from rag.errors import ModelError
from rag.settings import Settings
from rag.types import Language, LanguageModel, Message

NOTICE: dict[Language, str] = {
    "ko": "오늘 언어 모델을 쓸 수 있는 한도를 다 써서, 문서의 문장을 그대로 골라 답했습니다.",
    "en": "Today's allowance of the language model is used up, so this is quoted from the documents.",
}
SITE: ContextVar[str] = ContextVar("site", default="")  # whose account the answer in the making is put on
log = logging.getLogger(__name__)


class Budget:
    """Counts requests and tokens of each site for a day from the first of them; 0 means no limit."""

    def __init__(self, requests: int, tokens: int, storage: Storage | None = None) -> None:
        self._limits = {
            name: RateLimitItemPerDay(most, namespace=f"model-{name}")
            for name, most in (("requests", requests), ("tokens", tokens))
            if most > 0
        }
        self._limiter = FixedWindowRateLimiter(storage or MemoryStorage())
        self._own = FixedWindowRateLimiter(MemoryStorage())

    @classmethod
    def from_settings(cls, settings: Settings, storage: Storage | None = None) -> Budget:
        """The budget of the settings."""
        return cls(settings.model_requests_per_day, settings.model_tokens_per_day, storage)

    def is_spent(self, site: str) -> bool:
        """Whether the site has nothing left today."""
        return not all(self._call("test", name, site) for name in self._limits)

    def spend(self, site: str, *, requests: int = 0, tokens: int = 0) -> None:
        """Put on a site's account; what goes beyond the limit is put there too."""
        for name, amount in (("requests", requests), ("tokens", tokens)):
            if amount and name in self._limits:
                self._call("hit", name, site, amount)

    def _call(self, what: str, name: str, site: str, cost: int = 1) -> bool:
        try:
            return bool(getattr(self._limiter, what)(self._limits[name], site, cost=cost))
        except StorageError as error:
            log.warning("RAG_RATE_LIMIT_STORAGE does not answer (%s); counting in this process alone", error)
            return bool(getattr(self._own, what)(self._limits[name], site, cost=cost))


class MeteredModel:
    """A language model that works within a budget; the site is that of the context."""

    def __init__(self, model: LanguageModel, budget: Budget) -> None:
        self.model = model
        self.budget = budget

    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        """Pieces of the reply; raises ModelError when the budget is spent, as when the model fails."""
        site = SITE.get()
        if self.budget.is_spent(site):
            raise ModelError("today's allowance is used up; raise RAG_MODEL_REQUESTS_PER_DAY or wait")
        asked = sum(tokens_of(message.content) for message in messages)
        self.budget.spend(site, requests=1, tokens=asked)
        said: list[str] = []
        try:
            for piece in self.model.stream(messages):
                said.append(piece)
                yield piece
        finally:
            self.budget.spend(site, tokens=tokens_of("".join(said)))


def tokens_of(text: str) -> int:
    """About how many tokens a text is: one for each character beyond ASCII, one for each four others."""
    wide = sum(not character.isascii() for character in text)
    return wide + (len(text) - wide + 3) // 4
