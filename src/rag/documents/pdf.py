"""Text PDFs -> plain text, pages joined by a form feed; lines that every page repeats are left out later."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from pathlib import Path

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from rag.errors import DocumentError

PAGE_BREAK = "\n\f\n"
_EDGE_LINES = 3  # lines at the top and foot of a page where headers and page numbers stand
_LETTERS = str.maketrans(  # ligatures that fonts draw as one sign
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\r": "\n", "\f": "\n"}
)
_PAGE_NUMBERS = ("#", "- # -", "– # –")
_DIGITS = re.compile(r"\d+")
# What pypdf raises on damaged files besides its own errors.
_DAMAGE = (
    PyPdfError, ValueError, TypeError, LookupError, AttributeError, RecursionError, ArithmeticError, AssertionError,
    OSError, NotImplementedError, MemoryError,
)  # fmt: skip


def pdf_text(data: bytes, path: Path) -> str:
    """The text of all pages. Raises DocumentError for a damaged, encrypted or scanned file."""
    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise DocumentError(f"{path}: is encrypted; save a copy without a password")
        pages = [page.extract_text() for page in reader.pages]
    except _DAMAGE as error:
        raise DocumentError(f"{path}: is a damaged PDF ({error}); save it again from its program") from error
    if not any(page.strip() for page in pages):
        raise DocumentError(f"{path}: holds no text, only pictures; run text recognition (OCR) on it first")
    return PAGE_BREAK.join(page.translate(_LETTERS) for page in pages)


def page_furniture(text: str) -> list[tuple[int, int]]:
    """Spans of headers, footers and page numbers: lines at the edge of pages that recur there, digits aside."""
    edges: list[tuple[int, int, str]] = []
    offset = 0
    pages = text.split("\f")
    for page in pages:
        edges += [(offset + start, offset + end, _DIGITS.sub("#", line)) for start, end, line in _edge_lines(page)]
        offset += len(page) + 1
    counts = Counter(shape for _, _, shape in edges)
    least = max(2, len(pages) // 3)
    recurring = {shape for shape, count in counts.items() if count >= least} if len(pages) > 1 else set()
    return [(start, end) for start, end, shape in edges if shape in recurring or shape in _PAGE_NUMBERS]


def _edge_lines(page: str) -> list[tuple[int, int, str]]:
    lines = [(m.start(), m.end(), m.group().strip()) for m in re.finditer(r"[^\n]*\S[^\n]*", page)]
    return lines if len(lines) <= 2 * _EDGE_LINES else lines[:_EDGE_LINES] + lines[-_EDGE_LINES:]
