"""One exchange, told as every schema tells it: the examples of the OpenAPI document, all of one piece."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict

ANSWER_ID, CONVERSATION_ID = "8f14e45fceea167a5a36dedd4bea2543", "c9f0f895fb98ab9159f51fd0297e236d"
_QUESTION = "How large were Seoul's AI deals in 2021?"
_QUOTE = "AI deals in Seoul came to KRW 407.6 billion in 2021."
_START = 812
_PASSAGE = {"passage_id": "en/seoul-deals.md#3", "document": "docs/en/seoul-deals.md", "title": "AI deals in Seoul"}
_PLACE = {"start": _START, "end": _START + len(_QUOTE)}
_IDS = {"answer_id": ANSWER_ID, "conversation_id": CONVERSATION_ID}

QUESTIONS: tuple[dict[str, Any], ...] = (
    {"question": "2021년 서울의 AI 거래 규모는 얼마야?"},
    {"question": "And in 2019?", "history": [{"question": _QUESTION, "answer": f"{_QUOTE} [1]"}], "language": "en"},
)
RETRIEVED = {**_IDS, "hits": [{**_PASSAGE, "score": 0.71}]}
DELTA = {"text": "AI deals in Seoul came to "}
_BESIDE = {
    "language": "en",
    "status": "answered",
    "mode": "extractive",
    "citations": [
        {
            **_PASSAGE,
            **_PLACE,
            "marker": 1,
            "publisher": "Seoul Metropolitan Government",
            "published": "2022",
            "as_of": "2021",
            "section": "Deals by year",
            "quote": _QUOTE,
            "url": "https://report.example/seoul-deals",
            "language": "en",
        }
    ],
    "suggestions": [],
    "notice": "",
}
ANSWER = {
    **_IDS,
    **_BESIDE,
    "question": _QUESTION,
    "answer": f"{_QUOTE} [1]",
    "query": _QUESTION,
    "timings_ms": {"retrieve": 6.1, "answer": 11.4, "total": 17.5},
}
COMPLETION = {
    **_IDS,
    **_BESIDE,
    "id": f"chatcmpl-{ANSWER_ID}",
    "object": "chat.completion",
    "created": 1790000000,
    "model": "seoul-ai-guide",
    "choices": [
        {"index": 0, "message": {"role": "assistant", "content": f"{_QUOTE} [1]"}, "finish_reason": "stop"},
    ],
}
FOUND = {
    "hits": [{**_PASSAGE, **_PLACE, "score": 0.83, "section": "Deals by year", "language": "en", "text": _QUOTE}],
}
PASSAGE = {
    "passage_id": _PASSAGE["passage_id"],
    "language": "en",
    "sentences": [{**_PLACE, "text": _QUOTE, "kind": "prose", "caption": "", "cells": []}],
}


def examples(*given: dict[str, Any]) -> ConfigDict:
    """The part of a model's configuration that shows these examples."""
    return ConfigDict(json_schema_extra={"examples": list(given)})
