"""Lines that belong together made one: wrapped lines, and sentences that a page break or a footnote broke."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from rag.documents.lines import (
    ANSWER,
    NUMBERED,
    ORNAMENT,
    PARTICLE,
    QUESTION,
    SHORT,
    Line,
    ends_sentence,
    has_full_stop,
    is_source_line,
    width,
)
from rag.documents.masking import FILL, Canvas

_FIGURE = re.compile(
    r"[\[<(【〈《]?\s*(?:그림|사진|도표|figure|fig\.|photo|image|chart)\s*[\d\-.]*\s*[\]>)】〉》.:]", re.I
)
_NOTE = re.compile(r"(?:\[?\d{1,3}[)\]]|[⁰¹²³⁴-⁹]+⁾?|\*{1,3}|†|‡|※)\s*(?=\S)")
_NOTE_NUMBER = re.compile(r"\[?(\d{1,3})[)\]]\s")
_REFERENCE = re.compile(r"[\"“'‘(]|https?:|\d{4}")
_SPEAKER = re.compile(r"\[[^\]]{2,60}\]$")
_STOP_INSIDE = re.compile(r"[다요]\.|[a-z]\. [A-Z]")
_WORD = re.compile(r"[가-힣A-Za-z0-9]+")
_REPEAT_SCOPE = 300  # characters at the end of a line that the next page may repeat
_LEAST_REPEAT = 12
_KEPT_TEXT = 1000
_BROKEN_HYPHEN = re.compile(r"[A-Za-z]-$")
_LONE_PARTICLE = re.compile(r"(?:은|는|을|를|과|와|에|으로|에서|에게|까지|부터|이?라고)(?=\s)")


def without_notes(lines: Sequence[Line], canvas: Canvas) -> list[Line]:
    """Leave out references at the foot of a page and captions of pictures; a note that is a sentence is an item."""
    numbers = _note_numbers(lines) | canvas.notes
    kept: list[Line] = []
    for line in lines:
        if line.kind in ("heading", "row"):
            kept.append(line)
        elif _FIGURE.match(line.text) or (line.kind == "caption" and not ends_sentence(line.text)):
            continue
        elif is_source_line(line.text) or line.kind == "caption":
            kept.append(replace(line, kind="item"))
        elif not _is_note(line, numbers):
            kept.append(line)
        elif line.text.endswith(("다.", "요.")):
            kept.append(replace(line, kind="item"))
    return kept


def _note_numbers(lines: Sequence[Line]) -> frozenset[int]:
    """Numbers of the lines `7) ...` when they run through the document as footnotes do, not together as in a list."""
    found = [(at, int(match[1])) for at, line in enumerate(lines) if (match := _NOTE_NUMBER.match(line.text))]
    if not found:
        return frozenset()
    numbers = [number for _, number in found]
    restarts = sum(later <= earlier for earlier, later in pairwise(numbers))
    scattered = found[-1][0] - found[0][0] > 2 * len(found) or numbers[0] > 1
    quoting = sum(bool(_REFERENCE.search(lines[at].text)) for at, _ in found)
    noted = scattered and restarts <= len(numbers) // 4 and 2 * quoting >= len(found)
    return frozenset(numbers if noted else ())


def _is_note(line: Line, numbers: frozenset[int]) -> bool:
    match = _NOTE_NUMBER.match(line.text)
    return match is not None and int(match[1]) in numbers


def joined(lines: Sequence[Line], canvas: Canvas, guess: bool) -> list[Line]:
    """The lines with broken ones joined. `guess`: a blank line may stand inside a sentence, as it does in scans."""
    wrap = _wrap_width(lines)
    words = _Words(lines if guess else ())
    found: list[Line] = []
    last = ""  # the line joined last: its width, not the paragraph's, tells whether it was wrapped
    for line in lines:
        if found and _continues(found[-1], last, line, wrap, guess):
            found[-1] = _merged(found[-1], line, canvas, words)
        else:
            found.append(line)
        last = line.text
    whole = {line.start: line for line in lines}
    return [line if whole.get(line.start) is line else _reread(line, canvas) for line in found]


def _reread(line: Line, canvas: Canvas) -> Line:
    return replace(line, text=canvas.readable(line.start, line.end))


class _Words:
    """The words of a text, for telling a word that was broken in two."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.counts = Counter(word for line in lines for word in _WORD.findall(line.text))
        self._sorted = sorted(self.counts)

    def begins(self, start: str) -> bool:
        """Whether a word begins so."""
        at = bisect_left(self._sorted, start)
        return at < len(self._sorted) and self._sorted[at].startswith(start)


def _wrap_width(lines: Sequence[Line]) -> int:
    """The width at which lines were broken; 0 where they were not."""
    inner = [above for above, below in pairwise(lines) if above.group == below.group and below.kind == "text"]
    widths = sorted(width(line.text) for line in inner if line.kind in ("text", "item"))
    if len(widths) < 3 or 4 * len(widths) < len(lines):
        return 0
    wrap = widths[len(widths) * 9 // 10]
    longer = sum(width(line.text) > 1.25 * wrap for line in lines if line.kind == "text")
    full = sum(each >= 0.75 * wrap for each in widths)
    open_ended = sum(not ends_sentence(line.text) for line in inner)
    fits = 30 <= wrap <= 220 and longer <= max(1, 0.05 * len(lines))
    return wrap if fits and full >= 0.6 * len(widths) and open_ended >= 0.3 * len(inner) else 0


def _continues(line: Line, last: str, after: Line, wrap: int, guess: bool) -> bool:
    """Whether a line, ending with `last`, goes on in the next one."""
    if line.kind not in ("text", "item") or after.kind != "text" or _starts_anew(after.text):
        return False
    if line.group == after.group:
        return _goes_on(line, last, after, wrap)
    long = has_full_stop(after.text) or len(after.text) > 40
    return guess and line.kind == "text" and _is_unfinished(line.text) and long


def _goes_on(line: Line, last: str, after: Line, wrap: int) -> bool:
    if _SPEAKER.match(line.text):
        return after.text[0] in '"“'
    if line.strong and not after.strong:  # a bold name in front of what is said of it
        return width(line.text) <= SHORT
    if wrap and width(last) >= 0.72 * wrap:
        return True
    if has_full_stop(line.text):
        return False
    return line.text[-1] in ",，" or after.text[0].islower() or (len(line.text) >= 20 and ends_open(line.text))


def ends_open(text: str) -> bool:
    """Whether a text ends with a particle or conjunction that needs a next word."""
    return bool(PARTICLE.search(text[-20:]))


def _is_unfinished(text: str) -> bool:
    """Whether a paragraph stops in the middle of a sentence."""
    if len(text) < 15 or ends_sentence(text):
        return False
    return ends_open(text) or (len(text) >= 40 and bool(_STOP_INSIDE.search(text)))


def _starts_anew(text: str) -> bool:
    return any(mark.match(text) for mark in (QUESTION, ANSWER, ORNAMENT, _NOTE, NUMBERED))


def _merged(line: Line, after: Line, canvas: Canvas, words: _Words) -> Line:
    """Two lines made one; what stood between them, and what the second repeats of the first, is hidden."""
    begin = after.start + _repeated(line.text, canvas.span(after.start, after.end))
    rest = canvas.readable(begin, after.end)
    gap = " " if _is_word_break(line.text, rest, words) else ""
    if line.strong and not after.strong and begin - line.end > 1 and line.text[-1].isalnum():
        gap = ": "
    hyphen = _is_hyphenated(line.text, rest, words)
    canvas.put(line.end - hyphen, begin, gap)
    text = f"{line.text[: -1 if hyphen else None]}{gap}{rest}"
    text = text[-_KEPT_TEXT:]  # of a long paragraph the end is all that is looked at
    return replace(line, end=after.end, text=text, group=after.group, strong=after.strong)


def _repeated(text: str, raw: str) -> int:
    """How many characters at the start of `raw` repeat the end of `text`, as a line on both sides of a page break."""
    tail = "".join(text[-_REPEAT_SCOPE:].split())
    scope = enumerate(raw[: 2 * _REPEAT_SCOPE])
    letters = [(char, at) for at, char in scope if not char.isspace() and char != FILL]
    head = "".join(char for char, _ in letters)
    for size in range(min(len(tail), len(head) - 1), _LEAST_REPEAT - 1, -1):
        if tail.endswith(head[:size]):
            return letters[size][1]
    return 0


def _is_word_break(text: str, rest: str, words: _Words) -> bool:
    """Whether a space belongs between two lines; a Korean word may have been broken between two syllables."""
    if _BROKEN_HYPHEN.search(text[-3:]) and rest[:1].islower():
        return False
    if _LONE_PARTICLE.match(rest) and not text[-1].isspace():
        return False
    left, right = re.search(r"[가-힣]+$", text[-30:]), re.match(r"[가-힣]+", rest)
    if not left or not right or words.counts[left.group()] > 1:
        return True
    return not words.begins(left.group() + right.group()[0])


def _is_hyphenated(text: str, rest: str, words: _Words) -> bool:
    """Whether the hyphen at the end of a line was put there to break a word that the text also writes without."""
    left, right = re.search(r"([A-Za-z]+)-$", text[-40:]), re.match(r"[a-z]+", rest)
    return bool(left and right and words.begins(left[1] + right.group()))
