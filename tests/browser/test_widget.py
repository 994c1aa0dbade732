"""The widget on the example site, as a visitor uses it: asking, reading sources, moving on, and when something fails."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import CDPSession, Route, expect

from browser.hosts import Hosts, OpenHost, ask, open_panel

CHAT = "**/api/v1/chat"


def test_the_panel_is_fetched_when_it_is_opened(open_host: OpenHost, hosts: Hosts) -> None:
    page = open_host(f"{hosts.site}/en/index.html")
    page.wait_for_load_state("networkidle")
    assert [url for url in open_host.requests if url.startswith(hosts.guide)] == [f"{hosts.guide}/widget.js"]
    open_panel(page)
    expect(page.locator(".questions .ask")).to_have_count(4)
    assert f"{hosts.guide}/widget/panel.js" in open_host.requests


def test_loader_and_panel_weigh_at_most_twelve_kilobytes(open_host: OpenHost, hosts: Hosts) -> None:
    page = open_host(f"{hosts.site}/en/index.html")
    sizes = []
    for name in ("widget.js", "widget/panel.js"):
        response = page.request.get(f"{hosts.guide}/{name}", headers={"Accept-Encoding": "gzip"})
        sizes.append(int(response.headers["content-length"]))
        assert response.headers["content-encoding"] == "gzip"
        assert "import " not in response.text().replace("import(", "")  # all of it is counted here
    assert sum(sizes) <= 12 * 1024


def test_an_answer_streams_and_its_citation_opens_the_passage(open_host: OpenHost, hosts: Hosts) -> None:
    page = open_host(f"{hosts.site}/en/index.html")
    open_panel(page)
    page.fill(".panel textarea", "slow market size")
    page.press(".panel textarea", "Enter")
    expect(page.locator(".said")).to_contain_text("The Korean AI market was")
    expect(page.locator("span.cite").or_(page.locator(".panel [aria-label=Stop]")).first).to_be_visible()
    expect(page.locator("button.cite")).to_have_text(["1", "2"])
    expect(page.locator(".notice")).to_contain_text("forecast was made in 2022")
    page.click("button.cite >> nth=1")
    expect(page.locator(".card mark")).to_have_text("reach KRW 1.9074 trillion in 2025.")
    expect(page.locator(".card blockquote")).to_contain_text("Software and services drive the growth.")
    for fact in ("The Korean AI market", "Invest Seoul", "Dec 2022", "As of 2022", "English", "docs/en/market.md"):
        expect(page.locator(".card")).to_contain_text(fact)
    page.click(".card [aria-label='Previous source']")
    expect(page.locator(".card mark")).to_contain_text("KRW 943.5 billion")
    page.keyboard.press("Escape")
    expect(page.locator(".card")).to_be_hidden()
    expect(page.locator("button.cite >> nth=1")).to_be_focused()


def test_a_cited_row_is_shown_in_its_table(open_host: OpenHost, hosts: Hosts) -> None:
    page = open_host(f"{hosts.site}/ko/index.html")
    open_panel(page)
    ask(page, "AI 도시 지수에서 서울의 순위는?")
    expect(page.locator(".source q").nth(1)).to_have_text("2 · 서울 · 82")
    page.click(".source >> nth=1")
    expect(page.locator(".card tr:has(mark) td")).to_have_text(["2", "서울", "82"])
    expect(page.locator(".card th")).to_have_text(["순위", "도시", "점수"])
    expect(page.locator(".card a")).to_have_attribute("href", "https://example.org/cities")
    expect(page.locator(".card a")).to_have_attribute("rel", "noopener noreferrer")


def test_the_conversation_survives_a_change_of_page(open_host: OpenHost, hosts: Hosts) -> None:
    page = open_host(f"{hosts.site}/en/index.html")
    open_panel(page)
    ask(page, "market size")
    page.click("text=Support")
    expect(page.locator(".panel button.cite")).to_have_count(2)  # open as before, but the focus is the page's
    assert page.evaluate("document.activeElement === document.body")
    page.click("text=한국어")
    expect(page.locator(".panel h2")).to_have_text("서울 AI 가이드")
    expect(page.locator(".question")).to_have_text("market size")
    ask(page, "table please")
    assert [turn.question for turn in hosts.chatbot.asked[-1][1]] == ["market size"]
    page.click(".panel [aria-label='닫기']")
    page.reload()
    expect(page.locator(".launcher")).to_be_visible()
    expect(page.locator(".panel")).to_have_count(0)
    page.click(".launcher")
    page.click(".panel [aria-label='새 대화']")
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.locator(".hero")).to_be_visible()


def test_a_question_that_was_left_behind_can_be_asked_again(open_host: OpenHost, hosts: Hosts) -> None:
    page = open_host(f"{hosts.site}/en/index.html")
    open_panel(page)
    page.fill(".panel textarea", "slow market")
    page.press(".panel textarea", "Enter")
    expect(page.locator(".said")).to_contain_text("The Korean")
    page.goto(f"{hosts.site}/en/visit.html")
    expect(page.locator(".failed")).to_contain_text("broke off")
    page.click(".again")
    expect(page.locator("button.cite")).to_have_count(2)
    expect(page.locator(".turn")).to_have_count(1)


def compose(client: CDPSession, *texts: str) -> None:
    """Type as an input method does: each text replaces the syllables in the making."""
    for text in texts:
        client.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})


def test_enter_ends_a_hangul_syllable_before_it_sends(open_host: OpenHost, hosts: Hosts) -> None:
    page = open_host(f"{hosts.site}/ko/index.html")
    open_panel(page)
    client = page.context.new_cdp_session(page)
    client.send("Input.insertText", {"text": "시장 규"})
    compose(client, "ㅁ", "모")
    assert (
        page.evaluate("document.querySelector('seoul-ai-guide').shadowRoot.querySelector('textarea').value")
        == "시장 규모"
    )
    # What browsers tell of an Enter that the input method takes: key code 229.
    client.send(
        "Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    )
    client.send("Input.insertText", {"text": "모"})
    client.send(
        "Input.dispatchKeyEvent", {"type": "keyUp", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}
    )
    expect(page.locator(".panel textarea")).to_have_value("시장 규모")
    assert page.locator(".turn").count() == 0
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.locator(".actions").wait_for()
    expect(page.locator(".turn")).to_have_count(1)
    expect(page.locator(".panel textarea")).to_have_value("")
    assert [question for question, _, _ in hosts.chatbot.asked] == ["시장 규모"]


def test_enter_while_composing_sends_nothing(open_host: OpenHost, hosts: Hosts) -> None:
    page = open_host(f"{hosts.site}/ko/index.html")
    open_panel(page)
    client = page.context.new_cdp_session(page)
    compose(client, "ㅅ", "서", "서우", "서울")
    page.keyboard.press("Enter")  # a plain key event in the midst of a composition: `isComposing` alone must hold it
    assert page.locator(".turn").count() == 0
    client.send("Input.insertText", {"text": "서울"})
    page.fill(".panel textarea", "서울 시장")
    page.keyboard.press("Enter")
    page.locator(".actions").wait_for()
    assert [question for question, _, _ in hosts.chatbot.asked] == ["서울 시장"]


def test_what_is_not_sent(open_host: OpenHost, hosts: Hosts) -> None:
    page = open_host(f"{hosts.site}/en/index.html")
    open_panel(page)
    page.fill(".panel textarea", "   ")
    page.press(".panel textarea", "Enter")
    page.fill(".panel textarea", "first")
    page.press(".panel textarea", "Shift+Enter")
    page.keyboard.type("second")
    expect(page.locator(".panel textarea")).to_have_value("first\nsecond")
    page.fill(".panel textarea", "x" * 1012)
    page.press(".panel textarea", "Enter")
    expect(page.locator(".count")).to_have_text("12 characters too many")
    expect(page.locator(".panel [type=submit]")).to_be_disabled()
    assert hosts.chatbot.asked == []


PROBLEMS = [
    (403, {}, "cannot be used on this site"),
    (422, {}, "could not be sent"),
    (429, {"retry_after": 12}, "ask again in 12 seconds"),
    (503, {"retry_after": 3}, "Many people are asking right now. Please ask again in 3 seconds"),
    (500, {}, "Something went wrong"),
]


@pytest.mark.parametrize(("status", "members", "told"), PROBLEMS)
def test_a_refusal_is_told_and_can_be_retried(
    open_host: OpenHost, hosts: Hosts, status: int, members: dict[str, int], told: str
) -> None:
    page = open_host(f"{hosts.site}/en/index.html")
    open_panel(page)
    headers = {"Access-Control-Allow-Origin": hosts.site}
    page.route(CHAT, lambda route: answer_with(route, status, members, headers))
    ask(page, "market size")
    expect(page.locator(".failed")).to_contain_text(told)
    expect(page.locator(".live")).to_contain_text(told)
    page.unroute(CHAT)
    page.click(".again")
    expect(page.locator("button.cite")).to_have_count(2)


def answer_with(route: Route, status: int, members: dict[str, int], headers: dict[str, str]) -> None:
    """Answer a question with a problem; let its preflight pass."""
    if route.request.method == "OPTIONS":
        route.continue_()
    else:
        route.fulfill(status=status, json={"type": "about:blank", "status": status, **members}, headers=headers)


def test_broken_streams_and_lost_connections_are_told_in_korean(open_host: OpenHost, hosts: Hosts) -> None:
    page = open_host(f"{hosts.site}/ko/index.html")
    open_panel(page)
    headers = {"Access-Control-Allow-Origin": hosts.site, "Content-Type": "text/event-stream"}
    cut = 'event: delta\ndata: {"text": "국내 AI 시장은 [1"}\n\n'
    page.route(CHAT, lambda route: route.fulfill(body=cut, headers=headers))
    ask(page, "시장 규모")
    expect(page.locator(".failed")).to_contain_text("답이 오다가 끊겼습니다")
    expect(page.locator(".said")).to_have_text("국내 AI 시장은")
    page.unroute(CHAT)
    page.context.set_offline(True)
    page.click(".again")
    expect(page.locator(".failed")).to_contain_text("인터넷 연결이 끊겼습니다")
    page.context.set_offline(False)
    page.route(CHAT, lambda route: route.abort())
    page.click(".again")
    expect(page.locator(".failed")).to_contain_text("가이드에 연결하지 못했습니다")
    page.unroute(CHAT)
    page.click(".again")
    expect(page.locator("button.cite")).to_have_count(2)


def test_a_model_that_fails_in_the_midst_of_it(open_host: OpenHost, hosts: Hosts) -> None:
    page = open_host(f"{hosts.site}/en/index.html")
    open_panel(page)
    ask(page, "slow and then fail in the widget")
    expect(page.locator(".failed")).to_contain_text("Something went wrong")
    expect(page.locator(".said")).to_have_text("The Korean AI market")
    page.click(".again")
    expect(page.locator("button.cite")).to_have_count(2)


def test_stop_keeps_what_has_arrived(open_host: OpenHost, hosts: Hosts) -> None:
    page = open_host(f"{hosts.site}/en/index.html")
    open_panel(page)
    page.fill(".panel textarea", "slow market to be stopped")
    page.press(".panel textarea", "Enter")
    expect(page.locator(".said")).to_contain_text("The Korean")
    page.fill(".panel textarea", "the next question")
    page.press(".panel textarea", "Enter")  # not while an answer is on its way; what was typed stays
    expect(page.locator(".panel textarea")).to_have_value("the next question")
    page.click(".panel [aria-label=Stop]")
    expect(page.locator(".failed")).to_contain_text("Stopped here.")
    expect(page.locator(".turn")).to_have_count(1)


def test_a_token_that_has_run_out_is_renewed_once(open_host: OpenHost, hosts: Hosts) -> None:
    page = open_host(f"{hosts.site}/en/index.html")
    page.evaluate("sessionStorage.setItem('seoul-ai-guide-token', 'run-out.false')")
    page.reload()
    open_panel(page)
    ask(page, "market size")
    expect(page.locator("button.cite")).to_have_count(2)
    assert [url for url in open_host.requests if url.endswith("/token")] == [f"{hosts.guide}/api/v1/token"]


def test_a_panel_that_cannot_be_loaded_says_so(open_host: OpenHost, hosts: Hosts) -> None:
    page = open_host(f"{hosts.site}/en/index.html")
    page.route("**/widget/panel.js*", lambda route: route.abort())
    page.click(".launcher")
    expect(page.get_by_role("alert")).to_have_text("The guide could not be loaded. Please press again.")
    page.unroute("**/widget/panel.js*")
    open_panel(page)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_verdicts_reach_the_server_and_answers_can_be_copied(open_host: OpenHost, hosts: Hosts) -> None:
    page = open_host(f"{hosts.site}/en/index.html", permissions=["clipboard-read", "clipboard-write"])
    open_panel(page)
    ask(page, "market size")
    hosts.verdicts.helpful.clear()
    with page.expect_response("**/feedback"):
        page.click(".panel [aria-label='Not helpful']")
    expect(page.locator(".panel [aria-label='Not helpful']")).to_have_attribute("aria-pressed", "true")
    assert hosts.verdicts.helpful == [False]
    page.click(".panel [aria-label='Copy with sources']")
    expect(page.locator(".done")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "[2] The Korean AI market · Market size · Invest Seoul" in copied
    assert "> reach KRW 1.9074 trillion in 2025." in copied


def test_the_host_page_can_drive_it(open_host: OpenHost, hosts: Hosts) -> None:
    page = open_host(f"{hosts.site}/en/index.html")
    page.evaluate("""() => {
      window.heard = [];
      for (const name of ["open", "close", "question", "answer", "error"])
        window.off = SeoulAIGuide.on(name, (detail) => heard.push([name, detail.question, detail.citations?.length]));
      SeoulAIGuide.on("open", () => { throw new Error("a mistake of the host's"); });
    }""")
    page.evaluate("SeoulAIGuide.ask('market size')")
    expect(page.locator("button.cite")).to_have_count(2)
    page.evaluate("SeoulAIGuide.close()")
    expect(page.locator(".panel")).to_be_hidden()
    page.wait_for_function("heard.length === 4")  # the browser tells of a closed dialog a moment later
    page.evaluate("SeoulAIGuide.open()")
    expect(page.locator(".panel textarea")).to_be_focused()
    assert page.evaluate("heard.map((entry) => entry[0])") == ["open", "question", "answer", "close", "open"]
    assert page.evaluate("heard[2]") == ["answer", "market size", 2]
    assert open_host.errors == ["a mistake of the host's"] * 2
    open_host.errors.clear()


def test_nothing_secret_and_nothing_but_the_one_tag_is_needed(open_host: OpenHost, hosts: Hosts) -> None:
    page = open_host(hosts.page("bare.html"))
    open_panel(page)
    ask(page, "market size")
    tag = page.locator("script").evaluate("(node) => node.outerHTML")
    assert re.fullmatch(r'<script src="[^"]+/widget.js" defer=""></script>', tag)
    assert page.evaluate("Object.keys(sessionStorage).every((key) => key.startsWith('seoul-ai-guide'))")
    assert page.evaluate("document.cookie + Object.keys(localStorage)") == ""
