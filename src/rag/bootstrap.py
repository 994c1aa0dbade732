"""Makes the project's virtual environment and enters it. Standard library only: it runs before anything is installed.

A build that was cut short is never trusted: `.venv/unfinished` lies there while pip works, and where it is found, or
the folder holds no finished environment of this place, all is made anew. pip's own cache makes that quick.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[[Sequence[str]], int]  # runs a command, gives its exit status


def enter(script: str, extra: str = "") -> None:
    """Return inside the project's environment; outside, make it if need be and run the script again in it."""
    if sys.version_info < (3, 11):  # noqa: UP036 - a newcomer may start this with any Python
        sys.exit(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}; try python3.11 or later by name")
    environment = Environment(ROOT)
    try:
        environment.ensure(extra)
    except KeyboardInterrupt:
        sys.exit("\nSet-up stopped. Run the same command again to go on.")
    if Path(sys.prefix).resolve() != environment.folder.resolve():
        _run_again([str(environment.python), script, *sys.argv[1:]])


class Environment:
    """The virtual environment in `.venv` of a project, with the project installed in it as it stands there."""

    def __init__(self, root: Path, run: Run | None = None) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.python = self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        self.run = run or _call

    def ensure(self, extra: str = "") -> None:
        """Bring the environment up to date, with an extra of the project if named; exits with one line if it cannot."""
        if self._ready(extra):
            return
        with _alone(self.root / "pyproject.toml"):
            if not self._ready(extra):  # else another run has done it meanwhile
                self._install(extra)

    def _ready(self, extra: str) -> bool:
        state = self._state()
        return bool(state) and state["project"] == self._project() and (not extra or extra in state["extras"])

    def _install(self, extra: str) -> None:
        state = self._state()
        print("Setting up .venv (a few minutes and about 2 GB of disk the first time) ...", flush=True)
        if not state:
            self._make()
        extras = sorted({*state.get("extras", []), *([extra] if extra else [])})
        target = f"{self.root}[{','.join(extras)}]" if extras else str(self.root)
        quiet = [] if sys.stdout.isatty() else ["--quiet"]
        self._unfinished.touch()
        status = self.run([*self._pip, "install", *quiet, "--editable", target])
        self._unfinished.unlink()  # pip came to its own end, so nothing is half installed
        if status:
            sys.exit("The installation failed, see above. Mend it and run the same command again.")
        self._save(extras)

    def _make(self) -> None:
        if self.run([sys.executable, "-m", "venv", "--clear", str(self.folder)]):
            sys.exit(f"{self.folder} could not be made, see above (on Debian and Ubuntu: apt install python3-venv).")
        self._save(None)

    @property
    def _pip(self) -> list[str]:
        return [str(self.python), "-m", "pip", "--disable-pip-version-check"]

    @property
    def _unfinished(self) -> Path:
        return self.folder / "unfinished"

    def _project(self) -> str:
        return hashlib.sha256((self.root / "pyproject.toml").read_bytes()).hexdigest()

    def _place(self) -> list[str]:
        """What an environment cannot outlive: its folder (scripts name it) and the Python it was made from."""
        return [str(self.folder.resolve()), str(self.python.resolve())]

    def _state(self) -> dict[str, Any]:
        """What is installed; empty when there is nothing to build on."""
        try:
            state = json.loads((self.folder / "state.json").read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        sound = self.python.exists() and not self._unfinished.exists() and state.get("place") == self._place()
        return dict(state) if sound else {}

    def _save(self, extras: list[str] | None) -> None:
        project = "" if extras is None else self._project()
        state = {"place": self._place(), "project": project, "extras": extras or []}
        partial = self.folder / "state.json.partial"
        partial.write_text(json.dumps(state, indent=1), "utf-8")
        partial.replace(self.folder / "state.json")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock on a file, so that two commands started together do not install over each other (not on Windows).

    What is started meanwhile holds it too: if this process is killed, the next one waits for the pip left behind.
    """
    if os.name == "nt":
        yield
        return
    import fcntl

    with path.open("rb") as file:
        os.set_inheritable(file.fileno(), True)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another run is setting up .venv; waiting for it ...", flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _call(command: Sequence[str]) -> int:
    return subprocess.call(command, stdin=subprocess.DEVNULL, close_fds=False)


def _run_again(command: list[str]) -> None:
    """Become the command, so that signals reach it; Windows cannot, there it is waited for."""
    sys.stdout.flush()
    if os.name != "nt":
        os.execv(command[0], command)
    try:
        sys.exit(subprocess.call(command))
    except KeyboardInterrupt:
        sys.exit(130)
