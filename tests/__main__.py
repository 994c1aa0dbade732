"""`python tests`: sets itself up where need be, then runs ruff, mypy, pytest and the evaluation.

Arguments go to pytest, and then nothing is evaluated.
"""

import os
import platform
import runpy
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "evals" / "results"
ALL_CORES = ("--numprocesses", "auto", "--maxprocesses", "4", "--dist", "loadfile")  # what a file shares is made once
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER_PACKAGES = ("chromium", "fonts-noto-cjk")
SERVER_PACKAGES = ("postgresql",)


def main(arguments: Sequence[str]) -> int:
    """Run every check, the evaluation last; 1 when any fails."""
    checks = {
        "ruff": ["ruff", "check", "."],
        "mypy": ["mypy"],
        "pytest": ["pytest", *(arguments or ALL_CORES)],
    }
    failed = []
    for name, command in checks.items():
        print(f"{name} ...", flush=True)
        if subprocess.call([sys.executable, "-m", *command], cwd=ROOT) != 0:
            failed.append(name)
    if not arguments and not passes_gate():
        failed.append("evaluation")
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def passes_gate() -> bool:
    """Ask the development cases, print what changed since the baseline, and say whether that may pass."""
    print("evaluation ...", flush=True)
    measured = all(_rag(*command) == 0 for command in (["index"], ["eval", "run"], ["eval", "report"]))
    if measured:
        summary = (RESULTS / "summary.md").read_text(encoding="utf-8")
        print(summary.partition("<details>")[0])
        if path := os.environ.get("GITHUB_STEP_SUMMARY"):
            with Path(path).open("a", encoding="utf-8") as page:
                page.write(summary)
    return measured and _rag("eval", "compare") == 0


def _rag(*arguments: str) -> int:
    """The exit code of a `rag` command, whatever the developer has set."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("RAG_", "OPENAI_"))}
    return subprocess.call([sys.executable, "-m", "rag", *arguments], cwd=ROOT, env=environ)


def provide_programs() -> None:
    """Install Chromium and PostgreSQL where that is ours to do (root on Debian); elsewhere say what is left out."""
    from postgres import server_folder

    if not any(map(shutil.which, BROWSERS)):
        _provide("Chromium", "the browser tests", BROWSER_PACKAGES)
    if server_folder() is None:
        _provide("PostgreSQL server", "the tests of records in PostgreSQL", SERVER_PACKAGES)


def _provide(name: str, tests: str, packages: Sequence[str]) -> None:
    ours = _is_debian() and os.geteuid() == 0 and shutil.which("apt-get")
    if not (ours and _install(packages)):
        print(f"No {name} here: {tests} will be skipped (Debian: apt-get install {' '.join(packages)}).")


def _is_debian() -> bool:
    try:
        return platform.freedesktop_os_release()["ID"] == "debian"
    except OSError:
        return False


def _install(packages: Sequence[str]) -> bool:
    print(f"Installing {' and '.join(packages)} with apt-get ...", flush=True)
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        command = ["apt-get", "--quiet", "--quiet", *step]
        if subprocess.call(command, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) != 0:
            return False
    return True


if __name__ == "__main__":
    runpy.run_path(str(ROOT / "src" / "rag" / "bootstrap.py"))["enter"](__file__, "test")
    provide_programs()
    sys.exit(main(sys.argv[1:]))
