"""Every string of the admin page, in Korean and English, and how it writes figures and moments."""

from __future__ import annotations

from datetime import date, datetime

from rag.records.reading import SEOUL
from rag.types import Language

TEXTS: dict[str, tuple[str, str]] = {
    "name": ("서울 AI 가이드", "Seoul AI Guide"),
    "title": ("운영 현황", "Operations"),
    "sign_in": ("들어가기", "Sign in"),
    "sign_in_lead": (
        "이 페이지는 사이트 운영자를 위한 것입니다. RAG_ADMIN_TOKEN에 정한 토큰을 입력해 주십시오.",
        "This page is for whoever runs the site. Enter the token that RAG_ADMIN_TOKEN was set to.",
    ),
    "token": ("토큰", "Token"),
    "wrong_token": ("토큰이 맞지 않습니다.", "That is not the token."),
    "too_many": (
        "틀린 토큰이 너무 많이 들어왔습니다. 1분 뒤에 다시 해 주십시오.",
        "Too many wrong tokens. Try again in a minute.",
    ),
    "sign_out": ("나가기", "Sign out"),
    "skip": ("본문으로 건너뛰기", "Skip to the content"),
    "range": ("기간", "Period"),
    "last_days": ("{n}일", "{n} days"),
    "korean_time": ("{first} – {last}, 한국 시간", "{first} – {last}, Korean time"),
    "questions": ("질문", "Questions"),
    "conversations": ("대화 {n}건", "{n} conversations"),
    "answered_share": ("답변한 비율", "Answered"),
    "of_questions": ("인사말을 뺀 {all}건 가운데 {n}건", "{n} of {all}, greetings left out"),
    "helpful_share": ("도움이 됐다", "Helpful"),
    "of_verdicts": ("의견 {all}건 가운데 {n}건", "{n} of {all} verdicts"),
    "latency": ("답변 시간", "Time to answer"),
    "median_p95": ("95%가 이 안에 · 중앙값 {median}", "95% within · median {median}"),
    "none_yet": ("아직 없습니다", "None yet"),
    "per_day": ("날마다 받은 질문", "Questions a day"),
    "answered": ("답변함", "Answered"),
    "silent": ("문서에 없음", "Not in the documents"),
    "smalltalk": ("인사말", "Greetings"),
    "column": (
        "{date}: 질문 {n}건 (답변 {answered}, 문서에 없음 {silent}, 인사말 {smalltalk})",
        "{date}: {n} questions ({answered} answered, {silent} not in the documents, {smalltalk} greetings)",
    ),
    "per_day_latency": ("날마다 걸린 답변 시간", "Time to answer, by day"),
    "median": ("중앙값", "Median"),
    "p95": ("95%가 이 안에", "95% within"),
    "percent_within": ("{n}%가 이 안에", "{n}% within"),
    "as_table": ("표로 보기", "Show as a table"),
    "day": ("날짜", "Day"),
    "languages": ("질문의 언어", "Languages"),
    "ko": ("한국어", "Korean"),
    "en": ("영어", "English"),
    "modes": ("답을 만든 방법", "How answers were made"),
    "extractive": ("문서의 문장을 골라", "Sentences of the documents"),
    "model": ("언어 모델이 써서", "Written by the language model"),
    "documents": ("가장 많이 인용된 문서", "Most cited documents"),
    "answers": ("답변 {n}건", "{n} answers"),
    "unanswered": ("답하지 못한 질문", "Unanswered questions"),
    "unanswered_lead": (
        "같은 것을 묻는 질문을 묶었습니다. 많이 물어본 것부터 문서를 채우면 됩니다.",
        "Questions that ask the same are grouped. The longest groups say which document is missing.",
    ),
    "times": ("{n}번", "{n}×"),
    "last_asked": ("마지막 {date}", "last {date}"),
    "more_groups": ("나머지 묶음 {n}개", "{n} more groups"),
    "more_answers": ("나머지 {n}건", "{n} more"),
    "disliked": ("도움이 되지 않은 답변", "Answers that did not help"),
    "drafts": ("평가 초안 내려받기", "Download evaluation drafts"),
    "drafts_lead": (
        "평가 문항의 초안(JSONL)입니다. 무엇을 기대하는지(expect)와 근거는 직접 채워 주십시오.",
        "Drafts of evaluation cases (JSONL); what to expect of them, and on what evidence, is yours to fill in.",
    ),
    "export": ("모든 기록 내려받기", "Download all records"),
    "find": ("대화 번호로 찾기", "Find a conversation by its id"),
    "open": ("열기", "Open"),
    "conversation": ("대화", "Conversation"),
    "back": ("운영 현황으로", "Back to operations"),
    "from_site": ("들어온 곳: {origin}", "From {origin}"),
    "own_page": ("자체 페이지", "our own page"),
    "sources": ("출처", "Sources"),
    "verdict_helpful": ("도움이 됐다는 의견", "The reader found this helpful"),
    "verdict_unhelpful": ("도움이 안 됐다는 의견", "The reader did not find this helpful"),
    "delete": ("이 대화 지우기", "Delete this conversation"),
    "delete_lead": (
        "질문, 답변, 출처, 의견이 모두 지워지고 되돌릴 수 없습니다.",
        "Questions, answers, sources and verdicts go for good.",
    ),
    "delete_now": ("지웁니다", "Delete for good"),
    "deleted": ("대화를 지웠습니다.", "The conversation is deleted."),
    "not_found": ("그런 대화가 없습니다.", "There is no such conversation."),
    "off_title": ("기록하지 않고 있습니다", "Nothing is being recorded"),
    "off": (
        "RAG_RECORDS_URL이 off로 되어 있어 볼 기록이 없습니다.",
        "RAG_RECORDS_URL is set to off, so there is nothing to show.",
    ),
    "away_title": ("기록을 읽을 수 없습니다", "The records cannot be read"),
    "away": (
        "데이터베이스에 닿지 않습니다. 답변은 그대로 나가고 있습니다. 까닭은 서버 로그에 있습니다.",
        "The database cannot be reached. Answers go on as usual; the server's log says why.",
    ),
    "kept_days": ("기록은 {n}일 동안 보관합니다.", "Records are kept for {n} days."),
    "kept": ("기록을 기한 없이 보관합니다.", "Records are kept without limit."),
    "masked": (
        "전화번호, 전자우편 주소 같은 개인정보는 저장하기 전에 가립니다.",
        "Telephone numbers, e-mail addresses and the like are masked before they are stored.",
    ),
    "waiting": ("기록 대기 {waiting}건, 버려진 기록 {dropped}건", "{waiting} records waiting, {dropped} dropped"),
}
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def say(key: str, language: Language, **values: object) -> str:
    """One string, its `{names}` filled in."""
    return TEXTS[key][0 if language == "ko" else 1].format(**values)


def day(value: date, language: Language) -> str:
    """A day without its year."""
    return f"{value.month}월 {value.day}일" if language == "ko" else f"{value.day} {_MONTHS[value.month - 1]}"


def moment(value: datetime, language: Language) -> str:
    """A moment as the clock in Seoul shows it."""
    local = value.astimezone(SEOUL)
    return f"{day(local.date(), language)} {local:%H:%M}"


def count(value: float) -> str:
    """A whole number with commas."""
    return f"{value:,.0f}"


def percent(part: int, whole: int) -> str:
    """A share in whole percent; a dash where there is nothing to share."""
    return f"{100 * part / whole:.0f}%" if whole else "–"


def duration(milliseconds: float | None) -> str:
    """Milliseconds, or seconds where they are many."""
    if milliseconds is None:
        return "–"
    if not milliseconds:
        return "0"
    return f"{milliseconds:,.0f} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"
