"""A new index while the old one answers: brought in, refused, built; damage and loss under a server that runs."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FakeChatbot
from fastapi import FastAPI
from fastapi.testclient import TestClient
from library import GramEncoder, Shelf, shared_analyzer, shared_chatbot, shared_library
from running import request, serving
from serving import events, on_a_port, service_for

from rag.api.app import new_app
from rag.api.service import Voices
from rag.chatbot import Chatbot
from rag.glossary import Glossary
from rag.index import CURRENT, Index
from rag.indexing import build
from rag.reloading import Rebuild, Watcher
from rag.server import make_app
from rag.settings import Secret, Settings
from rag.types import Answer, Event, Language, Turn
from rag.ui import mount_page

TOKEN = "0123456789abcdef-token"
ADMIN = {"Authorization": f"Bearer {TOKEN}"}
QUESTION = "When was Haram Robotics founded?"
PATIENCE = 60.0  # seconds until a test gives up


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """A copy of the library and its index, to be changed."""
    shared_chatbot()
    library = shared_library()
    shutil.copytree(library.docs, tmp_path / "docs")
    shutil.copytree(library.index, tmp_path / "index")
    return Shelf(tmp_path / "docs", tmp_path / "index", GramEncoder())


def move_the_founding(docs: Path, year: str, name: str = "en/haram.md") -> None:
    path = docs / name
    path.write_text(re.sub(r"in May \d{4}", f"in May {year}", path.read_text("utf-8")), "utf-8")


def founded(bot: Chatbot) -> str:
    return "".join(re.findall(r"May (\d{4})", bot.ask(QUESTION).text))


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.message for r in caplog.records if r.name == "rag.reloading" and r.levelno >= logging.WARNING]


# ---- the watcher -----------------------------------------------------------------------------------------------------


def test_a_new_index_is_brought_in_warm_and_shares_what_is_slow_to_load(shelf: Shelf) -> None:
    old = shelf.chatbot()
    installed: list[Chatbot] = []
    watcher = Watcher(old, installed.append)
    watcher.look()
    assert installed == []
    move_the_founding(shelf.docs, "2016")
    shelf.build()
    watcher.look()
    watcher.look()
    [new] = installed
    assert watcher.chatbot is new
    assert (founded(old), founded(new)) == ("2014", "2016")
    assert new.retriever.analyzer is old.retriever.analyzer
    assert new.retriever.encoder is old.retriever.encoder
    assert watcher.condition() == {"index": new.index.generation}


def test_another_glossary_gets_an_analyser_of_its_own(shelf: Shelf) -> None:
    glossary = shelf.docs / "glossary.tsv"
    watcher = Watcher(shelf.chatbot(), lambda new: None)
    glossary.write_text(glossary.read_text("utf-8") + "새이름\tNew Name Works\n", "utf-8")
    watcher.look()
    assert watcher.trouble == ""  # the index is as it was
    fresh = Settings(docs_dir=shelf.docs, index_dir=shelf.index)
    build(fresh.docs_dir, fresh.index_dir, shelf.encoder, Glossary.load(shelf.docs), analyzer=shared_analyzer())
    watcher.look()
    assert watcher.chatbot.retriever.analyzer.glossary.find("New Name Works", {0, 14})


def spoil_a_file(shelf: Shelf) -> None:
    path = next(path for path in shelf.index.glob("generation-*/*.faiss"))
    path.write_bytes(path.read_bytes()[:-3] + b"???")


def point_nowhere(shelf: Shelf) -> None:
    (shelf.index / CURRENT).write_text("generation-nowhere")


def remove_all(shelf: Shelf) -> None:
    shutil.rmtree(shelf.index)


def change_the_encoder(shelf: Shelf) -> None:
    (path,) = shelf.index.glob("generation-*/manifest.json")
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), "encoder": "another"}), "utf-8")


@pytest.mark.parametrize("harm", [spoil_a_file, point_nowhere, remove_all, change_the_encoder])
def test_an_index_that_cannot_be_opened_leaves_the_old_one_and_is_told_once(
    shelf: Shelf, harm: Callable[[Shelf], None], caplog: pytest.LogCaptureFixture
) -> None:
    watcher = Watcher(shelf.chatbot(), lambda new: None)
    old = watcher.chatbot
    move_the_founding(shelf.docs, "2016")
    shelf.build()
    harm(shelf)
    for _ in range(3):
        watcher._next = 0.0  # as if half a minute had passed
        watcher.look()
    assert watcher.chatbot is old
    assert founded(old) == "2014"
    assert "degraded" in watcher.condition()
    [line] = warnings(caplog)
    assert "goes on answering" in line
    shelf.build()
    watcher.look()
    assert founded(watcher.chatbot) == "2016"
    assert "degraded" not in watcher.condition()


def test_what_serves_does_not_feel_what_is_done_to_its_files(shelf: Shelf) -> None:
    bot = shelf.chatbot()
    for path in shelf.index.rglob("*"):
        if path.is_file():
            os.truncate(path, 0)
    assert founded(bot) == "2014"


def test_a_large_index_is_mapped_and_answers_alike(shelf: Shelf) -> None:
    read = shelf.load()
    mapped = Index.load(shelf.index, shelf.encoder.name, shelf.glossary.fingerprint, mapped_from=0)
    vector = GramEncoder().encode_queries([QUESTION])[0]
    for index in (read, mapped):
        assert [list(found) for found in index.search_dense(vector, 5)] == [
            list(found) for found in read.search_dense(vector, 5)
        ]
    assert mapped.sentence_tokens[3] == read.sentence_tokens[3]
    if Path("/proc/self/maps").exists():
        maps = [line for line in Path("/proc/self/maps").read_text().splitlines() if str(shelf.index) in line]
        assert {line.rpartition("/")[2] for line in maps} >= {"dense.faiss", "flat.npy", "data.csc.index.npy"}


# ---- what is on its way when the index changes -----------------------------------------------------------------------


class Edition(FakeChatbot):
    """Answers with its name before the text; may be held up before the last words. It knows no other edition's passages."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name, self.reached, self.go = name, threading.Event(), threading.Event()
        self.go.set()

    def ask(self, question: str, history: Sequence[Turn] = (), language: Language | None = None) -> Answer:
        answer = super().ask(question, history, language)
        cited = tuple(replace(c, passage_id=f"{self.name}:{c.passage_id}") for c in answer.citations)
        return replace(answer, text=f"{self.name}. {answer.text}", citations=cited)

    def stream(self, question: str, history: Sequence[Turn] = (), language: Language | None = None) -> Iterator[Event]:
        *early, last = self._events(question, history, language)
        yield from early
        self.reached.set()
        assert self.go.wait(PATIENCE)
        yield last

    def _events(self, *arguments: object) -> Iterator[Event]:
        plain = super().stream(*arguments)  # type: ignore[arg-type]
        self.passages |= {f"{self.name}:{name}": passage for name, passage in [*self.passages.items()]}
        return plain

    def twin(self, passage_id: str) -> None:
        assert passage_id.startswith(self.name), "a card was made by another edition"


def voices_of(bot: FakeChatbot) -> Voices:
    return Voices(bot, bot, lambda query, k: [])


@pytest.mark.parametrize("path", ["/api/v1/chat", "/page/stream"])
def test_a_running_answer_ends_on_the_old_index_and_the_next_begins_on_the_new_one(path: str) -> None:
    old, new = Edition("old"), Edition("new")
    old.go.clear()
    service = service_for(old)
    app = mount_page(new_app(service), old, service=service)
    replies: list[tuple[int, str]] = []
    with on_a_port(app) as (port, _, _):
        first = threading.Thread(target=lambda: replies.append(request(port, "POST", path, {"question": "market?"})))
        first.start()
        assert old.reached.wait(PATIENCE)
        service.voices = voices_of(new)
        status, text = request(port, "POST", path, {"question": "market 2?"})
        old.go.set()
        first.join(PATIENCE)
    assert (status, replies[0][0]) == (200, 200)
    assert "new. " in text
    assert "old. " in replies[0][1]
    assert "error" not in [name for name, _ in events(text)]


def test_answers_given_before_are_forgotten_with_their_index() -> None:
    service = service_for(Edition("old"))
    client = TestClient(new_app(service))
    ask = {"question": "market?"}
    for _ in range(2):
        assert "old. " in client.post("/api/v1/chat", json=ask).text
    assert b"rag_cached_total 1.0" in service.metrics.text()
    service.voices = voices_of(Edition("new"))
    assert "new. " in client.post("/api/v1/chat", json=ask).text


def test_offered_questions_are_answered_ahead_unless_a_model_answers() -> None:
    bot = Edition("old")
    service = service_for(bot)
    service.voices.anticipate()
    offered = [*bot.starters("ko"), *bot.starters("en")]
    assert [question for question, _, _ in bot.asked] == offered
    client = TestClient(new_app(service))
    assert "old. " in client.post("/api/v1/chat", json={"question": offered[0]}).text
    assert len(bot.asked) == len(offered)
    assert b"rag_cached_total 1.0" in service.metrics.text()
    paid, plain = Edition("paid"), Edition("plain")
    Voices(paid, plain, lambda query, k: []).anticipate()
    assert not paid.asked
    assert not plain.asked


def test_whoever_opens_the_page_afterwards_sees_the_new_starters() -> None:
    class Renamed(FakeChatbot):
        def starters(self, language: Language) -> tuple[str, ...]:
            return ("What is entirely new?",)

    bot = FakeChatbot()
    app = mount_page(FastAPI(), bot)
    client = TestClient(app)
    offered = bot.starters("en")[3]
    assert offered in client.get("/").text
    app.state.renew_page(Renamed(), [])
    assert offered not in client.get("/").text
    assert "What is entirely new?" in client.get("/").text


# ---- building beside ---------------------------------------------------------------------------------------------------


def test_one_build_at_a_time_whoever_starts_it(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    settings = Settings(docs_dir=tmp_path / "docs", index_dir=tmp_path / "index")
    first, second = Rebuild(settings), Rebuild(settings)  # of two workers
    assert first.status() == {"running": False, "output": ""}
    assert first.start()
    assert not second.start()
    assert second.status()["running"]
    until(lambda: not second.status()["running"])
    assert "no document could be read" in str(second.status()["output"])
    assert "Traceback" not in str(second.status()["output"])
    assert not (tmp_path / "index" / CURRENT).exists()


def test_only_whoever_has_the_token_may_build(shelf: Shelf) -> None:
    settings = Settings(
        docs_dir=shelf.docs, index_dir=shelf.index, admin_token=Secret(TOKEN), records_url=Secret("off")
    )
    client = TestClient(make_app(shelf.chatbot(), settings=settings), follow_redirects=False)
    assert client.post("/admin/reindex").status_code == 401
    assert client.post("/admin/reindex", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert client.get("/admin/reindex").status_code == 303
    client.post("/admin/login", data={"token": TOKEN})
    assert client.post("/admin/reindex").status_code == 401  # a cookie alone, as another page could send it
    assert client.get("/admin/reindex").json() == {
        "running": False,
        "output": "",
        "index": (shelf.index / CURRENT).read_text(),
    }


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.1)


# ---- a real server under load ----------------------------------------------------------------------------------------


class Visitors:
    """Ask all the time, on the page and through the interface; `failed` keeps what was not an answer."""

    def __init__(self, port: int) -> None:
        self.port, self.answers, self.last = port, 0, ""
        self.failed: list[str] = []
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(n,)) for n in range(3)]

    def _ask(self, visitor: int) -> None:
        path = ("/api/v1/chat", "/page/stream")[visitor % 2]
        while not self._ended.is_set():
            try:
                status, text = request(self.port, "POST", path, {"question": f"{QUESTION} ({self.answers})"})
            except OSError as error:
                status, text = 0, str(error)
            if status != 200 or '"citations"' not in text:
                self.failed.append(f"{status} {text[-300:]}")
            self.answers, self.last = self.answers + 1, text
            self._ended.wait(0.05)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """As long as the block lasts."""
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._ended.set()
            for thread in self._threads:
                thread.join(PATIENCE)


def test_no_request_fails_while_the_index_is_replaced_damaged_and_deleted(tmp_path: Path) -> None:
    settings = {"RAG_ADMIN_TOKEN": TOKEN, "RAG_RATE_ADDRESS": "1000000/minute", "RAG_RATE_SITE": "1000000/minute"}
    index = tmp_path / "index"
    with serving(tmp_path, page="/readyz", **settings) as (process, port):
        visitors = Visitors(port)

        def rebuild(year: str) -> None:
            move_the_founding(tmp_path / "docs", year, "haram.md")
            until(lambda: request(port, "POST", "/admin/reindex", headers=ADMIN)[0] == 202)  # the one before has ended
            until(lambda: f"May {year}" in visitors.last)

        def more() -> None:
            seen = visitors.answers
            until(lambda: visitors.answers > seen + 20)

        def degraded() -> bool:
            status, text = request(port, "GET", "/readyz")
            assert status == 200
            return "degraded" in text

        with visitors.asking():
            rebuild("2016")
            for path in index.rglob("*"):
                if path.is_file():
                    os.truncate(path, 0)
            until(degraded)
            more()
            rebuild("2017")
            assert not degraded()
            shutil.rmtree(index)
            until(degraded)
            more()
        assert visitors.failed == []
        process.terminate()
        assert process.wait(timeout=30) in (0, -15)
    log = (tmp_path / "server.log").read_text("utf-8")
    assert log.count("goes on answering") == 2
    assert "Traceback" not in log
    assert "POST /admin/reindex" in log
