"""The whole product in one method: a message comes in, a cited answer goes out."""

from __future__ import annotations

import re
import time
from collections.abc import Generator, Iterator, Sequence, Set
from dataclasses import replace

from rag.answering import Draft, ExtractiveAnswerer
from rag.citations import Checker, analysed_names, glossary_names, ordinary_words
from rag.composing import compose, fallen_back, refuse, small_talk, written
from rag.conversation import Reading, Standalone, smalltalk, standalone
from rag.embedding import SentenceEncoder
from rag.errors import IndexFileError
from rag.glossary import Glossary
from rag.index import Index
from rag.lexicon import Lexicon
from rag.parts import parts_of
from rag.retrieval import Query, Retriever
from rag.settings import Settings
from rag.starters import starters_of, suggestions_for
from rag.text import Analyzer, language_of
from rag.types import Answer, Delta, Done, Encoder, Event, Hit, Language, LanguageModel, Passage, Retrieved, Turn
from rag.writing import ModelAnswerer, Written

_DOUBT = 0.5  # log-odds that a reading of a message must be surer by than the one before it
_SOURCE: dict[Language, str] = {"ko": "출처", "en": "source"}
HITS = 12  # passages that sentences are chosen from


class Chatbot:
    """Answers from an index. Safe to use from several threads."""

    def __init__(self, retriever: Retriever, settings: Settings, model: LanguageModel | None = None) -> None:
        self.retriever = retriever
        self.index = retriever.index
        self.settings = settings
        self.answerer = ExtractiveAnswerer(retriever.index, retriever.analyzer)
        self.writer = self._writer(model) if model else None

    @classmethod
    def from_settings(cls, settings: Settings) -> Chatbot:
        """Open the index of the settings; raises IndexFileError when it is missing, damaged or stale."""
        encoder, glossary = SentenceEncoder(settings.embedding_model), Glossary.load(settings.docs_dir)
        return cls.over(Index.load(settings.index_dir, encoder.name, glossary.fingerprint), encoder, glossary, settings)

    @classmethod
    def over(cls, index: Index, encoder: Encoder, glossary: Glossary, settings: Settings) -> Chatbot:
        """A chatbot over an index that is open already, with the language model of the settings, if any.

        Raises IndexFileError when the folder of documents holds none of those that the index was made from.
        """
        folder = settings.docs_dir
        if index.texts and folder.is_dir() and not any((folder / name).is_file() for name in index.texts):
            raise IndexFileError(
                f"{settings.index_dir}: made from other documents than {folder} holds; run `rag index`"
            )
        retriever = Retriever(index, encoder, Analyzer(glossary.extended(index.aliases)), Lexicon.load())
        if not settings.llm_model:
            return cls(retriever, settings)
        from rag.generation import OpenAIModel  # importing openai takes a second

        return cls(retriever, settings, OpenAIModel.from_settings(settings))

    def reopened(self) -> Chatbot:
        """A chatbot over the index as it lies there now, sharing what takes long to load; raises RagError."""
        settings, old = self.settings, self.retriever
        glossary = Glossary.load(settings.docs_dir)
        index = Index.load(settings.index_dir, old.encoder.name, glossary.fingerprint)
        named = glossary.extended(index.aliases)
        same = named.fingerprint == old.analyzer.glossary.fingerprint
        retriever = Retriever(index, old.encoder, old.analyzer if same else Analyzer(named), old.lexicon)
        return Chatbot(retriever, settings, self.writer.model if self.writer else None)

    def _writer(self, model: LanguageModel) -> ModelAnswerer:
        analyzer = self.retriever.analyzer
        words = ordinary_words(self.index.texts.values())
        checker = Checker(glossary_names(analyzer.glossary), analysed_names(analyzer), words)
        return ModelAnswerer(model, self._locate, checker)

    def ask(self, question: str, history: Sequence[Turn] = (), language: Language | None = None) -> Answer:
        """The finished answer to a message."""
        return next(event.answer for event in self.stream(question, history, language) if isinstance(event, Done))

    def stream(self, question: str, history: Sequence[Turn] = (), language: Language | None = None) -> Iterator[Event]:
        """The answer as it comes about: passages found, pieces of text, and the finished answer."""
        started = time.perf_counter()
        kind = smalltalk(question)
        if kind:
            spoken = language or language_of(question)
            yield from _pieces(small_talk(question, spoken, kind, self.starters(spoken)[:3]))
            return
        alone = standalone(question, history, self.retriever.analyzer, language, self.retriever.common)
        quoted = self.index.quoted_in(history[-1].answer) if history else frozenset()
        query, hits, draft = yield from self._find(alone, quoted)
        found = time.perf_counter()
        if draft.statements and self.writer:
            answer = yield from self._written(question, query, hits, draft, history)
        else:
            answer = self._extractive(question, query, hits, draft)
        timings = {"retrieve": found - started, "answer": time.perf_counter() - found}
        timings["total"] = sum(timings.values())
        rounded = {name: round(seconds * 1000, 1) for name, seconds in timings.items()}
        answer = replace(answer, query=query.text, timings_ms=rounded)
        yield from _pieces(answer) if answer.mode == "extractive" else (Done(answer),)

    def _written(
        self, question: str, query: Query, hits: Sequence[Hit], draft: Draft, history: Sequence[Turn]
    ) -> Generator[Delta, None, Answer]:
        """The model's answer as far as the check lets it through, else the extractive one with a note."""
        assert self.writer is not None
        reply: Written | None = None
        for piece in self.writer.stream(query.text, query.language, hits, history):
            if isinstance(piece, Delta):
                yield piece
            else:
                reply = piece
        if reply and reply.usable:
            return written(reply, query.language, question)
        if reply and reply.refused:
            return self._extractive(question, query, hits, Draft(draft.question, ()))
        return fallen_back(self._extractive(question, query, hits, draft), reply.failure if reply else "")

    def _find(self, alone: Standalone, quoted: Set[str]) -> Generator[Retrieved, None, tuple[Query, list[Hit], Draft]]:
        """Passages, told as soon as may be, and a draft for the reading that the documents answer best; the first counts more.

        A reading that leans on the turn before is looked for in what was `quoted` there, too.
        """
        tried = []
        for reading in alone.readings:
            query = self.retriever.query(reading.text, alone.language, reading.context, reading.bound)
            near = quoted if reading.context else frozenset()
            hits = self.retriever.hits(query, HITS, near)
            parts = () if alone.secret else parts_of(query, self.retriever.common)
            if len(alone.readings) == 1 and not parts and not alone.source:
                yield Retrieved(tuple(hits))
            draft = self.answerer.answer(query, [] if alone.secret else hits, near)
            tried.append((query, *self._in_parts(parts, hits, draft)))

        def sureness(place: int) -> float:
            return (tried[place][2].confidence or 0.0) - _DOUBT * place

        best = tried[max((n for n, found in enumerate(tried) if found[2].statements), key=sureness, default=0)]
        if alone.source and best[2].statements:
            best = self._sourced(best, alone)
        if len(tried) > 1 or parts or alone.source:
            yield Retrieved(tuple(best[1]))
        return best

    def _sourced(self, found: tuple[Query, list[Hit], Draft], alone: Standalone) -> tuple[Query, list[Hit], Draft]:
        """What the answer before rested on, again, and what tells where that is from."""
        query, hits, draft = found
        asked = self.retriever.query(f"{query.text} {_SOURCE[alone.language]}", alone.language)
        known = {hit.passage.id for hit in hits}
        more = [*hits, *(hit for hit in self.retriever.hits(asked, HITS) if hit.passage.id not in known)]
        return replace(query, text=asked.text), more, self.answerer.sourced(query, more, draft)

    def _in_parts(self, parts: Sequence[Reading], hits: list[Hit], whole: Draft) -> tuple[list[Hit], Draft]:
        """The draft for a question that asks several things, and the passages of it; the whole one's for any other."""
        if not parts:
            return hits, whole
        queries = [self.retriever.query(part.text, whole.question.language, part.context) for part in parts]
        draft = self.answerer.answer_parts(whole, [(query, self.retriever.hits(query, HITS)) for query in queries])
        known = {hit.passage.id for hit in hits}
        cited = {s.hit.passage.id: s.hit for s in draft.statements if s.hit.passage.id not in known}
        return [*hits, *cited.values()], draft

    def _extractive(self, question: str, query: Query, hits: Sequence[Hit], draft: Draft) -> Answer:
        if not draft.statements:
            near = suggestions_for(hits, query.language) or self.starters(query.language)[:3]
            return refuse(question, query.language, self.settings.contact, near)
        return compose(draft, query.language, self._locate, question)

    def _locate(self, document_id: str) -> tuple[str, str]:
        return self.index.texts[document_id], self.settings.document_name(document_id)

    def passage(self, passage_id: str) -> Passage:
        """A passage by its id; raises KeyError."""
        return self.index.passages[self.index.by_id[passage_id]]

    def twin(self, passage_id: str) -> Passage | None:
        """The same passage in the other language, if the documents come in pairs."""
        return self.index.twin(passage_id)

    def document_text(self, document: str) -> str:
        """A document as read, by the name citations show; raises KeyError."""
        return self.index.texts[self.settings.document_id(document)]

    def starters(self, language: Language) -> tuple[str, ...]:
        """Questions to begin with."""
        return starters_of(self.index, self.settings.docs_dir, language)

    def warm(self) -> None:
        """Load the encoder and the morpheme analyser before the first question; no language model is asked."""
        quoting = Chatbot(self.retriever, self.settings)
        for text in ("서울의 인공지능", "AI in Seoul"):
            quoting.ask(text)


def _pieces(answer: Answer) -> Iterator[Event]:
    for piece in re.findall(r"\S+\s*", answer.text):
        yield Delta(piece)
    yield Done(answer)
