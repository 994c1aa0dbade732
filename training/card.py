"""The model card: every number comes from a run's report or from the results that others published; nothing is typed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from training.stages import read_json

PUBLISHED = Path(__file__).with_name("published.json")
CARD = "README.md"
Report = Mapping[str, Any]
_INTENT = """Sentence vectors for search in Korean and English and across the two, without a network: the dense side of this
project's index. Cosine is the similarity{shorter}."""
_SHORTER = "; the first 256 or 128 numbers of a vector, scaled to length 1, are a vector too"
_LIMITS = """- Passages longer than {longest} pieces are cut; the index of this project encodes sentences, which are shorter.
- Most training pairs come from program documentation; news, finance and everyday language only from those written for it.
- The teacher knows English only: what it cannot tell apart in English, the student cannot tell apart in Korean.
- Questions were brought to their passages by {questions} examples. Words beat this model within a language: use it beside BM25.
- Cosines are no probabilities, and no fact is checked by them."""


def write(folder: Path, report: Report, others: Sequence[Report], variance: Sequence[Report]) -> None:
    """Write the card of a run into its model's folder."""
    (folder / CARD).write_text(text(report, others, variance), encoding="utf-8")


def text(report: Report, others: Sequence[Report], variance: Sequence[Report]) -> str:
    """The whole card, in Markdown."""
    sections = {
        "What it is for": _INTENT.format(shorter=_SHORTER if report["recipe"]["retrieval_stage"] else ""),
        "What it is": _facts(report),
        "Data": _data(report),
        "Recipe": _recipe(report),
        "Results": _results(report),
        "Which sentence answers": _answers(report),
        "Beside published models": _beside(report),
        "What each idea is worth": _ablations(report, others),
        "Over seeds": _variance(variance),
        "Limits": _LIMITS.format(longest=256, questions=f"{sum(report['examples'].get('questions', {}).values()):,}"),
        "Making it again": _again(report),
    }
    head = f"# Korean/English sentence encoder, recipe `{report['recipe']['name']}`\n"
    return "\n".join([head, *(f"## {name}\n\n{body}\n" for name, body in sections.items())])


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; numbers from 1,000 get a comma."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(f"{c:,}" if isinstance(c, int) else str(c) for c in line) + " |" for line in lines
    )


def _facts(report: Report) -> str:
    facts = report["facts"]
    kind = "a bag of word pieces, no attention" if facts["static"] else "a BERT body with mean pooling"
    prompts = ", ".join(f"{name}: `{prompt}`" for name, prompt in facts["prompts"].items() if prompt) or "none"
    rows = [
        ("kind", kind),
        ("numbers of a vector", facts["dimensions"]),
        ("pieces", facts["pieces"]),
        ("parameters", facts["parameters"]),
        ("files", f"{facts['megabytes']} MB, half precision; to be computed in single"),
        ("prompts", prompts),
        ("a query, two threads", f"{report['measured']['query_ms']} ms (median)"),
        ("SHA-256 of model.safetensors", f"`{facts['sha256']}`"),
    ]
    return table(("", ""), rows)


def _data(report: Report) -> str:
    """What this run learned from, and before it the one it goes on from."""
    before = report.get("before")
    if not before:
        return _learned(report)
    first, then = (each["recipe"]["name"] for each in (before, report))
    return f"### Recipe `{first}`\n\n{_data(before)}\n\n### Then recipe `{then}`\n\n{_learned(report)}"


def _learned(report: Report) -> str:
    pairs = report["pairs"]
    dropped = ", ".join(f"{reason} {count:,}" for reason, count in pairs["dropped"].items() if count)
    sources = [(row["source"], row["licence"], row["pairs"]) for row in pairs["by_source"]]
    examples = [(kind, licence, n) for kind, own in report["examples"].items() for licence, n in own.items()]
    return "\n\n".join(
        [
            f"Sentence pairs: {pairs['kept']:,} of {pairs['read']:,} read. Left out: {dropped or 'none'}. "
            "No text of a development set, nor eight words in a row of one, is in the data.",
            table(("licence", "pairs"), pairs["by_licence"].items()),
            "Pairs of query and passage, made from the same sentences and from question, paraphrase and inference sets:",
            table(("kind", "licence", "pairs"), examples)
            if examples
            else "None: this run left the retrieval stage out.",
            *_readings(report),
            "<details><summary>Sentence pairs by source</summary>",
            table(("source", "licence", "pairs"), sources),
            "</details>",
        ]
    )


def _readings(report: Report) -> Iterable[str]:
    if found := report.get("readings"):
        yield (
            f"Documents written for this project in both languages, sentence by sentence, with questions and the sentences that "
            f"answer them (Apache-2.0): {found['documents']:,} with {found['questions']:,} questions, {found['unanswerable']:,} of "
            f"them without an answer. {found['held']:,} documents are held back for measuring."
        )


def _recipe(report: Report) -> str:
    """How this run taught, and before it the one it goes on from."""
    before = report.get("before")
    return (
        f"{_recipe(before)}\n\nThen recipe `{report['recipe']['name']}`:\n\n{_taught(report)}"
        if before
        else _taught(report)
    )


def _taught(report: Report) -> str:
    recipe = report["recipe"]
    plans = [("embeddings", recipe["embedding_stage"]), ("body", True), ("retrieval", recipe["retrieval_stage"])]
    rows = [
        (
            name,
            own["steps"] or f"{own['epochs']:g} epochs",
            own["batch"],
            f"{own['rate']:g}",
            own["pieces"],
            report["seconds"][name],
        )
        for name, done in plans
        if done and (own := recipe[name])
    ]
    made = (
        "the mean of the English pieces it co-occurs with, weighted by squared Dice"
        if recipe["start"]["dice"]
        else "random numbers"
    )
    start = (
        "The pieces and weights are those of the run before"
        if report.get("before")
        else f"A new piece starts as {made}"
    )
    resumed = (
        f" Interrupted and resumed, so their seconds are of the last go: {', '.join(report['resumed'])}."
        if report["resumed"]
        else ""
    )
    asked = (
        "; questions of the readings are ranked against sentences of their document and of the batch"
        if report.get("readings")
        else ""
    )
    ranking = f"; then in-batch ranking at {recipe['dimensions']} numbers" if recipe["retrieval_stage"] else ""
    return (
        f"Teacher: all-MiniLM-L6-v2 (Apache-2.0) on the English side. {start}. Loss: 1 - cos to the "
        f"teacher's vector + 0.1 in-batch cross-entropy at scale 20{asked}{ranking}. "
        f"English batches: {recipe['english']:.0%} for a transformer, half for a static student. Seed {recipe['seed']}.{resumed}\n\n"
        + table(("stage", "length", "batch", "rate", "pieces", "seconds"), rows)
    )


def _results(report: Report) -> str:
    most = report["recipe"]["measured"]
    rows = [
        (row["set"], row["measure"], f"{100 * row['value']:.1f}", row["size"]) for row in report["measured"]["rows"]
    ]
    note = f"The first {most:,} rows of each set only: not to be compared with anything.\n\n" if most else ""
    return note + table(("development set", "measure", "x100", "size"), rows)


def _answers(report: Report) -> str:
    held, scored = report["readings"]["held"], report["scored"]
    names = {"cosine": "cosine", "matrix": "with the matrix in `answers.safetensors`"}
    rows = [
        (names[name], *(f"{100 * own[key]:.1f}" for key in ("first", "told_apart"))) for name, own in scored.items()
    ]
    columns = (
        "",
        "a sentence that answers comes first, %",
        "an answerable question scores above an unanswerable one, %",
    )
    return f"On {held:,} documents held back, questions and documents in both languages and across:\n\n" + table(
        columns, rows
    )


def _beside(report: Report) -> str:
    own = {(row["set"], row["measure"]): row["value"] for row in report["measured"]["rows"]}
    published = read_json(PUBLISHED)
    columns = [column for column in published["columns"] if (column["set"], column["measure"]) in own]
    if not columns or report["recipe"]["measured"]:
        return "None of the sets with published numbers was measured in full."
    mine = ("**this model**", *(f"{100 * own[column['set'], column['measure']]:.1f}" for column in columns))
    rows = [(model["name"], *(model["values"][column["name"]] for column in columns)) for model in published["models"]]
    return f"{published['source']}\n\n" + table(("model", *(column["name"] for column in columns)), [mine, *rows])


def _ablations(report: Report, others: Sequence[Report]) -> str:
    if not others:
        return "No other run of this size has been measured; `python -m training --without IDEA` makes one."
    runs = [report, *others]
    keys = [(row["set"], row["measure"]) for row in report["measured"]["rows"] if _telling(row["measure"])]
    rows = [(_name(each), *(_value(each, key) for key in keys)) for each in runs]
    return table(("run", *(f"{name}, {measure}" for name, measure in keys)), rows)


def _telling(measure: str) -> bool:
    """One measure a set is enough to compare by."""
    return measure.startswith("accuracy") or measure == "Spearman" or measure.endswith("nDCG@10")


def _name(report: Report) -> str:
    return f"{report['recipe']['name']}, seed {report['recipe']['seed']}"


def _value(report: Report, key: tuple[str, str]) -> str:
    found = [row["value"] for row in report["measured"]["rows"] if (row["set"], row["measure"]) == key]
    return f"{100 * found[0]:.1f}" if found else "not measured"


def _variance(rows: Sequence[Report]) -> str:
    if not rows:
        return "Not measured for this recipe; `python -m training --seeds 3` does."
    cells = [(r["set"], r["measure"], r["runs"], f"{100 * r['mean']:.1f} ± {100 * r['deviation']:.1f}") for r in rows]
    return table(("set", "measure", "runs", "x100, mean ± standard deviation"), cells)


def _again(report: Report) -> str:
    name = report["recipe"]["name"].partition("-")[0]
    options = "" if name == "full" else f"--{name} "
    start = "--from MODEL " if report.get("before") else ""
    return (
        f"`python -m training {options}{start}--data DIR` in a checkout of the project; training/README.md says what it needs. "
        "The stages' checksums are in the folder names of its output, the whole recipe and all numbers of this card in run.json."
    )
