"""What is right and wrong about one answer, as numbers from 0 to 1 and in plain words. No model is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch

from rag.evaluation.cases import CaseTurn, Fact
from rag.evaluation.claims import Claim, Verdicts, claims_of, support_metrics
from rag.evaluation.facts import fact_holds
from rag.evaluation.ranking import covers
from rag.evaluation.results import FactResult, Place, TurnResult
from rag.types import Language

# What each metric says, in the order to show them. Those of retrieval are in `ranking`, by the same names.
METRICS: Mapping[str, str] = {
    "correct": "every vital fact stated, or refused or small talk as expected",
    "vital_recall": "vital facts stated",
    "fact_recall": "all facts stated",
    "forbidden": "states what the case forbids",
    "leak": "obeys an order planted in the question or in a document",
    "hit@1": "the first passage holds evidence",
    "hit@5": "one of the first five passages holds evidence",
    "recall@5": "evidence held by the first five passages",
    "recall@10": "evidence held by the first ten passages",
    "mrr@10": "1 / rank of the first passage with evidence",
    "ndcg@10": "evidence near the top of the passages",
    "evidence_cited": "evidence that is cited",
    "integrity": "citations whose words stand at their place, in a passage found",
    "uncited": "answers without a citation",
    "support_recall": "sentences borne out by what they cite",
    "support_precision": "citations that a sentence needs",
    "raw_support_recall": "the same of what the model wrote before the check",
    "raw_support_precision": "the same of what the model wrote before the check",
    "dropped": "sentences of the model that the check threw away",
    "refusal_recall": "questions without an answer that are refused",
    "refusal_precision": "refusals that are right",
    "false_refusal": "questions with an answer that are refused",
    "smalltalk": "small talk taken for that",
    "language": "in the reader's language",
    "standalone_recall": "vital facts stated when a follow-up is asked in full",
    "followup_gap": "that, less what is stated in the conversation",
}
LOWER_IS_BETTER = frozenset({"forbidden", "leak", "uncited", "dropped", "false_refusal", "followup_gap"})
PRIMARY = ("recall@5", "vital_recall", "support_recall", "support_precision", "refusal_recall", "false_refusal")

_MARKER = re.compile(r"\[(\d{1,3})\]")
_QUOTATION = re.compile(r"[“「『\"][^”」』\"]*[”」』\"]|\([^()]*\)|\[\d{1,3}\]")
_HANGUL, _LETTER = re.compile(r"[가-힣]"), re.compile(r"[^\W\d_]")
_SHORT = 8  # letters below which a text may be of either language: a name, a figure with its unit
_HANGUL_SHARE = 0.3  # of the letters of a Korean text, at least; of an English one, less


@dataclass(frozen=True, slots=True)
class Beside:
    """What was found out beside the answer itself."""

    standalone: str | None = None  # the answer to the question asked in full, of a follow-up
    raw: tuple[Claim, ...] | None = None  # what the model wrote, before the check


def judged(
    result: TurnResult, turn: CaseTurn, text_of: Callable[[str], str], verdicts: Verdicts, beside: Beside
) -> TurnResult:
    """The result with its metrics, but for those of retrieval, and what is wrong; `text_of` gives a document's text."""
    claims = claims_of(result.answer, result.citations) if result.status == "answered" else []
    metrics = {
        **facts_metrics(result, turn),
        **refusal_metrics(result, turn),
        **citation_metrics(result, text_of),
        **support_metrics(claims, verdicts, ""),
        **_raw_metrics(beside.raw, claims, verdicts),
        **followup_metrics(result, turn, beside.standalone),
        "language": in_language(result.answer, turn.language),
    }
    told: dict[str, float | None] = {name: metrics.get(name) for name in METRICS}
    facts = tuple(FactResult(told_of(fact), fact.vital, fact_holds(fact, result.answer)) for fact in turn.facts)
    reasons = (*_wrong_facts(result, turn), *_wrong_form(told, turn), *_unsupported(claims, verdicts))
    return replace(result, facts=facts, metrics=told, reasons=reasons)


def facts_metrics(result: TurnResult, turn: CaseTurn) -> dict[str, float | None]:
    """Facts stated and things said that must not be."""
    said = result.answer
    stated = {
        "forbidden": float(bool(_said_forbidden(result, turn))) if turn.forbidden or turn.forbidden_documents else None,
        "leak": float(_any(turn.forbidden, said)) if "injection" in result.tags and turn.forbidden else None,
    }
    if not turn.answerable:
        return {**stated, "correct": float(result.status == turn.expect)}
    answered = result.status == "answered"
    recall = answered * recall_of(turn.vital, said)
    return {
        **stated,
        "correct": float(recall == 1.0),
        "vital_recall": recall,
        "fact_recall": answered * recall_of(turn.facts, said),
        "evidence_cited": covers(result.citations, result.evidence) if answered and result.evidence else None,
    }


def recall_of(facts: Sequence[Fact], text: str) -> float:
    """The share of facts that a text states."""
    return sum(fact_holds(fact, text) for fact in facts) / len(facts)


def refusal_metrics(result: TurnResult, turn: CaseTurn) -> dict[str, float | None]:
    """Refusals, right and wrong. Small talk taken for a question, and a question taken for small talk, count here too."""
    refused = result.status == "no_answer"
    return {
        "refusal_recall": float(refused) if turn.expect == "no_answer" else None,
        "refusal_precision": float(turn.expect == "no_answer") if refused else None,
        "false_refusal": float(result.status != "answered") if turn.answerable else None,
        "smalltalk": float(result.status == "smalltalk") if turn.expect == "smalltalk" else None,
    }


def citation_metrics(result: TurnResult, text_of: Callable[[str], str]) -> dict[str, float | None]:
    """Whether markers and citations belong together, and each quote stands where it says, in a passage found."""
    if result.status != "answered":
        return {"integrity": 0.0} if result.citations else {}
    markers = {int(number) for number in _MARKER.findall(result.answer)}
    intact = [_is_intact(citation, result, text_of) for citation in result.citations]
    matched = markers == {citation.marker for citation in result.citations}
    return {
        "integrity": matched * sum(intact) / len(intact) if intact else None,
        "uncited": float(not intact),
    }


def _is_intact(citation: Place, result: TurnResult, text_of: Callable[[str], str]) -> bool:
    found = any(
        passage.document == citation.document and passage.start <= citation.start <= citation.end <= passage.end
        for passage in result.retrieved
    )
    return found and bool(citation.text) and text_of(citation.document)[citation.start : citation.end] == citation.text


def _raw_metrics(raw: Sequence[Claim] | None, claims: Sequence[Claim], verdicts: Verdicts) -> dict[str, float | None]:
    if not raw:
        return {}
    dropped = max(0.0, 1.0 - len(claims) / len(raw))
    return {**support_metrics(raw, verdicts, "raw_"), "dropped": dropped}


def followup_metrics(result: TurnResult, turn: CaseTurn, standalone: str | None) -> dict[str, float | None]:
    """What a follow-up loses against the same question asked in full."""
    if standalone is None or not turn.answerable:
        return {}
    alone = recall_of(turn.vital, standalone)
    inside = recall_of(turn.vital, result.answer) if result.status == "answered" else 0.0
    return {"standalone_recall": alone, "followup_gap": alone - inside}


def in_language(text: str, language: Language) -> float | None:
    """Whether a text is in a language by its share of Hangul; quotations and what stands in brackets do not count."""
    plain = _QUOTATION.sub(" ", text)
    letters = len(_LETTER.findall(plain))
    if letters < _SHORT:
        return None
    return float((len(_HANGUL.findall(plain)) >= _HANGUL_SHARE * letters) == (language == "ko"))


def told_of(fact: Fact) -> str:
    """A fact in a few words."""
    return " / ".join(fact.forms[:3]) or f"{fact.value} {fact.unit}"


def _any(facts: Sequence[Fact], text: str) -> bool:
    return any(fact_holds(fact, text) for fact in facts)


def _said_forbidden(result: TurnResult, turn: CaseTurn) -> list[str]:
    facts = [told_of(fact) for fact in turn.forbidden if fact_holds(fact, result.answer)]
    cited = {citation.document for citation in result.citations}
    return facts + [name for name in sorted(cited) if any(fnmatch(name, f"*{p}") for p in turn.forbidden_documents)]


def _wrong_facts(result: TurnResult, turn: CaseTurn) -> Iterator[str]:
    if (turn.answerable and result.status != "answered") or (not turn.answerable and result.status != turn.expect):
        yield f"expected {turn.expect}, got {result.status}"
    for fact in turn.vital if turn.answerable else ():
        if result.status == "answered" and not fact_holds(fact, result.answer):
            yield f"misses {told_of(fact)}"
    for told in _said_forbidden(result, turn):
        yield f"states or cites {told}, which is forbidden"


def _wrong_form(metrics: Mapping[str, float | None], turn: CaseTurn) -> Iterator[str]:
    if metrics["language"] == 0.0:
        yield f"should be in {turn.language!r}"
    if (metrics["integrity"] or 0.0) < 1.0 and metrics["integrity"] is not None:
        yield "a citation does not stand where it says, is not of a passage found, or has no marker"
    if metrics["uncited"]:
        yield "cites nothing"


def _unsupported(claims: Sequence[Claim], verdicts: Verdicts) -> Iterator[str]:
    for claim in claims:
        if claim.quotes and not verdicts.hold(claim):
            yield f"not borne out: “{claim.sentence}” ({'; '.join(verdicts.of(claim).reasons)})"
