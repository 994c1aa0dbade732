"""The admin page: who gets in, what it shows, what it lets one do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from html import unescape
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from recorded import exchange, many

from rag.admin import mount_admin
from rag.admin.access import SESSION_SECONDS, Access, TooManyAttempts
from rag.admin.grouping import group_questions
from rag.admin.office import COOKIE
from rag.admin.plots import Column, Line, columns, lines, scale
from rag.admin.routes import stylesheet
from rag.admin.texts import TEXTS, duration, percent
from rag.errors import InputError
from rag.glossary import Glossary
from rag.lexicon import Lexicon
from rag.records import Database, WriteBehind
from rag.records.reading import Asked
from rag.settings import Secret
from rag.text import Analyzer, Term

TOKEN = "0123456789abcdef-token"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'>{{7*7}}{% raw %}</textarea><svg onload=alert(3)>"


class Words:
    """An analyser for tests: every word is a term."""

    def terms_of(self, texts: Sequence[str]) -> list[list[Term]]:
        return [
            [Term(match.group().lower(), *match.span(), "NNG") for match in re.finditer(r"\w+", text)] for text in texts
        ]


@dataclass
class Desk:
    """The page over a database, and a recorder to fill it."""

    client: TestClient
    recorder: WriteBehind
    app: FastAPI

    def fresh(self) -> TestClient:
        """A browser that has not signed in."""
        return TestClient(self.app, follow_redirects=False)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    database = Database(str(tmp_path / "records.sqlite3"))
    recorder, app = WriteBehind(database), FastAPI()
    mount_admin(app, Secret(TOKEN), database, Words(), 90, counters=recorder.counters)
    yield Desk(TestClient(app, follow_redirects=False), recorder, app)
    recorder.close()


def sign_in(client: TestClient) -> None:
    assert client.post("/admin/login", data={"token": TOKEN}).status_code == 303


def told(page: str) -> str:
    """The words of a page."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


# Who gets in


def test_without_a_token_there_is_no_page(tmp_path: Path) -> None:
    app = FastAPI()
    mount_admin(app, Secret(""), Database(str(tmp_path / "x")), Words(), 90)
    client = TestClient(app)
    assert [client.get(path).status_code for path in ("/admin", "/admin/", "/admin/login")] == [404, 404, 404]


def test_a_short_token_is_refused_at_the_start() -> None:
    with pytest.raises(InputError, match="RAG_ADMIN_TOKEN"):
        mount_admin(FastAPI(), Secret("hunter2"), None, Words(), 90)


@pytest.mark.parametrize("path", ["", "/", "/conversation?id=c1", "/drafts.jsonl", "/records.jsonl"])
def test_whoever_has_not_signed_in_is_sent_to_the_form(desk: Desk, path: str) -> None:
    reply = desk.client.get(f"/admin{path}")
    assert reply.status_code in (303, 307)
    assert "location" in reply.headers
    assert desk.client.get("/admin/").headers["location"].startswith("/admin/login")


def test_the_token_opens_a_session(desk: Desk) -> None:
    reply = desk.client.post("/admin/login", data={"token": TOKEN})
    assert (reply.status_code, reply.headers["location"]) == (303, "/admin/?lang=en")
    cookie = reply.headers["set-cookie"]
    assert all(part in cookie for part in ("HttpOnly", "SameSite=strict", "Path=/admin", "Max-Age="))
    assert TOKEN not in cookie
    assert desk.client.get("/admin/").status_code == 200


def test_the_cookie_is_for_https_only_where_the_page_is(desk: Desk) -> None:
    client = TestClient(desk.app, base_url="https://guide.example.kr", follow_redirects=False)
    assert "Secure" in client.post("/admin/login", data={"token": TOKEN}).headers["set-cookie"]
    assert "Secure" not in desk.client.post("/admin/login", data={"token": TOKEN}).headers["set-cookie"]


def test_a_wrong_token_is_told_and_counted(desk: Desk) -> None:
    replies = [desk.client.post("/admin/login", data={"token": f"wrong {n}"}).status_code for n in range(7)]
    assert replies == [401] * 5 + [429] * 2
    late = desk.client.post("/admin/login", data={"token": TOKEN})
    assert (late.status_code, late.headers["retry-after"]) == (429, "60")


def test_the_header_lets_programs_in(desk: Desk) -> None:
    assert desk.client.get("/admin/drafts.jsonl", headers=BEARER).status_code == 200
    for _ in range(20):
        assert desk.client.get("/admin/", headers=BEARER).status_code == 200
    wrong = desk.client.get("/admin/", headers={"Authorization": "Bearer wrong"})
    assert (wrong.status_code, wrong.headers["www-authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(
    "change",
    [
        lambda cookie: cookie[:-1] + ("0" if cookie[-1] != "0" else "1"),
        lambda cookie: cookie.replace(cookie.partition(".")[0], "99999999999", 1),
        lambda cookie: cookie.rpartition(".")[0],
        lambda cookie: "",
        lambda cookie: "a.b.c",
        lambda cookie: "..",
        lambda cookie: "9" * 5000,
    ],
)
def test_a_forged_cookie_opens_nothing(desk: Desk, change: Callable[[str], str]) -> None:
    sign_in(desk.client)
    forged = change(desk.client.cookies[COOKIE])
    assert desk.fresh().get("/admin/", headers={"Cookie": f"{COOKIE}={forged}"}).status_code == 303


def test_a_session_ends_by_itself_and_with_another_token() -> None:
    now = [1_000_000.0]
    access = Access(TOKEN, lambda: now[0])
    cookie = access.new_cookie()
    assert access.session(cookie) is not None
    assert Access(TOKEN + "2", lambda: now[0]).session(cookie) is None
    now[0] += SESSION_SECONDS + 1
    assert access.session(cookie) is None


def test_too_many_wrong_tokens_from_everywhere_close_the_door() -> None:
    access = Access(TOKEN)
    for number in range(50):
        assert not access.admit("wrong", f"10.0.0.{number}")
    with pytest.raises(TooManyAttempts):
        access.admit(TOKEN, "10.9.9.9")


def test_signing_out_forgets_the_cookie(desk: Desk) -> None:
    sign_in(desk.client)
    assert desk.client.post("/admin/logout").headers["location"] == "/admin/login"
    assert COOKIE not in desk.client.cookies


def test_every_response_forbids_scripts_frames_and_other_hosts(desk: Desk) -> None:
    for reply in (desk.client.get("/admin/login"), desk.client.get("/admin/"), desk.client.get("/admin/nowhere")):
        policy = reply.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert (reply.headers["cache-control"], reply.headers["x-frame-options"]) == ("no-store", "DENY")


# What it shows


def fill(desk: Desk) -> None:
    for one in many(300, days=20):
        desk.recorder.record(one)
    desk.recorder.record(exchange("a1", "c1", "양재 AI 허브는?", status="no_answer", text="없습니다"))
    desk.recorder.feedback("a1", False, "왜 없나요?")
    desk.recorder.record(exchange("h1", HOSTILE, HOSTILE, text=HOSTILE, status="no_answer"))
    desk.recorder.feedback("h1", False, HOSTILE)
    assert desk.recorder.flush(60)
    sign_in(desk.client)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_overview_shows_what_happened(desk: Desk, language: str) -> None:
    fill(desk)
    page = desk.client.get(f"/admin/?days=30&lang={language}")
    words = told(page.text)
    assert page.headers["content-language"] == language
    assert "302" in words
    assert "양재 AI 허브는?" in words
    assert "왜 없나요?" in words
    assert "docs/ko/market.md" in words
    place = 0 if language == "ko" else 1
    for key in ("per_day", "languages", "documents", "unanswered", "disliked", "per_day_latency"):
        assert TEXTS[key][place] in words
    assert page.text.count("<svg") > 3


def test_what_visitors_wrote_is_text(desk: Desk) -> None:
    fill(desk)
    shown = desk.client.get("/admin/conversation", params={"id": HOSTILE})
    assert shown.status_code == 200
    for page in (desk.client.get("/admin/?days=30").text, shown.text):
        assert "alert(1)" in page
        assert not re.search(r"<script|<img|onerror=alert\(2\)>\"|<svg onload|</textarea>", page)
        assert "{{7*7}}" in unescape(page)


@pytest.mark.parametrize("days", ["7", "30", "90"])
def test_the_period_can_be_chosen(desk: Desk, days: str) -> None:
    desk.recorder.record(
        exchange("a1", "c1", "어제 질문", asked_at=datetime.now(UTC) - timedelta(days=1), status="no_answer")
    )
    desk.recorder.record(
        exchange("a2", "c2", "지난달 질문", asked_at=datetime.now(UTC) - timedelta(days=20), status="no_answer")
    )
    desk.recorder.flush(30)
    words = told(desk.client.get(f"/admin/?days={days}", headers=BEARER).text)
    assert "어제 질문" in words
    assert ("지난달 질문" in words) == (days != "7")


def test_another_period_is_refused(desk: Desk) -> None:
    assert desk.client.get("/admin/?days=100000", headers=BEARER).status_code == 422


def test_an_empty_database_shows_an_empty_page(desk: Desk) -> None:
    page = desk.client.get("/admin/", headers=BEARER)
    assert page.status_code == 200
    assert "None yet" in page.text


def test_the_language_is_the_browsers_unless_chosen(desk: Desk) -> None:
    korean = {"Accept-Language": "ko-KR,ko;q=0.9,en;q=0.8"}
    assert 'lang="ko"' in desk.client.get("/admin/login", headers=korean).text
    assert '<html lang="en">' in desk.client.get("/admin/login?lang=en", headers=korean).text


def test_recording_that_is_off_is_said(tmp_path: Path) -> None:
    app = FastAPI()
    mount_admin(app, Secret(TOKEN), None, Words(), 90)
    client = TestClient(app)
    assert "Nothing is being recorded" in client.get("/admin/", headers=BEARER).text
    assert client.get("/admin/records.jsonl", headers=BEARER).text == ""
    assert client.get("/admin/conversation?id=c1", headers=BEARER).status_code == 404


def test_a_database_that_is_away_is_said(tmp_path: Path) -> None:
    app = FastAPI()
    mount_admin(app, Secret(TOKEN), Database("postgresql://nobody:hush@127.0.0.1:9/x"), Words(), 90)
    client = TestClient(app)
    for path in ("/", "/conversation?id=c1", "/drafts.jsonl", "/records.jsonl"):
        reply = client.get(f"/admin{path}", headers=BEARER)
        assert (reply.status_code, "hush" in reply.text) == (503, False)
        assert "cannot be read" in reply.text


# What it lets one do


def form_key(page: str) -> str:
    return re.search(r'name="form_key" value="([^"]*)"', page).group(1)  # type: ignore[union-attr]


def test_a_conversation_is_deleted_with_the_form_only(desk: Desk) -> None:
    fill(desk)
    key = form_key(desk.client.get("/admin/conversation?id=c1").text)
    assert key
    for wrong in ({}, {"form_key": ""}, {"form_key": "0" * 64}):
        assert desk.client.post("/admin/delete", data={"id": "c1", **wrong}).status_code == 401
    assert desk.client.get("/admin/conversation?id=c1").status_code == 200
    assert desk.client.get("/admin/delete").status_code == 405
    done = desk.client.post("/admin/delete", data={"id": "c1", "form_key": key})
    assert done.status_code == 303
    assert "The conversation is deleted." in desk.client.get(done.headers["location"]).text
    assert desk.client.get("/admin/conversation?id=c1").status_code == 404
    assert desk.client.post("/admin/delete", data={"id": "c1", "form_key": key}).status_code == 404


def test_the_form_key_of_one_session_does_not_fit_another(desk: Desk) -> None:
    fill(desk)
    other = desk.fresh()
    sign_in(other)
    key = form_key(other.get("/admin/conversation?id=c1").text)
    assert desk.client.post("/admin/delete", data={"id": "c1", "form_key": key}).status_code == 401
    assert desk.fresh().post("/admin/delete", data={"id": "c1", "form_key": key}).status_code == 401


def test_programs_may_delete_by_the_header(desk: Desk) -> None:
    fill(desk)
    assert desk.fresh().post("/admin/delete", data={"id": "c1"}, headers=BEARER).status_code == 303


def test_downloads_are_json_lines(desk: Desk) -> None:
    fill(desk)
    drafts = [json.loads(line) for line in desk.client.get("/admin/drafts.jsonl?days=30").text.splitlines()]
    assert {draft["turns"][-1]["q"] for draft in drafts} == {"양재 AI 허브는?", HOSTILE}
    assert all(turn["expect"] == "" for draft in drafts for turn in draft["turns"])
    records = desk.client.get("/admin/records.jsonl")
    assert "attachment" in records.headers["content-disposition"]
    assert sum(len(json.loads(line)["turns"]) for line in records.text.splitlines()) == 302


# Its parts


def asked(question: str, minute: int = 0) -> Asked:
    return Asked(f"t{minute}", "c", datetime(2026, 5, 1, tzinfo=UTC) + timedelta(minutes=minute), "ko", question)


@cache
def analyzer() -> Analyzer:
    return Analyzer(Glossary.load())


def grouped(*questions: str) -> list[list[str]]:
    groups = group_questions([asked(q, n) for n, q in enumerate(questions)], analyzer(), Lexicon.load().alternatives)
    return [sorted(one.question for one in group.questions) for group in groups]


def test_questions_that_ask_the_same_fall_together() -> None:
    rent = ["서울 사무실 임대료는 얼마인가요?", "사무실 임대료가 얼마예요?", "사무실 임대료 알려 주세요"]
    visa = ["D-8 비자는 어떻게 신청하나요?", "How do I get a D-8 visa?"]
    assert grouped(*rent, *visa, "법인세율은?") == [sorted(rent), sorted(visa), ["법인세율은?"]]


def test_questions_about_others_stay_apart() -> None:
    assert len(grouped("네이버의 직원은 몇 명인가요?", "카카오의 직원은 몇 명인가요?", "Kakao employees")) == 2


def test_questions_without_a_telling_word_are_groups_by_their_wording() -> None:
    assert grouped("???", "???", "그건?") == [["???", "???"], ["그건?"]]
    assert grouped() == []


def test_a_group_shows_its_usual_wording_and_each_once() -> None:
    [group] = group_questions([asked("Rent?", 3), asked("rent?", 2), asked("rent?", 1), asked("RENT", 0)], Words())
    assert group.title == "rent?"
    assert [one.question for one in group.wordings] == ["Rent?", "RENT"]


@pytest.mark.parametrize(
    ("top", "whole", "steps"),
    [
        (0, True, [0, 1]),
        (1, True, [0, 1]),
        (3, True, [0, 1, 2, 3]),
        (64, True, [0, 20, 40, 60, 80]),
        (100, True, [0, 50, 100]),
        (0.8, False, [0, 0.2, 0.4, 0.6, 0.8]),
        (1234, False, [0, 500, 1000, 1500]),
    ],
)
def test_a_scale_has_round_steps_up_to_the_top(top: float, whole: bool, steps: list[float]) -> None:
    assert scale(top, whole) == pytest.approx(steps)


def test_plots_escape_their_words_and_take_no_style() -> None:
    drawn = columns(HOSTILE, [Column(HOSTILE, (("answered", 2.0), ("silent", 0.0)), HOSTILE)], str)
    drawn += lines(HOSTILE, [HOSTILE, "b", "c"], [Line("median", (1.0, None, 2.0))], str)
    assert not re.search(r"<script|<img|style=", drawn)
    assert drawn.count('<rect class="answered"') == 1
    assert drawn.count("<circle") == 2
    assert lines("nothing", [], [], str).count("<svg") == 1


def test_the_colours_are_those_of_the_chat_page() -> None:
    palette = stylesheet().partition("*,")[0]
    assert "--accent:" in palette
    assert "prefers-color-scheme: dark" in palette
    assert "#guide" not in stylesheet()
    assert {*re.findall(r"var\((--[\w-]+)\)", stylesheet())} <= {*re.findall(r"(--[\w-]+):", stylesheet())}


def test_figures_are_written_as_people_read_them() -> None:
    assert [duration(value) for value in (None, 0, 12.4, 1530)] == ["–", "0", "12 ms", "1.5 s"]
    assert [percent(1, 3), percent(0, 0)] == ["33%", "–"]
    assert all(korean and english for korean, english in TEXTS.values())
