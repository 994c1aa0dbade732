"""`python -m training`: makes the encoder; stages that are done are taken over, one that was interrupted goes on."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rag.errors import InputError
from training.recipe import ABLATIONS, Recipe
from training.stages import Workshop

_SIZES: dict[str, Callable[[], Recipe]] = {
    "full": Recipe,
    "processor": Recipe.processor,
    "onward": Recipe.onward,
    "miniature": Recipe.miniature,
}
_STUDENTS = {"transformer": (False,), "static": (True,), "both": (False, True)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the pipeline; 2 for wrong usage or bad data."""
    try:
        return _run(_parser().parse_args(arguments))
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def _run(options: argparse.Namespace) -> int:
    for needed in (options.data / "parallel", options.data / "eval_dev"):
        if not needed.is_dir():
            raise InputError(f"{needed}: no such folder; name with --data one as training/README.md describes")
    recipe = _recipe(options)
    if (recipe.name == "onward") != bool(options.start):
        raise InputError("--onward and --from MODEL go together: name the finished model to go on from")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # all that is needed lies on disk
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    from training.pipeline import Sources, vary  # torch and its kin take seconds to load
    from training.teaching import packaged_teacher

    sources = Sources(options.data, options.teacher or packaged_teacher(), student=options.start)
    for static in (False,) if options.start else _STUDENTS[options.student]:
        for folder in vary(recipe, sources, Workshop(options.out), options.seeds, static=static):
            print(folder)
    return 0


def _recipe(options: argparse.Namespace) -> Recipe:
    recipe = _SIZES[options.size]()
    selection = replace(
        recipe.selection,
        similarity_pairs=options.sts,
        machine_share=options.machine_share,
        limit=options.pairs or recipe.selection.limit,
    )
    seed = recipe.seed if options.seed is None else options.seed
    return replace(recipe, selection=selection, seed=seed).without(*options.without)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m training", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of pairs and sets")
    parser.add_argument("--out", type=Path, default=Path("build/training"), help="folder of stages and runs")
    parser.add_argument(
        "--teacher", type=Path, help="a sentence-transformers model; default: the extra `train` has one"
    )
    parser.add_argument("--from", dest="start", type=Path, metavar="MODEL", help="a finished model to go on from")
    parser.add_argument("--student", choices=_STUDENTS, default="both", help="which model to make")
    sizes = parser.add_mutually_exclusive_group()
    sizes.add_argument("--processor", **_size("processor", "what two cores without a GPU do in about 65 minutes"))
    sizes.add_argument(
        "--onward", **_size("onward", "what a finished model, named with --from, learns more in 45 minutes")
    )
    sizes.add_argument("--miniature", **_size("miniature", "every stage in about two minutes, on 2,000 pairs"))
    parser.add_argument("--without", nargs="+", choices=ABLATIONS, default=[], help="ideas to leave out")
    parser.add_argument("--seeds", type=int, default=1, help="so many runs that differ in their seed; reports variance")
    parser.add_argument("--seed", type=int, help="seed of the first run")
    parser.add_argument("--pairs", type=int, default=0, help="learn from so many pairs only")
    parser.add_argument(
        "--sts", action="store_true", help="learn from STS captions too (KorSTS dev shares their source)"
    )
    parser.add_argument("--machine-share", type=float, default=0.0, help="share of the machine translations to take")
    return parser


def _size(name: str, help: str) -> dict[str, Any]:
    return {"dest": "size", "action": "store_const", "const": name, "default": "full", "help": help}


if __name__ == "__main__":
    sys.exit(main())
