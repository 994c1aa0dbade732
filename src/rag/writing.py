"""Answers written by a language model: each sentence is checked against the words it cites before it is shown."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from rag.citations import (
    LEAST_OVERLAP,
    MARKER,
    Checker,
    Span,
    make_citation,
    ordinary_words,
    overlap,
    renumber,
    sentence_language,
)
from rag.errors import ModelError
from rag.figures import with_conversions
from rag.prompts import NO_ANSWER, answer_messages
from rag.sentences import split_sentences
from rag.types import Citation, Delta, Hit, Language, LanguageModel, Turn

Locate = Callable[[str], tuple[str, str]]  # document id -> (the file as read, the name to show)

MOST_SENTENCES = 8  # shown; the prompt asks for four, and a model that goes on is stopped
_MOST_CHARACTERS = 8000  # read of one reply, its thoughts aside
_LONGEST_SENTENCE = 1500  # characters; what goes on for longer is no sentence
_LOOK_AHEAD = 2  # words that must follow before a full stop is taken for the end of a sentence
_UNCLOSED = 400  # characters after which an open bracket no longer holds a sentence back

_NUMBERS = r"\d{1,3}(?:\s*[,，、;·–-]\s*\d{1,3})*"
_LOOSE_MARKER = re.compile(
    rf"[\[［【]\s*\^?(?:passages?\s*)?({_NUMBERS})\s*(?:†[^\]］】]{{0,80}})?[\]］】]", re.IGNORECASE
)
_LEADING_MARKERS = re.compile(r"\s*\[\d{1,3}\](?:\s*\[\d{1,3}\])*(?:\s*[.。])?\s*")
_THOUGHT = re.compile(r"\s*<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)
_IMAGE = re.compile(r"!\[[^\]]*\]\s*(?:\([^)]*\)|\[[^\]]*\])?")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^)]*\)")
_HTML = re.compile(r"<!--.*?-->|</?[A-Za-z!][^<>]*>|<\|[^<>|]{1,40}\|>", re.DOTALL)  # and a model's <|end|>
_ADDRESS = re.compile(r"\(?\b(?:https?://|www\.)[^\s)\]]*\)?", re.IGNORECASE)
_MARKUP = re.compile(r"^\s*(?:[#>|•*+-]+\s+|\d{1,2}[.)]\s+)+|\*\*|__|`+|(?<!\w)\*(?=\w)|(?<=\w)\*(?!\w)")
_UNSAFE = re.compile(r"!\[|\]\(|<[A-Za-z!/]|://|\bdata:|javascript:", re.IGNORECASE)
_ENDED = re.compile(r"[.!?。！？][\"'”’)\]]*$|\[\d{1,3}\]$" + f"|{NO_ANSWER}")


@dataclass(frozen=True, slots=True)
class Written:
    """What came of a model's reply. Fall back to another answerer unless `usable`, or say so when `refused`."""

    text: str  # the sentences that passed, with markers; all that was streamed, put together
    citations: tuple[Citation, ...]
    dropped: int  # sentences that did not pass
    refused: bool  # the model says that the passages do not answer
    failure: str = ""  # why the model did not finish, in one line for people

    @property
    def usable(self) -> bool:
        """Whether this can stand as the answer."""
        return bool(self.text) and not self.failure


class ModelAnswerer:
    """Writes answers with a language model from the passages found."""

    def __init__(
        self,
        model: LanguageModel,
        locate: Locate,
        checker: Checker | None = None,
        nonce: Callable[[], str] = lambda: secrets.token_hex(8),
    ) -> None:
        self.model = model
        self.locate = locate
        self.checker = checker or Checker()
        self.nonce = nonce

    def stream(
        self, question: str, language: Language, hits: Sequence[Hit], history: Sequence[Turn] = ()
    ) -> Iterator[Delta | Written]:
        """Checked sentences as they are written, then the draft. Never raises ModelError: see `Written.failure`."""
        messages = answer_messages(question, language, hits, history, self.nonce())
        ordinary = self.checker.ordinary | ordinary_words([question, *(hit.passage.text for hit in hits)])
        page = _Page(hits, language, replace(self.checker, ordinary=ordinary))
        failure = ""
        try:
            for sentence in _Reply().sentences(self.model.stream(messages)):
                if shown := page.add(sentence):
                    yield Delta(shown)
                if page.full:
                    break
        except ModelError as exc:
            failure = str(exc)
        refused = page.refused and not page.shown
        yield Written("".join(page.shown), self._citations(page), page.dropped, refused, failure)

    def _citations(self, page: _Page) -> tuple[Citation, ...]:
        return tuple(
            make_citation(marker, span.passage, (span.first, span.last), *self.locate(span.passage.document_id))
            for marker, span in enumerate(page.cited, start=1)
        )


def reply_sentences(reply: str) -> list[str]:
    """The sentences of a whole reply as the check gets them, with their markers."""
    return [_cleaned(sentence) for sentence in _Reply().sentences(iter([reply]))]


class _Reply:
    """Cuts a reply that arrives in pieces into sentences, each with its markers, and tidies their spelling."""

    def __init__(self) -> None:
        self._rest = ""

    def sentences(self, pieces: Iterator[str]) -> Iterator[str]:
        """Whole sentences, as soon as it is sure that they are over. What a broken reply leaves unfinished is lost."""
        read = 0
        for piece in pieces:
            self._rest += piece.replace("\n", "\n\n")  # a new line ends a sentence
            if self._is_thinking():
                continue
            read += len(piece)
            self._rest = _tidied(self._rest)
            yield from self._whole(_LOOK_AHEAD)
            if read > _MOST_CHARACTERS or len(self._rest) > _LONGEST_SENTENCE:
                return
        yield from self._whole(0)
        if _ENDED.search(self._rest.strip()):
            yield self._rest

    def _is_thinking(self) -> bool:
        if not self._rest.lstrip().startswith("<think"):
            return False
        return "</think" not in self._rest or not _THOUGHT.match(self._rest)

    def _whole(self, look_ahead: int) -> Iterator[str]:
        start = 0
        for cut in _cuts(self._rest):
            sentence, following = self._rest[start:cut], self._rest[cut:]
            if len(following.split()) >= max(look_ahead, 1) and not (look_ahead and _is_open(sentence)):
                yield sentence
                start = cut
        self._rest = self._rest[start:]


class _Page:
    """The sentences shown so far and what they cite."""

    def __init__(self, hits: Sequence[Hit], language: Language, checker: Checker) -> None:
        self.shown: list[str] = []
        self.cited: list[Span] = []
        self.dropped = 0
        self.refused = False
        self._hits = hits
        self._language = language
        self._checker = checker

    @property
    def full(self) -> bool:
        """Whether enough is said."""
        return len(self.shown) >= MOST_SENTENCES

    def add(self, sentence: str) -> str:
        """The sentence as it is to be shown after those before it; empty when it did not pass."""
        text = _cleaned(sentence)
        self.refused |= NO_ANSWER in text
        if NO_ANSWER in text or not re.search(r"\w", MARKER.sub("", text)):
            return ""
        spans = self._borne_out(text)
        if not spans:
            self.dropped += 1
            return ""
        numbers = {old: [self._marker(span)] for old, span in spans.items()}
        shown = " " * bool(self.shown) + with_conversions(renumber(text, numbers), self._language)
        self.shown.append(shown)
        return shown

    def _borne_out(self, text: str) -> dict[int, Span]:
        """Passage number -> the words of it that bear out the sentence; empty when they do not."""
        claim = re.sub(r"\s+(?=[.,!?。])", "", MARKER.sub("", text)).strip()
        numbers = dict.fromkeys(int(number) for number in MARKER.findall(text))
        hits = {number: self._hits[number - 1] for number in numbers if 1 <= number <= len(self._hits)}
        spans = {number: self._checker.best_span(claim, hit.passage) for number, hit in hits.items()}
        if not spans or _UNSAFE.search(text) or sentence_language(claim) != self._language:
            return {}
        return self._needed(claim, spans) if self._checker.support(claim, list(spans.values())) else {}

    def _needed(self, claim: str, spans: dict[int, Span]) -> dict[int, Span]:
        """The spans without those that have nothing to do with the claim."""
        needed = dict(spans)
        for number, span in spans.items():
            others = [needed[n] for n in needed if n != number]
            if others and overlap(claim, span.text) < LEAST_OVERLAP and self._checker.support(claim, others):
                del needed[number]
        return needed

    def _marker(self, span: Span) -> int:
        if span not in self.cited:
            self.cited.append(span)
        return self.cited.index(span) + 1


def _tidied(text: str) -> str:
    """Without the model's thoughts, and with all markers written ` [1][2]`."""

    def markers(match: re.Match[str]) -> str:
        return "".join(f"[{number}]" for number in _listed(match[1]))

    text = _LOOSE_MARKER.sub(markers, _THOUGHT.sub("", text, count=1))
    return re.sub(r"(?<=[^\s\]!])(?=\[\d{1,3}\])", " ", text)


def _listed(numbers: str) -> Iterator[int]:
    """The numbers of "1, 2" and "1-3"."""
    for part in re.split(r"\s*[,，、;·]\s*", numbers):
        first, *last = (int(number) for number in re.split(r"\s*[–-]\s*", part))
        yield from range(first, min(max([first, *last]), first + 9) + 1)


def _cuts(text: str) -> Iterator[int]:
    """Where a sentence ends and another starts; markers after a full stop belong to the sentence before."""
    for start, _ in split_sentences(text)[1:]:
        markers = _LEADING_MARKERS.match(text, start)
        yield markers.end() if markers else start


def _is_open(sentence: str) -> bool:
    """Whether a bracket is still open, so that the full stop in it may not be the end."""
    opened = sum(sentence.count(sign) for sign in "([（") - sum(sentence.count(sign) for sign in ")]）")
    return opened > 0 and len(sentence) < _UNCLOSED


def _cleaned(sentence: str) -> str:
    """Plain text: no images, links, HTML, addresses or markup, as far as they are well formed."""
    text = _IMAGE.sub(" ", sentence)
    text = _LINK.sub(lambda match: f"[{match[1]}]" if match[1].isdigit() else match[1], text)
    text = _MARKUP.sub("", _ADDRESS.sub(" ", _HTML.sub(" ", text)))
    return re.sub(r"\s+(?=[.,!?。])", "", " ".join(text.split()))
