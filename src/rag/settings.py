"""Settings: read once from the environment, passed on, never looked up again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from rag.errors import InputError

ROOT = Path(__file__).resolve().parents[2]
BUNDLED_MODEL = "bundled"


class Secret(str):
    """A string that does not show itself in logs and tracebacks."""

    def __repr__(self) -> str:
        return "Secret('***')" if self else "Secret('')"


def _setting(default: object, name: str, help: str) -> object:
    return field(default=default, metadata={"name": name, "help": help})


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set; each field's metadata names its environment variable and says what it does."""

    docs_dir: Path = _setting(ROOT / "docs", "RAG_DOCS_DIR", "Folder of documents to answer from")  # type: ignore[assignment]
    index_dir: Path = _setting(ROOT / "index", "RAG_INDEX_DIR", "Folder the index is kept in; safe to delete")  # type: ignore[assignment]
    embedding_model: str = _setting(  # type: ignore[assignment]
        BUNDLED_MODEL, "RAG_EMBEDDING_MODEL", "`bundled`, or any sentence-transformers name or path"
    )
    host: str = _setting("127.0.0.1", "RAG_HOST", "Address to listen on")  # type: ignore[assignment]
    port: int = _setting(7860, "RAG_PORT", "Port to listen on")  # type: ignore[assignment]
    workers: int = _setting(1, "RAG_WORKERS", "Processes that answer, about 1 GB of memory each")  # type: ignore[assignment]
    llm_model: str = _setting("", "RAG_LLM_MODEL", "Name of the language model; empty means answers without one")  # type: ignore[assignment]
    llm_base_url: str = _setting("", "RAG_LLM_BASE_URL", "Any OpenAI-compatible endpoint; empty means OpenAI's own")  # type: ignore[assignment]
    llm_api_key: Secret = _setting(  # type: ignore[assignment]
        Secret(""), "RAG_LLM_API_KEY", "Key for the endpoint (`OPENAI_API_KEY` is read when this is empty)"
    )
    llm_timeout: float = _setting(30.0, "RAG_LLM_TIMEOUT", "Seconds to wait for the language model")  # type: ignore[assignment]
    contact: str = _setting(  # type: ignore[assignment]
        "Invest Seoul (서울투자청), +82-2-6361-4120, investseoul@sba.seoul.kr",
        "RAG_CONTACT",
        "Whom to ask when the documents are silent",
    )
    records_url: Secret = _setting(  # type: ignore[assignment]
        Secret(""),
        "RAG_RECORDS_URL",
        "Database of what was asked: a SQLite file, `postgresql://...`, or `off`; empty means `records/records.sqlite3`",
    )
    records_days: int = _setting(90, "RAG_RECORDS_DAYS", "Days after which records are deleted; 0 keeps them")  # type: ignore[assignment]
    admin_token: Secret = _setting(  # type: ignore[assignment]
        Secret(""),
        "RAG_ADMIN_TOKEN",
        "Opens `/admin` to whoever has it, 16 characters or more; empty means no such page",
    )
    public_url: str = _setting(  # type: ignore[assignment]
        "",
        "RAG_PUBLIC_URL",
        "Address readers know it by, such as `https://guide.example.kr`; empty means any host name",
    )
    allowed_origins: str = _setting(  # type: ignore[assignment]
        "",
        "RAG_ALLOWED_ORIGINS",
        "Sites that may embed it, separated by commas, such as `https://invest.example.kr`; empty means none but itself",
    )
    secret_key: Secret = _setting(  # type: ignore[assignment]
        Secret(""), "RAG_SECRET_KEY", "Signs visitor tokens; empty means a new one at each start"
    )
    api_key: Secret = _setting(  # type: ignore[assignment]
        Secret(""), "RAG_API_KEY", "Key that programs must bring to the API; empty lets them in, within the limits"
    )
    rate_visitor: str = _setting("20/minute", "RAG_RATE_VISITOR", "Questions of one visitor of an embedding site")  # type: ignore[assignment]
    rate_address: str = _setting("120/minute", "RAG_RATE_ADDRESS", "Questions from one network address")  # type: ignore[assignment]
    rate_site: str = _setting("1200/minute", "RAG_RATE_SITE", "Questions through one site")  # type: ignore[assignment]
    rate_limit_storage: str = _setting(  # type: ignore[assignment]
        "memory://", "RAG_RATE_LIMIT_STORAGE", "Where questions are counted: `memory://`, or `redis://host:6379/0`"
    )
    trusted_proxies: str = _setting(  # type: ignore[assignment]
        "", "RAG_TRUSTED_PROXIES", "Addresses or networks of proxies whose `X-Forwarded-For` is believed, by commas"
    )
    max_answers: int = _setting(256, "RAG_MAX_ANSWERS", "Answers in the making at once; beyond, 503")  # type: ignore[assignment]
    streams_per_visitor: int = _setting(3, "RAG_STREAMS_PER_VISITOR", "Answers at once for one visitor")  # type: ignore[assignment]
    streams_per_address: int = _setting(64, "RAG_STREAMS_PER_ADDRESS", "Answers at once for one network address")  # type: ignore[assignment]
    max_body: int = _setting(262_144, "RAG_MAX_BODY", "Bytes of a request, at most")  # type: ignore[assignment]
    model_requests_per_day: int = _setting(  # type: ignore[assignment]
        2000, "RAG_MODEL_REQUESTS_PER_DAY", "Answers a day the language model writes for one site; 0 means no limit"
    )
    model_tokens_per_day: int = _setting(  # type: ignore[assignment]
        5_000_000, "RAG_MODEL_TOKENS_PER_DAY", "Tokens a day, estimated, for one site; 0 means no limit"
    )
    metrics_token: Secret = _setting(  # type: ignore[assignment]
        Secret(""), "RAG_METRICS_TOKEN", "Opens `/metrics`; empty means to this machine only"
    )
    log_format: str = _setting("text", "RAG_LOG_FORMAT", "Logs as `text` or `json`, one line a request")  # type: ignore[assignment]

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Settings from variables such as `RAG_DOCS_DIR`; raises InputError for a value of the wrong kind."""
        values: dict[str, object] = {}
        for spec in fields(cls):
            raw = environ.get(spec.metadata["name"], "")
            if raw:
                values[spec.name] = _parse(spec.metadata["name"], raw, type(spec.default))
        if not values.get("llm_api_key"):
            values["llm_api_key"] = Secret(environ.get("OPENAI_API_KEY", ""))
        return cls(**values)  # type: ignore[arg-type]

    @property
    def docs_label(self) -> str:
        """How the documents folder is called in citations: as the reader would open it from here."""
        for base in (ROOT, Path.cwd()):
            if self.docs_dir.is_absolute() and self.docs_dir.is_relative_to(base):
                return self.docs_dir.relative_to(base).as_posix()
        return self.docs_dir.as_posix()

    def document_name(self, document_id: str) -> str:
        """The name citations show for a document, such as `docs/en/market.md`."""
        return f"{self.docs_label}/{document_id}"

    def document_id(self, name: str) -> str:
        """The inverse of `document_name`."""
        return name.removeprefix(self.docs_label + "/")


_KINDS = {int: "a whole number", float: "a number"}


def _parse(name: str, raw: str, kind: type[Any]) -> object:
    if issubclass(kind, Path):
        return Path(raw).expanduser()
    try:
        return kind(raw)
    except ValueError:
        raise InputError(f"{name}={raw!r}: expected {_KINDS[kind]}; correct the variable or unset it") from None
