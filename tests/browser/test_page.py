"""The page in a real browser, served by a real server."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from browser.conftest import PHONE, OpenPage, Site, ask

COMPOSE = """(box) => {
  const enter = {key: "Enter", bubbles: true, cancelable: true};
  const key = (init) => box.dispatchEvent(new KeyboardEvent("keydown", {...enter, ...init}));
  box.value = "국내 AI 시장 규모는"; box.dispatchEvent(new Event("input", {bubbles: true}));
  box.dispatchEvent(new CompositionEvent("compositionstart"));
  key({isComposing: true, keyCode: 229});
  box.dispatchEvent(new CompositionEvent("compositionend"));
  key({isComposing: false, keyCode: 229});  // Safari: the key that ended the syllable
}"""


def test_answer_streams_and_cites(open_page: OpenPage) -> None:
    page = open_page()
    page.fill("#guide-question", "slow market size")
    page.press("#guide-question", "Enter")
    expect(page.locator(".partial")).to_contain_text("The Korean AI market was")
    expect(page.locator("[data-action=stop]")).to_be_visible()
    expect(page.locator("button.cite")).to_have_text(["1", "2"])
    expect(page.locator(".live")).to_contain_text("Answer: The Korean AI market was forecast")
    expect(page.locator(".notice")).to_contain_text("forecast was made in 2022")
    expect(page.locator(".source .chip").first).to_contain_text("As of 2022")


def test_card_shows_the_quoted_words_and_gives_focus_back(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, "market size")
    page.click("button.cite >> nth=1")
    expect(page.locator("dialog mark").first).to_have_text("reach KRW 1.9074 trillion in 2025.")
    expect(page.locator("dialog")).to_contain_text("Invest Seoul")
    page.click("dialog .twin summary")
    expect(page.locator("dialog .twin blockquote")).to_contain_text("1조 9,074억원")
    page.click("dialog .verbatim summary")
    expect(page.locator("dialog pre mark")).to_have_text("reach KRW 1.9074 trillion in 2025.")
    page.click("dialog [data-action=previous]")
    expect(page.locator("dialog mark").first).to_contain_text("KRW 943.5 billion")
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_be_hidden()
    expect(page.locator("button.cite >> nth=1")).to_be_focused()


def test_rows_become_a_chart_and_a_table(open_page: OpenPage) -> None:
    page = open_page(locale="ko-KR")
    ask(page, "AI 도시 지수에서 서울의 순위는?")
    expect(page.locator(".chart .bar")).to_have_count(5)
    expect(page.get_by_role("img", name="막대그래프")).to_be_visible()
    page.click("text=표로 보기")
    expect(page.locator(".data tr.hit")).to_have_count(2)


def test_language_switch_changes_the_interface_and_keeps_the_chat(open_page: OpenPage) -> None:
    page = open_page(locale="ko-KR")
    expect(page.locator("h1")).to_have_text("서울 AI 가이드")
    ask(page, "국내 AI 시장 규모는?")
    page.click("button.cite >> nth=0")
    page.click("[data-language=en]")
    assert page.evaluate("document.documentElement.lang") == "en"
    expect(page.locator(".sources h3")).to_have_text("Sources")
    expect(page.locator("dialog dt").first).to_have_text("Publisher")
    expect(page.locator("button.cite").first).to_have_attribute("aria-label", "Open source 1: 한국 AI 시장")
    expect(page.locator("#guide-question")).to_have_attribute("placeholder", "Ask about Seoul’s AI ecosystem")
    expect(page.locator(".question")).to_have_text("국내 AI 시장 규모는?")
    untranslated = page.evaluate(
        "[...document.querySelectorAll('#guide [data-en]')].filter((n) => n.textContent !== n.dataset.en).length"
    )
    assert untranslated == 0


def test_hangul_composition_never_sends_twice(open_page: OpenPage, site: Site) -> None:
    page = open_page(locale="ko-KR")
    page.eval_on_selector("#guide-question", COMPOSE)
    expect(page.locator(".turn")).to_have_count(0)
    page.press("#guide-question", "Enter")
    page.press("#guide-question", "Enter")
    expect(page.locator(".actions")).to_have_count(1)
    assert [question for question, _, _ in site.chatbot.asked] == ["국내 AI 시장 규모는"]


def test_what_is_not_sent(open_page: OpenPage, site: Site) -> None:
    page = open_page()
    page.fill("#guide-question", "   ")
    page.press("#guide-question", "Enter")
    page.fill("#guide-question", "first")
    page.press("#guide-question", "Shift+Enter")
    page.keyboard.type("second")
    expect(page.locator("#guide-question")).to_have_value("first\nsecond")
    page.fill("#guide-question", "x" * 1012)
    page.press("#guide-question", "Enter")
    expect(page.locator(".count")).to_have_text("12 characters too many")
    expect(page.locator("[type=submit]")).to_be_disabled()
    assert site.chatbot.asked == []


def test_conversation_carries_history_and_survives_reload(open_page: OpenPage, site: Site) -> None:
    page = open_page()
    ask(page, "market size")
    page.reload()
    expect(page.locator("button.cite")).to_have_count(2)
    ask(page, "table please")
    history = site.chatbot.asked[-1][1]
    assert [turn.question for turn in history] == ["market size"]
    assert history[0].answer.startswith("The Korean AI market")
    page.click("[data-action=new_chat]")
    expect(page.locator(".empty")).to_be_visible()
    page.click("text=Undo")
    expect(page.locator(".turn")).to_have_count(2)


def test_phone_has_a_sheet_and_no_sideways_scroll(open_page: OpenPage) -> None:
    page = open_page(locale="ko-KR", **PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    ask(page, "table 순위")
    page.click("button.cite >> nth=0")
    expect(page.locator("dialog:modal")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    small = page.evaluate(
        "[...document.querySelectorAll('#guide button:not(.cite), #guide summary')].filter((n) => n.offsetParent"
        " && n.getBoundingClientRect().height < 44 && !n.closest('.switch')).map((n) => n.outerHTML)"
    )
    assert small == []
    page.mouse.click(195, 30)
    expect(page.locator("dialog")).to_be_hidden()


def test_hostile_text_stays_text(open_page: OpenPage) -> None:
    page = open_page()
    hostile = "attack <img src=x onerror=\"document.title='owned'\">"
    ask(page, hostile)
    expect(page.locator(".question")).to_have_text(hostile)
    page.click("button.cite")
    expect(page.locator("dialog > .sheet > blockquote")).to_contain_text("<script>")
    page.wait_for_timeout(200)
    assert page.title() != "owned"
    assert page.locator("#guide :is(img, script, iframe), #guide [href^='javascript'], .said a").count() == 0


def test_no_answer_offers_questions_and_a_contact(open_page: OpenPage, site: Site) -> None:
    page = open_page(locale="ko-KR")
    ask(page, "내일 날씨는?")
    expect(page.locator(".silent h3")).to_have_text("문서에 없는 내용입니다")
    expect(page.locator(".contact a").first).to_have_attribute("href", "tel:+82263614120")
    page.click(".suggestions .ask >> nth=0")
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator(".turn").nth(1).locator("button.cite").first).to_be_visible()


def test_failure_is_visible_and_can_be_retried(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, "slow, then fail once")
    expect(page.get_by_role("alert")).to_contain_text("Something went wrong")
    expect(page.locator(".partial")).to_have_text("The Korean AI market ")
    expect(page.locator("body")).not_to_contain_text("127.0.0.1")
    page.click(".failed button")
    expect(page.locator("button.cite")).to_have_count(2)
    expect(page.locator(".turn")).to_have_count(1)
    page.context.set_offline(True)
    ask(page, "market again")
    expect(page.get_by_role("alert")).to_contain_text("The connection was lost")
    page.context.set_offline(False)
    page.click(".failed button")
    expect(page.locator(".turn").nth(1).locator("button.cite")).to_have_count(2)


def test_stop_keeps_what_has_arrived(open_page: OpenPage) -> None:
    page = open_page()
    page.fill("#guide-question", "slow market")
    page.press("#guide-question", "Enter")
    expect(page.locator(".partial")).to_contain_text("The")
    page.fill("#guide-question", "the next question")
    page.press("#guide-question", "Enter")  # not while an answer is on its way; what was typed stays
    expect(page.locator("#guide-question")).to_have_value("the next question")
    expect(page.locator(".turn")).to_have_count(1)
    page.click("[data-action=stop]")
    expect(page.locator(".failed")).to_contain_text("Stopped here.")
    expect(page.locator("[type=submit]")).to_be_visible()


def test_download_and_copy_contain_the_sources(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    ask(page, "market size")
    with page.expect_download() as started:
        page.click("[data-action=download]")
    saved = tmp_path / started.value.suggested_filename
    started.value.save_as(saved)
    text = saved.read_text("utf-8")
    assert saved.suffix == ".md"
    assert "## market size" in text
    assert "[2] The Korean AI market · Market size · Invest Seoul" in text
    assert "> reach KRW 1.9074 trillion in 2025." in text
    page.click("[data-action=copy]")
    expect(page.locator(".done")).to_have_text("Copied")
    assert "> reach KRW 1.9074 trillion in 2025." in page.evaluate("navigator.clipboard.readText()")


def test_feedback_reaches_the_server(open_page: OpenPage, site: Site) -> None:
    page = open_page()
    ask(page, "market size")
    with page.expect_response("**/page/feedback"):
        page.click("[data-action=unhelpful]")
    expect(page.locator("[data-action=unhelpful]")).to_have_attribute("aria-pressed", "true")
    assert (site.verdicts[-1][0], site.verdicts[-1][2]) == ("market size", False)


def test_keyboard_alone_is_enough(open_page: OpenPage) -> None:
    page = open_page()
    expect(page.locator("#guide-question")).to_be_focused()
    page.keyboard.type("market size")
    page.keyboard.press("Enter")
    page.locator(".actions").wait_for()
    tab_to(page, "cite", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("dialog [data-action=close]")).to_be_focused()
    tab_to(page, "SUMMARY", "Tab")
    page.keyboard.press("Space")
    expect(page.locator("dialog .twin blockquote")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("button.cite:focus")).to_have_count(1)


def tab_to(page: Page, name: str, key: str) -> None:
    """Press the key until an element of this class or tag has the focus, and see that the focus is visible."""
    for _ in range(40):
        page.keyboard.press(key)
        if page.evaluate("(n) => document.activeElement.matches(`.${n}, ${n}`)", name):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
            return
    raise AssertionError(f"{key} never reaches {name}")
