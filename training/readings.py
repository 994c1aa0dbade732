"""Short documents written for this project, sentence by sentence in both languages, with questions and what answers them.

DIR/*.tsv has four columns, the last two Korean and English: `d`, a name, the title; `s`, a number, a sentence;
`q`, the numbers of the sentences that answer (0: none does), a question. A document goes on until the next `d`.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, Self

from rag.errors import InputError
from training.guarding import Guard
from training.selecting import read_cells
from training.stages import read_lines, write_lines

PAIRS = "pairs"  # the folder of what is to learn from as pairs, in the form of written/pairs
_READINGS = "readings.jsonl.gz"
_HELD = 10  # every so-manieth document is for measuring and teaches nothing
_NEGATIVES = 2  # other sentences of the document that an example has
LANGUAGES = (0, 1)  # places of Korean and English


class Asked(NamedTuple):
    """A question in both languages, and the places of the sentences that answer it, none where the document does not."""

    text: tuple[str, str]  # Korean, English
    answers: frozenset[int]


class Reading(NamedTuple):
    """A document and its questions."""

    sentences: tuple[tuple[str, str], ...]  # Korean, English
    questions: tuple[Asked, ...]

    def twins(self) -> Iterator[tuple[str, str]]:
        """Its sentences and questions, Korean and English."""
        return chain(self.sentences, (asked.text for asked in self.questions))

    def texts(self) -> Iterator[str]:
        """The same one after the other."""
        return chain.from_iterable(self.twins())

    def as_json(self) -> list[Any]:
        """Sentences and questions, as `from_json` takes them."""
        return [self.sentences, [[asked.text, sorted(asked.answers)] for asked in self.questions]]

    @classmethod
    def from_json(cls, content: list[Any]) -> Self:
        """The document that `as_json` wrote."""
        sentences, questions = content
        asked = (Asked(tuple(text), frozenset(answers)) for text, answers in questions)
        return cls(tuple(map(tuple, sentences)), tuple(asked))


def read_readings(folder: Path) -> Iterator[Reading]:
    """The documents of DIR/*.tsv in file order; raises InputError for a line of another form."""
    current: tuple[dict[str, tuple[str, str]], list[Asked]] | None = None
    for place, _, cells in read_cells(folder):
        if cells == [""]:
            continue
        if len(cells) != 4 or not all(cells) or cells[0] not in ("d", "s", "q"):
            raise InputError(f"{place}: has d, s or q, then name or numbers, Korean and English, with tabs between")
        kind, key, korean, english = cells
        if kind == "d":
            yield from _finished(current)
            current = {}, []
        elif current is None:
            raise InputError(f"{place}: stands before the first document; begin with a line d, name, title, title")
        elif kind == "s":
            current[0][key] = korean, english
        else:
            current[1].append(Asked((korean, english), _places(place, key, list(current[0]))))
    yield from _finished(current)


def _finished(document: tuple[dict[str, tuple[str, str]], list[Asked]] | None) -> Iterator[Reading]:
    if document is not None:
        sentences, questions = document
        yield Reading(tuple(sentences.values()), tuple(questions))


def _places(place: str, key: str, numbers: list[str]) -> frozenset[int]:
    wanted = [] if key == "0" else key.split(",")
    if unknown := [number for number in wanted if number not in numbers]:
        raise InputError(f"{place}: sentence {unknown[0]} is asked for, which the document does not have")
    return frozenset(map(numbers.index, wanted))


def learned(readings: Iterable[Reading]) -> Iterator[Reading]:
    """Those to learn from."""
    return (reading for at, reading in enumerate(readings) if at % _HELD)


def held(readings: Iterable[Reading]) -> Iterator[Reading]:
    """Those for measuring."""
    return (reading for at, reading in enumerate(readings) if not at % _HELD)


def build(folder: Path, written: Path, guarded: Path) -> None:
    """The stage: writes the documents that share nothing with a development set, and what is to learn from them as pairs."""
    guard = Guard.from_folder(guarded)
    clean = [own for own in read_readings(written) if not any(map(guard.touches, own.texts()))]
    write_lines(folder / _READINGS, (json.dumps(reading.as_json(), ensure_ascii=False) for reading in clean))
    rows = [f"{english}\t{korean}\n" for reading in learned(clean) for korean, english in reading.twins()]
    (folder / PAIRS).mkdir(exist_ok=True)
    (folder / PAIRS / "readings.tsv").write_text("".join(rows), encoding="utf-8")


def read_built(folder: Path) -> list[Reading]:
    """The documents of a finished stage."""
    return [Reading.from_json(json.loads(line)) for line in read_lines(folder / _READINGS)]


def examples(readings: Iterable[Reading], seed: int) -> dict[str, list[str]]:
    """Columns anchor (a question), positive (a sentence that answers it), negative_1 and so on (others of the document)."""
    chance = random.Random(seed)
    rows = [row for reading in readings for row in _rows(reading, chance)]
    names = ("anchor", "positive", *(f"negative_{number + 1}" for number in range(_NEGATIVES)))
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


def _rows(reading: Reading, chance: random.Random) -> Iterator[list[str]]:
    """Each question in both languages, over the text in its own language or, by lot, in the other."""
    for asked in reading.questions:
        across = chance.random() < 0.5
        others = [at for at in range(len(reading.sentences)) if at not in asked.answers]
        if asked.answers and len(others) >= _NEGATIVES:
            for language in LANGUAGES:
                places = [chance.choice(sorted(asked.answers)), *chance.sample(others, _NEGATIVES)]
                text = 1 - language if across else language
                yield [asked.text[language], *(reading.sentences[at][text] for at in places)]


def counts(folder: Path) -> dict[str, int]:
    """What a finished stage holds."""
    found = read_built(folder)
    asked = [question for reading in found for question in reading.questions]
    return {
        "documents": len(found),
        "held": sum(1 for _ in held(found)),
        "questions": len(asked),
        "unanswerable": sum(not question.answers for question in asked),
    }
