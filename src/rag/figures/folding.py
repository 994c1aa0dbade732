"""One spelling for full-width, decomposed and no-break characters, and blanks over what is no figure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

BLANK = "\x00"  # stands over noise, so that offsets stay
_FOLDED_FORMS = ("<wide>", "<narrow>", "<square>", "<noBreak>")  # not <super>: a raised figure is a footnote mark
_FOLDED = "".join(c for c in map(chr, range(0x80, 0x10000)) if unicodedata.decomposition(c).startswith(_FOLDED_FORMS))
_TO_FOLD = re.compile(f"[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?|[{re.escape(_FOLDED)}]")

_CODES = r"KRW|USD|US|EUR|GBP|JPY|CNY|SGD|HKD|won|Top|top|TOP|No|FY"
_NOISE = re.compile(
    rf"""
    https?://[^\s<>"]{{1,2000}} | www\.[^\s<>"]{{1,500}}            # addresses
  | (?<![\w.+-])[\w.+-]{{1,64}}@[A-Za-z0-9.-]{{1,255}}              # mail
  | <[A-Za-z/!][^<>]{{0,2000}}>                                     # markup
  | &\#?[A-Za-z0-9]{{1,10}};                                         # entities of markup
  | \[\^?\d{{1,3}}(?:\s?[,–-]\s?\d{{1,3}}){{0,9}}\]                 # [1], [1, 2], [^3]
  | (?<![\d-])\+?\d{{1,3}}[-)]\s?(?:\d{{1,4}}-){{1,2}}\d{{4}}(?![\d-])    # telephone
  | (?<![\d-])1[5-9]\d\d-\d{{4}}(?![\d-])                           # telephone without an area code
  | (?m:^)[ \t>*-]{{0,8}}\d{{1,2}}[.)](?=\s)                        # number of a heading or a list item
  | (?<![A-Za-z0-9])(?!(?:{_CODES})[.-]?\d|[QH]\d(?![A-Za-z\d])|(?<=\d\s)[ck]?m[23](?![A-Za-z\d]))
      (?:[A-Za-z]{{1,30}}|(?=[a-z]{{0,29}}[A-Z])[A-Za-z]{{1,30}}[-_])\d[A-Za-z0-9._-]{{0,64}}(?<![.-])  # CORE100, GPT-4
  | (?<![A-Za-z0-9])(?!(?:{_CODES})\s)[A-Z][A-Za-z]{{0,30}}\s\d{{1,2}}\.0
      (?![\d%]|,\d)(?!\s?(?:[a-z]|[조억만천백점배위%]))                # KoGPT 2.0
  | (?:(?<![A-Za-z])(?:[Vv]ersion|[Vv]er\.?|[Vv]\.?)|버전)\s?\d{{1,4}}(?:\.\d{{1,4}}){{0,3}}
  | \d{{1,4}}(?:\.\d{{1,4}}){{3,6}}(?!\d)                           # 10.0.0.1
  | \d{{1,3}}:\d(?!\d) | \d{{1,3}}:N(?![A-Za-z])                    # 1:1, 1:N
  | (?<![A-Za-z])(?:Tables?|Figures?|Fig\.|Chapter|Section|Appendix|Note|Pages?|pp?\.)\s?\d{{1,3}}(?![\d,.]\d)
  | (?<![가-힣])(?:표|그림|도표|부록|각주)\s?\d{{1,3}}(?!\d|\s?(?:[%점명건만억천]|개))
  | 제\s?\d{{1,4}}\s?[조항장절] | 1\s?인당                            # article of a law; per head
  | (?:제\s?)?4\s?차\s?산업(?:\s?혁명)? | (?i:(?:fourth|4th)\s(?:industrial|industry)\srevolution)
  | \d{{1,3}}\s?호선 | \d{{17,}}
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text; `offsets[i]` is where its character i stands in the original (one more for the end)."""

    text: str
    offsets: list[int] | range


def fold(text: str) -> Folded:
    """The text in one spelling, with names, markers, addresses and numbers of items blanked out."""
    if text.isascii() or not _TO_FOLD.search(text):
        return Folded(_blank(text), range(len(text) + 1))
    pieces: list[str] = []
    offsets: list[int] = []
    cursor = 0
    for match in _TO_FOLD.finditer(text):
        piece = _spelt(match.group())
        pieces += [text[cursor : match.start()], piece]
        offsets.extend(range(cursor, match.start()))
        offsets.extend([match.start()] * len(piece))
        cursor = match.end()
    offsets.extend(range(cursor, len(text) + 1))
    return Folded(_blank("".join([*pieces, text[cursor:]])), offsets)


def _spelt(written: str) -> str:
    """㎡ as m², not m2, since a digit of its own would begin a number."""
    spelt = unicodedata.normalize("NFKC", written)
    if unicodedata.decomposition(written[0]).endswith(("00B2", "00B3")):
        return spelt[:-1] + {"2": "²", "3": "³"}[spelt[-1]]
    return spelt


def _blank(text: str) -> str:
    return _NOISE.sub(lambda match: BLANK * len(match.group()), text)
