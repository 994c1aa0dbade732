"""Load and abuse, by hand: `python benchmarks/load.py`. Starts `rag serve` itself and prints what it measured.

    burst      every visitor asks at the same moment, each another question
    popular    the same, but all ask the questions offered at the start
    paced      every visitor asks again and again, with a pause between as people make one
    memory     many answers, with the memory of the server before and after
    hostile    bodies that no honest client sends; no 5xx and no hang may come of them

Questions come from the development cases of `evals`. The client speaks HTTP itself, for it shares the processor.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
from hostile import hostile  # noqa: E402

UNBOUND = {
    "RAG_RATE_ADDRESS": "1000000/minute",
    "RAG_RATE_SITE": "1000000/minute",
    "RAG_STREAMS_PER_ADDRESS": "1000",
    "RAG_RECORDS_URL": "off",
}
TIMEOUT = 60  # seconds: longer counts as a hang


@dataclass(frozen=True, slots=True)
class Timing:
    """One request: its status (0: none came), and seconds to the first event and to the end."""

    status: int
    first: float
    whole: float
    ended: bool = True  # with `done`


async def ask(port: int, question: str, path: str = "/api/v1/chat", key: str = "question") -> Timing:
    """Ask one question on a connection of its own."""
    body = json.dumps({key: question}).encode()
    return await send(port, path, body)


async def send(port: int, path: str, body: bytes, kind: str = "application/json") -> Timing:
    """Send a body; the first event is the first data after the headers."""
    started = time.perf_counter()
    try:
        async with asyncio.timeout(TIMEOUT):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: {kind}\r\n"
            writer.write(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
            status = int((await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1])
            first_data = await reader.read(1 << 16)
            first = time.perf_counter() - started
            rest = first_data + await reader.read(-1)
            writer.close()
            return Timing(status, first, time.perf_counter() - started, b"event: done" in rest)
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return Timing(0, time.perf_counter() - started, time.perf_counter() - started, False)


async def at_once(port: int, questions: Sequence[str]) -> list[Timing]:
    """Everybody asks at the same moment."""
    return await asyncio.gather(*(ask(port, question) for question in questions))


async def paced(port: int, questions: Sequence[str], visitors: int, seconds: float, pause: float) -> list[Timing]:
    """Visitors who come at any moment of the first pause, and read each answer before they ask on."""
    timings: list[Timing] = []
    end = time.perf_counter() + seconds
    dice = random.Random(5)

    async def visit() -> None:
        await asyncio.sleep(dice.uniform(0, pause))
        while time.perf_counter() < end:
            timings.append(await ask(port, dice.choice(questions)))
            await asyncio.sleep(dice.uniform(0.5, 1.5) * pause)

    await asyncio.gather(*(visit() for _ in range(visitors)))
    return timings


async def steadily(make: Callable[[int], Awaitable[Timing]], count: int, abreast: int = 8) -> list[Timing]:
    """Many requests, a few at a time."""
    numbers = iter(range(count))
    timings: list[Timing] = []

    async def work() -> None:
        for number in numbers:
            timings.append(await make(number))

    await asyncio.gather(*(work() for _ in range(abreast)))
    return timings


def told(name: str, timings: Sequence[Timing]) -> str:
    """A line of results."""
    statuses = dict(Counter(timing.status for timing in timings))
    failed = sum(timing.status != 200 or not timing.ended for timing in timings)
    first, whole = (sorted(getattr(timing, field) for timing in timings) for field in ("first", "whole"))
    shown = " ".join(
        f"{label} p50 {values[len(values) // 2]:.2f} p95 {values[int(len(values) * 0.95)]:.2f} max {values[-1]:.2f} s,"
        for label, values in (("first", first), ("whole", whole))
    )
    broken = sum(timing.status == 0 or timing.status >= 500 for timing in timings)
    return f"{name:9} {len(timings)} requests, {failed} no answers, {broken} broken, {shown} statuses {statuses}"


def questions() -> list[str]:
    """Every first question of the development cases, once."""
    lines = [line for path in sorted((ROOT / "evals/cases").glob("dev*.jsonl")) for line in path.open(encoding="utf-8")]
    return list(dict.fromkeys(json.loads(line)["turns"][0]["q"] for line in lines))


def resident(pid: int) -> float:
    """Megabytes a process holds in memory."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


async def wait_until_ready(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until `/readyz` says so many times in a row: there may be several workers behind it."""
    good = 0
    while process.poll() is None:
        good = good + 1 if await is_ready(port) else 0
        if good == 40:
            return
        await asyncio.sleep(0.02 if good else 0.2)
    sys.exit("the server did not start, see benchmarks/server.log")


async def is_ready(port: int) -> bool:
    """Whether one worker says that it is ready."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        answer = await reader.read(-1)
        writer.close()
    except OSError:
        return False
    return b" 200 " in answer[:20]


async def measure(port: int, process: subprocess.Popen[bytes], options: argparse.Namespace) -> None:
    """Run what was chosen, one after the other."""
    await wait_until_ready(port, process)
    asked = questions()
    offered = [line.split("\t")[1].strip() for line in (ROOT / "docs/starters.tsv").open(encoding="utf-8")]
    visitors = options.visitors
    if "burst" in options.run:
        print(told("burst", await at_once(port, asked[:visitors])), flush=True)
    if "popular" in options.run:
        popular = [offered[number % len(offered)] for number in range(visitors)]
        print(told("popular", await at_once(port, popular)), flush=True)
    if "paced" in options.run:
        unseen = [f"{question} ({number})" for number in range(20) for question in asked]
        timings = await paced(port, unseen, visitors, options.seconds, options.pause)
        print(told("paced", timings), flush=True)
    if "memory" in options.run:
        await remember(port, process.pid, asked, options.answers)
    if "hostile" in options.run:
        await abuse(port, options.bodies)


async def remember(port: int, pid: int, asked: Sequence[str], answers: int) -> None:
    """Memory after each tenth of the answers; each question is new, so that none comes from the cache."""
    for tenth in range(10):
        part = answers // 10
        timings = await steadily(lambda n, t=tenth: ask(port, f"{asked[n % len(asked)]} {t}-{n}"), part)
        print(told(f"memory {tenth + 1}/10: {resident(pid):.0f} MB,", timings), flush=True)


async def abuse(port: int, bodies: int) -> None:
    """Hostile bodies, seeded; prints every body that was answered with a 5xx or not at all."""
    dice = random.Random(7)
    requests = [hostile(dice) for _ in range(bodies)]
    timings: dict[int, Timing] = {}

    async def one(number: int) -> Timing:
        timings[number] = await send(port, *requests[number])
        return timings[number]

    print(told("hostile", await steadily(one, bodies, 16)), flush=True)
    for number, timing in timings.items():
        if timing.status >= 500 or timing.status == 0:
            print("  ", timing.status, requests[number][0], requests[number][1][:200])


def main() -> None:
    """Start the server, measure, stop it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = ("burst", "popular", "paced", "memory", "hostile")
    parser.add_argument("run", nargs="*", default=list(names), help=f"of {', '.join(names)}; all by default")
    parser.add_argument("--visitors", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60, help="of paced visits")
    parser.add_argument("--pause", type=float, default=20, help="seconds between a visitor's questions, on average")
    parser.add_argument("--answers", type=int, default=10_000)
    parser.add_argument("--bodies", type=int, default=10_000)
    options = parser.parse_args()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environ = {**os.environ, **UNBOUND}
    command = [sys.executable, "-m", "rag", "serve", "--port", str(port)]
    log = open(ROOT / "benchmarks" / "server.log", "wb")  # noqa: SIM115 - for as long as the server
    with log, subprocess.Popen(command, env=environ, stdout=log, stderr=log) as process:
        try:
            asyncio.run(measure(port, process, options))
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
