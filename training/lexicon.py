"""Learn a small probabilistic English-Korean term lexicon from parallel sentences.

`python training/lexicon.py --pairs DIR --out FILE` reads DIR/*.tsv.gz (source, licence, English, Korean) and writes a
gzip table: English term, Korean term, p(Korean | English), p(English | Korean). A term is one search token, or two
with a blank between them ("graduat school"), so that BM25 over one language can be asked in the other by
probabilistic structured queries (Darwish and Oard 2003). The method is IBM model 1 (Brown et al. 1993) trained in
both directions by agreement (Liang, Taskar and Klein 2006), started from Dice coefficients.
"""

from __future__ import annotations

import argparse
import gzip
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import Stemmer
from kiwipiepy import Kiwi
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MAX_CHARACTERS = 400  # of either side; about 40 content words
MIN_COUNT = 2  # pairs in which a term stands
ROUNDS = 6
TRANSLATIONS = 5
MIN_PROBABILITY = 0.05
MIN_REVERSE = 0.002
MIN_EVIDENCE = 0.6  # expected number of pairs in which the two terms are aligned
MIN_COMPOUND = 2.5  # the same where either is a phrase

# Everyday language and prose about people, money and public life count most, program documentation least.
GENERAL = ("tatoeba", "sts", "jhe", "ncsoft_ctx", "cldr", "ms_curricula", "bitcoin-dot-org", "github/opensource.guide",
           "dair-ai", "huggingface/agents-course", "mozilla-l10n", "d2l-ai")  # fmt: skip
BUSINESS = ("ms_headings", "MicrosoftDocs/dynamics", "MicrosoftDocs/partner-center", "MicrosoftDocs/customer-insights",
            "AdobeDocs/commerce", "AdobeDocs/advertising", "AdobeDocs/marketo", "AdobeDocs/workfront",
            "isabella232/Compliance", "kaiachain", "klaytn", "moreal/learn", "woozet-cookbooks")  # fmt: skip
WEIGHTS = (1.0, 0.5, 0.17)
ENOUGH = (10**9, 300, 60)  # rows of a word after which a row of that tier has to show a scarcer word to be taken

ENGLISH_STOP = frozenset(
    """a about above after again against all also although always am an and any anything are aren as at be became
    because become been before being below between both but by came can cannot could couldn d did didn do does
    doesn doing don done down during each either else etc even ever every few for from further get gets getting
    go goes going gone got had hadn has hasn have haven having he her here hers herself him himself his how
    however i if in into is isn it its itself just let ll may maybe me might more most much must my myself need
    needs neither no nor not now of off on once only or other others otherwise our ours ourselves out over own
    per please quite re same shall she should shouldn so some something such t than that the their theirs them
    themselves then there therefore these they this those though through thus to too under until up upon us use
    used uses using ve very via was wasn we well were weren what whatever when whenever where whether which
    while who whom whose why will with within without won would wouldn yes yet you your yours yourself
    yourselves eg ie s m""".split()
)
KOREAN_STOP = frozenset(
    """하 되 있 없 않 같 이렇 그렇 그러 어떻 이러 어떠하 대하 위하 따르 통하 관하 의하 인하 경우 때문 자신
    여러분 당신""".split()
)
KOREAN_TAGS = frozenset(("NNG", "NNP", "NR", "VV", "VA", "XR", "SL"))
NOUN_TAGS = frozenset(("NNG", "NNP", "XR", "SL"))

WORD = re.compile(r"[A-Za-zÀ-ɏ]+")
CODE = re.compile(r"[\w.]*(?:[_\\/@#$<>{}=]|::|\w\.\w)\S*|\b\w*(?:[a-z][A-Z]|\d[A-Za-z]|[A-Za-z]\d)\w*")
HANGUL = re.compile(r"[가-힣]")


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence and its translation, with the tier of its source (0 everyday, 1 business, 2 program documentation)."""

    source: str
    licence: str
    tier: int
    english: str
    korean: str


@dataclass(frozen=True, slots=True)
class Side:
    """One language of a bitext as a ragged array: the tokens of pair i are `tokens[starts[i]:starts[i + 1]]`."""

    vocabulary: list[str]
    tokens: Ints
    starts: Ints


@dataclass(frozen=True, slots=True)
class Cells:
    """Every (English token, Korean token) that stand in the same pair; `link` numbers the distinct ones."""

    link: Ints
    english_at: Ints  # position in the English side's tokens
    korean_at: Ints
    weight: Floats
    english: Ints  # of each distinct link
    korean: Ints


@dataclass(frozen=True, slots=True)
class Entry:
    """A translation: p(korean | english) and p(english | korean)."""

    english: str
    korean: str
    forward: float
    backward: float

    @property
    def strength(self) -> float:
        """Harmonic mean of the two probabilities."""
        return 2 * self.forward * self.backward / (self.forward + self.backward)


def tell(message: str, *, since: float = time.monotonic()) -> None:
    """Say how far the work is, with the seconds since the start."""
    sys.stderr.write(f"[{time.monotonic() - since:6.1f} s] {message}\n")


def tier_of(source: str) -> int:
    """0 for everyday language, 1 for business prose, 2 for program documentation."""
    if source.startswith(GENERAL):
        return 0
    return 1 if source.startswith(BUSINESS) else 2


def read_pairs(folder: Path) -> Iterator[Pair]:
    """Human or unmarked translations of a fit length, in file order; machine translations are left out."""
    for path in sorted(folder.glob("*.tsv.gz")):
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
            for line in lines:
                source, licence, english, korean = line.rstrip("\n").split("\t")[:4]
                fits = max(len(english), len(korean)) <= MAX_CHARACTERS
                if "#MT" not in source and fits and HANGUL.search(korean):
                    yield Pair(source, licence, tier_of(source), english, korean)


def english_words(text: str) -> list[str]:
    """Lower-case words, "" where the chain of words breaks; code and identifiers are no words."""
    words: list[str] = []
    end = 0
    plain = CODE.sub(" . ", text)
    for match in WORD.finditer(plain):
        if plain[end : match.start()].strip(" -\t"):
            words.append("")
        words.append(match[0].lower())
        end = match.end()
    return words


def english_terms(texts: Sequence[str]) -> list[list[str]]:
    """Stems of the content words of each text, "" at breaks (function words and punctuation)."""
    stemmer = Stemmer.Stemmer("english")
    return [
        ["" if len(w) < 2 or w in ENGLISH_STOP else stemmer.stemWord(w) for w in english_words(text)] for text in texts
    ]


def korean_terms(texts: Sequence[str]) -> Iterator[list[str]]:
    """Content morphemes of each text, "" at breaks; only nouns that touch or share a phrase stay neighbours."""
    stemmer = Stemmer.Stemmer("english")
    kiwi = Kiwi(num_workers=1)
    for tokens in kiwi.tokenize(CODE.sub(" . ", text) for text in texts):
        terms: list[str] = []
        for token in tokens:
            tag = token.tag.partition("-")[0]
            form = stemmer.stemWord(token.form.lower()) if tag == "SL" else token.form
            known = tag in KOREAN_TAGS and form not in KOREAN_STOP
            if tag not in NOUN_TAGS:
                terms.append("")
            if known:
                terms.append(form)
            if tag not in NOUN_TAGS:
                terms.append("")
        yield terms


def choose(pairs: Iterable[Pair]) -> tuple[list[Pair], list[list[str]]]:
    """Distinct pairs and their English terms: of tier 1 and 2 only rows that show a word still scarce."""
    rows = sorted(dict.fromkeys(pairs), key=lambda pair: pair.tier)
    terms = english_terms([row.english for row in rows])
    total = Counter(term for row in terms for term in set(row))
    seen: Counter[str] = Counter()
    chosen: list[int] = []
    for i, row in enumerate(terms):
        words = {w for w in row if w and total[w] >= MIN_COUNT}
        if words and min(seen[w] for w in words) < ENOUGH[rows[i].tier]:
            seen.update(words)
            chosen.append(i)
    return [rows[i] for i in chosen], [terms[i] for i in chosen]


def collocations(rows: Sequence[Sequence[str]], least: int) -> frozenset[tuple[str, str]]:
    """Neighbouring terms that meet at least so often, and ten times as often as chance would have it."""
    single = Counter(term for row in rows for term in row if term)
    double = Counter(two for row in rows for two in pairwise(row) if all(two))
    total = sum(single.values())
    return frozenset(
        (a, b) for (a, b), n in double.items() if n >= least and n * total > 10 * single[a] * single[b] and a != b
    )


def merge(row: Sequence[str], phrases: frozenset[tuple[str, str]]) -> list[str]:
    """The row with its phrases joined into one term each, from left to right."""
    merged: list[str] = []
    i = 0
    while i < len(row):
        two = tuple(row[i : i + 2])
        merged.append(" ".join(two) if two in phrases else row[i])
        i += 2 if two in phrases else 1
    return merged


def number(rows: Sequence[Sequence[str]]) -> Side:
    """Terms as numbers, each once per pair; the rare and the empty ones are dropped."""
    sets = [sorted(set(row) - {""}) for row in rows]
    count = Counter(term for row in sets for term in row)
    vocabulary = sorted(term for term, n in count.items() if n >= MIN_COUNT)
    place = {term: i for i, term in enumerate(vocabulary)}
    kept = [[place[t] for t in row if t in place] for row in sets]
    starts = np.concatenate(([0], np.cumsum([len(row) for row in kept])))
    return Side(vocabulary, np.array([t for row in kept for t in row], dtype=np.int64), starts)


def cross(english: Side, korean: Side, weights: Floats) -> Cells:
    """Pair every English with every Korean token of the same sentence pair."""
    wide, high = np.diff(english.starts), np.diff(korean.starts)
    sizes = wide * high
    pair = np.repeat(np.arange(len(sizes)), sizes)
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    english_at = english.starts[pair] + within % wide[pair]
    korean_at = korean.starts[pair] + within // wide[pair]
    key = english.tokens[english_at] * len(korean.vocabulary) + korean.tokens[korean_at]
    distinct, link = np.unique(key, return_inverse=True)
    e, k = np.divmod(distinct, len(korean.vocabulary))
    return Cells(link, english_at, korean_at, weights[pair], e, k)


def tally(at: Ints, weight: Floats, size: int) -> Floats:
    """Sum of the weights at each of `size` places."""
    return np.bincount(at, weight, size).astype(np.float64)


def posterior(score: Floats, at: Ints, null: Floats) -> Floats:
    """Share of each cell in explaining the token at its position, next to the chance that nothing explains it."""
    return np.asarray(score / (tally(at, score, len(null)) + null)[at])


def presence(side: Side) -> Floats:
    """For each token of the side the share of pairs in which it stands: it may be there with no counterpart."""
    count = np.bincount(side.tokens, minlength=len(side.vocabulary))
    return np.asarray(count[side.tokens] / (len(side.starts) - 1))


def align(english: Side, korean: Side, cells: Cells, rounds: int) -> tuple[Floats, Floats]:
    """Expected number of alignments of each link, weighted and plain; a cell counts as far as both directions agree."""
    null_english, null_korean = presence(english), presence(korean)
    size = len(cells.english)
    count = tally(cells.link, cells.weight, size)
    n_english, n_korean = weighted_presence(english, korean, cells)
    forward = backward = 2 * count / (n_english[cells.english] + n_korean[cells.korean])
    for turn in range(rounds):
        to_korean = posterior(forward[cells.link], cells.korean_at, null_korean)
        to_english = posterior(backward[cells.link], cells.english_at, null_english)
        agreed = to_korean * to_english
        count = tally(cells.link, cells.weight * agreed, size)
        forward, backward = conditionals(cells, count)
        tell(f"  round {turn + 1}: {count.sum():,.0f} aligned")
    return count, tally(cells.link, agreed, size)


def weighted_presence(english: Side, korean: Side, cells: Cells) -> tuple[Floats, Floats]:
    """Weighted number of pairs in which each English and each Korean term stands."""
    first = np.zeros(len(english.tokens))
    first[cells.english_at] = cells.weight
    second = np.zeros(len(korean.tokens))
    second[cells.korean_at] = cells.weight
    return tally(english.tokens, first, len(english.vocabulary)), tally(korean.tokens, second, len(korean.vocabulary))


def conditionals(cells: Cells, count: Floats) -> tuple[Floats, Floats]:
    """p(korean | english) and p(english | korean) of each link; half an alignment is held back for the unseen."""
    of_english, of_korean = np.bincount(cells.english, count) + 0.5, np.bincount(cells.korean, count) + 0.5
    return count / of_english[cells.english], count / of_korean[cells.korean]


def learn(
    english: Sequence[Sequence[str]], korean: Sequence[Sequence[str]], weights: Floats, least: float
) -> list[Entry]:
    """All translations between the terms of two aligned lists of rows, aligned in `least` pairs at least."""
    left, right = number(english), number(korean)
    cells = cross(left, right, weights)
    tell(f"  {len(left.vocabulary):,} English and {len(right.vocabulary):,} Korean terms, {len(cells.link):,} cells")
    count, evidence = align(left, right, cells, rounds=ROUNDS)
    forward, backward = conditionals(cells, count)
    good = (np.maximum(forward, backward) >= MIN_PROBABILITY) & (np.minimum(forward, backward) >= MIN_REVERSE)
    chosen = np.flatnonzero(good & (evidence >= least))
    english_of = [left.vocabulary[e] for e in cells.english[chosen]]
    korean_of = [right.vocabulary[k] for k in cells.korean[chosen]]
    return list(map(Entry, english_of, korean_of, forward[chosen].tolist(), backward[chosen].tolist()))


def telling(phrases: Iterable[Entry], single: Iterable[Entry]) -> Iterator[Entry]:
    """Phrase entries strong both ways that say more than the first translations of their parts."""
    first: dict[str, Entry] = {}
    for entry in single:
        if entry.english not in first or entry.forward > first[entry.english].forward:
            first[entry.english] = entry
    for entry in phrases:
        compound = " " in entry.english or " " in entry.korean
        parts = entry.english.split()
        said = {first[part].korean for part in parts if part in first}.union(parts)
        firm = min(entry.forward, entry.backward) >= MIN_PROBABILITY
        if compound and firm and not said.issuperset(entry.korean.split()):
            yield entry


def best(entries: Iterable[Entry], term: Callable[[Entry], str]) -> set[Entry]:
    """The strongest translations of each term."""
    by_term: dict[str, list[Entry]] = {}
    for entry in entries:
        by_term.setdefault(term(entry), []).append(entry)
    return {e for some in by_term.values() for e in sorted(some, key=lambda e: -e.strength)[:TRANSLATIONS]}


def prune(entries: Iterable[Entry]) -> list[Entry]:
    """Drop what the reader's tokens match anyway, and all but the strongest of each term in either direction."""
    useful = [e for e in entries if e.english != e.korean and HANGUL.search(e.korean)]
    kept = best(useful, lambda e: e.english) & best(useful, lambda e: e.korean)
    return sorted(kept, key=lambda e: (e.english, -e.forward, e.korean))


def lexicon_of(english: Sequence[list[str]], korean: Sequence[list[str]], weights: Floats) -> list[Entry]:
    """The pruned lexicon of aligned rows of terms: single terms first, then phrases from rows with phrases joined."""
    single = learn(english, korean, weights, MIN_EVIDENCE)
    left, right = collocations(english, MIN_COUNT), collocations(korean, MIN_COUNT)
    tell(f"{len(left):,} English and {len(right):,} Korean phrases")
    joined = [merge(row, left) for row in english], [merge(row, right) for row in korean]
    double = learn(*joined, weights, MIN_COMPOUND)
    return prune([*single, *telling(double, single)])


def build(folder: Path) -> list[Entry]:
    """The lexicon of a folder of pairs."""
    pairs, english = choose(read_pairs(folder))
    tell(f"{len(pairs):,} pairs chosen")
    for licence, n in Counter(pair.licence for pair in pairs).most_common():
        tell(f"  {n:,} {licence}")
    korean = []
    for terms in korean_terms([pair.korean for pair in pairs]):
        korean.append(terms)
        if len(korean) % 50_000 == 0:
            tell(f"{len(korean):,} analysed")
    return lexicon_of(english, korean, np.array([WEIGHTS[pair.tier] for pair in pairs]))


def write(entries: Iterable[Entry], path: Path) -> None:
    """Write the table; the same entries give the same bytes."""
    text = "".join(f"{e.english}\t{e.korean}\t{e.forward:.3f}\t{e.backward:.3f}\n" for e in entries)
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pairs", type=Path, required=True, help="folder of .tsv.gz files: source, licence, en, ko")
    parser.add_argument("--out", type=Path, required=True, help="the lexicon to write (.tsv.gz)")
    arguments = parser.parse_args()
    entries = build(arguments.pairs)
    write(entries, arguments.out)
    terms, size = len({entry.english for entry in entries}), arguments.out.stat().st_size
    tell(f"{terms:,} English terms, {len(entries):,} rows, {size:,} bytes")


if __name__ == "__main__":
    main()
