"""A real PostgreSQL for the tests: a throw-away cluster on a socket in a temporary folder, run by no privileged user."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from glob import glob
from pathlib import Path

USUAL = ["/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/pgsql/bin"]
STARTUP = 60  # seconds


class Unavailable(Exception):
    """PostgreSQL cannot be started here; the message says why."""


def server_folder() -> Path | None:
    """Where `initdb` and `postgres` are: on the path, where pg_config says, or in one of the usual places."""
    candidates = [shutil.which("initdb") and Path(str(shutil.which("initdb"))).parent]
    if shutil.which("pg_config"):
        told = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=False).stdout.strip()
        candidates.append(Path(told) if told else None)
    candidates += [Path(found) for pattern in USUAL for found in sorted(glob(pattern), reverse=True)]
    whole = (
        folder for folder in candidates if folder and all((folder / name).exists() for name in ("initdb", "postgres"))
    )
    return next(whole, None)


@contextmanager
def cluster() -> Iterator[str]:
    """A running server; gives a URL with `{database}` in it. Raises Unavailable."""
    folder = server_folder()
    if folder is None:
        raise Unavailable("no PostgreSQL server on this machine; install it (apt-get install postgresql)")
    owner = _owner()
    home = Path(tempfile.mkdtemp(prefix="rag-postgres-", dir="/tmp" if Path("/tmp").is_dir() else None))
    try:
        os.chown(home, owner.pw_uid, owner.pw_gid)
        data = home / "data"
        _run(
            owner,
            home,
            [folder / "initdb", "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"],
        )
        with _server(owner, home, folder, data):
            yield f"postgresql://tester@/{{database}}?host={home}&port=5499"
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _owner() -> pwd.struct_passwd:
    """Whoever runs the tests; the server refuses root, so for root `postgres` or `nobody`."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Unavailable("the tests run as root, and there is no user `postgres` or `nobody` to run PostgreSQL as")


def _as(owner: pwd.struct_passwd) -> dict[str, object]:
    mine = owner.pw_uid == os.geteuid()
    return {} if mine else {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def _run(owner: pwd.struct_passwd, home: Path, command: Sequence[str | Path]) -> None:
    environ = {**os.environ, "HOME": str(home)}
    done = subprocess.run(command, cwd=home, env=environ, capture_output=True, text=True, check=False, **_as(owner))  # type: ignore[call-overload]
    if done.returncode:
        raise Unavailable(f"{command[0]}: {done.stderr.strip()[-300:]}")


@contextmanager
def _server(owner: pwd.struct_passwd, home: Path, folder: Path, data: Path) -> Iterator[None]:
    options = ["-D", data, "-k", home, "-p", "5499", "-h", "", "-F"]
    log = home / "log"
    with (
        log.open("wb") as output,
        subprocess.Popen(  # type: ignore[call-overload]
            [folder / "postgres", *options], cwd=home, stdout=output, stderr=output, **_as(owner)
        ) as server,
    ):
        try:
            _wait(server, home, log)
            yield
        finally:
            server.terminate()
            try:
                server.wait(15)
            except subprocess.TimeoutExpired:
                server.kill()


def _wait(server: subprocess.Popen[bytes], home: Path, log: Path) -> None:
    end = time.monotonic() + STARTUP
    while time.monotonic() < end and server.poll() is None:
        if (home / ".s.PGSQL.5499").exists() and b"ready to accept" in log.read_bytes():
            return
        time.sleep(0.05)
    raise Unavailable(f"PostgreSQL did not start: {log.read_text(errors='replace')[-300:]}")
