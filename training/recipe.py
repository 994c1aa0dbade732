"""All numbers of a training run, as values: what is not in a Recipe is not varied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Selection:
    """Which pairs are taken."""

    per_source: int = 40_000  # pairs of one repository; many more of one would teach its style
    per_lean_source: int = 8_000  # the same of program reference manuals, which are repetitive
    per_template: int = 3  # pairs that differ in names and numbers only
    machine_share: float = 0.0  # of the machine translations
    similarity_pairs: bool = False  # KorSTS captions share their source with the development set
    rows: int = 0  # read of each file; 0 for all
    limit: int = 0  # pairs in all, scarce ones first; 0 for no limit


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """How the student cuts words."""

    pieces: int = 46_500  # Latin and Korean together: 36 MB of embeddings at half precision
    new_pieces: int = 20_000  # of these at most so many that the teacher lacks
    rarest: int = 2  # times that a new piece was seen at least


@dataclass(frozen=True, slots=True)
class Start:
    """The student before any training."""

    layers: int = 0  # of the teacher's body, from below; 0 for all
    dice: bool = True  # new pieces start from what they translate; otherwise at random
    evidence: int = 200_000  # pairs in which co-occurrences are counted


@dataclass(frozen=True, slots=True)
class Plan:
    """One training stage: `steps` optimizer steps, or with 0 `epochs` through the data."""

    epochs: float
    batch: int
    rate: float
    steps: int = 0
    pieces: int = 96  # a text is cut after so many
    copies: int = 4  # how often an epoch has a pair of general prose or a question: most pairs are about software
    rates: Mapping[str, float] = field(default_factory=dict)  # for parameters whose name matches a pattern
    save_every: int = 500  # steps between checkpoints


@dataclass(frozen=True, slots=True)
class Pairing:
    """Which pairs of query and passage are made, at most so many of each kind."""

    rows: int = 0  # read of each file; 0 for all
    per_kind: int = 120_000
    per_source: int = 6_000  # of one repository within a kind
    characters: int = 700  # of a passage, about 256 pieces


@dataclass(frozen=True, slots=True)
class Recipe:
    """A whole run. The switches of the ablations are `start.dice`, `embedding_stage`, `english` and `retrieval_stage`."""

    name: str = "full"
    seed: int = 20_26
    selection: Selection = Selection()
    vocabulary: Vocabulary = Vocabulary()
    start: Start = Start()
    embeddings: Plan = Plan(epochs=2, batch=128, rate=2e-3)
    body: Plan = Plan(epochs=6, batch=256, rate=5e-5, rates={"word_embeddings": 5e-4})
    pairing: Pairing = Pairing()
    retrieval: Plan = Plan(epochs=1, batch=256, rate=2e-5, pieces=256, rates={"word_embeddings": 1e-4})
    static: Plan = Plan(epochs=8, batch=512, rate=1e-2, save_every=2_000)
    static_retrieval: Plan = Plan(epochs=1, batch=512, rate=1e-3, save_every=2_000)
    embedding_stage: bool = True
    english: float = 1 / 3  # share of English batches while the body learns
    retrieval_stage: bool = True
    dimensions: tuple[int, ...] = (384, 256, 128)  # the first so many numbers of a vector are a vector too
    query_prompt: str = ""
    document_prompt: str = ""
    megabytes: float = 60.0  # of the exported folder at most
    measured: int = 0  # pairs or questions of each development set; 0 for all

    @classmethod
    def processor(cls) -> Self:
        """What two cores without a GPU do in about 65 minutes: fewer pairs, more evenly drawn, each seen once or twice."""
        return cls(
            name="processor",
            selection=Selection(per_source=15_000, per_lean_source=2_500, limit=155_000),
            embeddings=Plan(epochs=1, batch=128, rate=2e-3, pieces=64),
            body=Plan(epochs=1, batch=128, rate=3e-5, steps=700, pieces=64, rates={"word_embeddings": 5e-4}),
            english=1 / 4,
            retrieval_stage=False,  # so short a one lost more than it gave, see README.md
        )

    @classmethod
    def onward(cls) -> Self:
        """What a finished model learns more: written pairs and readings, and what little else is not about software."""
        return cls(
            name="onward",
            selection=Selection(limit=60_000),
            body=Plan(epochs=1.25, batch=64, rate=3e-5, pieces=64, copies=1, rates={"word_embeddings": 5e-4}),
            english=1 / 4,
            embedding_stage=False,
            retrieval_stage=False,
        )

    @classmethod
    def miniature(cls) -> Self:
        """Every stage in about two minutes on two cores; it proves the pipeline and makes no useful model."""
        return cls(
            name="miniature",
            selection=Selection(rows=30_000, limit=2_000),
            vocabulary=Vocabulary(pieces=6_000, new_pieces=3_000),
            start=Start(layers=2),
            embeddings=Plan(epochs=1, batch=32, rate=2e-3, steps=30, pieces=48, save_every=10),
            body=Plan(
                epochs=1, batch=32, rate=5e-5, steps=15, pieces=48, rates={"word_embeddings": 5e-4}, save_every=5
            ),
            pairing=Pairing(rows=10_000, per_kind=400, per_source=400),
            retrieval=Plan(epochs=1, batch=16, rate=2e-5, steps=8, pieces=128, save_every=4),
            static=Plan(epochs=1, batch=64, rate=1e-2, steps=40, save_every=20),
            static_retrieval=Plan(epochs=1, batch=32, rate=1e-3, steps=10, save_every=5),
            measured=40,
        )

    def without(self, *ideas: str) -> Self:
        """The recipe with ideas left out, of `dice`, `embedding-stage`, `english`, `retrieval`; the name tells."""
        changed = self
        for idea in ideas:
            changed = replace(changed, name=f"{changed.name}-no-{idea}", **_left_out(changed, idea))
        return changed


ABLATIONS = ("dice", "embedding-stage", "english", "retrieval")


def _left_out(recipe: Recipe, idea: str) -> dict[str, Any]:
    changes: dict[str, dict[str, Any]] = {
        "dice": {"start": replace(recipe.start, dice=False)},
        "embedding-stage": {"embedding_stage": False},
        "english": {"english": 0.0},
        "retrieval": {"retrieval_stage": False},
    }
    return changes[idea]
