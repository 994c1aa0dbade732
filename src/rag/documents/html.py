"""HTML, whole pages or pasted fragments -> lines. Tags are hidden in place; a table's rows become lines."""

from __future__ import annotations

import html as entities
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from rag.documents.lines import Line, LineKind, line_of, trim
from rag.documents.markup import BLOCK, RAW, TOKEN, VOID, attributes, hide_note_marks, show_entity, tag_name
from rag.documents.masking import Canvas, clean
from rag.documents.page import PageTable, Run
from rag.documents.vocabulary import PART_NAMES

_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_JSON_DATE = re.compile(r"\"datePublished\"\s*:\s*\"([\d-]{4,10})")
_FURNITURE_TAGS = frozenset(("nav", "footer", "aside", "dialog"))
_FURNITURE_ROLES = frozenset(
    ("navigation", "banner", "contentinfo", "complementary", "search", "dialog", "alertdialog", "menu", "menubar")
)
_KEPT = frozenset(("html", "body", "main", "article"))
_CLOSED_BY = {
    "li": {"li"},
    "tr": {"tr", "td", "th"},
    "td": {"td", "th"},
    "th": {"td", "th"},
    "dt": {"dt", "dd"},
    "dd": {"dt", "dd"},
}
_BARRIER = frozenset(("table", "ul", "ol", "dl", "body", "html"))
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MAX_DEPTH = 400


@dataclass(slots=True)
class Head:
    """What a page says about itself, and the text of its `<title>`."""

    title: str = ""
    language: str = ""
    values: dict[str, str] = field(default_factory=dict)  # of <meta>, <link rel>, <time>


@dataclass(slots=True)
class _Open:
    name: str
    hidden: bool
    furniture: bool


def read_html(text: str, canvas: Canvas, start: int = 0, loose: bool = False) -> tuple[list[Line], Head]:
    """The lines of a page. `loose`: the tags stand in a plain text, whose own line ends count."""
    reader = _Reader(text, canvas, loose)
    reader.read(start)
    hide_note_marks(canvas)
    return list(_lines(reader.runs, canvas)), reader.head


def _lines(runs: list[Run], canvas: Canvas) -> Iterator[Line]:
    for run in runs:
        if run.table is not None:
            yield from run.table.lines(canvas)
            continue
        chars = max(run.chars, 1)
        line = line_of(
            canvas, run.start, run.end, kind=run.kind, level=run.level, group=run.group,
            links=run.linked / chars, suspect=run.suspect, strong=run.bold >= chars,
        )  # fmt: skip
        if line:
            yield line


class _Reader:
    """One pass over the tokens of a page."""

    def __init__(self, text: str, canvas: Canvas, loose: bool) -> None:
        self.text, self.canvas, self.loose = text, canvas, loose
        self.runs: list[Run] = []
        self.head = Head()
        self._open: list[_Open] = []
        self._count: Counter[str] = Counter()
        self._hidden = self._furniture = 0
        self._run: Run | None = None
        self._group = 0
        self._tables: list[PageTable] = []
        self._term = False  # a `<dt>` was opened and no other block since

    def read(self, at: int) -> None:
        """Read from a place to the end."""
        while True:
            token = TOKEN.search(self.text, at)
            self._text(at, token.start() if token else len(self.text))
            if token is None:
                break
            at = self._token(token)
        self._flush()
        while self._tables:
            self._end_table()

    def _token(self, token: re.Match[str]) -> int:
        """Handle a token; returns where to go on."""
        sign, (start, end) = token.group(), token.span()
        if sign[0] == "&":
            show_entity(self.canvas, start, end, sign)
            self._extend(start, end)
            return end
        name = tag_name(sign)
        if name == "dd" and sign[1] != "/" and self._run is not None and self._term:
            self.canvas.hide(self._run.end, start)
            self.canvas.put(start, end, ": ")
        else:
            self.canvas.put(start, end, "\n" if name in BLOCK or name == "br" else "")
        if not name:
            return end
        if sign[1] == "/":
            self._end_tag(name, start)
            return end
        if name in RAW:
            return self._skip_raw(name, start, end)
        self._start_tag(name, sign, end)
        return end

    def _skip_raw(self, name: str, start: int, end: int) -> int:
        close = re.compile(rf"</{name}\s*>", re.I).search(self.text, end)
        if close is None and name not in ("script", "style", "template"):
            return end
        stop = close.end() if close else len(self.text)
        self.canvas.hide(start, stop)
        dated = _JSON_DATE.search(self.text, end, stop) if name == "script" else None
        if dated:
            self.head.values.setdefault("datepublished", dated[1])
        return stop

    # --- text -------------------------------------------------------------------------------------------------

    def _text(self, start: int, end: int) -> None:
        if start >= end:
            return
        if self._hidden:
            if self._count["title"] and not self.head.title:
                self.head.title = clean(entities.unescape(self.text[start:end]))
            self.canvas.hide(start, end)
            return
        if not (self.loose and not self._open):
            self._extend(start, end)
            return
        for line in re.finditer(r"[^\n]+|\n+", self.text[start:end]):
            if line.group()[0] == "\n":
                self._break(len(line.group()) > 1)
            else:
                self._extend(start + line.start(), start + line.end())

    def _extend(self, start: int, end: int) -> None:
        """Add a span of text to the run."""
        if self._hidden:
            self.canvas.hide(start, end)
            return
        chars = len("".join(self.text[start:end].split()))
        if not chars:
            return
        if self._run is None:
            self._run = Run(start, end, self._kind(), self._level(), self._group, bool(self._furniture))
        self._run.end = end
        self._run.chars += chars
        self._run.linked += chars if self._count["a"] else 0
        self._run.bold += chars if self._count["b"] or self._count["strong"] else 0

    def _kind(self) -> LineKind:
        if self._level():
            return "heading"
        if self._count["figcaption"]:
            return "caption"
        return "item" if self._count["li"] or self._count["dl"] else "text"

    def _level(self) -> int:
        return next((level for level in range(1, 7) if self._count[f"h{level}"]), 0)

    def _flush(self) -> None:
        run, self._run = self._run, None
        if run is None:
            return
        self.runs.append(run)
        if self._tables:
            self._tables[-1].extend_cell(run)

    def _break(self, paragraph: bool) -> None:
        self._flush()
        self._group += paragraph

    # --- tags -------------------------------------------------------------------------------------------------

    def _start_tag(self, name: str, sign: str, end: int) -> None:
        if name == "br":
            self._break(bool(re.match(r"\s*<br", self.text[end : end + 20], re.I)))
            return
        known = attributes(sign) if " " in sign or "\n" in sign else {}
        if name in ("meta", "link", "time", "html"):
            self._note(name, known)
        if name in BLOCK:
            if name != "dd" or not self._term:
                self._break(True)
            self._term = name == "dt"
            self._close_implied(name)
        if name in VOID or len(self._open) >= _MAX_DEPTH:
            return
        self._table_start(name, known)
        self._push(name, known)

    def _push(self, name: str, known: dict[str, str]) -> None:
        hidden = "hidden" in known or bool(_HIDDEN_STYLE.search(known.get("style", "")))
        furniture = name in _FURNITURE_TAGS or (name not in _KEPT and self._is_furniture(known))
        if name == "header" and not (self._count["article"] or self._count["main"]):
            furniture = True
        self._open.append(_Open(name, hidden or name == "title", furniture))
        self._count[name] += 1
        self._hidden += hidden or name == "title"
        self._furniture += furniture

    @staticmethod
    def _is_furniture(known: dict[str, str]) -> bool:
        if known.get("role") in _FURNITURE_ROLES:
            return True
        names = f"{known.get('class', '')} {known.get('id', '')}"
        return bool(names.strip()) and bool(PART_NAMES.search(_CAMEL.sub("-", names[:500])))

    def _note(self, name: str, known: dict[str, str]) -> None:
        values = self.head.values
        if name == "html":
            self.head.language = known.get("lang", "")
        elif name == "time" and known.get("datetime"):
            values.setdefault("time", known["datetime"])
        elif name == "link" and "canonical" in known.get("rel", "").lower():
            values.setdefault("canonical", known.get("href", ""))
        elif name == "meta":
            key = known.get("property") or known.get("name") or known.get("itemprop") or ""
            values.setdefault(key.lower(), known.get("content", ""))

    def _close_implied(self, name: str) -> None:
        """A `<p>` ends at the next block, a `<li>` at the next `<li>`, a cell at the next cell."""
        if self._open and self._open[-1].name == "p":
            self._pop()
        closed = _CLOSED_BY.get(name, set())
        if not any(self._count[other] for other in closed):
            return
        for depth in range(len(self._open) - 1, -1, -1):
            if self._open[depth].name in _BARRIER:
                return
            if self._open[depth].name in closed:
                while len(self._open) > depth:
                    self._pop()
                if name != "tr":
                    return

    def _end_tag(self, name: str, start: int) -> None:
        if name in BLOCK and name != "dt":
            self._break(True)
        if not self._count[name] or (name != "table" and name in ("td", "th", "tr") and not self._tables):
            return
        while self._open:
            if self._pop() == name:
                break

    def _pop(self) -> str:
        closed = self._open.pop()
        self._count[closed.name] -= 1
        self._hidden -= closed.hidden
        self._furniture -= closed.furniture
        if closed.name in ("td", "th") and self._tables:
            self._flush()
            self._tables[-1].cell = None
        elif closed.name == "table" and self._tables:
            self._flush()
            self._end_table()
        elif closed.name == "caption" and self._tables:
            self._end_caption(self._tables[-1])
        elif closed.name == "figcaption" and len(self.runs) > 1 and self.runs[-2].table:
            self._end_caption(self.runs[-2].table)
        return closed.name

    # --- tables -----------------------------------------------------------------------------------------------

    def _table_start(self, name: str, known: dict[str, str]) -> None:
        if name == "table":
            if self._tables:
                self._tables[-1].nested = True
            self._tables.append(PageTable(len(self.runs), self._group, bool(self._furniture)))
        elif name == "tr" and self._tables:
            self._tables[-1].rows.append([])
        elif name in ("td", "th") and self._tables:
            self._tables[-1].start_cell(name == "th", known)

    def _end_caption(self, table: PageTable) -> None:
        """The last run is what a table is called."""
        if len(self.runs) > table.first:
            run = self.runs.pop()
            table.caption = table.caption or trim(self.canvas.span(run.start, run.end), run.start)

    def _end_table(self) -> None:
        """A table of facts takes the place of the runs of its cells; one that only lays out a page leaves them."""
        table = self._tables.pop()
        if not table.holds_facts(self.runs[table.first :]):
            return
        del self.runs[table.first :]
        if self.runs and self.runs[-1].kind == "caption" and not table.caption and not self.runs[-1].table:
            table.first = len(self.runs) - 1
            self._end_caption(table)
        if not table.suspect:
            self.runs.append(Run(0, 0, "row", 0, table.group, table=table))
