"""Citations, and the check that a sentence is borne out by the words it cites."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rag.figures import Figure, find_figures, unsupported
from rag.glossary import Glossary
from rag.text import Analyzer
from rag.types import Citation, Language, Passage, Sentence

SECTION_SEPARATOR = " › "
MARKER = re.compile(r"\[(\d{1,3})\]")
_STEM = 6  # letters that words of one stem share
LEAST_OVERLAP = 0.3  # share of a sentence's words that the cited words of the same language must hold

_LATIN = r"[A-Za-zÀ-ɏ]"
_WORD = re.compile(rf"{_LATIN}[A-Za-zÀ-ɏ0-9]*(?:[&'’.-][A-Za-z0-9À-ɏ]+)*")
_HANGUL = re.compile(r"[가-힣]+")
_PARENTHESIS = re.compile(r"[(（][^()（）]*[)）]")
_NO_NAMES = {"mr", "mrs", "ms", "dr", "prof", "professor", "i"}
_GENERIC = {"group", "company", "corporation", "corp", "inc", "ltd", "co", "city", "government", "report", "index"}
_FUNCTION_WORDS = set(
    """a about above according across after again against all almost already also although among an and another
    any approximately around as at average based because before below besides between both but by compared
    despite during each either even every few finally first following for four from further he her here his how
    however if in including instead it its last later many meanwhile more moreover most much nearly neither new
    no none nor not now of on once one only or other others our out over overall per roughly second several she
    similarly since so some still such than that the their them then there therefore these they third this those
    three through thus to together total two under unlike until up we what when where whether which while who
    whose why with within without yet you""".split()
)
_OPENERS = set(
    """companies domestic experts firms foreign global growth international investment investors local officials
    participants people plans recent research researchers results revenue sales scholars sources spending
    startups students support table universities workers""".split()
)
_KOREAN_CUES = re.compile(
    r"[가-힣A-Za-z0-9]+(?:그룹|전자|자동차|대학교|대학원|연구원|연구소|재단|은행|협회|진흥원|센터|특별시|광역시)"
    r"|(?<![가-힣])(?!\S{0,2}(?:대학|기업|그룹))[가-힣]{2,4}"
    r"(?=\s?(?:대표(?!적|팀)|소장|회장|교수|총장|원장|의장|박사|장관|대통령))"
    r"|(?<=[‘“「『《〈])[^’”」』》〉]{2,40}(?=[’”」』》〉])"
)
_NEGATIONS = re.compile(
    r"않|없|(?<!뿐만 )(?<!뿐 )아니|못하|못한|못했|불가능|(?<![가-힣])안 [가-힣]"
    r"|\b(?:not(?! only)|no(?!\.\s?\d)|never|none|neither|nor|without|cannot)\b|n['’]t\b",
    re.IGNORECASE,
)
_RISE = re.compile(
    r"증가|늘어|늘었|상승|성장|확대|커졌|커진|올랐|\b(?:rose|risen?|rising|grew|grow(?:n|th|ing|s)?|increas\w+|up)\b",
    re.IGNORECASE,
)
_FALL = re.compile(
    r"감소|줄어|줄었|하락|축소|떨어|작아|내렸"
    r"|\b(?:fell|fall(?:en|ing|s)?|declin\w+|decreas\w+|dropp?\w*|shr[aiu]nk\w*|down)\b",
    re.IGNORECASE,
)
_SOURCE_WORDS = re.compile(
    r"report|publish|as of|according|survey|article|index|보고서|발표|기준|자료|보도|조사|기사|지수", re.IGNORECASE
)
_OPENING = re.compile(r"(?:^|[.!?:]\s)[\s\"'“‘(]*$")
_CLAUSE = re.compile(r"[,;:()]|(?<=[가-힣])(?:지만|으나|는데|며|고)\s|\b(?:but|while|although|whereas)\b")


# The spans of a passage overlap, so that a sentence meets each line many times.
_absent = lru_cache(maxsize=4096)(unsupported)


@dataclass(frozen=True, slots=True)
class Span:
    """Sentences `first` to `last`, both included, of a passage."""

    passage: Passage
    first: int
    last: int

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences."""
        return self.passage.sentences[self.first : self.last + 1]

    @property
    def text(self) -> str:
        """The readable text."""
        return " ".join(sentence.text for sentence in self.sentences)


@dataclass(frozen=True, slots=True)
class Support:
    """What of a sentence the words it cites do not bear out."""

    figures: tuple[str, ...] = ()  # found nowhere, or only beside other names or years
    names: tuple[str, ...] = ()
    reversed: bool = False  # one denies what the other says, or one rises where the other falls
    overlap: bool = True  # whether they have words in common, as far as they are in one language

    def __bool__(self) -> bool:
        return not self.problems and self.overlap

    @property
    def problems(self) -> int:
        """How many figures and names are not borne out, and one for a contradiction."""
        return len(self.figures) + len(self.names) + self.reversed


def make_citation(marker: int, passage: Passage, sentences: tuple[int, int], text: str, label: str) -> Citation:
    """The citation of sentences (first, last) of a passage; `text` is the document as read, `label` its shown name."""
    start, end = passage.sentences[sentences[0]].start, passage.sentences[sentences[1]].end
    source = passage.source
    return Citation(
        marker, label, source.title, source.publisher, source.published, source.as_of,
        SECTION_SEPARATOR.join(passage.heading), passage.id, text[start:end], start, end, source.url, source.language,
    )  # fmt: skip


def renumber(text: str, numbers: Mapping[int, Sequence[int]]) -> str:
    """The text with each marker `[n]` replaced by those it becomes; without entry, or twice in a row, it vanishes."""

    def replaced(run: re.Match[str]) -> str:
        old = [int(number) for number in MARKER.findall(run.group())]
        new = dict.fromkeys(n for number in old for n in numbers.get(number, ()))
        return run["space"] * bool(new) + "".join(f"[{n}]" for n in new)

    return re.sub(r"(?P<space>\s*)\[\d{1,3}\](?:\s*\[\d{1,3}\])*", replaced, text)


def never_same(name: str, text: str) -> bool:
    """No name has another form."""
    return False


def glossary_names(glossary: Glossary) -> Callable[[str, str], bool]:
    """Whether a text holds a name in any of the forms that the glossary lists."""

    def same_name(name: str, text: str) -> bool:
        entries = {entry for entry, _, _ in glossary.find(name)}
        return any(entry in entries for entry, _, _ in glossary.find(text))

    return same_name


def ordinary_words(texts: Iterable[str]) -> frozenset[str]:
    """The words that texts write in lower case, and their stems: no names, even at the start of a sentence."""
    words = {word for text in texts for word in re.findall(r"\b[a-z]{3,}\b", text)}
    return frozenset(words | {word[:_STEM] for word in words})


def korean_cues(text: str) -> tuple[str, ...]:
    """Korean names that show themselves: by their last syllables, a person's office, or quotation marks."""
    return tuple(match.group() for match in _KOREAN_CUES.finditer(text))


def analysed_names(analyzer: Analyzer) -> Callable[[str], tuple[str, ...]]:
    """Korean proper nouns by morphemes, and those that show themselves."""

    def names(text: str) -> tuple[str, ...]:
        found = (text[term.start : term.end] for term in analyzer.terms(text) if term.tag == "NNP")
        return (*korean_cues(text), *(name for name in found if _HANGUL.search(name)))

    return names


@dataclass(frozen=True, slots=True)
class Checker:
    """Checks sentences against what they cite. Names and their other forms are found by what is passed in."""

    same_name: Callable[[str, str], bool] = never_same  # (name, text): does the text hold the name in another form?
    korean_names: Callable[[str], Iterable[str]] = korean_cues
    ordinary: frozenset[str] = frozenset()  # see `ordinary_words`

    def support(self, sentence: str, cited: Sequence[Span]) -> Support:
        """Whether the cited spans bear out a sentence (without its markers)."""
        names = self.names(sentence)
        lines = [line.text for span in cited for line in span.sentences]
        around = "\n".join(_around(span.passage) for span in cited)
        everything = "\n".join([*lines, around])
        claim = _blanked(sentence)
        foreign = any(span.passage.language != sentence_language(sentence) for span in cited)
        if foreign:
            names = tuple(name for name in names if self._can_cross(name, sentence))
        return Support(
            tuple(figure.text for figure in self._figures(sentence, names, lines, around)),
            tuple(name for name in names if not self._stands(name, everything)),
            _reversed(sentence, lines),
            foreign or overlap(claim, everything) >= LEAST_OVERLAP,
        )

    def best_span(self, sentence: str, passage: Passage) -> Span:
        """The fewest sentences of a passage that bear out a sentence, of these the most alike; else the nearest."""
        size, claim = len(passage.sentences), _blanked(sentence)
        costs: dict[tuple[int, float, int], Span] = {}
        for length in range(1, size + 1):
            for first in range(size - length + 1):
                span = Span(passage, first, first + length - 1)
                problems = self.support(sentence, [span]).problems
                costs[problems, -overlap(claim, span.text) / length, first + size * length] = span
            if min(costs)[0] == 0:
                break
        return costs[min(costs)]

    def names(self, text: str) -> tuple[str, ...]:
        """The names in a text, figures left out: capitalised words, neighbours together, and Korean proper names."""
        plain = _blanked(text)
        phrases: list[list[re.Match[str]]] = []
        for match in _WORD.finditer(plain):
            if not any(letter.isupper() for letter in match.group()) or match.group().lower() in _NO_NAMES:
                continue
            if phrases and plain[phrases[-1][-1].end() : match.start()] == " ":
                phrases[-1].append(match)
            else:
                phrases.append([match])
        latin = (self._phrase(plain, phrase) for phrase in phrases)
        return tuple(dict.fromkeys([*filter(None, latin), *self.korean_names(plain)]))

    def _phrase(self, text: str, words: Sequence[re.Match[str]]) -> str:
        """The words as one name, without an ordinary word that is capitalised as the first of its sentence."""
        first = words[0].group()
        plain = first == first.capitalize() and bool(_OPENING.search(text[: words[0].start()]))
        if plain and (
            first.lower() in _FUNCTION_WORDS | _OPENERS or {first.lower(), first.lower()[:_STEM]} & self.ordinary
        ):
            words = words[1:]
        return text[words[0].start() : words[-1].end()] if words else ""

    def _can_cross(self, name: str, sentence: str) -> bool:
        """Whether a name can be looked for in the other language: not a Korean loan word taken for a name."""
        return not _HANGUL.search(name) or self.same_name(name, name) or name in korean_cues(sentence)

    def _stands(self, name: str, text: str) -> bool:
        if _HANGUL.search(name):
            return _squeezed(name) in _squeezed(text) or self.same_name(name, text)
        parts = [part for part in _latin_words(name) if part not in _GENERIC] or _latin_words(name)
        lines = [(line, _latin_words(line)) for line in text.split("\n")]
        together = any(
            all(_written(part, words) or self.same_name(part, line) for part in parts) for line, words in lines
        )
        return together or self.same_name(name, text)

    def _figures(self, sentence: str, names: Sequence[str], lines: Sequence[str], around: str) -> list[Figure]:
        """The figures that stand in no cited line, or only in lines that speak of something else.

        A date may also come from the headings or the dates of the source, when the lines have none, or it is said to
        be the date of the source.
        """
        absent = [_absent(sentence, line) for line in lines]
        outside = _absent(sentence, around)
        dated = any(_years(_PARENTHESIS.sub(" ", line)) for line in lines)
        agreeing = [self._agrees(line, sentence, names) for line in lines]

        def borne_out(figure: Figure) -> bool:
            if figure.kind == "date" and figure not in outside and (not dated or _of_source(figure, sentence)):
                return True
            holding = [agrees for agrees, missing in zip(agreeing, absent, strict=True) if figure not in missing]
            return any(holding) or (figure.kind == "date" and bool(holding))

        together = _absent(sentence, "\n".join(lines))
        return [f for f in find_figures(sentence) if not borne_out(f) and (f in together or f.high is None)]

    def _agrees(self, line: str, sentence: str, names: Sequence[str]) -> bool:
        """Whether a line speaks of what a sentence speaks of: shares a name and a year, or has none."""
        bare = _PARENTHESIS.sub(" ", line)
        rivals = [name for name in self.names(bare) if not self._stands(name, sentence)]
        if rivals and names and not any(self._stands(name, line) for name in names):
            return False
        years = _years(sentence)
        return not years or not _years(bare) or bool(years & _years(line))


def sentence_language(text: str) -> Language:
    """The language a sentence is written in, which may hold names of the other: Korean if a third of its words are."""
    words = [word for word in text.split() if any(letter.isalpha() for letter in word)]
    return "ko" if 3 * sum(bool(_HANGUL.search(word)) for word in words) >= len(words) > 0 else "en"


def overlap(claim: str, evidence: str) -> float:
    """Share of a claim's words that stand in the evidence: English by their first letters, Korean by syllable pairs."""
    said = _tokens(claim)
    return len(said & _tokens(evidence)) / len(said) if said else 1.0


def _tokens(text: str) -> set[str]:
    words = (word[:5] for word in _latin_words(text) if word not in _FUNCTION_WORDS)
    return {*words, *("".join(pair) for word in _HANGUL.findall(text) for pair in pairwise(word))}


def _around(passage: Passage) -> str:
    """What is said around a passage: headings, titles, publisher, dates."""
    source = passage.source
    parts = (*passage.heading, source.title, source.source_title, source.publisher, source.as_of, source.published)
    return "\n".join(part for part in parts if part)


@lru_cache(maxsize=4096)
def _blanked(text: str) -> str:
    """The text with spaces in place of its figures and markers; offsets stay."""
    text = MARKER.sub(lambda match: " " * len(match.group()), text)
    for figure in find_figures(text):
        text = text[: figure.start] + ";" + " " * (figure.end - figure.start - 1) + text[figure.end :]
    return text


def _of_source(figure: Figure, sentence: str) -> bool:
    """Whether a date is told as that of the source: in parentheses, or beside a word such as report or 기준."""
    beside = sentence[max(0, figure.start - 24) : figure.end + 24]
    return bool(_SOURCE_WORDS.search(beside)) or any(
        match.start() < figure.start < match.end() for match in _PARENTHESIS.finditer(sentence)
    )


@lru_cache(maxsize=4096)
def _years(text: str) -> frozenset[str]:
    return frozenset(
        figure.iso[:4] for figure in find_figures(text) if figure.kind == "date" and figure.iso[:4].isdigit()
    )


def _latin_words(text: str) -> list[str]:
    found = (re.sub(r"['’]s$", "", word) for word in _WORD.findall(text))
    return [part.lower() for word in found for part in re.split(r"[-.]", word) if part]


def _written(word: str, words: Sequence[str]) -> bool:
    """Whether a word stands among others, with another ending (Korea, Korean), or spelled out (NIPA)."""
    if any(word == other or _same_stem(word, other) for other in words):
        return True
    initials = "".join(other[0] for other in words if other not in ("and", "of", "the"))
    return 3 <= len(word) <= 6 and word in initials  # two letters would be found by chance


def _same_stem(word: str, other: str) -> bool:
    short, long = sorted((word, other), key=len)
    return len(short) >= 4 and long.startswith(short) and len(long) - len(short) <= 2


def _squeezed(text: str) -> str:
    return "".join(text.lower().split())


def _reversed(sentence: str, lines: Sequence[str]) -> bool:
    evidence = " ".join(lines)
    turned = any(
        a.search(sentence) and not b.search(sentence) and b.search(evidence) and not a.search(evidence)
        for a, b in ((_RISE, _FALL), (_FALL, _RISE))
    )
    return turned or _denied(sentence, lines)


def _denied(sentence: str, lines: Sequence[str]) -> bool:
    """A denial needs a denial in the evidence; a statement must not rest on a clause that denies."""
    clauses = [clause for line in lines for clause in _CLAUSE.split(line) if clause.strip()]
    denials = [clause for clause in clauses if _NEGATIONS.search(clause)]
    if _NEGATIONS.search(sentence):
        return not denials
    others = [clause for clause in clauses if clause not in denials]
    nearest = max((overlap(sentence, clause) for clause in denials), default=0.0)
    return nearest >= 0.5 and nearest > max((overlap(sentence, clause) for clause in others), default=0.0)
