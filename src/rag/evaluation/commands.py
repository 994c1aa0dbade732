"""`rag eval`: run, compare, report. The parser is made here; what a command needs is imported when it runs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import InputError
from rag.evaluation.benchmark_commands import add_benchmarks
from rag.evaluation.extras import require
from rag.evaluation.report.command import add_report
from rag.settings import ROOT, Settings

if TYPE_CHECKING:
    from rag.chatbot import Chatbot
    from rag.evaluation.cases import Case
    from rag.evaluation.comparison import Comparison
    from rag.evaluation.results import Summary, TurnResult

EVALS = ROOT / "evals"
_RESULTS, _BASELINE, _THRESHOLDS = EVALS / "results", EVALS / "baseline.json", EVALS / "thresholds.toml"
Progress = Callable[[int, int], None]


def add_commands(commands: Any, common: argparse.ArgumentParser, progress: Callable[[str], Progress]) -> None:
    """Add `eval` and its commands to those of `rag`; `common` has --docs and --index, `progress` makes counters."""
    evaluation = commands.add_parser("eval", help="measure the answers, and compare with the baseline")
    actions = evaluation.add_subparsers(required=True, metavar="action")
    run = actions.add_parser("run", parents=[common], help="ask all questions of the cases and judge the answers")
    run.add_argument("--cases", type=Path, nargs="+", metavar="FILE", help="case files (default: evals/cases/*.jsonl)")
    run.add_argument("--split", default="dev", help="which cases: dev to work with, holdout to measure (default: dev)")
    run.add_argument("--mode", choices=("extractive", "model"), default="extractive", help="default: extractive")
    run.add_argument("--out", type=Path, default=_RESULTS, metavar="DIR", help="default: evals/results")
    run.add_argument("--show", action="store_true", help="print each failing turn with its answer and why it fails")
    run.set_defaults(run=lambda arguments, settings: run_cases(arguments, settings, progress("evaluating")))
    compare = actions.add_parser("compare", help="hold a run against the baseline; exit code 0 passes")
    compare.add_argument("--results", type=Path, default=_RESULTS, metavar="DIR", help="default: evals/results")
    compare.add_argument(
        "--baseline", type=Path, default=_BASELINE, metavar="FILE", help="default: evals/baseline.json"
    )
    compare.add_argument("--thresholds", type=Path, default=_THRESHOLDS, metavar="FILE", help="evals/thresholds.toml")
    compare.add_argument("--rebaseline", action="store_true", help="make the run the baseline")
    compare.set_defaults(run=compare_with_baseline)
    judge = actions.add_parser("judge", help="let the language model of the settings say which facts a run states")
    judge.add_argument("--results", type=Path, default=_RESULTS, metavar="DIR", help="default: evals/results")
    judge.set_defaults(run=lambda arguments, settings: judge_facts(arguments, settings, progress("judging")))
    add_report(actions, common, EVALS)
    add_benchmarks(actions, EVALS, progress)


def run_cases(arguments: argparse.Namespace, settings: Settings, progress: Progress) -> int:
    """`rag eval run`: 0 whatever the answers; 3 when too many turns ended in an error to judge the others."""
    require("ir_measures")
    from rag.evaluation.evidence import own_cases
    from rag.evaluation.gate import Thresholds
    from rag.evaluation.results import write_run
    from rag.evaluation.runner import run
    from rag.evaluation.support import SupportJudge
    from rag.evaluation.workers import processors

    cases = _cases(arguments.cases, arguments.split)
    chatbot = _chatbot(settings, arguments.mode)
    if not arguments.cases:  # those in store, some of which are of other documents
        cases = own_cases(cases, chatbot.index.texts)
    if not cases:
        raise InputError(f"no case is about the documents of {settings.docs_dir}; name files with --cases")
    retriever = chatbot.retriever
    judge = SupportJudge(retriever.analyzer, retriever.lexicon, retriever.encoder)
    done = run(chatbot, cases, judge.support_of, progress, processors())
    write_run(arguments.out, done.results, done.summary)
    if arguments.show:
        print("\n".join(_failures(done.results)))
    print("\n".join(_table(done.summary)))
    print(f"{done.summary.turns} turns in {done.summary.seconds} s, {done.summary.errors} errors -> {arguments.out}")
    return 3 if done.summary.errors > Thresholds().most_errors * done.summary.turns else 0


def compare_with_baseline(arguments: argparse.Namespace, settings: Settings) -> int:
    """`rag eval compare`: 0 passes, 1 does not, 2 cannot be compared, 3 too many errors. --rebaseline always passes."""
    from rag.evaluation.baseline import read_baseline, write_baseline
    from rag.evaluation.gate import compare, read_thresholds
    from rag.evaluation.results import read_results, read_summary

    results, summary = read_results(arguments.results), read_summary(arguments.results)
    known = arguments.baseline.exists() or not arguments.rebaseline
    if known:
        comparison = compare(results, summary, read_baseline(arguments.baseline), read_thresholds(arguments.thresholds))
        print("\n".join(_told(comparison)))
    if arguments.rebaseline:
        if any(result.error for result in results):
            raise InputError(f"{arguments.results}: holds turns that ended in an error; mend them before --rebaseline")
        write_baseline(arguments.baseline, summary.mode, summary.fingerprint, results)
        print(f"{len(results)} turns -> {arguments.baseline}")
        return 0
    return comparison.exit_code


def judge_facts(arguments: argparse.Namespace, settings: Settings, progress: Progress) -> int:
    """`rag eval judge`: 0 whatever the model finds, since it blocks nothing."""
    from rag.evaluation.judging import judge, opinion_of, told, write_judged
    from rag.evaluation.results import read_results
    from rag.generation import OpenAIModel

    results = read_results(arguments.results)
    judged = judge(OpenAIModel.from_settings(settings), results, progress)
    write_judged(arguments.results, judged)
    for name, figure in told(opinion_of(settings.llm_model, results, judged)).items():
        print(f"{name:<22} {figure}")
    return 0


def _cases(paths: Sequence[Path] | None, split: str) -> list[Case]:
    from rag.evaluation.cases import read_cases

    files = paths or sorted((EVALS / "cases").glob("*.jsonl"))
    cases = read_cases(files, split)
    if not cases:
        raise InputError(f"no case of the split {split!r} in {', '.join(map(str, files)) or EVALS / 'cases'}")
    return cases


def _chatbot(settings: Settings, mode: str) -> Chatbot:
    """A fresh chatbot over an index that is up to date."""
    from rag.chatbot import Chatbot
    from rag.glossary import Glossary
    from rag.indexing import is_stale

    if mode == "model" and not settings.llm_model:
        raise InputError("--mode model: no language model is set; name one with RAG_LLM_MODEL")
    chatbot = Chatbot.from_settings(settings if mode == "model" else replace(settings, llm_model=""))
    if is_stale(settings.docs_dir, settings.index_dir, chatbot.retriever.encoder, Glossary.load(settings.docs_dir)):
        raise InputError(
            f"{settings.index_dir}: older than the documents of {settings.docs_dir}; run `rag index` first"
        )
    return chatbot


def _table(summary: Summary) -> Iterator[str]:
    from rag.evaluation.metrics import METRICS

    for name, told in METRICS.items():
        if measure := summary.metrics.get(name):
            interval = f"{measure.low:.3f} to {measure.high:.3f}"
            yield f"{name:22} {measure.value:6.3f}  {interval:16} {measure.n:5}  {told}"


def _failures(results: Sequence[TurnResult]) -> Iterator[str]:
    for result in results:
        if result.reasons or result.error:
            searched = f" -> {result.query}" if result.query not in ("", result.question) else ""
            cited = ", ".join(citation.document for citation in result.citations)
            yield f"- {result.key} | {result.question}{searched}\n    {' / '.join(result.answer.splitlines())}"
            yield f"    {result.error or '; '.join(result.reasons)} [{cited}]"


def _told(comparison: Comparison) -> Iterator[str]:
    for delta in comparison.deltas:
        interval = f"{delta.low:+.3f} to {delta.high:+.3f}"
        yield f"{delta.metric:18} {delta.before:.3f} -> {delta.after:.3f}  {delta.change:+.3f}  {interval}  {delta.n}"
    for flip in comparison.flips:
        yield f"{'mended' if flip.better else 'broken'} {flip.key} | {flip.question} | {'; '.join(flip.reasons)}"
    for finding in comparison.findings:
        print(f"{finding.kind}: {finding.text}", file=sys.stderr)
    yield "blocked" if comparison.findings else "passed"
