"""The `rag` command: index, search, ask, serve, eval."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, TextIO

from rag.errors import InputError, RagError
from rag.evaluation.commands import add_commands
from rag.settings import Settings
from rag.types import Answer, Hit, Turn


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command. Exit codes: 0 fine, 2 wrong usage or bad input, 1 the rest; `eval` has its own."""
    arguments = _parser().parse_args(argv)
    try:
        return arguments.run(arguments, _settings(arguments)) or 0
    except InputError as error:
        print(f"rag: {error}", file=sys.stderr)
        return 2
    except RagError as error:
        print(f"rag: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output has gone: not an error of ours
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--docs", metavar="DIR", help="folder of documents (default: docs, or RAG_DOCS_DIR)")
    common.add_argument("--index", metavar="DIR", help="folder of the index (default: index, or RAG_INDEX_DIR)")
    parser = argparse.ArgumentParser(prog="rag", description="Cited answers from a folder of documents.")
    commands = parser.add_subparsers(required=True, metavar="command")
    index = commands.add_parser("index", parents=[common], help="build the index, or update what changed")
    index.set_defaults(run=_index)
    search = commands.add_parser("search", parents=[common], help="find passages")
    search.add_argument("query", nargs="?")
    search.add_argument("-k", type=_positive, default=10, help="how many passages (default: 10)")
    _add_batch(search, _search, '{"id", "query"}')
    ask = commands.add_parser("ask", parents=[common], help="answer a question")
    ask.add_argument("question", nargs="?")
    _add_batch(ask, _ask, '{"id", "turns": [...]}')
    serve = commands.add_parser("serve", parents=[common], help="serve the chat page (builds the index if need be)")
    serve.add_argument("--host", help="address to listen on (default: 127.0.0.1, or RAG_HOST)")
    serve.add_argument("--port", type=int, help="port (default: 7860, or RAG_PORT)")
    serve.set_defaults(run=_serve)
    add_commands(commands, common, _progress)
    _add_records(commands, common)
    return parser


def _add_records(commands: Any, common: argparse.ArgumentParser) -> None:
    records = commands.add_parser("records", help="what was asked: counts, export, deletion")
    actions = records.add_subparsers(required=True, metavar="action")
    stats = actions.add_parser("stats", parents=[common], help="counts of the last days")
    stats.add_argument("--days", type=_positive, default=30, help="how many days (default: 30)")
    stats.add_argument("--json", action="store_true", help="print JSON")
    stats.set_defaults(run=_records_stats)
    export = actions.add_parser("export", parents=[common], help="all conversations as JSON lines")
    export.add_argument("--out", metavar="FILE.jsonl", required=True, help="where they go")
    export.set_defaults(run=_records_export)
    delete = actions.add_parser("delete", parents=[common], help="delete a conversation for good")
    delete.add_argument("id", help="its id")
    delete.set_defaults(run=_records_delete)


def _add_batch(parser: argparse.ArgumentParser, run: Callable[..., None], shape: str) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--batch", metavar="IN.jsonl", help=f"lines of {shape}")
    parser.add_argument("--out", metavar="OUT.jsonl", help="where the answers to a batch go (default: the terminal)")
    parser.set_defaults(run=run)


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return value


def _settings(arguments: argparse.Namespace) -> Settings:
    settings = Settings.from_env(os.environ)
    given: dict[str, Any] = {
        "docs_dir": _path(arguments, "docs"),
        "index_dir": _path(arguments, "index"),
        "host": getattr(arguments, "host", None),
        "port": getattr(arguments, "port", None),
    }
    return replace(settings, **{name: value for name, value in given.items() if value is not None})


def _path(arguments: argparse.Namespace, name: str) -> Path | None:
    given = getattr(arguments, name, None)
    return Path(given) if given else None


def _index(arguments: argparse.Namespace, settings: Settings) -> None:
    from rag.embedding import SentenceEncoder
    from rag.glossary import Glossary
    from rag.indexing import build

    started = time.perf_counter()
    encoder, glossary = SentenceEncoder(settings.embedding_model), Glossary.load(settings.docs_dir)
    report = build(settings.docs_dir, settings.index_dir, encoder, glossary, _progress("indexing"))
    for line in report.skipped:
        print(f"skipped {line}", file=sys.stderr)
    seconds = time.perf_counter() - started
    print(
        f"{report.documents} documents ({report.reused} unchanged, {len(report.skipped)} skipped), "
        f"{report.passages} passages, {report.sentences} sentences in {seconds:.1f} s -> {settings.index_dir}"
    )


def _search(arguments: argparse.Namespace, settings: Settings) -> None:
    queries = _inputs(arguments, arguments.query, "query", lambda row: isinstance(row.get("query"), str))
    chatbot = _chatbot(settings)

    def row(query: dict[str, Any]) -> dict[str, Any]:
        hits = chatbot.retriever.search(query["query"], arguments.k)
        return {"id": query["id"], "hits": [_hit_row(hit, settings) for hit in hits]}

    def plain(row: dict[str, Any]) -> str:
        return (
            "\n".join(f"{h['score']:.3f}  {h['document']}  {h['text'][:160]}" for h in row["hits"]) or "nothing found"
        )

    _outputs(arguments, queries, row, plain)


def _hit_row(hit: Hit, settings: Settings) -> dict[str, Any]:
    passage = hit.passage
    return {
        "document": settings.document_name(passage.document_id),
        "passage_id": passage.id,
        "score": round(hit.score, 4),
        "text": passage.text,
        "start": passage.start,
        "end": passage.end,
    }


def _ask(arguments: argparse.Namespace, settings: Settings) -> None:
    def valid(row: dict[str, Any]) -> bool:
        turns = row.get("turns")
        return isinstance(turns, list) and bool(turns) and all(isinstance(turn, str) for turn in turns)

    rows = _inputs(arguments, arguments.question and [arguments.question], "turns", valid)
    chatbot = _chatbot(settings)

    def row(conversation: dict[str, Any]) -> dict[str, Any]:
        history: list[Turn] = []
        for message in conversation["turns"]:
            answer = chatbot.ask(message, history)
            history.append(Turn(message, answer.text))
        return answer_row(conversation["id"], answer)

    _outputs(arguments, rows, row, lambda row: _plain_answer(row))


def answer_row(identity: object, answer: Answer) -> dict[str, Any]:
    """An answer as JSON, as other programs read it."""
    row = asdict(answer)
    row["answer"] = row.pop("text")
    return {"id": identity, **row}


def _plain_answer(row: dict[str, Any]) -> str:
    lines = [row["answer"], *filter(None, [row["notice"]])]
    for citation in row["citations"]:
        origin = ", ".join(filter(None, [citation["publisher"], citation["published"]]))
        lines.append(
            f"[{citation['marker']}] {citation['title']}{f' ({origin})' if origin else ''} - {citation['document']}"
        )
        lines.append(f"    “{' '.join(citation['quote'].split())}”")
    return "\n".join(lines + [f"- {question}" for question in row["suggestions"]])


def _serve(arguments: argparse.Namespace, settings: Settings) -> None:
    from rag.server import serve

    serve(settings, _progress("indexing"))


def _records_stats(arguments: argparse.Namespace, settings: Settings) -> None:
    from rag.records.reading import Period, report, summary

    told = summary(report(_records(settings), Period.of_days(arguments.days)))
    print(json.dumps(told, ensure_ascii=False) if arguments.json else "\n".join(f"{k}: {v}" for k, v in told.items()))


def _records_export(arguments: argparse.Namespace, settings: Settings) -> None:
    from rag.records.export import conversations

    rows = conversations(_records(settings))
    _replace(Path(arguments.out), rows)


def _records_delete(arguments: argparse.Namespace, settings: Settings) -> None:
    from rag.records import forget

    turns = forget(_records(settings), arguments.id)
    if not turns:
        raise InputError(f"{arguments.id}: no such conversation; `rag records export` lists them")
    print(f"deleted conversation {arguments.id}, {turns} {'turn' if turns == 1 else 'turns'}")


def _records(settings: Settings) -> Any:
    from rag.records import database_from

    database = database_from(settings)
    if database is None:
        raise InputError("RAG_RECORDS_URL=off: nothing is recorded; name the database to look at")
    return database


def _chatbot(settings: Settings) -> Any:
    from rag.chatbot import Chatbot

    return Chatbot.from_settings(settings)


def _inputs(
    arguments: argparse.Namespace, single: object, key: str, valid: Callable[[dict[str, Any]], bool]
) -> list[dict[str, Any]]:
    if bool(single) == bool(arguments.batch):
        raise InputError("give either one question or --batch IN.jsonl")
    if single:
        return [{"id": None, key: single}]
    try:
        lines = Path(arguments.batch).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{arguments.batch}: cannot be read ({error}); give a UTF-8 file of JSON lines") from error
    return [_row(arguments.batch, number, line, valid) for number, line in enumerate(lines, 1) if line.strip()]


def _row(path: str, number: int, line: str, valid: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise InputError(f"{path}:{number}: not JSON ({error})") from None
    if not isinstance(row, dict) or "id" not in row or not valid(row):
        raise InputError(f"{path}:{number}: needs an id and the fields that `--help` names")
    return row


def _outputs(
    arguments: argparse.Namespace,
    rows: Sequence[dict[str, Any]],
    answer: Callable[[dict[str, Any]], dict[str, Any]],
    plain: Callable[[dict[str, Any]], str],
) -> None:
    if not arguments.batch:
        row = answer(rows[0])
        print(json.dumps(row, ensure_ascii=False) if arguments.json else plain(row))
        return
    if not arguments.out:
        _write(sys.stdout, map(answer, rows))
        return
    _replace(Path(arguments.out), _counted(map(answer, rows), len(rows)))


def _replace(target: Path, rows: Iterable[dict[str, Any]]) -> None:
    partial = target.with_name(target.name + ".partial")  # a batch cut short leaves the old file whole
    try:
        with partial.open("w", encoding="utf-8") as file:
            _write(file, rows)
        partial.replace(target)
    except OSError as error:
        raise InputError(f"{target}: cannot be written ({error})") from error


def _write(file: TextIO, rows: Iterable[dict[str, Any]]) -> None:
    for row in rows:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _counted(rows: Iterable[dict[str, Any]], total: int) -> Iterator[dict[str, Any]]:
    show = _progress("answering")
    for done, row in enumerate(rows, 1):
        yield row
        show(done, total)


def _progress(what: str) -> Callable[[int, int], None]:
    """A counter that redraws itself in a terminal and stays silent elsewhere."""

    def show(done: int, total: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{what} {done}/{total}", end="\n" if done == total else "", file=sys.stderr, flush=True)

    return show
