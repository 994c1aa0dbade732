"""Words that turn a statement round, in both languages: denials, opposites, what is only foreseen, what is said of all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

_NEGATION = re.compile(
    r"않|없|(?<!뿐만 )(?<!뿐 )아(?:니(?!라)|닙)|못[하한했할해합]|(?<![가-힣])[안못] (?=[가-힣])|불가"
    r"|\b(?:not(?! only)|no(?!\.\s?\d| longer than)|never|none|neither|nor|cannot|without|nobody|nothing"
    r"|fail(?:s|ed)? to)\b|n['’]t\b",
    re.IGNORECASE,
)
_REFUSAL = re.compile(  # words that deny without a negation
    r"금지|취소|중단|제외|면제|\b(?:cancel\w*|forbid\w*|forbad\w*|prohibit\w*|banned|exempt\w*|exclud\w*|cease[ds]?|stopped)\b",
    re.IGNORECASE,
)
_FORESEEN = re.compile(
    r"전망|예상|예정|예보|예측|계획|방침|기대|[할될을] 것|준비(?!도)"
    r"|\b(?:forecast\w*|expect\w*|plan(?:s|ned|ning)?|will|aim(?:s|ed)?|predict\w*|projected|intend\w*|prepar(?:es?|ing) to"
    r"|outlook|set to)\b",
    re.IGNORECASE,
)
_HOPED = re.compile(  # what leaves a statement open without foreseeing it
    r"목표|추진|겠|앞두|도록|수 있|\b(?:would|could|may|might|goal|target|hope[sd]?|want\w*|promise\w*|to be|goes|by 20\d\d)\b",
    re.IGNORECASE,
)
_ABSOLUTE = re.compile(
    r"모든|모두|거의 다|누구나|누구에게나|항상|언제나|전원|전부|전체|전 (?=지점|과목|국민|직원|구간)|전\s?산업"
    r"|\b(?:all|every(?! \d| (?:year|month|week|day|hour|minute))|everyone|everybody|always|entire|whole|anyone)\b",
    re.IGNORECASE,
)
_MAY = re.compile(r"[할릴될을칠볼] 수 있|가능|\b(?:can|may|might|could|allowed)\b", re.IGNORECASE)
_MUST = re.compile(
    r"해야|어야|아야|의무|필수|\b(?:must|shall|obliged|required|mandatory|has to|have to)\b", re.IGNORECASE
)

# Each axis: what lies at its one end and at its other, Korean and English together.
_AXES: Mapping[str, tuple[str, str]] = {
    "rise or fall": (
        r"증가|늘어|늘었|늘린|늘리|늘고|늘며|상승|성장|확대|커졌|커진|올랐|오른|인상|급증|향상|개선|돌파"
        r"|\b(?:rose|risen?|rises|rising|grew|grow(?:n|th|ing|s)?|increas\w+|rais(?:e[sd]?|ing)|expand\w*|gain(?:ed|s)?|climb\w*|jump\w*|surg\w+|up from)\b",
        r"감소|줄어|줄었|줄인|줄이|줄고|줄며|하락|축소|떨어|작아|내렸|내려|내린|낮췄|낮추|낮춘|인하|급감|악화|위축"
        r"|\b(?:fell|fall(?:en|ing|s)?|declin\w+|decreas\w+|dropp?\w*|shr[aiu]nk\w*|cuts?|lower(?:ed|s|ing)?|reduc\w+|halv\w+|down from)\b",
    ),
    "profit or loss": (r"순이익|흑자|\bprofits?\b", r"순손실|적자|\bloss(?:es)?\b"),
    "most or least": (
        r"최대|최고|최다|가장 (?:많|큰|높|빠)|\b(?:largest|biggest|highest|most|record|greatest)\b",
        r"최소|최저|가장 (?:적|작|낮|느)|\b(?:smallest|lowest|least|fewest)\b",
    ),
    "more or fewer": (r"초과|\b(?:more|over|exceed\w*) than\b|\babove\b", r"미만|\b(?:fewer|less) than\b|\bbelow\b"),
    "buying or selling": (r"매입|사들|\b(?:bought|buys?|purchas\w+)\b", r"매각|팔았|판매했|\b(?:sold|sells?)\b"),
    "export or import": (r"수출|\bexport\w*\b", r"수입(?!원)|\bimport(?:s|ed|ing)?\b"),
    "opening or closing": (r"문을 연|문을 열|개관|개점|\bopen\b", r"휴관|휴점|휴업|폐관|문을 닫|\bclose[ds]?\b"),
    "for or against": (
        r"승인|가결|찬성|통과|허가|\b(?:approv\w+|accept\w*|adopt\w*|pass(?:ed|es))\b",
        r"거부|부결|반대|기각|\b(?:reject\w*|refus\w*|turn(?:ed|s)? down|oppos\w+)\b",
    ),
    "leave or prohibition": (
        r"허용|허락|\b(?:allow\w*|permit\w*|may)\b",
        r"금지|\b(?:forbid\w*|forbad\w*|prohibit\w*|banned)\b",
    ),
    "earlier or later": (r"앞당|\b(?:brought forward|earlier than)\b", r"미뤘|미루|연기|늦췄|\b(?:put off|postpon\w+|delay\w*)\b"),
    "start or end": (
        r"시작|개시|착수|\b(?:start\w*|began|begin\w*|launch\w*)\b",
        r"중단|종료|폐지|\b(?:stop\w*|end(?:s|ed)|suspend\w*|ceas\w+)\b",
    ),
    "help or hindrance": (r"촉진|\b(?:promot\w+|stimulat\w+|accelerat(?:e[sd]?|ing))\b", r"억제|저해|\b(?:inhibit\w*|suppress\w*|hinder\w*|halv\w+)\b"),
    "north or south": (r"북쪽|북부|\bnorth\w*\b", r"남쪽|남부|\bsouth\w*\b"),
    "east or west": (r"동쪽|동부|\beast\w*\b", r"서쪽|서부|\bwest\w*\b"),
    "all or some": (_ABSOLUTE.pattern, r"일부|몇몇|\b(?:some|several|partly)\b"),
    "winning or losing": (r"우승|이겼|승리|\b(?:won|wins?|beat|victor\w*)\b", r"패배|졌다|패했|\b(?:lost|loses?|defeated by)\b"),
    "with or without charge": (r"무료|\bfree\b", r"유료"),
}  # fmt: skip
_ENDS = {axis: tuple(re.compile(end, re.IGNORECASE) for end in ends) for axis, ends in _AXES.items()}


@lru_cache(maxsize=8192)
def negated(text: str) -> bool:
    """Whether an odd number of negations stands in a clause: not, no, 않, 없."""
    return len(_NEGATION.findall(text)) % 2 == 1


@lru_cache(maxsize=8192)
def denied(text: str) -> bool:
    """Whether a clause denies, by a negation or by a word such as forbidden or cancelled, and not by both."""
    return negated(text) != bool(_REFUSAL.search(text))


@lru_cache(maxsize=8192)
def ends_of(text: str) -> Mapping[str, int]:
    """Axis -> 1 or -1, the end that a clause says; a clause that names both ends of an axis says neither."""
    found = {}
    for axis, (one, other) in _ENDS.items():
        said = bool(one.search(text)) - bool(other.search(text))
        if said:
            found[axis] = said
    return found


def foreseen(text: str) -> bool:
    """Whether a clause tells what is planned or expected."""
    return bool(_FORESEEN.search(text))


def tentative(text: str) -> bool:
    """Whether a clause leaves open that a thing is so: foreseen, hoped for, possible."""
    return foreseen(text) or bool(_HOPED.search(text))


def absolute(text: str) -> bool:
    """Whether a text speaks of all."""
    return bool(_ABSOLUTE.search(text))


def obliges(text: str) -> bool:
    """Whether something must be done."""
    return bool(_MUST.search(text))


def leaves_open(text: str) -> bool:
    """Whether something may be done and need not be."""
    return bool(_MAY.search(text)) and not obliges(text)
