"""Asks every question of some cases: cases in, results out. An error is an error, never a wrong answer."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rag.chatbot import Chatbot
from rag.evaluation.cases import Case, CaseTurn
from rag.evaluation.claims import SupportOf, Verdicts
from rag.evaluation.evidence import Evidence, resolve, speak_of
from rag.evaluation.injection import Extended
from rag.evaluation.metrics import METRICS, Beside, judged
from rag.evaluation.ranking import rank, ranking_metrics
from rag.evaluation.results import Place, Summary, TurnResult
from rag.evaluation.summary import fingerprint_of, summarise
from rag.evaluation.witness import Testimony, Witness
from rag.evaluation.workers import mapped
from rag.settings import Settings
from rag.types import Answer, Citation, Hit, Mode, Turn

Progress = Callable[[int, int], None]
_PART = 8  # cases that a worker takes at once
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Run:
    """All that came of a run."""

    results: tuple[TurnResult, ...]
    summary: Summary


def run(
    chatbot: Chatbot,
    cases: Sequence[Case],
    support_of: SupportOf,
    progress: Progress = lambda done, total: None,
    workers: int = 1,
) -> Run:
    """Ask and judge; raises InputError, before anything is asked, for evidence that the documents do not hold.

    With several workers the chatbot must be fresh: what it loads on use, each of them loads for itself.
    """
    started = time.perf_counter()
    texts = chatbot.index.texts
    is_own = speak_of(cases, texts)
    evidence = {case.id: resolve(case, texts) if is_own else [()] * len(case.turns) for case in cases}
    panel = Panel(chatbot, evidence, Verdicts(support_of))
    parts = [cases[begin : begin + _PART] for begin in range(0, len(cases), _PART)]
    results: list[TurnResult] = []
    for done, part in enumerate(mapped(panel.results, parts, workers), 1):
        results += part
        progress(min(done * _PART, len(cases)), len(cases))
    ranked = _with_ranking(results)
    seconds = time.perf_counter() - started
    return Run(ranked, summarise(ranked, _mode(chatbot), fingerprint_of(chatbot.index.manifest, cases), seconds))


@dataclass(frozen=True, slots=True)
class Panel:
    """Interviews chatbots on cases, over the documents and what each case adds to them."""

    chatbot: Chatbot
    evidence: Mapping[str, Sequence[Evidence]]  # by the ids of cases
    verdicts: Verdicts

    def results(self, cases: Sequence[Case]) -> list[TurnResult]:
        """The results of some cases."""
        found: list[TurnResult] = []
        with Extended(self.chatbot) as extended:
            for case in cases:
                interview = Interview(extended.chatbot(case.injected), self.chatbot.settings, self.verdicts)
                found += interview.results(case, self.evidence[case.id])
        return found


class Interview:
    """Asks the turns of a case, each after the chatbot's own answers to the turns before."""

    def __init__(self, bot: Chatbot, settings: Settings, verdicts: Verdicts) -> None:
        self.witness = Witness(bot)
        self.settings = settings  # whose names of documents the results bear
        self.verdicts = verdicts

    def results(self, case: Case, evidence: Sequence[Evidence]) -> Iterator[TurnResult]:
        """The result of each turn, judged but for retrieval. What follows an error is an error too."""
        history: list[Turn] = []
        error: str | None = None
        for number, (turn, places) in enumerate(zip(case.turns, evidence, strict=True), 1):
            named = tuple(tuple(map(self._named, group)) for group in places)
            result = replace(_blank(case, number, turn), evidence=named, mode=_mode(self.witness.bot), error=error)
            if error is None:
                result = self._asked(result, turn, history)
            if result.error is not None:
                error = "a turn before ended in an error"
            history.append(Turn(turn.question, result.answer))
            yield result

    def _asked(self, result: TurnResult, turn: CaseTurn, history: Sequence[Turn]) -> TurnResult:
        try:
            told = self.witness.ask(turn.question, history)
            alone = self.witness.ask(turn.standalone) if turn.is_followup and turn.answerable else None
        except Exception as error:  # noqa: BLE001  the product may fail in any way, and the run goes on
            _log.warning("%s: %r", result.key, error, exc_info=True)
            return replace(result, error=repr(error))
        failure = told.failure or (alone.failure if alone else None)
        if failure:
            return replace(result, error=failure)
        answered = self._filled(result, told)
        return judged(answered, turn, self._text_of, self.verdicts, Beside(_said(alone), told.written))

    def _filled(self, result: TurnResult, told: Testimony) -> TurnResult:
        answer = told.answer
        return replace(
            result,
            answer=answer.text,
            status=answer.status,
            mode=answer.mode,
            query=answer.query,
            citations=tuple(map(self._cited, answer.citations)),
            retrieved=tuple(map(self._retrieved, told.hits)),
            confidence=told.confidence,
            timings_ms=answer.timings_ms,
        )

    def _cited(self, citation: Citation) -> Place:
        name = self.settings.document_name(self.witness.bot.settings.document_id(citation.document))
        rows = [s for s in self.witness.bot.passage(citation.passage_id).sentences if s.kind == "row"]
        cited = [row for row in rows if citation.start <= row.start < citation.end]
        table = dict.fromkeys(word for row in cited for word in (row.caption, *(column for column, _ in row.cells)))
        published = citation.published and f"published {citation.published} 발표"  # as an answer tells its dates
        as_of = citation.as_of and f"as of {citation.as_of} 기준"
        about = (citation.title, citation.section, published, as_of)
        told = ["; ".join(filter(None, words)) for words in (about, table)]
        return Place(name, citation.start, citation.end, citation.quote, citation.marker, *told)

    def _retrieved(self, hit: Hit) -> Place:
        passage = hit.passage
        text = self.witness.bot.index.texts[passage.document_id][passage.start : passage.end]
        return self._named(Place(passage.document_id, passage.start, passage.end, text))

    def _named(self, place: Place) -> Place:
        return replace(place, document=self.settings.document_name(place.document))

    def _text_of(self, document: str) -> str:
        return self.witness.bot.index.texts.get(self.settings.document_id(document), "")


def _mode(chatbot: Chatbot) -> Mode:
    return "model" if chatbot.writer else "extractive"


def _blank(case: Case, number: int, turn: CaseTurn) -> TurnResult:
    return TurnResult(
        case.id,
        number,
        case.cluster,
        case.split,
        tuple(sorted({*case.tags, *(["followup"] if turn.is_followup else [])})),
        turn.language,
        turn.question,
        turn.standalone,
        turn.expect,
        case.critical,
        asked=turn.checksum,
    )


def _said(told: Testimony | None) -> str | None:
    """What was answered; nothing when it was refused."""
    answer: Answer | None = told.answer if told else None
    return None if answer is None else answer.text if answer.status == "answered" else ""


def _with_ranking(results: Sequence[TurnResult]) -> tuple[TurnResult, ...]:
    """The results with the metrics of retrieval, where there is evidence to find."""
    asked = [result for result in results if result.error is None and result.evidence]
    found = ranking_metrics({result.key: rank(result.retrieved, result.evidence) for result in asked})
    return tuple(replace(r, metrics=_ordered(r.metrics, found[r.key])) if r.key in found else r for r in results)


def _ordered(metrics: Mapping[str, float | None], more: Mapping[str, float]) -> dict[str, float | None]:
    return {name: more.get(name, metrics.get(name)) for name in METRICS}
