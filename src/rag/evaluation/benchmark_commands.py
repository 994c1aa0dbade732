"""`rag eval retrieval`, `bitext`, `sts`, `benchmarks`, `convert`, `support`: measurements by data that others made."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import InputError
from rag.evaluation.extras import require
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.evaluation.benchmarks import Result
    from rag.types import Encoder

Progress = Callable[[int, int], None]
_FILE = "TSV of two columns, or with a third of scores; JSON of KLUE"


def add_benchmarks(actions: Any, evals: Path, progress: Callable[[str], Progress]) -> None:
    """Add the commands to the actions of `rag eval`; `evals` holds the labelled pairs of `support`."""
    retrieval = actions.add_parser("retrieval", help="search a BEIR folder: dense, lexical and fused")
    retrieval.add_argument(
        "--dataset", type=Path, required=True, metavar="DIR", help="corpus.jsonl, queries.jsonl, qrels"
    )
    retrieval.add_argument("--split", default="", help="which file of qrels/ (default: test, or the only one)")
    _add_limit(retrieval)
    retrieval.set_defaults(run=lambda arguments, settings: _retrieval(arguments, settings, progress("retrieval")))
    for name, told in (("bitext", "accuracy of finding the translation, both ways"), ("sts", "similarity, Spearman")):
        pairs = actions.add_parser(name, help=f"the encoder on pairs of sentences: {told}")
        pairs.add_argument("--file", type=Path, required=True, help=_FILE)
        pairs.add_argument("--json", action="store_true", help="print JSON")
        pairs.set_defaults(run=_pairs, bitext=name == "bitext")
    suite = actions.add_parser("benchmarks", help="measure every set below a folder and print one table")
    suite.add_argument("folder", type=Path, metavar="DIR", help="sets in any format that `rag eval convert` reads")
    _add_limit(suite)
    suite.set_defaults(run=_benchmarks)
    convert = actions.add_parser("convert", help="write SQuAD or KorQuAD as a BEIR folder, similarity sets as TSV")
    convert.add_argument("source", type=Path, metavar="FILE")
    convert.add_argument("target", type=Path, metavar="TARGET", help="a folder for questions, a file for pairs")
    convert.add_argument("--cross", type=Path, metavar="FILE", help="its translation: second sentences are taken there")
    convert.set_defaults(run=_convert)
    support = actions.add_parser("support", help="hold the support judge against pairs that people labelled")
    support.add_argument("--pairs", type=Path, default=evals / "support_pairs.jsonl", metavar="FILE")
    support.add_argument("--json", action="store_true", help="print JSON")
    support.add_argument("--show", action="store_true", help="print where it differs, of the tuning half only")
    support.set_defaults(run=_support)


def _add_limit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--limit", type=int, default=0, metavar="N", help="only N queries, evenly spread (default: all)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def _encoder(settings: Settings) -> Encoder:
    from rag.embedding import SentenceEncoder

    return SentenceEncoder(settings.embedding_model)


def _retrieval(arguments: argparse.Namespace, settings: Settings, progress: Progress) -> int:
    require("ir_measures")
    from rag.evaluation.beir import measure_retrieval

    result = measure_retrieval(
        arguments.dataset, _encoder(settings), arguments.split, _limit(arguments), progress=progress
    )
    _show([result], arguments.json)
    return 0


def _limit(arguments: argparse.Namespace) -> int:
    if arguments.limit < 0:
        raise InputError(f"--limit {arguments.limit}: give a number of queries, or 0 for all")
    return int(arguments.limit)


def _pairs(arguments: argparse.Namespace, settings: Settings) -> int:
    from rag.evaluation.benchmarks import measure_bitext, measure_similarity
    from rag.evaluation.converters import PairSet, read_set

    data = read_set(arguments.file)
    if not isinstance(data, PairSet):
        raise InputError(f"{arguments.file}: holds questions; convert it and measure it with `rag eval retrieval`")
    measure = measure_bitext if arguments.bitext else measure_similarity
    _show([measure(data, _encoder(settings))], arguments.json)
    return 0


def _benchmarks(arguments: argparse.Namespace, settings: Settings) -> int:
    require("ir_measures")
    from rag.evaluation.benchmarks import measure_folder

    _show(list(measure_folder(arguments.folder, _encoder(settings), limit=_limit(arguments))), arguments.json)
    return 0


def _show(results: list[Result], as_json: bool) -> None:
    from rag.evaluation.benchmarks import markdown

    if as_json:
        print("\n".join(json.dumps(asdict(result), ensure_ascii=False) for result in results))
        return
    print(f"encoder: {results[0].encoder}\n\n{markdown(results)}")


def _convert(arguments: argparse.Namespace, settings: Settings) -> int:
    from rag.evaluation.converters import QuestionSet, read_set, write_pairs

    data = read_set(arguments.source)
    try:
        if isinstance(data, QuestionSet):
            documents, queries = data.write(arguments.target)
            print(f"{documents} documents, {queries} queries -> {arguments.target}")
            return 0
        if arguments.cross:
            other = read_set(arguments.cross)
            if isinstance(other, QuestionSet):
                raise InputError(f"{arguments.cross}: holds questions, not pairs")
            data = data.crossed(other)
        write_pairs(arguments.target, data)
    except OSError as error:
        raise InputError(f"{arguments.target}: cannot be written ({error}); name another place") from error
    print(f"{len(data.pairs)} pairs -> {arguments.target}")
    return 0


def _support(arguments: argparse.Namespace, settings: Settings) -> int:
    from rag.evaluation.agreement import ALCE, agreements, read_pairs, verdicts
    from rag.evaluation.support import support_of

    found = verdicts(read_pairs(arguments.pairs), support_of)
    if arguments.show:
        for verdict in found:
            if verdict.supported != verdict.pair.supported and verdict.pair.half == "tuning":
                label = "supported" if verdict.pair.supported else f"not supported ({verdict.pair.edit})"
                print(f"- {verdict.pair.id} {label} | {verdict.pair.sentence} | {'; '.join(verdict.reasons)}")
    rows = list(agreements(found))
    if arguments.json:
        print(json.dumps([{**asdict(row), "accuracy": row.accuracy, "kappa": row.kappa} for row in rows]))
        return 0
    print("| pairs | n | accuracy | kappa | wrongly supported | wrongly not |\n|---|---|---|---|---|---|")
    for row in rows:
        counts = f"{row.false_positives} | {row.false_negatives}"
        print(f"| {row.name} | {row.pairs} | {row.accuracy:.3f} | {row.kappa:.3f} | {counts} |")
    print(f"| ALCE's judge (other pairs) | | {ALCE[0]} | {ALCE[1]} | | |")
    return 0
