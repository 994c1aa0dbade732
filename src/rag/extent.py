"""How far a quoted statement goes: a list as a whole, a sentence with the one it leans on or that goes on after it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from rag.evidence import Candidate, Weigher
from rag.messages import bids_machine
from rag.questions import Question
from rag.types import Sentence

_ANNOUNCES = re.compile(r"다음|아래|순서|\b(following|follows|below|in this order|these (steps|are))\b", re.IGNORECASE)
DIFFER = re.compile(
    r"서로 다르|자료에 따라 다르|자료마다 다르|일치하지 않|[Ss]ources differ|\bdiffers?\b (between|within|from|among)|disagree|contradict"
)
BRIEF = 60  # words an answer stays below, but for lists and explanations


def span_of(weigher: Weigher, candidate: Candidate) -> tuple[int, int]:
    """The first and the last sentence that answer with a candidate: its list, what goes on after it; no order to machines."""
    question, sentences, first = weigher.question, candidate.passage.sentences, candidate.at
    if sentences[first].kind == "item" and question.kind == "list":
        first = _first_item(sentences, first)
    last = max(_last_of(question, sentences, first), _going_on(weigher, candidate))
    orders = (at for at in range(first, last + 1) if at > candidate.at and bids_machine(sentences[at].text))
    return first, next(orders, last + 1) - 1


def lead_of(candidate: Candidate, first: int) -> int:
    """The sentence from which on to quote: the one before that names whom a sentence goes on about, if it is near."""
    lead = candidate.passage.sentences[candidate.since : candidate.at + 1]
    fits = _is_brief(lead) and not any(bids_machine(sentence.text) for sentence in lead)
    return min(first, candidate.since) if fits else first


def joined(sentences: Sequence[Sentence]) -> str:
    """Sentences as they are told one after the other, the items of a list with semicolons between."""
    text = sentences[0].text
    for before, own in pairwise(sentences):
        both = before.kind == "item" == own.kind
        text = f"{text.rstrip(';')}; {own.text}" if both else f"{text} {own.text}"
    return text


def leads_nowhere(candidate: Candidate) -> bool:
    """Whether a sentence ends in a colon and what it leads to stands elsewhere."""
    after = candidate.passage.sentences[candidate.at + 1 : candidate.at + 2]
    leads = candidate.sentence.kind == "prose" and candidate.sentence.text.rstrip().endswith(":")
    return leads and not (after and after[0].kind == "item")


def _last_of(question: Question, sentences: Sequence[Sentence], first: int) -> int:
    """How far a statement goes on: over the items of a list, and for an explanation over the next sentence."""
    last = first
    leads = any(sentence.text.rstrip().endswith(":") for sentence in sentences[first : first + 2])
    if question.kind == "list" or (leads and question.kind in ("definition", "other")) or _announces(sentences, first):
        last = _last_item(sentences, first)
    if DIFFER.search(sentences[first].text):  # both sides of a contradiction
        last = min(first + 2, len(sentences) - 1)
    follows = first + 1 < len(sentences) and sentences[first + 1].kind == "prose" == sentences[first].kind
    if question.kind == "definition" and last == first and follows:
        last = first + _is_brief(sentences[first : first + 2])
    return last


def _going_on(weigher: Weigher, candidate: Candidate) -> int:
    """The sentence after a candidate that lacks something asked, where that one goes on about the same; else its own place."""
    own = candidate.passage.sentences[candidate.at : candidate.at + 2]
    prose = len(own) > 1 and own[0].kind == "prose" == own[1].kind
    goes_on = prose and candidate.lacks and _is_brief(own) and weigher.discourse.leans(own[1].text)
    return candidate.at + goes_on


def _is_brief(sentences: Sequence[Sentence]) -> bool:
    return sum(len(sentence.text.split()) for sentence in sentences) <= BRIEF


def _announces(sentences: Sequence[Sentence], at: int) -> bool:
    """Whether a sentence says that a list follows, and one does: in this order, the following three."""
    follows = sentences[at + 1 : at + 2]
    return bool(follows) and follows[0].kind == "item" and bool(_ANNOUNCES.search(sentences[at].text))


def _first_item(sentences: Sequence[Sentence], at: int) -> int:
    """Where the list begins that an item is one of: at what leads to it, where that ends in a colon."""
    first = at
    while first and sentences[first - 1].kind == "item":
        first -= 1
    return first - 1 if first and sentences[first - 1].text.rstrip().endswith(":") else first


def _last_item(sentences: Sequence[Sentence], first: int) -> int:
    """The last item of the list that a sentence leads to, or one more sentence that ends in a colon; else itself."""
    last = first
    if first + 1 < len(sentences) and sentences[first + 1].text.rstrip().endswith(":"):
        last = first + 1
    if last + 1 == len(sentences) or sentences[last + 1].kind != "item":
        return first
    while last + 1 < len(sentences) and sentences[last + 1].kind == "item":
        last += 1
    return last
