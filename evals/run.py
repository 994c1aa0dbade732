"""Asks every question of some case files and says how good the answers are: `python evals/run.py evals/cases/dev.jsonl`."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from dataset import Case, read_cases
from scoring import Verdict, judge

from rag.chatbot import Chatbot
from rag.errors import RagError
from rag.settings import Settings
from rag.types import Answer, Turn

COLUMNS = (
    "file", "turns", "all facts", "falsely refused", "rightly refused", "small talk", "forbidden", "wrong language",
    "broken quotes", "median ms", "p95 ms", "median words",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Result:
    """One turn, its answer, and the verdict."""

    case: Case
    answer: Answer
    verdict: Verdict
    milliseconds: float


def main(argv: Sequence[str] | None = None) -> int:
    """Print a table row for each file. Exit codes: 0 fine whatever the answers, 2 no index or bad input."""
    arguments = _parser().parse_args(argv)
    try:
        chatbot = Chatbot.from_settings(settings_for(arguments.docs, arguments.index))
        files = {path: read_cases(path) for path in arguments.cases}
        chatbot.warm()
    except RagError as error:
        print(f"run.py: {error}", file=sys.stderr)
        return 2
    rows = []
    for path, cases in files.items():
        results = [result for case in cases for result in ask(chatbot, case, arguments.quotes)]
        if arguments.show:
            print("\n".join(_failures(results)))
        rows.append((path.stem, *summary(results)))
    print(table(COLUMNS, rows))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="run.py", description="Measures the answers to evaluation cases.")
    parser.add_argument("cases", nargs="+", type=Path, metavar="CASES.jsonl")
    parser.add_argument("--docs", type=Path, metavar="DIR", help="folder of documents (default: docs)")
    parser.add_argument("--index", type=Path, metavar="DIR", help="folder of their index (default: index)")
    parser.add_argument("--quotes", action="store_true", help="count facts in the cited quotes too")
    parser.add_argument("--show", action="store_true", help="print each failing turn with its answer and why it fails")
    return parser


def settings_for(docs: Path | None, index: Path | None) -> Settings:
    """The settings of the environment with other folders."""
    settings = Settings.from_env(os.environ)
    return replace(settings, docs_dir=docs or settings.docs_dir, index_dir=index or settings.index_dir)


def ask(chatbot: Chatbot, case: Case, quotes: bool) -> Iterator[Result]:
    """The results of a case, each turn asked after the chatbot's own answers to the turns before."""
    history: list[Turn] = []
    for turn in case.turns:
        started = time.perf_counter()
        answer = chatbot.ask(turn.question, history)
        milliseconds = (time.perf_counter() - started) * 1000
        history.append(Turn(turn.question, answer.text))
        yield Result(case, answer, judge(turn, answer, chatbot.document_text, quotes), milliseconds)


def summary(results: Sequence[Result]) -> tuple[str, ...]:
    """The columns of a file's row, after its name."""
    verdicts = [result.verdict for result in results]
    answerable = [verdict for verdict in verdicts if verdict.turn.answerable]
    milliseconds = [result.milliseconds for result in results]
    return (
        str(len(results)),
        _share([verdict.good for verdict in answerable]),
        _share([verdict.status != "answered" for verdict in answerable]),
        _share([verdict.good for verdict in verdicts if verdict.turn.expect == "no_answer"]),
        _share([verdict.good for verdict in verdicts if verdict.turn.expect == "smalltalk"]),
        str(sum(bool(verdict.forbidden) for verdict in verdicts)),
        str(sum(verdict.wrong_language for verdict in verdicts)),
        str(sum(verdict.broken_quotes for verdict in verdicts)),
        _percentile(milliseconds, 50),
        _percentile(milliseconds, 95),
        _percentile([verdict.words for verdict in answerable], 50),
    )


def _share(flags: Sequence[bool]) -> str:
    return f"{sum(flags) / len(flags):.3f} ({sum(flags)}/{len(flags)})" if flags else "-"


def _percentile(numbers: Sequence[float], percent: int) -> str:
    return f"{np.percentile(numbers, percent):.0f}" if numbers else "-"


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows below their columns, aligned."""
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (columns, *rows))
    return "\n".join(line.rstrip() for line in lines)


def _failures(results: Sequence[Result]) -> Iterator[str]:
    for result in results:
        reasons = list(result.verdict.reasons())
        if reasons:
            question, answer = result.verdict.turn.question, result.answer
            searched = f" -> {answer.query}" if answer.query not in ("", question) else ""
            yield f"- {result.case.id} | {question}{searched}\n    {' / '.join(answer.text.splitlines())}"
            yield f"    {'; '.join(reasons)} [{', '.join(citation.document for citation in answer.citations)}]"


if __name__ == "__main__":
    sys.exit(main())
