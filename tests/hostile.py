"""Requests that no honest client sends, from a seed: for the tests, and many more of them for `benchmarks/load.py`."""

from __future__ import annotations

import json
import random
from collections.abc import Callable


def hostile(dice: random.Random) -> tuple[str, bytes, str]:
    """Path, body and content type of a request that means no good."""
    path = dice.choice(("/api/v1/chat", "/api/v1/search", "/api/v1/feedback", "/api/v1/token", "/v1/chat/completions"))
    kind = dice.choice(("application/json",) * 5 + ("text/plain", "multipart/form-data; boundary=x", "application/xml"))
    return path, dice.choice(BODIES)(dice), kind


def _strange(dice: random.Random) -> str:
    pieces = ("서울", "\x00", "\u202e", "\ud83d\ude00", "😀", "<script>alert(1)</script>", "'; DROP TABLE--", "\\", '"',
              "{{7*7}}", "%n%s", "../../etc/passwd", "\ufeff", "ﷺ", "ㅋ", "e\u0301" * 9, "1" * 50, "억" * 30, "[1]", "\n")  # fmt: skip
    return "".join(dice.choices(pieces, k=dice.randint(0, 60)))


def _value(dice: random.Random, depth: int = 0) -> object:
    kinds: list[Callable[[], object]] = [
        lambda: None,
        lambda: dice.random() < 0.5,
        lambda: dice.choice((-1, 0, 1, 2**63, -(10**40), 1e308)),
        lambda: _strange(dice),
    ]
    if depth < 3:
        kinds += [
            lambda: [_value(dice, depth + 1) for _ in range(dice.randint(0, 4))],
            lambda: {_strange(dice)[:20]: _value(dice, depth + 1) for _ in range(dice.randint(0, 4))},
        ]
    return dice.choice(kinds)()


def _members(dice: random.Random) -> bytes:
    names = ("question", "query", "history", "language", "conversation_id", "k", "answer_id", "helpful", "comment",
             "token", "messages", "model", "stream")  # fmt: skip
    return json.dumps({name: _value(dice) for name in dice.sample(names, dice.randint(1, 6))}).encode()


def _nearly_right(dice: random.Random) -> bytes:
    said = _strange(dice) or "AI"
    turn = {"question": said, "answer": _strange(dice)}
    message = {"role": "user", "content": said}
    both = {"question": said, "query": said, "history": [turn] * dice.randint(0, 9), "messages": [message]}
    return json.dumps(both, ensure_ascii=dice.random() < 0.5).encode("utf-8", "surrogatepass")


BODIES: tuple[Callable[[random.Random], bytes], ...] = (
    _members,
    _nearly_right,
    _nearly_right,
    lambda dice: dice.randbytes(dice.randint(0, 2000)),
    lambda dice: b"[" * dice.choice((10, 1000, 100_000)),
    lambda dice: b'{"question":' * dice.choice((10, 5000)) + b"1",
    lambda dice: json.dumps({"question": "가" * dice.choice((999, 1000, 1001, 90_000))}).encode(),
    lambda dice: b'{"question": "' + b"\\ud800" * dice.randint(1, 5) + b'"}',
    lambda dice: b'{"question": ' + b"9" * dice.choice((400, 5000)) + b"}",
    lambda dice: b'{"question": NaN, "k": Infinity}',
    lambda dice: "{'question': 'no JSON'}".encode(dice.choice(("utf-16", "cp949", "utf-7"))),
    lambda dice: b"",
)
