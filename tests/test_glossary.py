"""Names across languages."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from rag.errors import InputError
from rag.glossary import FILE_NAME, Glossary

NAMES = Glossary(
    [
        ["네이버", "NAVER", "Naver"],
        ["메타", "Meta"],
        ["한국 IBM", "IBM Korea"],
        ["IBM"],
        ["기업공개", "IPO", "initial public offering"],
    ]
)


def found(text: str, edges: set[int] | None = None) -> list[tuple[int, str]]:
    return [(entry, text[start:end]) for entry, start, end in NAMES.find(text, edges)]


def test_all_forms_of_a_name_are_one_entry() -> None:
    assert found("네이버, NAVER and naver") == [(0, "네이버"), (0, "NAVER"), (0, "naver")]


def test_names_inside_names_are_found_too() -> None:
    assert found("IBM Korea") == [(2, "IBM Korea"), (3, "IBM")] or found("IBM Korea") == [(3, "IBM"), (2, "IBM Korea")]


@pytest.mark.parametrize("text", ["Metadata", "preMeta", "Meta2"])
def test_a_latin_name_is_not_found_inside_a_word(text: str) -> None:
    assert found(text) == []


def test_a_korean_name_counts_only_between_morphemes() -> None:
    assert found("메타버스", {0, 4}) == []
    assert found("메타는", {0, 2, 3}) == [(1, "메타")]


@pytest.mark.parametrize("text", ["한국IBM", "한국 IBM", "IBM-Korea", "ibm korea", "IPOs", "initial public offerings"])
def test_spacing_hyphens_and_plurals_do_not_matter(text: str) -> None:
    assert any(matched == text for _, matched in found(text))


def test_a_line_with_a_lower_case_form_is_a_term_and_no_name() -> None:
    assert NAMES.is_name(0)
    assert not NAMES.is_name(4)


def test_names_of_the_documents_folder_come_on_top(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("# note\n\n물결테크\tWavetech\n", encoding="utf-8")
    mine = Glossary.load(tmp_path)
    assert mine.entries[:-1] == Glossary.load().entries
    assert mine.entries[-1] == ("물결테크", "Wavetech")
    assert mine.fingerprint != Glossary.load().fingerprint
    assert mine.fingerprint == Glossary.load(tmp_path).fingerprint


def test_a_glossary_in_another_encoding_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes("물결테크\tWavetech".encode("cp949"))
    with pytest.raises(InputError, match=r"glossary\.tsv: not UTF-8; save it as UTF-8"):
        Glossary.load(tmp_path)


def test_the_shipped_glossary_names_each_thing_once() -> None:
    """A form in two entries is found under the first only."""
    forms = [form for entry in Glossary.load().entries for form in {form.replace(" ", "").lower() for form in entry}]
    assert sorted(form for form, count in Counter(forms).items() if count > 1) == []
