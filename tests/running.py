"""`rag serve` in a process of its own, as whoever runs the site starts it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from library import HARAM_EN

STARTUP = 120  # seconds: a slow machine builds the index too


@contextmanager
def serving(folder: Path, page: str = "/", **settings: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A server over `docs` in a folder (one document where there is none), and its port once the page opens.

    Index, records and log stay in the folder, so that the next server may go on with them.
    """
    process, port = started(folder, **settings)
    with process:
        try:
            wait_for(process, port, page, folder / "server.log")
            yield process, port
        finally:
            process.terminate()
            process.wait(30)


def started(folder: Path, **settings: str) -> tuple[subprocess.Popen[bytes], int]:
    """The server's process, with what it starts a group of its own, and the port it will listen on."""
    docs = folder / "docs"
    if not docs.exists():
        docs.mkdir()
        (docs / "haram.md").write_text(HARAM_EN, "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "rag", "serve", "--docs", str(docs), "--index", str(folder / "index")]
    records = {"RAG_RECORDS_URL": str(folder / "records.sqlite3")}
    environ = {**os.environ, **records, **settings, "PYTHONPATH": os.pathsep.join(sys.path)}
    with (folder / "server.log").open("ab") as log:
        address = ["--host", "127.0.0.1", "--port", str(port)]
        process = subprocess.Popen([*command, *address], env=environ, stdout=log, stderr=log, start_new_session=True)
    return process, port


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL to the server and whatever it started, in one moment."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(30)


def wait_for(process: subprocess.Popen[bytes], port: int, page: str, log: Path) -> None:
    """Until a page opens; raises AssertionError where the server ends or takes too long."""
    end = time.monotonic() + STARTUP
    while time.monotonic() < end and process.poll() is None:
        try:
            if request(port, "GET", page)[0] == 200:
                return
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.1)
    raise AssertionError(f"the server did not start: {log.read_text(errors='replace')[-2000:]}")


def request(
    port: int, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
) -> tuple[int, str]:
    """Status and text of the reply, on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    sent = {"Content-Type": "application/json", **(headers or {})}
    try:
        connection.request(method, path, None if body is None else json.dumps(body), sent)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()
