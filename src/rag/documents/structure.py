"""Lines -> blocks: wrapped lines are joined, headings found, questions put above their answers, footnotes left out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches

from rag.documents.lines import Line, ends_sentence, has_full_stop, squeezed
from rag.documents.masking import Canvas
from rag.types import Block

QUESTION_LEVEL = 7  # below all headings
_WEAK_LEVEL = 5  # a short line that only its place makes a heading
_FIGURE = re.compile(r"^[\[<(【〈《]?\s*(?:그림|사진|도표|figure|fig\.|photo|image|chart)\s*[\d\-.]*\s*[\]>)】〉》.:]", re.I)
_NOTE = re.compile(r"^(?:\[?\d{1,3}[)\]]|[¹²³⁴-⁹⁰]+⁾?|\*{1,3}|†|‡|※)\s*(?=\S)")
_NOTE_NUMBER = re.compile(r"^\[?(\d{1,3})[)\]]\s")
_SOURCE = re.compile(r"^[*※·\-\s]*(?:출처|자료(?:출처)?|source|note|주)\s*[:：]", re.I)
_QUESTION = re.compile(r"^(?:Q\s?\d{0,2}|질문|문)\s*[.:：)]?\s+(?=\S)|^Q\s?\d{0,2}[.:：)]\s*(?=\S)")
_ANSWER = re.compile(r"^(?:A\s?\d{0,2}|답변|답)\s*[.:：)]?\s+(?=\S)|^A\s?\d{0,2}[.:：)]\s*(?=\S)")
_NUMBERED = re.compile(r"^(?:(?P<deep>\d{1,2}(?:[.-]\d{1,2})+)[.)]?|(?P<number>\d{1,2})\.|(?P<roman>[IVX]{1,5}|[Ⅰ-Ⅻ])[.)]|(?P<chapter>제\s?\d{1,3}\s?[장편부])|(?P<section>제\s?\d{1,3}\s?[절관]))\s+\S")
_ORNAMENT = re.compile(r"^(?:[◆◇■□▣▲△▶▷●◎★☆]|【(?=.{1,60}】$))\s*")
_PARTICLE = re.compile(r"(?:[을를은는의와과및]|에서|에게|으로|하며|하고|하여|통해|위해|대한|따라|또는|그리고|,|，|·)$")
_WORD = re.compile(r"[가-힣A-Za-z0-9]+")
_MAX_HEADING = 90  # in half widths: 45 Korean or 90 Latin characters


def arrange(lines: Sequence[Line], canvas: Canvas, contents: dict[str, int], guess: bool) -> list[Block]:
    """The blocks of a document. `guess`: its format marks no headings, so they are told by their shape and place."""
    kept = _without_notes(lines, canvas)
    if not any(line.kind == "heading" for line in kept[:5]):
        kept = _with_title(kept, canvas, contents)
    kept = _joined(kept, canvas, guess)
    kept = _with_questions(kept, canvas)
    kept = _with_headings(kept, canvas, contents) if guess else _with_bold(kept)
    return [_block(line) for line in _with_captions(kept)]


def _block(line: Line) -> Block:
    if line.kind in ("text", "caption"):
        return Block("paragraph", line.text, line.start, line.end)
    return Block(line.kind, line.text, line.start, line.end, line.level, line.caption, line.cells)  # type: ignore[arg-type]


def _with_captions(lines: Sequence[Line]) -> list[Line]:
    """A table without a caption takes the heading above it."""
    found: list[Line] = []
    heading = ""
    for line in lines:
        if line.kind == "heading":
            heading = line.text
        elif line.kind == "row" and not line.caption and heading:
            line = replace(line, caption=heading, text=f"{heading}: {line.text}")
        found.append(line)
    return found


def is_source_line(text: str) -> bool:
    """Whether a line names the source of the table or figure above it."""
    return bool(_SOURCE.match(text))


def width(text: str) -> int:
    """Columns a text takes when Korean characters are twice as wide as Latin ones."""
    return len(text) + sum("\u1100" <= char <= "\uffdc" for char in text)


# --- footnotes and captions -----------------------------------------------------------------------------------


def _without_notes(lines: Sequence[Line], canvas: Canvas) -> list[Line]:
    """Leave out references at the foot of a page and captions of pictures; a note that is a sentence stays, as an item."""
    numbers = _note_numbers(lines)
    kept: list[Line] = []
    for line in lines:
        if line.kind in ("heading", "row"):
            kept.append(line)
        elif _FIGURE.match(line.text) or (line.kind == "caption" and not ends_sentence(line.text)):
            continue
        elif _SOURCE.match(line.text) or line.kind == "caption":
            kept.append(replace(line, kind="item"))
        elif not _is_note(line, numbers):
            kept.append(line)
        elif re.search(r"[다요]\.$", line.text):
            kept.append(replace(line, kind="item"))
    return kept


def _note_numbers(lines: Sequence[Line]) -> frozenset[int]:
    """Numbers of the lines `7) ...` when they run through the document as footnotes do, not as a list does."""
    found = [(at, int(m[1])) for at, line in enumerate(lines) if (m := _NOTE_NUMBER.match(line.text))]
    numbers = [number for _, number in found]
    restarts = sum(later <= earlier for earlier, later in zip(numbers, numbers[1:], strict=False))
    scattered = bool(found) and (found[-1][0] - found[0][0] > 2 * len(found) or numbers[0] > 1)
    quoting = sum(bool(re.search(r"[\"“'‘(]|https?:|\d{4}", lines[at].text)) for at, _ in found)
    return frozenset(numbers) if scattered and restarts <= len(numbers) // 4 and 2 * quoting >= len(found) else frozenset()


def _is_note(line: Line, numbers: frozenset[int]) -> bool:
    match = _NOTE_NUMBER.match(line.text)
    return bool(match) and int(match[1]) in numbers  # type: ignore[index]


# --- title ----------------------------------------------------------------------------------------------------


def _with_title(lines: list[Line], canvas: Canvas, contents: dict[str, int]) -> list[Line]:
    """The short line or two at the very top become the title."""
    if len(lines) < 2 or not _is_title(lines[0], contents):
        return lines
    end = 1
    while end < len(lines) and lines[end].group == lines[0].group:
        end += 1
    block = lines[:end]
    if end == 2 or end == 3:
        if sum(width(line.text) for line in block) <= _MAX_HEADING and all(_is_title(line, contents) for line in block):
            for above, below in zip(block, block[1:], strict=False):
                canvas.put(above.end, below.start, " ")
            title = " ".join(line.text for line in block)
            return [replace(lines[0], end=block[-1].end, text=title, kind="heading", level=1), *lines[end:]]
    if end > 1 and not has_full_stop(lines[1].text):
        return lines
    return [replace(lines[0], kind="heading", level=1), *lines[1:]]


def _is_title(line: Line, contents: dict[str, int]) -> bool:
    if line.kind != "text" or squeezed(line.text) in contents or _starts_anew(line.text):
        return False
    return width(line.text) <= 2 * _MAX_HEADING and not ends_sentence(line.text) and ":" not in line.text


# --- joining --------------------------------------------------------------------------------------------------


def _joined(lines: Sequence[Line], canvas: Canvas, guess: bool) -> list[Line]:
    """Lines of one sentence made one: those a fixed line width broke, and those a page break or footnote broke."""
    wrap = _wrap_width(lines)
    words = Counter(word for line in lines for word in _WORD.findall(line.text)) if guess else Counter[str]()
    joined: list[Line] = []
    for line in lines:
        if joined and _continues(joined[-1], line, wrap, guess):
            joined[-1] = _merged(joined[-1], line, canvas, words)
        else:
            joined.append(line)
    return joined


def _wrap_width(lines: Sequence[Line]) -> int:
    """The width at which lines were broken; 0 where they were not."""
    inner = [a for a, b in zip(lines, lines[1:], strict=False) if a.group == b.group and b.kind == "text"]
    widths = sorted(width(line.text) for line in inner if line.kind in ("text", "item"))
    if len(widths) < 3:
        return 0
    wrap = widths[len(widths) * 9 // 10]
    longer = sum(width(line.text) > 1.25 * wrap for line in lines if line.kind == "text")
    if longer > 0.05 * len(lines) or 4 * len(widths) < len(lines):
        return 0
    full = sum(each >= 0.75 * wrap for each in widths)
    open_ended = sum(not ends_sentence(line.text) for line in inner)
    return wrap if 30 <= wrap <= 220 and full >= 0.6 * len(widths) and open_ended >= 0.3 * len(inner) else 0


def _continues(line: Line, after: Line, wrap: int, guess: bool) -> bool:
    """Whether a line goes on in the next one."""
    if line.kind not in ("text", "item") or after.kind != "text" or _starts_anew(after.text):
        return False
    if line.group == after.group:
        return _goes_on(line, after, wrap)
    return guess and line.kind == "text" and _is_unfinished(line.text) and (has_full_stop(after.text) or len(after.text) > 40)


def _goes_on(line: Line, after: Line, wrap: int) -> bool:
    if re.match(r"^\[[^\]]{2,60}\]$", line.text):  # a speaker's name above the words
        return after.text[0] in "\"“"
    if line.strong and not after.strong:  # a bold name in front of what is said of it
        return width(line.text) <= _MAX_HEADING
    if has_full_stop(line.text) and not wrap:
        return False
    last = line.text  # of a joined paragraph only the last line counts, but its width is no longer known
    if wrap and width(last) >= 0.72 * wrap:
        return True
    return line.text[-1] in ",，" or after.text[0].islower() or (len(line.text) >= 20 and bool(_PARTICLE.search(line.text)))


def _is_unfinished(text: str) -> bool:
    """Whether a paragraph stops in the middle of a sentence."""
    if len(text) < 15 or ends_sentence(text):
        return False
    return bool(_PARTICLE.search(text)) or (len(text) >= 40 and bool(re.search(r"[다요]\.|[a-z]\. [A-Z]", text)))


def _starts_anew(text: str) -> bool:
    return bool(_QUESTION.match(text) or _ANSWER.match(text) or _ORNAMENT.match(text) or _NOTE.match(text) or _NUMBERED.match(text))


def _merged(line: Line, after: Line, canvas: Canvas, words: Counter[str]) -> Line:
    """Two lines made one; what stood between them, and what the second repeats of the first, is hidden."""
    begin = after.start + _repeated(line.text, canvas.span(after.start, after.end))
    rest = canvas.readable(begin, after.end)
    gap = " " if _is_word_break(line.text, rest, words) else ""
    if line.strong and not after.strong and begin - line.end > 1 and line.text[-1].isalnum():
        gap = ": "
    canvas.put(line.end, begin, gap)
    return replace(line, end=after.end, text=f"{line.text}{gap}{rest}", group=after.group, strong=after.strong)


def _repeated(text: str, raw: str) -> int:
    """How many characters at the start of `raw` repeat the end of `text` (a line that stands on both sides of a page break)."""
    tail = "".join(text[-300:].split())
    letters = [(char, at) for at, char in enumerate(raw[:600]) if not char.isspace() and char != "\x00"]
    head = "".join(char for char, _ in letters)
    for size in range(min(len(tail), len(head) - 1), 11, -1):
        if tail.endswith(head[:size]):
            return letters[size][1]
    return 0


def _is_word_break(text: str, rest: str, words: Counter[str]) -> bool:
    """Whether a space belongs between two lines; a Korean word may have been broken between two syllables."""
    left, right = re.search(r"[가-힣]+$", text), re.match(r"[가-힣]+", rest)
    if not left or not right or not words or words[left.group()] > 1:
        return True
    start = left.group() + right.group()[0]
    return not any(word.startswith(start) for word in words)


# --- questions and answers ------------------------------------------------------------------------------------


def _with_questions(lines: list[Line], canvas: Canvas) -> list[Line]:
    """`Q ...` becomes a heading and the mark of `A ...` is hidden, where both stand in the document."""
    asked = sum(bool(_QUESTION.match(line.text)) for line in lines if line.kind != "row")
    answered = sum(bool(_ANSWER.match(line.text)) for line in lines if line.kind != "row")
    if not asked or not answered or answered > 3 * asked:
        return lines
    return [_turn(line, canvas) for line in lines]


def _turn(line: Line, canvas: Canvas) -> Line:
    if line.kind == "row":
        return line
    question, answer = _QUESTION.match(line.text), _ANSWER.match(line.text)
    mark = question or answer
    if mark is None or len(line.text) > 300 and question:
        return line
    start = line.start + _raw_length(canvas.span(line.start, line.end), len(mark.group().rstrip()))
    while start < line.end and not canvas.readable(start, start + 1):
        start += 1
    text = canvas.readable(start, line.end)
    if question:
        return replace(line, start=start, text=text, kind="heading", level=QUESTION_LEVEL)
    return replace(line, start=start, text=text)


def _raw_length(raw: str, readable: int) -> int:
    """How far into `raw` its first `readable` visible characters reach (none of them folded)."""
    seen = 0
    for at, char in enumerate(raw):
        if seen == readable:
            return at
        seen += char != "\x00"
    return len(raw)


# --- headings -------------------------------------------------------------------------------------------------


def _with_bold(lines: list[Line]) -> list[Line]:
    """A short bold line above text is a heading, though the page does not say so."""
    found = list(lines)
    for at, line in enumerate(lines[:-1]):
        alone = lines[at + 1].group != line.group and (at == 0 or lines[at - 1].group != line.group)
        if line.strong and line.kind == "text" and alone and _looks_like_heading(line.text) and lines[at + 1].kind != "heading":
            found[at] = replace(line, kind="heading", level=6)
    return found


def _looks_like_heading(text: str) -> bool:
    if width(text) > _MAX_HEADING or has_full_stop(text.rstrip("?")) or text.endswith((":", ";")):
        return False
    return not (len(text) >= 15 and _PARTICLE.search(text))


def _with_headings(lines: list[Line], canvas: Canvas, contents: dict[str, int]) -> list[Line]:
    marked = [_strong_heading(lines, at, contents) for at in range(len(lines))]
    marked = _with_weak_headings(marked, canvas)
    return marked


def _strong_heading(lines: Sequence[Line], at: int, contents: dict[str, int]) -> Line:
    """The line as a heading if the table of contents names it or it is numbered or marked as one."""
    line = lines[at]
    if line.kind not in ("text", "item"):
        return line
    level = _level_in(contents, line.text)
    if not level and line.kind == "text" and _looks_like_heading(line.text):
        level = _numbered_level(lines, at)
    if not level:
        return line
    return replace(line, kind="heading", level=level)


def _level_in(contents: dict[str, int], text: str) -> int:
    """The level the table of contents gives a line; a letter or two may differ. 0 where it does not name it."""
    name = squeezed(text)
    if name in contents or not contents or not 8 <= len(name) <= 80:
        return contents.get(name, 0)
    near = get_close_matches(name, contents, n=1, cutoff=0.88)
    return contents[near[0]] if near else 0


def _numbered_level(lines: Sequence[Line], at: int) -> int:
    line = lines[at]
    mark = _NUMBERED.match(line.text)
    if _ORNAMENT.match(line.text) and at + 1 < len(lines) and not _ORNAMENT.match(lines[at + 1].text):
        return 3
    if mark is None or at + 1 == len(lines) or _is_list_place(lines, at):
        return 0
    if mark["deep"]:
        return 2 + min(mark["deep"].count(".") + mark["deep"].count("-"), 3)
    return 3 if mark["section"] else 2


def _is_list_place(lines: Sequence[Line], at: int) -> bool:
    """Whether the neighbours are numbered too: then it is a list."""
    neighbours = [lines[other] for other in (at - 1, at + 1) if 0 <= other < len(lines)]
    return any(_NUMBERED.match(line.text) and not line.text[0].isalpha() for line in neighbours if line.kind == "text")


def _with_weak_headings(lines: list[Line], canvas: Canvas) -> list[Line]:
    keys = _repeated_keys(lines)
    found: list[Line] = []
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and _is_candidate(lines, end):
            end += 1
        if end == at:
            found.append(lines[at])
            at += 1
            continue
        found += _run_of_short(lines[at:end], lines[end : end + 2], keys, canvas)
        at = end
    return _levelled(found, canvas)


def _is_candidate(lines: Sequence[Line], at: int) -> bool:
    """Whether a line is short, alone in its group (or first of it, above a long one) and no sentence."""
    line = lines[at]
    if line.kind != "text" or not _looks_like_heading(line.text) or _SOURCE.match(line.text):
        return False
    if at and lines[at - 1].group == line.group and lines[at - 1].kind in ("text", "item"):
        return False
    after = lines[at + 1] if at + 1 < len(lines) else None
    return after is None or after.group != line.group or len(after.text) > 2 * len(line.text) and has_full_stop(after.text)


def _repeated_keys(lines: Sequence[Line]) -> frozenset[str]:
    """First words that several short lines share: they are names of values (`설립 1967년`), not headings."""
    firsts = Counter(_key(lines[at].text) for at in range(len(lines)) if _is_candidate(lines, at))
    return frozenset(key for key, count in firsts.items() if count > 1)


def _key(text: str) -> str:
    first = text.split(" ", 1)[0]
    return first if len(first) > 1 else text[:3]


def _run_of_short(run: Sequence[Line], below: Sequence[Line], keys: frozenset[str], canvas: Canvas) -> list[Line]:
    """Short lines one below the other: the first is their heading, the last may head what follows, the rest are items."""
    if len(run) > 1 and _is_alias(run[0].text, run[1].text):
        canvas.put(run[0].end, run[1].start, " ")
        run = [replace(run[0], end=run[1].end, text=f"{run[0].text} {run[1].text}"), *run[2:]]
    last_heads = _heads(run[-1], below)
    if len(run) == 1:
        return [replace(run[0], kind="heading", level=_WEAK_LEVEL)] if last_heads else list(run)
    named = sum(_key(line.text) in keys for line in run) > 1 and _key(run[-1].text) in keys
    last_heads = last_heads and not named and ":" not in run[-1].text
    first_heads = len(run) > 2 or last_heads or _heads(run[0], run[1:])
    made = [replace(line, kind="item") for line in run]
    if first_heads:
        made[0] = replace(run[0], kind="heading", level=_WEAK_LEVEL)
    if last_heads:
        made[-1] = replace(run[-1], kind="heading", level=_WEAK_LEVEL + (len(run) == 2))
    return made


def _is_alias(korean: str, latin: str) -> bool:
    return latin.isascii() and len(latin) <= 25 and bool(re.search(r"[가-힣]", korean)) and latin[0].isupper()


def _heads(line: Line, below: Sequence[Line]) -> bool:
    """Whether what stands below a short line makes it a heading: something longer, a list, a table, a question."""
    if not below or below[0].kind == "heading" and below[0].level < QUESTION_LEVEL:
        return False
    several = len(below) > 1 and below[0].group == below[1].group != line.group
    return several or below[0].kind != "text" or len(below[0].text) > len(line.text)


def _levelled(lines: list[Line], canvas: Canvas) -> list[Line]:
    """A short heading stands beside the last one, below it only if nothing stands between the two."""
    found: list[Line] = []
    deep = gap = 0
    for line in lines:
        weak = line.kind == "heading" and line.level in (_WEAK_LEVEL, _WEAK_LEVEL + 1)
        if line.kind == "heading" and not weak and line.level < QUESTION_LEVEL:
            deep = 0
        elif weak:
            above = _gap(canvas, line.start)
            if line.level > _WEAK_LEVEL:
                deep, gap = 1, above
            elif deep and above <= gap:
                line = replace(line, level=_WEAK_LEVEL + 1)
            else:
                deep = 0
        found.append(line)
    return found


def _gap(canvas: Canvas, start: int) -> int:
    """How many line ends stand above a place."""
    before = canvas.span(max(start - 40, 0), start)
    return before[len(before.rstrip()) :].count("\n")
