"""Settings from the environment."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from rag.errors import InputError
from rag.settings import ROOT, Secret, Settings


def test_an_empty_environment_gives_the_defaults() -> None:
    assert Settings.from_env({}) == Settings() == Settings.from_env({"RAG_PORT": "", "RAG_DOCS_DIR": ""})


def test_every_setting_is_read_from_its_variable() -> None:
    values = {int: "8080", float: "2.5"}
    environ = {spec.metadata["name"]: values.get(type(spec.default), "x") for spec in fields(Settings)}
    found = Settings.from_env(environ)
    assert (found.port, found.llm_timeout, found.docs_dir, found.contact) == (8080, 2.5, Path("x"), "x")
    assert isinstance(found.llm_api_key, Secret)
    for spec in fields(Settings):
        assert spec.metadata["help"]
        assert str(getattr(found, spec.name)) == environ[spec.metadata["name"]]


@pytest.mark.parametrize(("name", "value"), [("RAG_PORT", "eighty"), ("RAG_LLM_TIMEOUT", "soon")])
def test_a_value_of_the_wrong_kind_is_told_with_its_variable(name: str, value: str) -> None:
    with pytest.raises(InputError, match=f"{name}='{value}': expected"):
        Settings.from_env({name: value})


def test_the_key_of_openai_is_the_second_choice() -> None:
    assert Settings.from_env({"OPENAI_API_KEY": "b"}).llm_api_key == "b"
    assert Settings.from_env({"OPENAI_API_KEY": "b", "RAG_LLM_API_KEY": "a"}).llm_api_key == "a"


def test_a_secret_does_not_show_itself() -> None:
    settings = Settings.from_env({"RAG_LLM_API_KEY": "hush-hush"})
    assert "hush" not in repr(settings)
    assert "hush" not in f"{settings}"
    assert settings.llm_api_key == "hush-hush"


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().port = 1  # type: ignore[misc]


@pytest.mark.parametrize("docs", [ROOT / "docs", ROOT / "a/b", Path("/elsewhere/docs"), Path("docs"), Path("../x")])
def test_the_name_of_a_document_leads_back_to_it(docs: Path) -> None:
    settings = Settings(docs_dir=docs)
    assert settings.document_id(settings.document_name("en/market.md")) == "en/market.md"


def test_documents_of_the_project_are_named_from_its_root() -> None:
    assert Settings().document_name("en/market.md") == "docs/en/market.md"


def test_a_home_folder_is_expanded() -> None:
    assert Settings.from_env({"RAG_DOCS_DIR": "~/papers"}).docs_dir == Path.home() / "papers"
