"""Makes the project's virtual environment and enters it. Standard library only: it runs before anything is installed."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
_STAMP = VENV / "installed"


def enter(script: str, extra: str = "") -> None:
    """Return inside the project's environment; outside, make it if need be and run the script again in it."""
    if sys.version_info < (3, 11):  # noqa: UP036 - a newcomer may start this with any Python
        sys.exit(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}")
    _install(extra)
    if Path(sys.prefix).resolve() != VENV.resolve():
        sys.exit(subprocess.call([str(PYTHON), script, *sys.argv[1:]]))


def _install(extra: str) -> None:
    wanted = _fingerprint()
    done = _STAMP.read_text("utf-8").splitlines() if _STAMP.is_file() else []
    if done[:1] == [wanted] and (not extra or extra in done[1:]):
        return
    print("Setting up .venv (the first time this takes a minute or two, and about 1.9 GB) ...", flush=True)
    if not PYTHON.exists() or done[:1] != [wanted]:
        subprocess.check_call([sys.executable, "-m", "venv", *([] if PYTHON.exists() else ["--clear"]), str(VENV)])
    extras = sorted({*(done[1:] if done[:1] == [wanted] else []), *([extra] if extra else [])})
    target = f"{ROOT}[{','.join(extras)}]" if extras else str(ROOT)
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--editable", target]
    if subprocess.call(pip) != 0:
        sys.exit("The installation failed (see above). Mend it and run the same command again; nothing else is needed.")
    _STAMP.write_text("\n".join([wanted, *extras]), "utf-8")


def _fingerprint() -> str:
    return hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + sys.version.encode()).hexdigest()
