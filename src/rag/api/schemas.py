"""Everything that goes in and out as JSON, with examples; the OpenAPI document is made of these.

An answer streams as server-sent events. Each has its name in `event:` and one JSON object in `data:`:

    retrieved  {"answer_id", "conversation_id", "hits": [{"passage_id", "document", "title", "score"}]}
    delta      {"text"}                    the next words of the answer
    done       the `ChatAnswer`            it replaces what was streamed
    error      the `Problem`               instead of `done`

There may be any number of `delta`s, also none; a stream that ends without `done` or `error` was cut off.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from rag.api.examples import ANSWER, ANSWER_ID, DELTA, FOUND, QUESTIONS, RETRIEVED, examples
from rag.types import Answer, Hit, Language, Mode, Passage, Status

QUESTION_LIMIT = 1000  # characters
ANSWER_LIMIT = 20_000  # characters of an earlier answer that comes along
COMMENT_LIMIT = 2000  # characters
TURNS_LIMIT = 8
HITS_LIMIT = 50
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def _plain(text: str) -> str:
    """Composed Hangul, no control characters, no space around; raises ValueError for half a surrogate pair."""
    if any(unicodedata.category(character) == "Cs" for character in text):
        raise ValueError("not valid Unicode text")
    return _CONTROL.sub(" ", unicodedata.normalize("NFC", text)).strip()


def _spoken(text: str) -> str:
    text = _plain(text)
    if not text:
        raise ValueError("the text is empty")
    return text


Question = Annotated[str, StringConstraints(min_length=1, max_length=QUESTION_LIMIT), AfterValidator(_spoken)]
Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")]


class Schema(BaseModel):
    """What all have in common: unknown members are ignored."""

    model_config = ConfigDict(extra="ignore", json_schema_serialization_defaults_required=True)


class EarlierTurn(Schema):
    """One earlier exchange of the conversation, as the client remembers it."""

    question: Question
    answer: Annotated[str, StringConstraints(max_length=ANSWER_LIMIT), AfterValidator(_plain)]


class ChatRequest(Schema):
    """A question. Nothing is kept between requests: a follow-up brings the turns before it along."""

    model_config = examples(*QUESTIONS)

    question: Question
    history: list[EarlierTurn] = Field(default=[], max_length=TURNS_LIMIT, description="Oldest first")
    language: Language | None = Field(default=None, description="Of the answer; null means that of the question")
    conversation_id: Identifier | None = Field(
        default=None, description="Given back from the first answer, it ties the turns of a conversation together"
    )


class CitationModel(Schema):
    """A marker `[n]` and the exact words it stands for: `document[start:end] == quote`, in characters."""

    marker: int
    document: str
    title: str
    publisher: str
    published: str = Field(description="ISO date, month or year; empty where unknown")
    as_of: str = Field(description="The time its figures speak of; empty where unknown")
    section: str
    passage_id: str
    quote: str
    start: int
    end: int
    url: str | None
    language: Language


class ChatAnswer(Schema):
    """A finished answer; the same object `rag ask --json` prints, with the ids of answer and conversation."""

    model_config = examples(ANSWER)

    answer_id: str = Field(description="For feedback")
    conversation_id: str
    question: str
    language: Language
    status: Status
    mode: Mode = Field(description="`extractive`: sentences of the documents; `model`: written and checked")
    answer: str = Field(description="Plain text with markers `[n]`, one for each citation")
    citations: list[CitationModel]
    suggestions: list[str] = Field(description="Questions the documents do answer")
    notice: str = Field(description="To be shown beside the answer; often empty")
    query: str = Field(description="What was searched for, with the conversation put in")
    timings_ms: dict[str, float]

    @classmethod
    def of(cls, answer: Answer, answer_id: str, conversation_id: str) -> ChatAnswer:
        """The answer as it is sent."""
        fields = {name: getattr(answer, name) for name in cls.model_fields.keys() & _ANSWER_FIELDS}
        cited = [CitationModel.model_validate(citation, from_attributes=True) for citation in answer.citations]
        ids = {"answer_id": answer_id, "conversation_id": conversation_id}
        return cls.model_construct(
            **{**fields, **ids, "answer": answer.text, "citations": cited, "suggestions": list(answer.suggestions)}
        )


_ANSWER_FIELDS = {"question", "language", "status", "mode", "suggestions", "notice", "query", "timings_ms"}


class FoundPassage(Schema):
    """A passage the answer is looked for in."""

    passage_id: str
    document: str
    title: str
    score: float


class RetrievedData(Schema):
    """Data of the event `retrieved`."""

    model_config = examples(RETRIEVED)

    answer_id: str
    conversation_id: str
    hits: list[FoundPassage]


class DeltaData(Schema):
    """Data of the event `delta`."""

    model_config = examples(DELTA)

    text: str


class SearchRequest(Schema):
    """A query for passages."""

    model_config = examples({"query": "AI 양재 허브", "k": 3})

    query: Question
    k: int = Field(default=10, ge=1, le=HITS_LIMIT, description="How many passages")


class SearchHit(Schema):
    """A passage found; `document[start:end]` is where it stands."""

    document: str
    passage_id: str
    score: float
    title: str
    section: str
    language: Language
    text: str
    start: int
    end: int

    @classmethod
    def of(cls, hit: Hit, document: str) -> SearchHit:
        """The hit as it is sent; `document` is the name shown."""
        passage: Passage = hit.passage
        return cls(
            document=document,
            passage_id=passage.id,
            score=round(hit.score, 4),
            title=passage.source.title,
            section=" › ".join(passage.heading),
            language=passage.language,
            text=passage.text,
            start=passage.start,
            end=passage.end,
        )


class SearchResponse(Schema):
    """Passages, the best first."""

    model_config = examples(FOUND)

    hits: list[SearchHit]


class FeedbackRequest(Schema):
    """A reader's verdict on an answer; a later one on the same answer replaces it."""

    model_config = examples({"answer_id": ANSWER_ID, "helpful": True})

    answer_id: Identifier
    helpful: bool
    comment: Annotated[str, StringConstraints(max_length=COMMENT_LIMIT), AfterValidator(_plain)] = ""


class TokenRequest(Schema):
    """A wish for a visitor token."""

    model_config = examples({})

    token: Annotated[str, StringConstraints(max_length=1000)] = Field(
        default="", description="The token held so far, also one that has run out: the visitor stays the same"
    )


class TokenResponse(Schema):
    """A visitor token, for the header `Authorization: Bearer ...`; it holds for the asking origin only."""

    model_config = examples(
        {"token": "eyJvcmlnaW4iOiJodHRwczovL2ludmVzdC5leGFtcGxlIn0.c2lnbmF0dXJl", "expires_in": 1800}
    )

    token: str
    expires_in: int = Field(description="Seconds; ask for a new one before, or when a request is answered with 401")


class Limits(Schema):
    """What is accepted."""

    question: int = Field(description="Characters")
    history: int = Field(description="Earlier turns")
    comment: int = Field(description="Characters")


class ConfigResponse(Schema):
    """What a client may know: nothing here is secret."""

    model_config = examples(
        {
            "name": {"ko": "서울 AI 가이드", "en": "Seoul AI Guide"},
            "version": "0.1.0",
            "languages": ["ko", "en"],
            "modes": ["extractive"],
            "contact": "guide@invest.example",
            "starters": {"ko": ["AI 양재 허브는 어디에 있어?"], "en": ["Where is the AI Yangjae Hub?"]},
            "limits": {"question": QUESTION_LIMIT, "history": TURNS_LIMIT, "comment": COMMENT_LIMIT},
        }
    )

    name: dict[Language, str]
    version: str
    languages: list[Language]
    modes: list[Mode] = Field(description="`model` is there when a language model writes answers")
    contact: str
    starters: dict[Language, list[str]] = Field(description="Questions to begin with")
    limits: Limits


class FieldError(Schema):
    """One member of a request that is not as it should be."""

    pointer: str = Field(description="JSON Pointer into the body, such as `#/history/0/question`")
    detail: str


class Problem(Schema):
    """What went wrong (RFC 9457); `title` and `detail` are in the reader's language."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_serialization_defaults_required=False,  # members without a value are left out
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:seoul-ai-guide:problem:rate-limited",
                    "title": "Too many questions",
                    "status": 429,
                    "detail": "Please ask again in 12 seconds.",
                    "code": "rate-limited",
                    "request_id": "5f0c7d1a9b3e4c21",
                    "retry_after": 12,
                }
            ]
        },
    )

    type: str
    title: str
    status: int
    detail: str
    code: str = Field(description="The kind of problem, for programs")
    request_id: str
    retry_after: int | None = Field(default=None, description="Seconds; also in the header Retry-After")
    errors: list[FieldError] | None = None


class Health(Schema):
    """Whether the service is up."""

    model_config = examples({"status": "ready", "details": {"answers_in_the_making": 2}})

    status: str
    details: dict[str, Any] = {}
