"""A chatbot that tells, beside each answer, what the answer was made from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from rag.answering import Draft, ExtractiveAnswerer
from rag.chatbot import Chatbot
from rag.citations import MARKER
from rag.errors import ModelError
from rag.evaluation.claims import Claim
from rag.retrieval import Query
from rag.types import Answer, Done, Hit, LanguageModel, Message, Retrieved, Turn
from rag.writing import reply_sentences


@dataclass(frozen=True, slots=True)
class Testimony:
    """An answer, the passages found for it, and how it came about."""

    answer: Answer
    hits: tuple[Hit, ...] = ()
    confidence: float | None = None
    written: tuple[Claim, ...] | None = None  # what the model wrote, before the check; None where it was not asked
    failure: str | None = None  # why the model did not answer


class Witness:
    """Asks a chatbot. It puts ears into the chatbot, which goes on as before."""

    def __init__(self, bot: Chatbot) -> None:
        self.bot = bot
        self._answerer = bot.answerer = _ListeningAnswerer(bot)
        self._model = _ListeningModel(bot.writer.model) if bot.writer else None
        if bot.writer and self._model:
            bot.writer.model = self._model

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Testimony:
        """The answer to a message, and what is to be known of it."""
        self._answerer.draft = None
        if self._model:
            self._model.reply, self._model.failure = None, None
        hits: tuple[Hit, ...] = ()
        for event in self.bot.stream(question, history):
            if isinstance(event, Retrieved):
                hits = event.hits
            if isinstance(event, Done):
                answer = event.answer
        draft, model = self._answerer.draft, self._model
        reply, failure = (model.reply, model.failure) if model else (None, None)
        written = None if reply is None else tuple(_claims(reply, hits))
        return Testimony(answer, hits, draft.confidence if draft else None, written, failure)


class _ListeningAnswerer(ExtractiveAnswerer):
    """Keeps its last draft."""

    def __init__(self, bot: Chatbot) -> None:
        super().__init__(bot.index, bot.retriever.analyzer)
        self.draft: Draft | None = None

    def answer(self, query: Query, hits: Sequence[Hit], near: Set[str] = frozenset()) -> Draft:
        self.draft = super().answer(query, hits, near)
        return self.draft


class _ListeningModel:
    """Keeps the last reply, or why there was none."""

    def __init__(self, model: LanguageModel) -> None:
        self.model = model
        self.reply: str | None = None
        self.failure: str | None = None

    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        self.reply = ""
        try:
            for piece in self.model.stream(messages):
                self.reply += piece
                yield piece
        except ModelError as error:
            self.failure = str(error)
            raise


def _claims(reply: str, hits: Sequence[Hit]) -> Iterator[Claim]:
    """The sentences of a reply, each with the text of the passages whose numbers it bears."""
    for sentence in reply_sentences(reply):
        numbers = dict.fromkeys(int(number) for number in MARKER.findall(sentence))
        cited = [hits[number - 1].passage for number in numbers if 1 <= number <= len(hits)]
        about = tuple("; ".join((p.source.title, *p.heading, p.source.published, p.source.as_of)) for p in cited)
        yield Claim(MARKER.sub("", sentence).strip(), tuple(passage.text for passage in cited), about)
