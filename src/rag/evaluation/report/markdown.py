"""The report as Markdown: the summary of a job, or a comment below a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from rag.evaluation.report.causes import Cause, causes_of
from rag.evaluation.report.escaping import markdown_text
from rag.evaluation.report.tables import Row, metric_rows, slice_map
from rag.evaluation.report.view import STATES, SYMPTOMS, Pair, Report, State, lead_of

SUMMARY_BYTES = 1_000_000  # a job summary may have 1 MiB
COMMENT_BYTES = 63_000  # a comment 65,536 characters
_CLOSING = 400  # bytes kept free for the line that says what was left out
_QUESTION, _ANSWER, _REASON = 160, 900, 300  # characters shown
_WORST = 12  # slices
_MARKS = {"worse": "▼", "better": "▲"}
_SIGNS = {"Passed": "✅", "Blocked": "❌", "Not comparable": "⚠️", "The run itself failed": "⚠️"}
_TURNS: tuple[State, ...] = ("broken", "mended", "failing")


def summary_of(report: Report, most: int = SUMMARY_BYTES) -> str:
    """The report in at most `most` bytes of UTF-8: the verdict always, then as many turns as there is room for."""
    parts = [*_head(report)]
    size = sum(len(part.encode()) + 1 for part in parts)
    room = most - size - _CLOSING
    left_out = 0
    for state in _TURNS:
        told, missing, room = _turns(report, state, room)
        parts += told
        left_out += missing
    if left_out:
        parts.append(f"\n*{left_out} more turns have no room here; the HTML report has them.*\n")
    return "\n".join(parts)


def _head(report: Report) -> Iterator[str]:
    sign = _SIGNS.get(report.verdict, "📋")
    yield f"## {sign} {report.verdict}: {markdown_text(report.title, 100)}\n"
    yield f"{lead_of(report)}\n"
    findings = report.comparison.findings if report.comparison else ()
    for finding in findings[:20]:
        yield f"- **{finding.kind}** {markdown_text(finding.text, _REASON)}"
    if len(findings) > 20:
        yield f"- and {len(findings) - 20} more"
    yield "\n" + _metrics(report)
    causes = causes_of(report)
    if causes:
        yield f"### What {'broke' if report.comparison else 'is wrong'}\n"
        yield from (f"- {_cause(cause)}" for cause in causes)
        yield ""
    yield from _slices(report)


def _metrics(report: Report) -> str:
    rows, _ = metric_rows(report)
    if report.comparison is None:
        head = "| Metric | Now | 95 % interval | Turns |\n|---|--:|--:|--:|\n"
        return head + "".join(
            f"| {_name(row.metric)} | {_percent(row.value)} | {_percent(row.low)} to {_percent(row.high)} | {row.n} |\n"
            for row in rows
        )
    head = "| | Metric | Before | Now | Change | 95 % interval | Turns |\n|---|---|--:|--:|--:|--:|--:|\n"
    return head + "".join(map(_metric, rows))


def _metric(row: Row) -> str:
    return (
        f"| {_MARKS.get(row.verdict, '')} | {_name(row.metric)} | {_percent(row.before or 0.0)} | {_percent(row.value)} "
        f"| {_signed(row.change or 0.0)} | {_signed(row.change_low)} to {_signed(row.change_high)} | {row.n} |\n"
    )


def _cause(cause: Cause) -> str:
    spots = ", ".join(f"{markdown_text(spot.name)}: {spot.broken} of {spot.of}" for spot in cause.spots)
    return f"**{len(cause.pairs)}** {SYMPTOMS[cause.symptom]}{f' ({spots})' if spots else ''}"


def _slices(report: Report) -> Iterator[str]:
    """The slices, of turns enough, in which fewer are right than before."""
    slices, _ = slice_map(report, ["correct"])
    lost = [(row.name, cell) for row in slices[1:] if (cell := row.cells[0]) and cell.worse and not cell.small]
    if lost:
        yield f"<details><summary>Slices that got worse ({len(lost)})</summary>\n"
        yield "| Slice | Correct | Change | Turns |\n|---|--:|--:|--:|"
        for name, cell in lost[:_WORST]:
            yield f"| {markdown_text(name)} | {_percent(cell.value)} | {_signed(cell.change or 0.0)} | {cell.n} |"
        yield "\n</details>\n"


def _turns(report: Report, state: State, room: int) -> tuple[list[str], int, int]:
    """The turns of a state as collapsed sections, how many had no room, and the room left."""
    pairs = report.of(state)
    title = f"### {STATES[state].capitalize()}: {len(pairs)}\n"
    told: list[str] = []
    for number, pair in enumerate(pairs):
        section = _turn(pair)
        room -= len(section.encode()) + 1
        if room < len(title.encode()):
            return ([title, *told] if told else []), len(pairs) - number, 0
        told.append(section)
    return ([title, *told] if told else []), 0, room - len(title.encode())


def _turn(pair: Pair) -> str:
    turn = pair.now
    critical = "<b>critical</b> " if turn.critical else ""
    why = SYMPTOMS.get(pair.symptom, "")
    lines = [
        f"<details><summary>{critical}{markdown_text(turn.question, _QUESTION)}{f' — {why}' if why else ''}</summary>\n",
        "| | |\n|---|---|",
        f"| Turn | {markdown_text(turn.key)} |",
    ]
    if turn.reasons or turn.error:
        lines.append(f"| Wrong | {markdown_text(turn.error or '; '.join(turn.reasons), _REASON)} |")
    if pair.before is not None:
        lines.append(f"| Before | {markdown_text(pair.answer_before or pair.before.status, _ANSWER)} |")
    lines.append(f"| Now | {markdown_text(turn.answer or turn.status, _ANSWER)} |")
    return "\n".join([*lines, "\n</details>"])


def _name(metric: str) -> str:
    return metric.replace("_", " ")


def _percent(value: float) -> str:
    return f"{value * 100:.1f}"


def _signed(value: float) -> str:
    return "0.0" if abs(value) < 0.0005 else f"{value * 100:+.1f}".replace("-", "−")
