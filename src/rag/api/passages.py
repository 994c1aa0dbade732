"""`GET /api/v1/passage`: the passage a citation stands in, sentence by sentence, so that a client can show the context."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request

from rag.api.examples import PASSAGE, examples
from rag.api.problems import ProblemError
from rag.api.routes import problems
from rag.api.schemas import Schema
from rag.api.service import Service
from rag.types import Language, Passage, Sentence


class SentenceModel(Schema):
    """A sentence, list item or table row; `document[start:end]` is where it stands."""

    text: str
    start: int
    end: int
    kind: Literal["prose", "item", "row"]
    caption: str
    cells: list[tuple[str, str]]

    @classmethod
    def of(cls, sentence: Sentence) -> SentenceModel:
        """The sentence as it is sent."""
        return cls.model_validate(sentence, from_attributes=True)


class PassageResponse(Schema):
    """A passage of a document."""

    model_config = examples(PASSAGE)

    passage_id: str
    language: Language
    sentences: list[SentenceModel]

    @classmethod
    def of(cls, passage: Passage) -> PassageResponse:
        """The passage as it is sent."""
        sentences = [SentenceModel.of(sentence) for sentence in passage.sentences]
        return cls(passage_id=passage.id, language=passage.language, sentences=sentences)


def passage_routes(service: Service) -> APIRouter:
    """The route over a service."""
    router = APIRouter(prefix="/api/v1", tags=["guide"])

    @router.get("/passage", responses=problems(401, 403, 404, 422, 429))
    async def passage(request: Request, id: Annotated[str, Query(max_length=500)]) -> PassageResponse:
        """The passage of a citation's `passage_id`."""
        if "origin" in request.headers:  # a browser sends none with a GET on our own pages
            service.gate.visitor(request)
        await service.gate.admit_aside(request, "passage")
        try:
            return PassageResponse.of(service.voices.full.passage(id))
        except KeyError:
            raise ProblemError("not-found") from None

    return router
