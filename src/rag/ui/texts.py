"""Every string of the interface, in Korean and English, and how a page carries both.

An element that shows a string holds it in both languages (`data-ko`, `data-en`); switching the language copies one of
them into place, so nothing is asked of the server and the conversation stays. Formatting is done here only.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from html import escape

from rag.types import Language, Source

TEXTS: dict[str, tuple[str, str]] = {
    "name": ("서울 AI 가이드", "Seoul AI Guide"),
    "description": (
        "서울의 AI 생태계에 관한 질문에 문서를 근거로 답하고 문장마다 출처를 보여 줍니다.",
        "Answers questions about Seoul's AI ecosystem from documents, with the source of every sentence.",
    ),
    "corpus": ("{documents} · {span}", "{documents} · {span}"),
    "documents": ("문서 {n}건", "{n} documents"),
    "one_document": ("문서 1건", "1 document"),
    "hero": ("서울의 AI 생태계,\n문서에 물어보세요", "Seoul’s AI ecosystem.\nAsk the documents."),
    "lead": (
        "답의 모든 문장에는 번호가 붙습니다. 번호를 누르면 근거가 된 문서의 바로 그 대목이 열립니다. "
        "문서에 없는 것은 없다고 말합니다.",
        "Every sentence of an answer carries a number. Press it and the very words it rests on open beside it. "
        "Where the documents are silent, the guide says so.",
    ),
    "starters_ko": ("한국어로 물어보기", "Ask in Korean"),
    "starters_en": ("영어로 물어보기", "Ask in English"),
    "language": ("언어", "Language"),
    "new_chat": ("새 대화", "New chat"),
    "download": ("대화 내려받기", "Download conversation"),
    "skip": ("질문 입력으로 건너뛰기", "Skip to the question box"),
    "conversation": ("대화", "Conversation"),
    "question": ("질문", "Question"),
    "placeholder": ("서울의 AI 생태계에 대해 물어보세요", "Ask about Seoul’s AI ecosystem"),
    "send": ("보내기", "Send"),
    "stop": ("멈추기", "Stop"),
    "keys": ("Enter로 보내고 Shift+Enter로 줄을 바꿉니다", "Enter to send, Shift+Enter for a new line"),
    "limit": ("최대 {n}자", "{n} characters at most"),
    "too_long": ("{n}자 줄여 주세요", "{n} characters too many"),
    "searching": ("문서를 찾는 중", "Searching the documents"),
    "reading": ("문서 {n}곳을 읽는 중", "Reading {n} passages"),
    "sources": ("출처", "Sources"),
    "more_sources": ("출처 {n}개 더 보기", "{n} more sources"),
    "source_n": ("출처 {n}", "Source {n}"),
    "open_source": ("출처 {n} 열기: {title}", "Open source {n}: {title}"),
    "as_of": ("{date} 기준", "As of {date}"),
    "published_on": ("{date} 발행", "Published {date}"),
    "years_ago": ("{n}년 전", "{n} years ago"),
    "publisher": ("펴낸 곳", "Publisher"),
    "published": ("펴낸 날", "Published"),
    "as_of_label": ("수치 기준일", "Figures as of"),
    "document": ("문서", "Document"),
    "source_link": ("원 자료 열기 (새 창)", "Open the original (new window)"),
    "twin_ko": ("같은 대목을 한국어로 보기", "The same passage in Korean"),
    "twin_en": ("같은 대목을 영어로 보기", "The same passage in English"),
    "verbatim": ("문서에 적힌 그대로 보기", "Word for word in the file"),
    "place": ("{document}, {start}–{end}번째 글자", "{document}, characters {start}–{end}"),
    "close": ("닫기", "Close"),
    "previous": ("이전 출처", "Previous source"),
    "next": ("다음 출처", "Next source"),
    "copy": ("출처와 함께 복사", "Copy with sources"),
    "copied": ("복사했습니다", "Copied"),
    "not_copied": ("복사하지 못했습니다", "Could not copy"),
    "retry": ("다시 묻기", "Ask again"),
    "helpful": ("도움이 됐어요", "Helpful"),
    "unhelpful": ("도움이 안 됐어요", "Not helpful"),
    "thanks": ("의견 고맙습니다", "Thank you for telling us"),
    "extractive": ("문서의 문장을 그대로 골라 답했습니다", "Sentences chosen from the documents"),
    "model": ("언어 모델이 쓰고 출처와 대조했습니다", "Written by a language model, checked against its sources"),
    "no_answer": ("문서에 없는 내용입니다", "Not in the documents"),
    "suggestions": ("문서가 답할 수 있는 질문", "Questions the documents do answer"),
    "follow_ups": ("이어서 물어볼 만한 질문", "You could ask next"),
    "contact": ("직접 문의하기", "Ask a person"),
    "table": ("표로 보기", "Show as a table"),
    "chart": ("막대그래프: {caption}, {column}", "Bar chart: {caption}, {column}"),
    "cited_row": ("인용한 행", "Cited row"),
    "error": ("답을 받지 못했습니다", "The answer did not arrive"),
    "error_network": (
        "연결이 끊겼습니다. 질문은 그대로 있으니 다시 물어보세요.",
        "The connection was lost. Your question is still here; ask again.",
    ),
    "error_busy": (
        "지금 질문이 많습니다. 잠시 뒤에 다시 물어보세요.",
        "Many questions are coming in. Ask again in a moment.",
    ),
    "error_server": (
        "답을 만들다가 문제가 생겼습니다. 질문은 그대로 있으니 다시 물어보세요.",
        "Something went wrong while answering. Your question is still here; ask again.",
    ),
    "error_refused": (
        "이 질문은 보낼 수 없습니다. 짧게 고쳐 보세요.",
        "This question could not be sent. Try a shorter one.",
    ),
    "stopped": ("여기까지 받고 멈췄습니다.", "Stopped here."),
    "cleared": ("새 대화를 시작했습니다", "New chat started"),
    "undo": ("되돌리기", "Undo"),
    "answered": ("답변", "Answer"),
    "downloaded_on": ("{date}에 내려받음", "Downloaded on {date}"),
    "noscript": ("이 페이지는 자바스크립트가 필요합니다.", "This page needs JavaScript."),
}

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def say(key: str, language: Language, **values: object) -> str:
    """One string of the interface, its `{names}` filled in."""
    korean, english = TEXTS[key]
    return (korean if language == "ko" else english).format(**values)


def both(key: str, **values: object) -> tuple[str, str]:
    """The string in Korean and in English; values given as such a pair go to their own language."""
    return _filled(key, "ko", values), _filled(key, "en", values)


def _filled(key: str, language: Language, values: dict[str, object]) -> str:
    chosen = {name: _side(value, language) for name, value in values.items()}
    return say(key, language, **chosen)


def _side(value: object, language: Language) -> object:
    if not isinstance(value, tuple):
        return value
    return value[0 if language == "ko" else 1]


def label(pair: tuple[str, str], language: Language, tag: str = "span", attributes: str = "") -> str:
    """An element that shows the string and can switch its language; `attributes` is trusted HTML."""
    korean, english = (escape(text) for text in pair)
    shown = korean if language == "ko" else english
    return f'<{tag} data-ko="{korean}" data-en="{english}"{" " * bool(attributes)}{attributes}>{shown}</{tag}>'


def attribute(name: str, pair: tuple[str, str], language: Language) -> str:
    """An attribute such as `aria-label` that switches its language with the page."""
    korean, english = (escape(text) for text in pair)
    shown = korean if language == "ko" else english
    return f'{name}="{shown}" data-ko-{name}="{korean}" data-en-{name}="{english}"'


def date_pair(iso: str) -> tuple[str, str]:
    """An ISO year, month or day as it is read in Korean and in English; anything else is left as it is."""
    parts = iso.split("-")
    if not all(part.isdigit() for part in parts) or len(parts) > 3:
        return iso, iso
    korean = " ".join(f"{int(part)}{unit}" for part, unit in zip(parts, "년월일", strict=False))
    if len(parts) > 1 and not 1 <= int(parts[1]) <= 12:
        return iso, iso
    names = [parts[0]] if len(parts) == 1 else [_MONTHS[int(parts[1]) - 1], parts[0]]
    english = " ".join(([str(int(parts[2]))] if len(parts) == 3 else []) + names)
    return korean, english


def age_in_years(iso: str, today: date) -> int | None:
    """Full calendar years since the year of an ISO date, or None where there is no year."""
    year = iso[:4]
    return today.year - int(year) if len(year) == 4 and year.isdigit() else None


def corpus_pair(documents: Iterable[Source]) -> tuple[str, str] | None:
    """How many documents there are and the years they speak of; a document and its translation count once."""
    sources = list(documents)
    if not sources:
        return None
    count = len({source.key or f"{source.language}:{source.title}" for source in sources})
    counted = both("one_document") if count == 1 else both("documents", n=count)
    dates = [moment for source in sources for moment in (source.as_of, source.published) if moment]
    years = sorted({moment[:4] for moment in dates if moment[:4].isdigit()})
    if not years:
        return counted
    span = years[0] if len(years) == 1 else f"{years[0]}–{years[-1]}"
    return both("corpus", documents=counted, span=(f"{span}년", span))
