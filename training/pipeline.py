"""One run: a recipe in, a model with its card out. A step is taken over when nothing that it depends on changed."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rag.scoring import FILE
from training import (
    card,
    distilling,
    exporting,
    initialising,
    measuring,
    pairing,
    readings,
    retrieving,
    scoring,
    selecting,
    static_student,
    teaching,
    tokenizer,
)
from training.recipe import Recipe
from training.stages import Workshop, read_json, stamp_of, tell, write_json
from training.variance import spread

RUN, VARIANCE = "run.json", "variance.json"
_DRAWN = 20_26  # which pairs are drawn does not vary with the seed of training


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a run finds what it learns from."""

    data: Path  # with parallel/, train/ and eval_dev/
    teacher: Path  # a sentence-transformers model with word pieces and a BERT body
    written: Path = Path(__file__).parent / "written"  # for this project: pairs/*.tsv, answers/*.tsv, readings/*.tsv
    student: Path | None = None  # a finished model to go on from


def run(recipe: Recipe, sources: Sources, shop: Workshop, *, static: bool = False) -> Path:
    """Make a model; returns its folder below `runs`: the model with its card, and run.json."""
    own = static_student.recipe_of(recipe) if static else recipe
    tell(f"run {title(own)}")
    stages = materials(own, sources, shop)
    trained = train(own, sources, shop, stages, static=static)
    stages["exported"] = shop.make(
        "exported", exporting.build, student=trained, prompts=_prompts(own), megabytes=own.megabytes
    )
    stages["scored"] = shop.make(
        "scored", scoring.build, exported=stages["exported"], read=stages["read"], seed=own.seed
    )
    stages["measured"] = shop.make(
        "measured",
        measuring.build,
        exported=stages["exported"],
        sets=sources.data / "eval_dev",
        most=own.measured,
    )
    return deliver(own, sources, shop, stages)


def materials(recipe: Recipe, sources: Sources, shop: Workshop) -> dict[str, Path]:
    """What both students learn from: pairs, pieces, the teacher's vectors, pairs of query and passage."""
    parallel, guarded = sources.data / "parallel", sources.data / "eval_dev"
    read = shop.make("read", readings.build, written=sources.written / "readings", guarded=guarded)
    selected = shop.make(
        "selected",
        selecting.build,
        parallel=parallel,
        written=sources.written / "pairs",
        read=read / readings.PAIRS,
        guarded=guarded,
        settings=recipe.selection,
    )
    vectors = shop.make("vectors", teaching.build, selected=selected, teacher=sources.teacher)
    stages = {"read": read, "selected": selected, "vectors": vectors}
    if recipe.retrieval_stage:
        stages["paired"] = shop.make(
            "paired",
            pairing.build,
            parallel=parallel,
            sets=sources.data / "train",
            written=sources.written / "answers",
            guarded=guarded,
            selected=selected,
            settings=recipe.pairing,
            seed=_DRAWN,
        )
    return stages


def train(recipe: Recipe, sources: Sources, shop: Workshop, stages: dict[str, Path], *, static: bool) -> Path:
    """The training stages; each is noted in `stages`, and the last one's folder returned."""
    if sources.student:
        last = stages["started"] = shop.make("started", initialising.adopt, model=sources.student)
    else:
        last = start(recipe, sources, shop, stages, static=static)
    last = stages["body"] = shop.make(
        "body",
        distilling.build_body,
        student=last,
        read=stages["read"],
        plan=recipe.body,
        english=recipe.english,
        **_taught(recipe, stages),
    )
    if recipe.retrieval_stage:
        last = stages["retrieval"] = shop.make(
            "retrieval",
            retrieving.build,
            student=last,
            paired=stages["paired"],
            plan=recipe.retrieval,
            dimensions=recipe.dimensions,
            prompts=_prompts(recipe),
            seed=recipe.seed,
        )
    return last


def start(recipe: Recipe, sources: Sources, shop: Workshop, stages: dict[str, Path], *, static: bool) -> Path:
    """A student with pieces of its own, before its body learns anything."""
    pieces = stages["pieces"] = shop.make(
        "pieces", tokenizer.build, selected=stages["selected"], teacher=sources.teacher, settings=recipe.vocabulary
    )
    last = stages["started"] = shop.make(
        "started",
        (static_student if static else initialising).build,
        selected=stages["selected"],
        pieces=pieces,
        teacher=sources.teacher,
        settings=recipe.start,
        seed=0 if recipe.start.dice else recipe.seed,  # without chance all seeds share a start
    )
    if recipe.embedding_stage:
        last = stages["embeddings"] = shop.make(
            "embeddings",
            distilling.build_embeddings,
            student=last,
            pieces=pieces,
            plan=recipe.embeddings,
            **_taught(recipe, stages),
        )
    return last


def _taught(recipe: Recipe, stages: dict[str, Path]) -> dict[str, Any]:
    return {"selected": stages["selected"], "vectors": stages["vectors"], "seed": recipe.seed}


def deliver(recipe: Recipe, sources: Sources, shop: Workshop, stages: dict[str, Path]) -> Path:
    """Copy the model to `runs/<title>`, and write the report of the run and the card into its folder."""
    folder = shop.root / "runs" / title(recipe)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(stages["exported"] / initialising.MODEL, folder / initialising.MODEL)
    shutil.copy(stages["scored"] / FILE, folder / initialising.MODEL / FILE)
    before = sources.student / RUN if sources.student else None
    report = {
        "recipe": asdict(recipe),
        "seconds": {name: stamp_of(place)["seconds"] for name, place in stages.items()},
        "resumed": [name for name, place in stages.items() if stamp_of(place)["resumed"]],
        "facts": read_json(stages["exported"] / exporting.FACTS),
        "pairs": selecting.read_counts(stages["selected"]),
        "readings": readings.counts(stages["read"]),
        "examples": read_json(stages["paired"] / pairing.COUNTS) if "paired" in stages else {},
        "scored": read_json(stages["scored"] / scoring.FACTS),
        "measured": measuring.read_measures(stages["measured"]),
        "before": read_json(before) if before and before.is_file() else None,
    }
    write_json(folder / initialising.MODEL / RUN, report)
    card.write(folder / initialising.MODEL, report, others(shop.root / "runs", recipe), _variance(shop.root, recipe))
    tell(f"model, card and measures: {folder}")
    return folder


def others(runs: Path, recipe: Recipe) -> list[dict[str, Any]]:
    """Reports of the other finished runs of the same size, for comparison in the card."""
    found = [read_json(path) for path in sorted(runs.glob(f"*/{initialising.MODEL}/{RUN}"))]
    return [each for each in found if each["recipe"] != asdict(recipe) and size(each["recipe"]) == size(asdict(recipe))]


def size(recipe: dict[str, Any]) -> str:
    """`full` or `miniature`."""
    return str(recipe["name"]).partition("-")[0]


def title(recipe: Recipe) -> str:
    """Name of the folder of a run."""
    return f"{recipe.name}-seed{recipe.seed}"


def vary(recipe: Recipe, sources: Sources, shop: Workshop, seeds: int, *, static: bool = False) -> list[Path]:
    """Runs that differ in the seed only; their spread is written, and into the card of each."""
    recipes = [replace(recipe, seed=recipe.seed + number) for number in range(seeds)]
    folders = [run(each, sources, shop, static=static) for each in recipes]
    if seeds > 1:
        own = static_student.recipe_of(recipe) if static else recipe
        table = spread([read_json(folder / initialising.MODEL / RUN)["measured"]["rows"] for folder in folders])
        write_json(shop.root / "runs" / f"{own.name}-{VARIANCE}", table)
        folders = [run(each, sources, shop, static=static) for each in recipes]  # all is taken over, the card is new
    return folders


def _variance(root: Path, recipe: Recipe) -> list[dict[str, Any]]:
    path = root / "runs" / f"{recipe.name}-{VARIANCE}"
    return list(read_json(path)) if path.is_file() else []


def _prompts(recipe: Recipe) -> Sequence[str]:
    return [recipe.query_prompt, recipe.document_prompt]
