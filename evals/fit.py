"""Fits the weights of `rag.evidence` to the development cases and prints them, ready to paste.

Ranking: listwise softmax, the sentences that hold every vital fact against all others of a question (Cao et al. 2007).
Confidence: logistic regression, whether the sentence that would be shown answers. Holdout cases are refused.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import torch

from rag.answering import is_able
from rag.chatbot import HITS, Chatbot
from rag.errors import InputError, RagError
from rag.evaluation.cases import Case, CaseTurn, Fact, read_cases
from rag.evaluation.facts import fact_holds
from rag.evidence import CONFIDENCE, WEIGHTS, Weigher
from rag.messages import read_message
from rag.questions import read_question
from rag.settings import Settings

# Held by hand, because only a handful of cases show what these features are for, too few to fit a weight to.
AT_LEAST = {"defines": 2.0, "definition": 2.0, "row_key": 2.0}
AT_MOST = {"more_years": -0.7}
SURE_AT = {"unknown": 0.3}  # of the confidence, held while the others are fitted: paraphrases would have it higher

THRESHOLDS = (-2.0, -1.6, -1.3, -1.0, -0.7, -0.4, -0.1, 0.2)
_FOLDS = 5
_RATE = 0.05  # of Adam
_RANK_STEPS, _RANK_DECAY = 300, 0.02
_SURE_STEPS, _SURE_DECAY = 600, 0.003
# What a row teaches the confidence, and how much it counts: a false answer is worse than a refusal.
_IMPORTANCE = {"right": 1.0, "partly": 0.3, "distractor": 0.3, "unanswerable": 2.5}


@dataclass(frozen=True, slots=True)
class Sample:
    """A question and the candidates that one corpus has for it, best first."""

    corpus: str
    cluster: str
    answerable: bool
    held: tuple[float, ...]  # share of the vital facts that each candidate holds
    able: tuple[bool, ...]  # whether each may be shown, however unsure
    ranking: tuple[Mapping[str, float], ...]
    confidence: tuple[Mapping[str, float], ...]

    @property
    def answered(self) -> bool:
        """Whether some candidate holds every vital fact."""
        return self.answerable and 1.0 in self.held


@dataclass(frozen=True, slots=True)
class Choice:
    """A candidate that would be shown for a question, and what it is an example of."""

    sample: Sample
    at: int
    example: str  # a key of _IMPORTANCE

    @property
    def answers(self) -> float:
        """1 if the candidate states at least some of the facts."""
        return float(self.sample.held[self.at] > 0)


def main(argv: Sequence[str] | None = None) -> int:
    """Fit both sets of weights. Exit codes: 0 fine, 2 no index or bad input."""
    arguments = _parser().parse_args(argv)
    torch.set_num_threads(1)
    try:
        samples = collect(_corpora_of(arguments))
    except RagError as error:
        print(f"fit.py: {error}", file=sys.stderr)
        return 2
    ranking = fit_ranking([sample for sample in samples if sample.answered])
    confidence = fit_confidence(samples, ranking)
    print(as_code("WEIGHTS", held_by_hand(ranking)))
    print(as_code("CONFIDENCE", confidence))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="fit.py", description="Fits the weights of rag.evidence.")
    parser.add_argument(
        "cases", nargs="+", type=Path, metavar="CASES.jsonl", help="about the documents of the settings"
    )
    parser.add_argument(
        "--corpus", nargs="+", type=Path, action="append", default=[], metavar="PATH", help="DOCS INDEX CASES.jsonl ..."
    )
    return parser


@dataclass(frozen=True, slots=True)
class Corpus:
    """Documents, and the cases about them."""

    settings: Settings
    cases: Sequence[Path]


def _corpora_of(arguments: argparse.Namespace) -> list[Corpus]:
    own = Settings.from_env(os.environ)
    corpora = [Corpus(own, arguments.cases)]
    for given in arguments.corpus:
        if len(given) < 3:
            raise InputError(f"--corpus {' '.join(map(str, given))}: name documents, index and at least one case file")
        docs, index, *cases = given
        corpora.append(Corpus(replace(own, docs_dir=docs, index_dir=index), cases))
    return corpora


def collect(corpora: Sequence[Corpus]) -> list[Sample]:
    """The samples of every corpus; raises InputError for a holdout case."""
    read = [
        (corpus.settings, [case for path in corpus.cases for case in _development_cases(path)]) for corpus in corpora
    ]
    samples: list[Sample] = []
    for settings, cases in read:
        chatbot = Chatbot.from_settings(settings)
        samples += [_sample(chatbot, case, turn) for case, turn in _asked(cases)]
    return samples


def _development_cases(path: Path) -> list[Case]:
    cases = read_cases([path])
    if any(case.split == "holdout" for case in cases):
        raise InputError(f"{path}: holds holdout cases, which are for measuring only; fit on evals/cases/dev*.jsonl")
    return cases


def _asked(cases: Sequence[Case]) -> Iterator[tuple[Case, CaseTurn]]:
    """Turns to learn from; the documents that a case adds are in no index here."""
    for case in (case for case in cases if not case.injected):
        yield from ((case, turn) for turn in case.turns if turn.expect in ("answer", "no_answer"))


def _sample(chatbot: Chatbot, case: Case, turn: CaseTurn) -> Sample:
    text = read_message(turn.standalone).question
    query = chatbot.retriever.query(text, turn.language)
    question = read_question(text, query.language, query.terms)
    weigher = Weigher(chatbot.index, query, question, chatbot.retriever.analyzer)
    found = weigher.candidates(chatbot.retriever.hits(query, HITS))
    return Sample(
        chatbot.settings.docs_label,
        case.cluster,
        turn.expect == "answer",
        tuple(_share_held(turn.vital, candidate.sentence.text) for candidate in found),
        tuple(is_able(weigher, candidate, -math.inf) for candidate in found),
        tuple(candidate.features for candidate in found),
        tuple(weigher.confidence_features(candidate) for candidate in found),
    )


def _share_held(facts: Sequence[Fact], text: str) -> float:
    return sum(fact_holds(fact, text) for fact in facts) / len(facts) if facts else 0.0


def fit_ranking(samples: Sequence[Sample]) -> dict[str, float]:
    """Weights that put a sentence with every vital fact first; prints how often they do, cross-validated."""
    features, is_gold, is_there = _padded(samples)
    importance = _shares(samples)

    def scores(weights: torch.Tensor) -> torch.Tensor:
        return (features @ weights).masked_fill(~is_there, -math.inf)

    def loss(weights: torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
        found = scores(weights)[chosen]
        gold = found.masked_fill(~is_gold[chosen], -math.inf)
        each = torch.logsumexp(found, 1) - torch.logsumexp(gold, 1)
        return (each * importance[chosen]).sum() / importance[chosen].sum() + _RANK_DECAY * (weights**2).mean()

    def first(weights: torch.Tensor) -> torch.Tensor:
        best = scores(weights).argmax(1, keepdim=True)
        return is_gold.gather(1, best)[:, 0]

    folds, right = _folds(samples), torch.zeros(len(samples), dtype=torch.bool)
    for number in range(_FOLDS):
        held_out = folds == number
        weights = _minimised(loss, len(WEIGHTS), ~held_out, _RANK_STEPS)
        right[held_out] = first(weights)[held_out]
    weights = _minimised(loss, len(WEIGHTS), folds >= 0, _RANK_STEPS)
    _print_accuracy(samples, right, first(weights))
    return dict(zip(WEIGHTS, weights.tolist(), strict=True))


def _padded(samples: Sequence[Sample]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Features of shape (samples, candidates, features), and which candidates answer, and which there are."""
    most = max(len(sample.held) for sample in samples)
    features = torch.zeros(len(samples), most, len(WEIGHTS))
    is_gold, is_there = (torch.zeros(len(samples), most, dtype=torch.bool) for _ in range(2))
    for number, sample in enumerate(samples):
        count = len(sample.held)
        features[number, :count] = torch.tensor([[row[name] for name in WEIGHTS] for row in sample.ranking])
        is_gold[number, :count] = torch.tensor(sample.held) == 1.0
        is_there[number, :count] = True
    return features, is_gold, is_there


def _print_accuracy(samples: Sequence[Sample], right: torch.Tensor, fitted: torch.Tensor) -> None:
    rows = []
    for corpus in _corpora(samples):
        own = torch.tensor([sample.corpus == corpus for sample in samples])
        rows.append((corpus, str(int(own.sum())), *(f"{flags[own].float().mean():.3f}" for flags in (right, fitted))))
    columns = ("corpus", "questions", "answer first, cross-validated", "answer first, fitted to all")
    print(table(columns, rows), end="\n\n")


def fit_confidence(samples: Sequence[Sample], ranking: Mapping[str, float]) -> dict[str, float]:
    """Weights that tell whether the best candidate answers; prints what each threshold would refuse, cross-validated."""
    ranking = {name: round(weight, 2) for name, weight in ranking.items()}
    choices = [choice for sample in samples for choice in _choices(sample, ranking)]
    features = torch.tensor([[choice.sample.confidence[choice.at][name] for name in CONFIDENCE] for choice in choices])
    answers = torch.tensor([choice.answers for choice in choices])
    importance = torch.tensor([_IMPORTANCE[choice.example] for choice in choices])
    importance *= _shares([choice.sample for choice in choices])
    held = {list(CONFIDENCE).index(name): weight for name, weight in SURE_AT.items()}
    entropy = torch.nn.functional.binary_cross_entropy_with_logits

    def loss(weights: torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
        each = entropy(features[chosen] @ weights, answers[chosen], reduction="none")
        return (each * importance[chosen]).sum() / importance[chosen].sum() + _SURE_DECAY * (weights**2).mean()

    folds, odds = _folds([choice.sample for choice in choices]), torch.zeros(len(choices))
    for number in range(_FOLDS):
        weights = _minimised(loss, len(CONFIDENCE), folds != number, _SURE_STEPS, held)
        odds[folds == number] = (features @ weights)[folds == number]
    _print_trade_off(samples, choices, odds.tolist())
    weights = _minimised(loss, len(CONFIDENCE), folds >= 0, _SURE_STEPS, held)
    return dict(zip(CONFIDENCE, weights.tolist(), strict=True))


def _choices(sample: Sample, ranking: Mapping[str, float]) -> Iterator[Choice]:
    """The candidate that would be shown, and the one that would be if the documents did not hold the answer."""
    able = [at for at, flag in enumerate(sample.able) if flag]
    if not able:
        return

    def score(at: int) -> float:
        return sum(weight * sample.ranking[at][name] for name, weight in ranking.items())

    best = max(able, key=score)
    if not sample.answerable:
        yield Choice(sample, best, "unanswerable")
        return
    yield Choice(sample, best, "right" if sample.held[best] == 1.0 else "partly")
    others = [at for at in able if sample.held[at] == 0.0]
    if others and sample.answered and max(others, key=score) != best:
        yield Choice(sample, max(others, key=score), "distractor")


def _print_trade_off(samples: Sequence[Sample], choices: Sequence[Choice], odds: Sequence[float]) -> None:
    columns = ("corpus", "threshold", "answerable refused", "unanswerable refused", "distractors refused")
    rows: list[Sequence[str]] = []
    for corpus in _corpora(samples):
        found: dict[str, list[float]] = {example: [] for example in _IMPORTANCE}
        for choice, sure in zip(choices, odds, strict=True):
            if choice.sample.corpus == corpus:
                found[choice.example].append(sure)
        unanswerable = [s for s in samples if s.corpus == corpus and not s.answerable]
        found["unanswerable"] += [-math.inf for s in unanswerable if not any(s.able)]  # refused at any threshold
        told = [found[example] for example in ("right", "unanswerable", "distractor")]
        rows += [(corpus, f"{t:.1f}", *(_share_below(t, each) for each in told)) for t in THRESHOLDS]
    print(table(columns, rows), end="\n\n")


def _share_below(threshold: float, odds: Sequence[float]) -> str:
    return f"{sum(each < threshold for each in odds) / len(odds):.3f}" if odds else "-"


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows below their columns, aligned."""
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (columns, *rows))
    return "\n".join(line.rstrip() for line in lines)


def _corpora(samples: Sequence[Sample]) -> list[str]:
    return list(dict.fromkeys(sample.corpus for sample in samples))


def _shares(samples: Sequence[Sample]) -> torch.Tensor:
    """How much each sample counts, on average 1: a corpus as the root of its size, so that small ones are heard."""
    sizes = Counter(sample.corpus for sample in samples)
    shares = torch.tensor([sizes[sample.corpus] ** -0.5 for sample in samples])
    return shares / shares.mean()


def _folds(samples: Sequence[Sample]) -> torch.Tensor:
    """The fold of each sample; a cluster stays in one fold."""
    clusters = sorted({sample.cluster for sample in samples})
    random.Random(0).shuffle(clusters)
    fold = {cluster: number % _FOLDS for number, cluster in enumerate(clusters)}
    return torch.tensor([fold[sample.cluster] for sample in samples])


def _minimised(
    loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    size: int,
    chosen: torch.Tensor,
    steps: int,
    held: Mapping[int, float] = MappingProxyType({}),
) -> torch.Tensor:
    """Weights with the least loss over the chosen rows, from zero but for those held: nothing is random."""
    weights = torch.tensor([held.get(at, 0.0) for at in range(size)], requires_grad=True)
    free = torch.tensor([at not in held for at in range(size)])
    weights.register_hook(lambda gradient: gradient * free)  # without a gradient Adam moves nothing
    optimiser = torch.optim.Adam([weights], lr=_RATE)
    for _ in range(steps):
        optimiser.zero_grad()
        loss(weights, chosen).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return weights.detach()


def held_by_hand(weights: Mapping[str, float]) -> dict[str, float]:
    """Weights within the bounds of AT_LEAST and AT_MOST."""
    return {
        name: min(max(weight, AT_LEAST.get(name, -math.inf)), AT_MOST.get(name, math.inf))
        for name, weight in weights.items()
    }


def as_code(name: str, weights: Mapping[str, float]) -> str:
    """The weights as they stand in `rag/evidence.py`, rounded to one decimal."""
    lines = ["   "]
    for feature, weight in weights.items():
        item = f' "{feature}": {weight:.1f},'
        if len(lines[-1]) + len(item) > 118:
            lines.append("   ")
        lines[-1] += item
    return "\n".join([f"{name}: Mapping[str, float] = {{", *lines, "}  # fmt: skip"])


if __name__ == "__main__":
    sys.exit(main())
