"""From chosen statements to the words the reader sees: markers, dates, other units, other languages, and refusals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.answering import Draft, Statement
from rag.citations import make_citation
from rag.figures import find_figures, with_conversions
from rag.questions import years_in
from rag.types import Answer, Citation, Language, Source
from rag.writing import Locate, Written

_SMALLTALK: dict[Language, dict[str, str]] = {
    "en": {
        "hello": "Hello. Ask me about Seoul's AI ecosystem: markets, companies, policy, talent, support for investors. "
        "Every answer cites the words it rests on.",
        "thanks": "You are welcome. Ask on whenever you like.",
        "bye": "Goodbye, and good luck with your plans.",
        "who": "I answer questions from a fixed set of documents, in Korean or English, and cite the exact words each "
        "sentence rests on. When the documents do not hold an answer, I say so.",
    },
    "ko": {
        "hello": "안녕하세요. 서울의 AI 시장, 기업, 정책, 인재, 투자 지원에 대해 물어보세요. 모든 답에 근거 문장을 붙여 드립니다.",
        "thanks": "도움이 되었다니 다행입니다. 더 궁금한 점이 있으면 물어보세요.",
        "bye": "안녕히 가세요. 좋은 결과 있으시길 바랍니다.",
        "who": "저는 정해진 문서에서만 답을 찾아 한국어와 영어로 답하고, 문장마다 근거가 된 원문을 보여 드립니다. "
        "문서에 없는 내용은 없다고 말씀드립니다.",
    },
}
_REFUSAL: dict[Language, str] = {
    "en": "The documents do not answer this. You can ask {contact}.",
    "ko": "문서에서 답을 찾지 못했습니다. {contact}에 문의해 보세요.",
}
_OTHER_LANGUAGE: dict[Language, str] = {
    "en": "Quoted from a Korean document in the original; figures in brackets are converted.",
    "ko": "영어 문서의 원문을 인용했습니다. 괄호 안의 수치는 환산한 값입니다.",
}
_CONVERTED: dict[Language, str] = {
    "en": "Figures in brackets are converted.",
    "ko": "괄호 안의 수치는 환산한 값입니다.",
}
_AS_OF: dict[Language, str] = {"en": " (as of {date})", "ko": " ({date} 기준)"}
_PUBLISHED: dict[Language, str] = {"en": " (published {date})", "ko": " ({date} 발표)"}
_FALLBACK: dict[Language, str] = {
    "en": "The language model could not answer ({reason}); this is quoted from the documents instead.",
    "ko": "언어 모델이 답하지 못해({reason}) 문서에서 그대로 인용했습니다.",
}
_UNCHECKED: dict[Language, str] = {
    "en": "its text was not borne out by the documents",
    "ko": "답의 내용이 문서로 확인되지 않음",
}


def compose(draft: Draft, language: Language, locate: Locate, question: str) -> Answer:
    """An answer with one citation for each statement; the draft must hold statements."""
    sentences, citations = [], []
    for marker, statement in enumerate(draft.statements, start=1):
        text, name = locate(statement.hit.passage.document_id)
        citations.append(make_citation(marker, statement.hit.passage, (statement.first, statement.last), text, name))
        sentences.append(f"{_shown(statement, language)} [{marker}]")
    plain = " ".join(statement.text for statement in draft.statements)
    notice = _notice(citations, plain, language)
    return Answer(question, language, "answered", "extractive", "\n".join(sentences), tuple(citations), notice=notice)


def written(answer: Written, language: Language, question: str) -> Answer:
    """The answer a language model wrote and the check let through."""
    notice = _OTHER_LANGUAGE[language] if any(c.language != language for c in answer.citations) else ""
    return Answer(question, language, "answered", "model", answer.text, answer.citations, notice=notice)


def fallen_back(answer: Answer, failure: str) -> Answer:
    """An extractive answer that stands in for one of the model's, and says so."""
    reason = failure or _UNCHECKED[answer.language]
    notices = [_FALLBACK[answer.language].format(reason=reason), answer.notice]
    return replace(answer, notice=" ".join(filter(None, notices)))


def refuse(question: str, language: Language, contact: str, suggestions: Sequence[str]) -> Answer:
    """The answer when the documents are silent."""
    text = _REFUSAL[language].format(contact=contact)
    return Answer(question, language, "no_answer", "extractive", text, suggestions=tuple(suggestions))


def small_talk(question: str, language: Language, kind: str, suggestions: Sequence[str]) -> Answer:
    """The reply to a greeting, thanks, or "who are you?"."""
    text = _SMALLTALK[language][kind]
    return Answer(question, language, "smalltalk", "extractive", text, suggestions=tuple(suggestions))


def _shown(statement: Statement, language: Language) -> str:
    converted = with_conversions(statement.text, language)
    if statement.hit.passage.language != language:
        converted = f"“{converted}”"
    return converted + _date_of_figures(statement, language)


def _date_of_figures(statement: Statement, language: Language) -> str:
    """The date of figures that do not tell theirs."""
    if years_in(statement.text) or not any(figure.kind != "date" for figure in find_figures(statement.text)):
        return ""
    source: Source = statement.hit.passage.source
    if source.as_of:
        return _AS_OF[language].format(date=source.as_of)
    return _PUBLISHED[language].format(date=source.published) if source.published else ""


def _notice(citations: Sequence[Citation], plain: str, language: Language) -> str:
    if any(citation.language != language for citation in citations):
        return _OTHER_LANGUAGE[language]
    return _CONVERTED[language] if with_conversions(plain, language) != plain else ""
