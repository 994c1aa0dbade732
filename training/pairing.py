"""Makes pairs of query and passage, in either language and across: what translation pairs alone do not teach.

| kind | query | passage |
|---|---|---|
| sections | a heading or title | the sentences below it |
| contexts | a sentence | its neighbours, without it (inverse cloze task, Lee et al., ACL 2019) |
| questions | a question of a question set | the passage that answers it |
| paraphrases | a question | the same question in other words |
| inference | a premise | what follows from it; beside it what contradicts it |
| translations | a sentence | its translation |
| answers | a question | the sentence that answers it; beside it one of the same document that only seems to |
"""

from __future__ import annotations

import csv
import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, NamedTuple

from rag.errors import InputError
from training.guarding import Guard
from training.recipe import Pairing
from training.selecting import OWN_LICENCE, Pair, fault, lot, read_cells, read_pairs, read_rows
from training.stages import read_lines, write_json, write_lines

KINDS = ("sections", "contexts", "questions", "paraphrases", "inference", "translations", "answers")
COUNTS = "counts.json"
_ENDS = (".", "!", ":", ";", ",", "다", "요", "오")  # a line that ends so is no heading
_HEADING = range(2, 71)  # English characters
_TELLING = 30  # English characters of a sentence that tells what its context is about
_FEW = 4  # questions with one reply; a reply to more of them is a platitude
_LEAST, _MOST = 2, 12  # sentences of a passage


class Example(NamedTuple):
    """A query, the passage it should find, and where known a passage that it should not."""

    source: str
    licence: str
    anchor: str
    positive: str
    negative: str = ""


def build(
    folder: Path, parallel: Path, sets: Path, written: Path, guarded: Path, selected: Path, settings: Pairing, seed: int
) -> None:
    """The stage: writes a file for each kind, and counts by kind and licence."""
    guard = Guard.from_folder(guarded)
    counts: dict[str, dict[str, int]] = {}
    for kind, examples in kinds(parallel, sets, written, selected, settings, random.Random(seed)):
        taken = drawn(examples, guard, settings)
        counts[kind] = dict(Counter(each.licence for each in taken).most_common())
        _write(folder / f"{kind}.jsonl.gz", taken)
    write_json(folder / COUNTS, counts)


def kinds(
    parallel: Path, sets: Path, written: Path, selected: Path, settings: Pairing, chance: random.Random
) -> Iterator[tuple[str, Iterable[Example]]]:
    """Each kind with all its examples."""
    runs = [run for run in passages(read_rows(parallel, settings.rows)) if len(run.body) >= _LEAST]
    yield "sections", (each for run in runs for each in section(run, settings, chance))
    yield "contexts", (each for run in runs for each in context(run, settings, chance))
    yield "questions", questions(sets, settings)
    yield "paraphrases", paraphrases(sets)
    yield "inference", inference(sets)
    yield "translations", (each for pair in read_pairs(selected) for each in translations(pair, chance))
    yield "answers", answers(written)


def answers(folder: Path) -> Iterator[Example]:
    """Every DIR/*.tsv: question, answering sentence, another; raises InputError for a line of another form."""
    for place, source, cells in read_cells(folder):
        if len(cells) != 3 or not all(cells):
            raise InputError(f"{place}: has question, answering sentence and another, with tabs between")
        yield Example(source, OWN_LICENCE, *cells)


class Run(NamedTuple):
    """Neighbouring sentences of a document and, where one stands above them, their heading."""

    heading: Pair | None
    body: tuple[Pair, ...]


def passages(rows: Iterable[Pair]) -> Iterator[Run]:
    """The rows as they follow each other, cut at headings, at a change of source and at the greatest length."""
    for _, group in groupby(rows, key=lambda row: row.source):
        heading: Pair | None = None
        body: list[Pair] = []
        for row in group:
            if "#MT" in row.source or fault(row):
                continue
            if is_heading(row):
                yield Run(heading, tuple(body))
                heading, body = row, []
                continue
            body.append(row)
            if len(body) == _MOST:
                yield Run(heading, tuple(body))
                body = []
        yield Run(heading, tuple(body))


def is_heading(row: Pair) -> bool:
    """A short line that does not end as a sentence does; a question may be one."""
    return len(row.english) in _HEADING and not row.english.endswith(_ENDS) and not row.korean.endswith(_ENDS)


def section(run: Run, settings: Pairing, chance: random.Random) -> Iterator[Example]:
    """The heading with its section, once in one language and once across."""
    if run.heading:
        yield from _both_ways(run.heading, run.body, settings, chance)


def context(run: Run, settings: Pairing, chance: random.Random) -> Iterator[Example]:
    """A sentence with its neighbours, without itself."""
    at = chance.randrange(len(run.body))
    rest = (*run.body[:at], *run.body[at + 1 :])
    if len(rest) >= _LEAST and len(run.body[at].english) >= _TELLING:
        yield from _both_ways(run.body[at], rest, settings, chance)


def _both_ways(query: Pair, body: Sequence[Pair], settings: Pairing, chance: random.Random) -> Iterator[Example]:
    korean = " ".join(row.korean for row in body)[: settings.characters]
    english = " ".join(row.english for row in body)[: 2 * settings.characters]
    sides = [(query.korean, korean, english), (query.english, english, korean)]
    for across in (False, True):
        anchor, same, other = chance.choice(sides)
        yield Example(query.repository, query.licence, anchor, other if across else same)


def translations(pair: Pair, chance: random.Random) -> Iterator[Example]:
    """A pair in one of the two directions, so that retrieval does not cost what distillation taught."""
    sides = [pair.english, pair.korean]
    chance.shuffle(sides)
    yield Example(pair.repository, pair.licence, *sides)


def questions(folder: Path, settings: Pairing) -> Iterator[Example]:
    """Every `qa_*/qa.jsonl`: the question with title, text and table of its passage; none with a passage left out."""
    for path in sorted(folder.glob("qa_*/qa.jsonl")):
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            parts = (row.get("title"), row.get("context"), row.get("table"))
            passage = "\n".join(part.strip() for part in parts if part)
            if row.get("context"):
                yield Example(
                    path.parent.name, LICENCES[path.parent.name], row["question"], passage[: 2 * settings.characters]
                )


# Of data sets whose files do not say it; their SOURCE.md does.
LICENCES = {
    "qa_strategyqa_ko_facts": "Apache-2.0",
    "qa_tatqa_en": "CC-BY-4.0",
    "question_pair": "MIT",
    "chatbot": "MIT",
    "paraKQC": "CC-BY-SA-4.0",
    "xnli_ko": "CC-BY-SA-4.0",
    "klue_nli": "CC-BY-SA-4.0",
}


def paraphrases(folder: Path) -> Iterator[Example]:
    """Question pairs, groups of ten that ask the same, and chat lines with one reply."""
    home = folder / "para_ko"
    for row in _table(home / "kor_pair_train.csv"):
        if row["is_duplicate"] == "0":  # in this set 0 means the same, 1 means different
            yield _named("question_pair", row["question1"], row["question2"])
    groups = [line.split("\t")[-1] for line in _lines(home / "paraKQC_v1.txt")]
    yield from (_named("paraKQC", a, b) for at, (a, b) in enumerate(pairwise(groups), 1) if at % 10)
    replies: dict[str, list[str]] = {}
    for row in _table(home / "ChatbotData.csv"):
        replies.setdefault(row["A"], []).append(row["Q"])
    yield from (_named("chatbot", a, b) for asked in replies.values() if len(asked) <= _FEW for a, b in pairwise(asked))


def inference(folder: Path) -> Iterator[Example]:
    """A premise with its entailment and its contradiction."""
    home = folder / "nli_ko"
    for path in sorted(home.glob("xnli.*.tsv")):
        rows = list(csv.DictReader(_lines(path), delimiter="\t", quoting=csv.QUOTE_NONE))
        yield from _triplets("xnli_ko", ((row["sentence1"], row["gold_label"], row["sentence2"]) for row in rows))
    if (home / "klue-nli-dev.json").is_file():
        found = json.loads((home / "klue-nli-dev.json").read_text(encoding="utf-8"))
        yield from _triplets("klue_nli", ((row["premise"], row["gold_label"], row["hypothesis"]) for row in found))


def _triplets(source: str, rows: Iterable[tuple[str, str, str]]) -> Iterator[Example]:
    premises: dict[str, dict[str, str]] = {}
    for premise, label, hypothesis in rows:
        premises.setdefault(premise, {})[label] = hypothesis
    for premise, own in premises.items():
        if own.keys() >= {"entailment", "contradiction"}:
            yield Example(source, LICENCES[source], premise, own["entailment"], own["contradiction"])


def _named(source: str, anchor: str, positive: str) -> Example:
    return Example(source, LICENCES[source], anchor.strip(), positive.strip())


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8-sig").splitlines() if path.is_file() else []


def _table(path: Path) -> Iterator[Mapping[str, str]]:
    return csv.DictReader(_lines(path))


def drawn(examples: Iterable[Example], guard: Guard, settings: Pairing) -> list[Example]:
    """Distinct examples by lot, at most so many of a repository and of the kind, none from a development set."""
    seen: Counter[str] = Counter()
    taken: list[Example] = []
    for each in sorted(set(examples), key=lambda own: (lot(own.anchor + own.positive), own)):
        wanted = each.anchor != each.positive and seen[each.source] < settings.per_source
        if wanted and not any(map(guard.touches, each[2:])):
            seen[each.source] += 1
            taken.append(each)
        if len(taken) == settings.per_kind:
            break
    return taken


def _write(path: Path, examples: Iterable[Example]) -> None:
    write_lines(path, (json.dumps(each._asdict(), ensure_ascii=False) for each in examples))


def read_examples(folder: Path, kind: str) -> dict[str, list[Any]]:
    """The columns anchor, positive and, of a kind that has them, negative; raises InputError for an unknown kind."""
    if kind not in KINDS:
        raise InputError(f"{kind}: no kind of pair; there are {', '.join(KINDS)}")
    rows = [json.loads(line) for line in read_lines(folder / f"{kind}.jsonl.gz")]
    names = (
        ("anchor", "positive", "negative") if rows and all(row["negative"] for row in rows) else ("anchor", "positive")
    )
    return {name: [row[name] for row in rows] for name in names}
