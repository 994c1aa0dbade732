"""Bytes of a file -> text, whatever Korean or Unicode encoding it was saved in."""

from __future__ import annotations

import codecs
from pathlib import Path

from rag.errors import DocumentError

MAX_BYTES = 20 * 1024 * 1024
_BINARY_SHARE = 0.01  # more control characters than this and a file is no text


def read_bytes(path: Path, limit: int = MAX_BYTES) -> bytes:
    """The bytes of a file. Raises DocumentError if it cannot be read, is empty or larger than `limit`."""
    try:
        size = path.stat().st_size
        if size > limit:
            raise DocumentError(
                f"{path}: {size / 1048576:.1f} MB is more than {limit / 1048576:.0f} MB; split the file"
            )
        data = path.read_bytes()
    except OSError as error:
        raise DocumentError(
            f"{path}: cannot be read ({error.strerror or error}); check the file and its rights"
        ) from error
    if not data.strip():
        raise DocumentError(f"{path}: is empty; remove it or fill it")
    return data


def decode(data: bytes, path: Path) -> str:
    """Text of UTF-8, UTF-16 with a byte order mark, or CP949 bytes, line ends as `\\n`. Raises DocumentError."""
    for encoding in _candidates(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _looks_binary(text):
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise DocumentError(f"{path}: is not text in UTF-8, UTF-16 or CP949; save it as UTF-8")


def _candidates(data: bytes) -> tuple[str, ...]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    return ("utf-8", "cp949")


def _looks_binary(text: str) -> bool:
    sample = text[:100_000]
    control = sum(1 for char in sample if char < " " and char not in "\t\n\r\f\v\x1b")
    return control > len(sample) * _BINARY_SHARE
