"""Logs for people or programs. What visitors write is never in them, nor any secret."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from rag.errors import InputError

_KNOWN = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and whatever was given as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_extra(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """Time, level, message, and `extra` as name=value."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line without a traceback."""
        extra = "".join(f" {name}={value}" for name, value in _extra(record).items())
        return super().formatMessage(record) + extra


def _extra(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in _KNOWN}


def formatter(name: str) -> logging.Formatter:
    """The formatter of a setting; raises InputError for any but `text` and `json`."""
    if name not in ("text", "json"):
        raise InputError(f"RAG_LOG_FORMAT={name!r}: write text or json")
    return JsonLines() if name == "json" else TextLines()


def configure(name: str) -> None:
    """Send the package's logs to standard error in a format; raises InputError."""
    handler = logging.StreamHandler()
    handler.setFormatter(formatter(name))
    logger = logging.getLogger("rag")
    logger.handlers = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False
