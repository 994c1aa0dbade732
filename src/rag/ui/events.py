"""Values of the chatbot as JSON-ready dictionaries: one encoding for the page, the API and the command line."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rag.types import Answer, Delta, Event, Hit, Retrieved


def encode_event(event: Event) -> dict[str, Any]:
    """A stream event; `type` says which: `retrieved`, `delta` or `done`."""
    if isinstance(event, Retrieved):
        return {"type": "retrieved", "hits": [encode_hit(hit) for hit in event.hits]}
    if isinstance(event, Delta):
        return {"type": "delta", "text": event.text}
    return {"type": "done", "answer": encode_answer(event.answer)}


def encode_hit(hit: Hit) -> dict[str, Any]:
    """A passage that was found, and how well it fits."""
    return {"passage_id": hit.passage.id, "document": hit.passage.document_id, "score": hit.score}


def encode_answer(answer: Answer) -> dict[str, Any]:
    """An answer with its citations; the text is under `answer`."""
    fields = asdict(answer)
    fields["answer"] = fields.pop("text")
    fields["citations"] = [asdict(citation) for citation in answer.citations]
    fields["suggestions"] = list(answer.suggestions)
    return fields
