"""A stage is a folder that knows what it was made from; it is made again only when that changed.

The folder's name ends in a checksum of its ingredients, so runs that share stages share the work. While a stage is made its
folder is called `.part`; what is in there when the work is interrupted is what the next run goes on from.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

STAMP = "stamp.json"


class Workshop:
    """The folder in which stages are made and kept."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.made: list[str] = []  # names of the stages that this run made, in order

    def make(self, name: str, build: Callable[..., None], **inputs: object) -> Path:
        """The folder of a stage: taken over when whole, otherwise made by `build(folder, **inputs)`."""
        key = digest(name, {**inputs, "code": code_of(build)})
        folder = self.root / f"{name}-{key}"
        if is_whole(folder):
            tell(f"{name}: taken over")
            return folder
        part = folder.with_name(f"{folder.name}.part")
        resumed = part.is_dir()
        tell(f"{name}: {'goes on' if resumed else 'begins'}")
        part.mkdir(parents=True, exist_ok=True)
        started = time.monotonic()
        build(part, **inputs)
        seconds = round(time.monotonic() - started, 1)
        _stamp(part, {"stage": name, "key": key, "seconds": seconds, "resumed": resumed})
        shutil.rmtree(folder, ignore_errors=True)  # a damaged one
        part.rename(folder)
        self.made.append(name)
        tell(f"{name}: done in {seconds} s")
        return folder


def tell(message: str) -> None:
    """Say how far the work is."""
    sys.stderr.write(f"[{time.strftime('%H:%M:%S')}] {message}\n")


def code_of(build: Callable[..., None]) -> str:
    """Checksum of the module that makes a stage: other code may make another thing."""
    return checksum(Path(str(sys.modules[build.__module__].__file__)))


def digest(name: str, ingredients: Mapping[str, object]) -> str:
    """Twelve hexadecimal digits that change with the ingredients: values, finished stages, files and folders."""
    parts = {key: _content(value) for key, value in ingredients.items()}
    text = json.dumps([name, parts], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _content(value: object) -> Any:
    if isinstance(value, Path):
        return stamp_of(value)["key"] if (value / STAMP).is_file() else checksums(value)
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def checksum(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checksums(path: Path) -> dict[str, str]:
    """SHA-256 of a file, or of each file below a folder by its place in it; the stamp is left out."""
    if path.is_file():
        return {path.name: checksum(path)}
    files = sorted(file for file in path.rglob("*") if file.is_file() and file.name != STAMP)
    return {file.relative_to(path).as_posix(): checksum(file) for file in files if "__pycache__" not in file.parts}


def _stamp(folder: Path, facts: Mapping[str, object]) -> None:
    write_json(folder / STAMP, {**facts, "files": checksums(folder)})


def stamp_of(folder: Path) -> dict[str, Any]:
    """What a stage wrote about itself."""
    return dict(read_json(folder / STAMP))


def is_whole(folder: Path) -> bool:
    """Whether a stage was finished and none of its files changed since."""
    try:
        return bool(stamp_of(folder)["files"] == checksums(folder))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def read_json(path: Path) -> Any:
    """The content of a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """A gzip file of lines; the same lines give the same bytes."""
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as file:
        file.writelines(line.encode() + b"\n" for line in lines)


def read_lines(path: Path) -> Iterator[str]:
    """The lines of a gzip file, without their ends."""
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        yield from (line.rstrip("\r\n") for line in lines)


def write_json(path: Path, content: object) -> None:
    """Write a JSON file that people can read."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
