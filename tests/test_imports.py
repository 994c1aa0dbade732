"""The import graph points one way, and heavy libraries stay where they belong."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import rag

SOURCE = Path(rag.__file__).parent
# A module imports from the layers above its own line only. Sub-packages count as one module.
LAYERS = """
types errors bootstrap privacy
exchanges
settings scoring figures hangul sentences glossary lexicon lexical messages prompts
asked_units phonetic spelling
transliteration
text
aliases documents questions citations embedding generation
antecedents chunking fitting standings
conversation
index
indexing retrieval starters
discourse tables parts
evidence
extent
answering writing
composing
chatbot
evaluation
records api
reloading
ui widget
admin
server
cli
__main__
"""
LAYER = {name: number for number, line in enumerate(LAYERS.strip().splitlines()) for name in line.split()}
HOMES = {
    "torch": {"embedding"},
    "transformers": {"embedding"},
    "sentence_transformers": {"embedding"},
    "faiss": {"index", "indexing"},
    "openai": {"generation"},
    "gradio": {"ui", "server"},
    "fastapi": {"admin", "api", "ui", "server", "widget"},
    "starlette": {"admin", "api", "ui", "server", "widget"},
    "sqlalchemy": {"records"},
    "alembic": {"records"},
    "phonenumbers": {"privacy"},
    "uvicorn": {"api", "server"},
    "ir_measures": {"evaluation"},
    "junitparser": {"evaluation"},
    "jinja2": {"admin", "evaluation"},
}


def files() -> dict[str, Path]:
    """Every module below the package by its dotted name, without `rag.`."""
    paths = {path.relative_to(SOURCE).with_suffix("").parts: path for path in SOURCE.rglob("*.py")}
    return {".".join(parts[:-1] if parts[-1] == "__init__" else parts): path for parts, path in paths.items()}


def imports(path: Path) -> Iterator[str]:
    """Dotted names that a file imports, those inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def inner_imports(path: Path) -> Iterator[str]:
    """Modules of the package that a file imports, by their names in `files()`."""
    for name in imports(path):
        parts = name.split(".")[1:] if name.split(".")[0] == "rag" else []
        while parts and ".".join(parts) not in MODULES:
            parts.pop()
        if parts:
            yield ".".join(parts)


MODULES = files()


@pytest.mark.parametrize("name", sorted(filter(None, MODULES)))
def test_imports_point_one_way(name: str) -> None:
    own = name.partition(".")[0]
    assert own in LAYER, f"give {own} its place in LAYERS"
    found = {target.partition(".")[0] for target in inner_imports(MODULES[name])} - {own}
    assert sorted(target for target in found if LAYER[target] >= LAYER[own]) == []


def test_there_is_no_cycle() -> None:
    graph = {name: set(inner_imports(path)) - {name} for name, path in MODULES.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize("library", sorted(HOMES))
def test_heavy_libraries_stay_at_home(library: str) -> None:
    users = {name for name, path in MODULES.items() if any(i.partition(".")[0] == library for i in imports(path))}
    assert {name.partition(".")[0] for name in users} <= HOMES[library]


def test_nothing_heavy_is_loaded_for_the_command_line() -> None:
    code = "import sys, rag, rag.cli; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {*HOMES, "kiwipiepy", "pypdf"} & {*loaded} == set()


def test_the_public_names_are_there() -> None:
    assert sorted(rag.__all__) == rag.__all__
    assert [name for name in rag.__all__ if not hasattr(rag, name)] == []
