"""The set-up, with a scripted `run` in place of venv and pip."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from rag.bootstrap import ROOT, Environment


class Installer:
    """Makes what venv and pip would make and remembers what it was asked; `on_pip` may go wrong in its place."""

    def __init__(self, on_pip: Callable[[], int] = lambda: 0, on_venv: int = 0) -> None:
        self.commands: list[str] = []
        self.on_pip = on_pip
        self.on_venv = on_venv

    def __call__(self, command: Sequence[str]) -> int:
        if "venv" in command:
            self.commands.append("venv")
            python = Environment(Path(command[-1]).parent).python
            python.parent.mkdir(parents=True, exist_ok=True)
            python.touch()
            return self.on_venv
        self.commands.append("pip " + command[-1].rpartition("/")[2])
        return self.on_pip()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text("one")
    return folder


def set_up(root: Path, extra: str = "", installer: Installer | None = None) -> list[str]:
    """The commands that a set-up ran."""
    installer = installer or Installer()
    Environment(root, installer).ensure(extra)
    return installer.commands


def test_first_run_makes_and_installs_and_the_second_does_nothing(root: Path) -> None:
    assert set_up(root) == ["venv", "pip project"]
    assert set_up(root) == []


def test_an_extra_is_added_once_and_kept(root: Path) -> None:
    set_up(root)
    assert set_up(root, "test") == ["pip project[test]"]
    assert set_up(root, "test") == set_up(root) == []
    (root / "pyproject.toml").write_text("two")
    assert set_up(root) == ["pip project[test]"]


def test_a_failed_installation_is_told_and_taken_up_again(root: Path) -> None:
    with pytest.raises(SystemExit, match="run the same command again"):
        set_up(root, installer=Installer(on_pip=lambda: 1))
    assert set_up(root) == ["pip project"]


def test_an_interrupted_installation_is_begun_anew(root: Path) -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        set_up(root, installer=Installer(interrupted))
    assert set_up(root) == ["venv", "pip project"]


def test_a_folder_without_an_environment_is_no_beginning(root: Path) -> None:
    (root / ".venv").mkdir()
    with pytest.raises(SystemExit, match="python3-venv"):
        set_up(root, installer=Installer(on_venv=1))
    (root / ".venv" / "state.json").write_text("{")
    assert set_up(root) == ["venv", "pip project"]


def test_a_moved_project_is_installed_anew(root: Path) -> None:
    set_up(root)
    assert set_up(root.rename(root.with_name("moved"))) == ["venv", "pip moved"]


@pytest.mark.parametrize("command", [["app.py", "--help"], ["tests", "--version"]])
def test_both_commands_start_without_the_package(command: Sequence[str], tmp_path: Path) -> None:
    """They get as far as the set-up with no third-party module in reach: here it stops for want of a pyproject.toml."""
    for name in ("app.py", "tests/__main__.py", "src/rag/__init__.py", "src/rag/bootstrap.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text((ROOT / name).read_text("utf-8"), "utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-S", *command], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "pyproject.toml" in done.stderr
    assert "ModuleNotFoundError" not in done.stderr
