"""Personal data in what people write: found and masked, before it is stored and before a language model sees it.

Precision counts as much as recall here: the product lives on figures, and "1조 9,074억", "2025-11-06" or a thirteen-digit
sum must stay. So each kind is checked beyond its shape: telephone numbers against the numbering plans of libphonenumber,
cards by prefix and Luhn's sum, resident numbers by their date of birth, and bare digits only where a word beside them
says what they are. Characters are folded one to one first (full-width digits, long dashes), so that places stay the same.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise

_GAP = r"[ .\-]{0,3}"
_MONEY_BEFORE = re.compile(r"(?:[$₩€£¥]|KRW|USD|원화|(?<![가-힣])약)\s*$", re.IGNORECASE)
_UNIT_AFTER = re.compile(r"\s*(?:원|won\b|krw\b|usd\b|달러|dollar|유로|%|퍼센트)|[개명건]", re.IGNORECASE)
_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9](?:[A-Za-z0-9._%+'-]{0,62}[A-Za-z0-9_+-])?"
    r"(?:@|\s?[(\[]\s?(?:at|@)\s?[)\]]\s?|\s?골뱅이\s?)"
    r"(?:[A-Za-z0-9-]{1,63}(?:\.|\s?(?:[(\[]\s?dot\s?[)\]]|[닷점])\s?|\sdot\s)){1,4}[A-Za-z]{2,24}(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_RESIDENT = re.compile(rf"(?<![\d.,])(\d{{6}})({_GAP})([0-9])(\d{{6}}|[*x●○•]{{6}})(?![\d*])", re.IGNORECASE)
_CARD = re.compile(r"(?<![\d.,-])(?:\d{4}([ .-]?)\d{4}\1\d{4}\1\d{1,7}|3\d{3}([ .-]?)\d{6}\2\d{4,5})(?![\d]|[.,-]\d)")
_CARD_PREFIX = re.compile(r"3[04-9]|4|5|6|9|2(?:2[2-9]|[3-6]|7[01]|720)")
_KOREAN = re.compile(r"(?<![\d.,-])(?:(?:00|\+)?82[ .-]0?|00820?|\(?0)\d{1,2}\)?[ .-]?\d{3,4}[ .-]?\d{4}(?!\d|[.,-]\d)")
_DIALLING_OUT = re.compile(r"(?<!\d)00(?=[1-9])")
_LICENCE = re.compile(r"(?<![\d-])(?:1[1-9]|2[0-8])-\d{2}-\d{6}-\d{2}(?![\d-])")
_BUSINESS = re.compile(r"(?<![\d.,-])(\d{3})-(\d{2})-(\d{5})(?![\d-])")
_PASSPORT = re.compile(
    r"(?:여권|passport)[^\n.!?\d]{0,24}?(?<![A-Za-z0-9])([A-Z]{1,2}\d{7,8}|[A-Z]\d{3}[A-Z]\d{4})(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(
    r"(?:계좌|통장|입금|송금|예금주|은행|뱅크|account|iban|bank)[^\n.!?\d]{0,24}?(?<![\d.,])(\d(?:[ -]?\d){9,15})(?![\d]|[.,]\d)",
    re.IGNORECASE,
)
_SPOKEN_DIGITS = str.maketrans("공영일이삼사오육륙칠팔구", "001234566789")
_SPOKEN = "[0-9공영일이삼사오육륙칠팔구]"
# Numbers said in syllables ("공일공 일이삼사 오육칠팔") or with 에 between the groups, as Koreans read them out.
_SPOKEN_MOBILE = re.compile(
    rf"(?<![\d.,])(?:[0공영]\s?[1일]\s?[0공영16789일육륙칠팔구])(?:{_GAP}|\s?[에의]\s?|국의?\s?)(?:{_SPOKEN}\s?){{3,4}}(?:{_GAP}|\s?[에의]\s?)(?:{_SPOKEN}\s?){{3}}{_SPOKEN}(?![0-9])"
)


@dataclass(frozen=True, slots=True)
class PersonalData:
    """A piece of text that tells who somebody is: `text[start:end]`."""

    kind: str
    start: int
    end: int

    def overlaps(self, other: PersonalData) -> bool:
        """Whether the two share a character."""
        return self.start < other.end and other.start < self.end


def mask_personal_data(text: str, keep: Sequence[str] = ()) -> str:
    """The text with `[phone number]`, `[e-mail]` and the like in place of personal data.

    What also stands in one of `keep`, such as a quoted document or the office's own contact, is public and stays.
    """
    public = [_fold(kept) for kept in keep]
    pieces, done = [], 0
    for found in personal_data(text):
        if any(_fold(text[found.start : found.end]) in kept for kept in public):
            continue
        pieces += [text[done : found.start], f"[{found.kind}]"]
        done = found.end
    return "".join([*pieces, text[done:]])


def personal_data(text: str) -> list[PersonalData]:
    """Personal data in reading order, without overlaps; where two kinds overlap, the earlier of the list below wins."""
    folded = _fold(text)
    taken: list[PersonalData] = []
    for find in (_emails, _residents, _cards, _phones, _licences, _businesses, _passports, _accounts):
        taken += [one for one in find(folded) if not any(one.overlaps(other) for other in taken)]
    return sorted(taken, key=lambda one: one.start)


@cache
def _foldings() -> dict[int, str]:
    """Digits of all scripts to ASCII, full-width forms to ASCII, dashes to `-`, spaces to one kind: one to one."""
    table: dict[int, str] = {}
    for code in (*range(0x80, 0x10000), *range(0x1D7CE, 0x1D800)):  # the basic plane, and mathematical digits
        character, category = chr(code), unicodedata.category(chr(code))
        if category == "Nd":
            table[code] = str(unicodedata.digit(character))
        elif category == "Pd" or character in "−ー－ㅡ":
            table[code] = "-"
        elif category == "Zs" or character in "\u200b\u200c\u200d\u2060\ufeff":
            table[code] = " "
        elif 0xFF01 <= code <= 0xFF5E:
            table[code] = chr(code - 0xFEE0)
    return table


def _fold(text: str) -> str:
    return text if text.isascii() else text.translate(_foldings())


def _emails(text: str) -> Iterator[PersonalData]:
    for match in _EMAIL.finditer(text) if "@" in text or "골뱅이" in text or "at" in text else ():
        yield PersonalData("e-mail", *match.span())


def _residents(text: str) -> Iterator[PersonalData]:
    for match in _RESIDENT.finditer(text):
        born, gap, kind, rest = match.groups()
        if _is_birthday(born, int(kind)) and not (not gap and _is_amount(text, *match.span(), rest)):
            yield PersonalData("resident number", *match.span())


def _is_birthday(digits: str, kind: int) -> bool:
    """Whether six digits are a day that has been; the seventh (`kind`) tells the century: 9, 0 for 18.., 1, 2, 5, 6 for 19.."""
    century = {9: 1800, 0: 1800, 3: 2000, 4: 2000, 7: 2000, 8: 2000}.get(kind, 1900)
    if century == 1800:
        return False  # nobody of them is alive, and sums often go on with a 0
    try:
        return date(century + int(digits[:2]), int(digits[2:4]), int(digits[4:])) <= date.today()
    except ValueError:
        return False


def _is_amount(text: str, start: int, end: int, digits: str) -> bool:
    """Whether bare digits are a sum or a count: by their round end, or by what stands beside them."""
    return digits.endswith("0000") or bool(_MONEY_BEFORE.search(text[:start]) or _UNIT_AFTER.match(text, end))


def _cards(text: str) -> Iterator[PersonalData]:
    for match in _CARD.finditer(text):
        groups = re.findall(r"\d+", match.group())
        digits = "".join(groups)
        listed = len(groups) > 1 and all(group.endswith("00") for group in groups)  # a row of round figures
        amount = len(groups) == 1 and _is_amount(text, *match.span(), digits)
        if not (listed or amount) and len(digits) <= 19 and _CARD_PREFIX.match(digits) and _luhn(digits):
            yield PersonalData("card number", *match.span())


def _luhn(digits: str) -> bool:
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def _phones(text: str) -> Iterator[PersonalData]:
    taken: list[PersonalData] = []
    ways = (_matched, _korean) if sum(map(str.isdigit, text)) >= 7 else ()
    for find in (*ways, _spoken):
        taken += [one for one in find(text) if not any(one.overlaps(other) for other in taken)]
    return iter(taken)


def _matched(text: str) -> Iterator[PersonalData]:
    """What libphonenumber finds, in the numbering plans of all countries."""
    import phonenumbers  # loads the plan of Korea; those of other countries when they are met

    plus = _DIALLING_OUT.sub(" +", text)  # 0082 is +82; as long, so places stay
    leniency = phonenumbers.Leniency.VALID
    for number in phonenumbers.PhoneNumberMatcher(plus, "KR", leniency=leniency, max_tries=sys.maxsize):
        raw, start = number.raw_string, number.start
        start += raw.startswith("(") and raw.count("(") > raw.count(")")
        start -= plus[start] != text[start]
        if _is_dialled(raw) and not text[:start][-1:].isdigit():
            yield PersonalData("phone number", start, number.end)


def _korean(text: str) -> Iterator[PersonalData]:
    """Korean numbers that it passes over because other figures stand close before them."""
    import phonenumbers

    for match in _KOREAN.finditer(text):
        number = phonenumbers.parse(_DIALLING_OUT.sub("+", match.group()), "KR")
        if _is_dialled(match.group()) and phonenumbers.is_valid_number(number):
            yield PersonalData("phone number", *match.span())


def _spoken(text: str) -> Iterator[PersonalData]:
    for match in _SPOKEN_MOBILE.finditer(text):
        said = re.sub(r"\D", "", match.group().translate(_SPOKEN_DIGITS))
        if 10 <= len(said) <= 12 and re.search("[가-힣]", match.group()):
            yield PersonalData("phone number", *match.span())


def _is_dialled(raw: str) -> bool:
    """Whether a number is written as one dials it; 1588-1234 is an office's (or a range), `02 2024 2025` two years."""
    groups = re.findall(r"\d+", raw)
    years = any(1990 <= int(one) <= 2050 and 1990 <= int(two) <= 2050 for one, two in pairwise(groups))
    return raw.lstrip("(").startswith(("0", "+", "82-", "82 ")) and not (years and " " in raw and "-" not in raw)


def _whole(kind: str, pattern: re.Pattern[str]) -> Callable[[str], Iterator[PersonalData]]:
    def find(text: str) -> Iterator[PersonalData]:
        """The last group of the pattern, or all of it where it has none."""
        for match in pattern.finditer(text):
            yield PersonalData(kind, *match.span(pattern.groups))

    return find


def _businesses(text: str) -> Iterator[PersonalData]:
    for match in _BUSINESS.finditer(text):
        if _is_business("".join(match.groups())):
            yield PersonalData("business number", *match.span())


def _is_business(digits: str) -> bool:
    """The check digit of Korean business registration numbers."""
    *body, check = map(int, digits)
    total = sum(digit * weight for digit, weight in zip(body, (1, 3, 7, 1, 3, 7, 1, 3, 5), strict=True))
    return (10 - (total + body[-1] * 5 // 10) % 10) % 10 == check


def _accounts(text: str) -> Iterator[PersonalData]:
    for match in _ACCOUNT.finditer(text):
        digits = re.sub(r"\D", "", match.group(1))
        if 10 <= len(digits) <= 16 and not _is_amount(text, *match.span(1), digits):
            yield PersonalData("account number", *match.span(1))


_licences = _whole("licence number", _LICENCE)
_passports = _whole("passport number", _PASSPORT)
