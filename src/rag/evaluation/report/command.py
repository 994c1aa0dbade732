"""`rag eval report`: from a run, and the baseline if there is one, to four files."""

from __future__ import annotations

import argparse
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import DocumentError, InputError
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.evaluation.report.excerpts import TextOf
    from rag.evaluation.report.view import Report

PAGE, SUMMARY, COMMENT, JUNIT = "report.html", "summary.md", "comment.md", "junit.xml"


def add_report(actions: Any, common: argparse.ArgumentParser, evals: Path) -> None:
    """Add `report` to the actions of `rag eval`; `evals` is the folder of results, baseline and thresholds."""
    results, baseline = evals / "results", evals / "baseline.json"
    report = actions.add_parser("report", parents=[common], help="write a run as HTML, Markdown and JUnit XML")
    report.add_argument("--results", type=Path, default=results, metavar="DIR", help="default: evals/results")
    report.add_argument(
        "--baseline", type=Path, metavar="FILE", help=f"compare with it (default: evals/{baseline.name}, if there)"
    )
    report.add_argument("--before", type=Path, metavar="DIR", help="an earlier run in full, instead of a baseline")
    report.add_argument(
        "--thresholds", type=Path, default=evals / "thresholds.toml", metavar="FILE", help="evals/thresholds.toml"
    )
    report.add_argument("--out", type=Path, metavar="DIR", help="where the files go (default: beside the results)")
    report.set_defaults(run=lambda arguments, settings: write_reports(arguments, settings, baseline))


def write_reports(arguments: argparse.Namespace, settings: Settings, default: Path) -> int:
    """Write the files and print where; 0 whatever they tell, since `rag eval compare` is the judge."""
    from rag.evaluation.extras import require
    from rag.evaluation.report.html import page_of
    from rag.evaluation.report.junit import junit_of
    from rag.evaluation.report.markdown import COMMENT_BYTES, SUMMARY_BYTES, summary_of

    require("jinja2", "junitparser")
    report = _report(arguments, default)
    folder = arguments.out or arguments.results
    written = {
        PAGE: page_of(report, texts_of(settings)),
        SUMMARY: summary_of(report, SUMMARY_BYTES),
        COMMENT: summary_of(report, COMMENT_BYTES),
        JUNIT: junit_of(report),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in written.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{folder}: the report cannot be written ({error}); name another folder with --out") from error
    print(f"{report.verdict} -> {', '.join(str(folder / name) for name in written)}")
    return 0


def _report(arguments: argparse.Namespace, default: Path) -> Report:
    from rag.evaluation.baseline import Baseline, item_of, read_baseline
    from rag.evaluation.gate import compare, read_thresholds
    from rag.evaluation.report.view import Report, pair_up
    from rag.evaluation.results import read_results, read_summary

    if arguments.baseline and arguments.before:
        raise InputError("--baseline and --before both name what to compare with; give one of them")
    results, summary = read_results(arguments.results), read_summary(arguments.results)
    earlier = read_results(arguments.before) if arguments.before else []
    chosen = arguments.baseline or default
    baseline: Baseline | None = None
    if arguments.before:
        was = read_summary(arguments.before)
        items = {result.key: item_of(result) for result in earlier if result.error is None}
        baseline = Baseline(was.mode, was.fingerprint, items)
    elif arguments.baseline or chosen.exists():
        baseline = read_baseline(chosen)
    splits = ", ".join(sorted({result.split for result in results}))
    title = f"Evaluation of {splits or 'nothing'}, {summary.mode}"
    if baseline is None:
        return Report(title, pair_up(results, {}), summary)
    comparison = compare(results, summary, baseline, read_thresholds(arguments.thresholds))
    return Report(title, pair_up(results, baseline.items, earlier), summary, comparison)


def texts_of(settings: Settings) -> TextOf:
    """The documents of the settings' folder by the names that citations show; no other file is ever read."""
    from rag.documents import document_id, list_files, read_document

    root = settings.docs_dir
    files = {document_id(path, root): path for path in list_files(root)}

    @cache
    def text_of(name: str) -> str | None:
        path = files.get(settings.document_id(name))
        try:
            return read_document(path, root).text if path else None
        except DocumentError:
            return None

    return text_of
