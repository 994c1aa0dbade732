"""Files -> Documents: any folder of Markdown, plain text, HTML and text PDF, as people left them.

`Document.content` is exactly as long as `Document.text`: markup is masked character by character (`FILL` where it
vanishes, white space where it separates), so an offset means the same place in both, and `clean(content[start:end])`
is the readable form of the exact quote `text[start:end]`.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

from rag.documents.boilerplate import current_post, prose, publisher
from rag.documents.decoding import MAX_BYTES, decode, read_bytes
from rag.documents.frontmatter import split_front_matter
from rag.documents.html import Head, read_html
from rag.documents.lines import Line
from rag.documents.markdown import looks_like_markdown, read_markdown
from rag.documents.markup import looks_like_html
from rag.documents.masking import FILL, Canvas, clean
from rag.documents.metadata import source_of
from rag.documents.pdf import page_furniture, pdf_text
from rag.documents.plain import read_plain
from rag.documents.structure import arrange
from rag.errors import DocumentError
from rag.types import Document

__all__ = ["FILL", "SUFFIXES", "clean", "list_files", "parse", "read_document", "read_folder"]

SUFFIXES = (".md", ".markdown", ".txt", ".html", ".htm", ".xhtml", ".pdf")
_MARKDOWN = (".md", ".markdown")
_TAGS_APART = 1500  # characters between the tags of a text that is read as HTML; Markdown may hold more of them
_TAGS_APART_MARKDOWN = 100
_HTML = (".html", ".htm", ".xhtml")


def list_files(root: Path) -> list[Path]:
    """The files below a folder that can be read, sorted; hidden ones are passed over, loops of links not followed."""
    found: list[Path] = []
    seen: set[str] = set()
    for folder, folders, names in os.walk(root, followlinks=True):
        real = os.path.realpath(folder)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(folder, name) for name in names if not name.startswith(".") and name.lower().endswith(SUFFIXES)]
    return sorted(found, key=lambda path: document_id(path, root))


def read_folder(root: Path, on_skip: Callable[[DocumentError], None]) -> Iterator[Document]:
    """The documents below a folder, in order; a file that cannot be read is handed to `on_skip` and passed over."""
    for path in list_files(root):
        try:
            document = read_document(path, root)
        except DocumentError as error:
            on_skip(error)
        else:
            yield document


def document_id(path: Path, root: Path) -> str:
    """The name of a document: its path below `root`, NFC, "/" between the parts."""
    return unicodedata.normalize("NFC", path.relative_to(root).as_posix())


def read_document(path: Path, root: Path, limit: int = MAX_BYTES) -> Document:
    """Read one file. Raises DocumentError with one line that says what is wrong and how to mend it."""
    data = read_bytes(path, limit)
    suffix = path.suffix.lower()
    text = pdf_text(data, path) if suffix == ".pdf" or data.startswith(b"%PDF-") else decode(data, path)
    return parse(text, document_id(path, root), ".pdf" if data.startswith(b"%PDF-") else suffix)


def parse(text: str, name: str, suffix: str = ".txt") -> Document:
    """A document from its text; `suffix` tells the format, but a text that is plainly HTML is read as HTML."""
    canvas = Canvas(text)
    fields, body = split_front_matter(text) if suffix != ".pdf" else ({}, 0)
    canvas.hide(0, body)
    if suffix == ".pdf":
        for start, end in page_furniture(text):
            canvas.hide(start, end)
    lines, head, contents, guess = _lines(text, canvas, body, suffix)
    post = current_post(lines)
    blocks = arrange(prose(lines, canvas), canvas, contents, guess)
    head.values.setdefault("og:site_name", publisher(lines))
    source = source_of(fields, head, blocks, lines, text[body:], Path(name), post)
    return Document(name, text, canvas.content(), source, tuple(blocks))


def _lines(text: str, canvas: Canvas, body: int, suffix: str) -> tuple[list[Line], Head, dict[str, int], bool]:
    """The lines, what a page's head says, the headings of a table of contents, and whether headings must be guessed."""
    apart = _TAGS_APART_MARKDOWN if suffix in _MARKDOWN else _TAGS_APART
    if suffix in _HTML or (suffix != ".pdf" and looks_like_html(text[body:], apart)):
        lines, head = read_html(text, canvas, body, loose=suffix not in _HTML)
        return lines, head, {}, False
    if suffix in _MARKDOWN or (suffix != ".pdf" and looks_like_markdown(text[body:])):
        return read_markdown(text, canvas, body), Head(), {}, False
    lines, contents = read_plain(text, canvas, body)
    return lines, Head(), contents, True
