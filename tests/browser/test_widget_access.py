"""The widget for everybody: axe's rules of WCAG 2.2 AA, keyboard, screen readers, colours, motion and touch."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from browser.conftest import PHONE, OpenPage
from browser.conftest import ask as ask_page
from browser.hosts import Hosts, OpenHost, ask, open_panel

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
ROOT = "document.querySelector('seoul-ai-guide').shadowRoot"
ACCENTS = ["#0b5", "#12305c", "white", "black", "#ff0", "hsl(210 50% 50%)", "oklch(0.7 0.2 30)", "#777", "no colour"]
# Contrast of an element's text with what it stands on, by WCAG's formula; colours are read off a canvas.
CONTRAST = """(selector) => {
  const root = ROOT, pen = new OffscreenCanvas(1, 1).getContext("2d");
  const seen = (color) => {
    pen.clearRect(0, 0, 1, 1); pen.fillStyle = color; pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (node) => seen(getComputedStyle(node).backgroundColor)[3] ? getComputedStyle(node).backgroundColor : ground(node.parentNode);
  return [...root.querySelectorAll(selector)].map((node) => {
    const [a, b] = [getComputedStyle(node).color, ground(node)].map((color) => light(seen(color)) + 0.05);
    return Math.max(a / b, b / a);
  });
}""".replace("= ROOT", f"= {ROOT}")


def assert_accessible(page: Page) -> None:
    """axe finds nothing in the widget."""
    assert violations(page, {"include": [["seoul-ai-guide"]]}) == []


def violations(page: Page, context: dict[str, list[list[str]]] | None = None) -> list[tuple[str, str]]:
    """The rules that are broken, and where."""
    found = Axe().run(page, context=context, options=RULES).response["violations"]
    return [(rule["id"], node["html"]) for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_a_desktop(open_host: OpenHost, hosts: Hosts, scheme: str) -> None:
    page = open_host(hosts.page("axe.html", body="<main><h1>Host</h1></main>"), color_scheme=scheme)
    assert_accessible(page)
    open_panel(page)
    expect(page.locator(".questions .ask")).to_have_count(4)
    assert_accessible(page)
    ask(page, "market size many")
    page.click("summary")
    ask(page, "silent")
    ask(page, f"slow fail in {scheme}")
    page.fill(".panel textarea", "x" * 1012)
    assert_accessible(page)
    page.click(".source >> nth=0")
    page.locator(".card blockquote p").wait_for()
    assert_accessible(page)


def test_axe_finds_nothing_on_a_korean_phone(open_host: OpenHost, hosts: Hosts) -> None:
    page = open_host(f"{hosts.site}/ko/support.html", **PHONE)
    assert violations(page) == []  # the example site is an example
    open_panel(page)
    ask(page, "AI 도시 순위는? many")
    assert_accessible(page)
    page.tap(".source >> nth=1")
    page.locator(".card table").wait_for()
    assert_accessible(page)


def test_the_keyboard_alone_is_enough(open_host: OpenHost, hosts: Hosts) -> None:
    page = open_host(hosts.page("keyboard.html", body="<a href='#x'>Before</a>"))
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator(".launcher")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".panel textarea")).to_be_focused()
    page.keyboard.type("market size")
    page.keyboard.press("Enter")
    page.locator(".actions").wait_for()
    expect(page.locator(".panel textarea")).to_be_focused()
    seen = tab_round(page, "Tab")
    assert seen == tab_round(page, "Shift+Tab")
    assert {"New chat", "Close", "Open source 1: The Korean AI market", "Helpful", "Question"} <= seen
    tab_to(page, "Open source 2: The Korean AI market")
    page.keyboard.press("Enter")
    expect(page.locator(".card [aria-label='Back to the conversation']")).to_be_focused()
    assert tab_round(page, "Tab") == {"Back to the conversation", "Previous source"}
    page.keyboard.press("Escape")
    assert focused(page) == "Open source 2: The Korean AI market"
    page.keyboard.press("Escape")
    expect(page.locator(".panel")).to_be_hidden()
    expect(page.locator(".launcher")).to_be_focused()
    expect(page.locator(".launcher")).to_have_attribute("aria-expanded", "false")


def focused(page: Page) -> str:
    """The name of what has the focus in the widget; the focus must be there, and visible."""
    name, outline = page.evaluate(f"""() => {{
      const node = {ROOT}.activeElement;
      const ring = node.closest(".box:focus-within") || node;
      const style = getComputedStyle(ring);
      return [node.ariaLabel || node.textContent, style.outlineStyle + style.boxShadow];
    }}""")
    assert outline != "nonenone", f"the focus on {name} cannot be seen"
    return str(name)


def tab_round(page: Page, key: str) -> set[str]:
    """What Tab reaches until it is back where it began; fails if it leaves the panel."""
    start, seen = focused(page), set()
    for _ in range(40):
        page.keyboard.press(key)
        seen.add(focused(page))
        if focused(page) == start:
            return seen
    raise AssertionError(f"{key} never comes back to {start}")


def tab_to(page: Page, name: str) -> None:
    """Press Tab until it reaches that."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if focused(page) == name:
            return
    raise AssertionError(f"Tab never reaches {name}")


def test_a_screen_reader_hears_an_answer_once(open_host: OpenHost, hosts: Hosts) -> None:
    page = open_host(f"{hosts.site}/en/index.html")
    open_panel(page)
    page.evaluate(f"""() => {{
      window.heard = [];
      const live = {ROOT}.querySelector(".live");
      new MutationObserver(() => heard.push(live.textContent)).observe(live, {{childList: true, subtree: true, characterData: true}});
    }}""")
    ask(page, "slow market size to listen to")
    expect(page.locator(".live")).to_contain_text("Answer: The Korean AI market was forecast at KRW 943.5 billion")
    heard = page.evaluate("heard")
    assert len(heard) == 2
    assert heard[0] == "Searching the documents"
    assert "[1]" not in heard[1]
    regions = page.evaluate(
        f"[...{ROOT}.querySelectorAll('[aria-live], [role=status], [role=alert], [role=log]')].length"
    )
    assert regions == 3  # the answer, the thanks for a verdict, and a launcher that could not load


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("accent", ACCENTS)
def test_words_can_be_read_with_any_accent(open_host: OpenHost, hosts: Hosts, accent: str, theme: str) -> None:
    page = open_host(hosts.page("accent.html", widget=f'data-accent="{accent}" data-theme="{theme}"'))
    assert min(page.evaluate(CONTRAST, ".launcher")) >= 4.5
    page.evaluate("SeoulAIGuide.ask('market size')")
    page.locator(".actions").wait_for()
    page.fill(".panel textarea", "next")
    ratios = page.evaluate(
        CONTRAST, ".cite, .number, .send:not([hidden]), header > svg, .ask, .chip, .notice, .words q, .hint, .label"
    )
    assert len(ratios) > 12
    assert min(ratios) >= 4.5
    dark = page.evaluate(f"getComputedStyle({ROOT}.querySelector('.panel')).backgroundColor") != "rgb(255, 255, 255)"
    assert dark == (theme == "dark")


def test_the_accent_is_the_one_asked_for(open_host: OpenHost, hosts: Hosts) -> None:
    page = open_host(hosts.page("accent.html", widget='data-accent="#0b5"'))
    fill = page.locator(".launcher").evaluate("(node) => getComputedStyle(node).backgroundColor")
    assert fill.replace(" ", "") in ("rgb(0,187,85)", "color(srgb00.7333330.333333)")


def test_theme_follows_the_visitor(open_host: OpenHost, hosts: Hosts) -> None:
    page = open_host(hosts.page("theme.html"), color_scheme="light")
    expect(page.locator(".guide")).not_to_have_class("guide right dark")
    page.emulate_media(color_scheme="dark")
    expect(page.locator(".guide")).to_have_class("guide right dark")


def test_nothing_moves_where_motion_is_not_wanted(open_host: OpenHost, hosts: Hosts) -> None:
    for motion, moving in (("reduce", False), ("no-preference", True)):
        page = open_host(f"{hosts.site}/en/index.html", reduced_motion=motion)
        open_panel(page)
        page.fill(".panel textarea", f"slow market, motion {motion}")
        page.press(".panel textarea", "Enter")
        page.locator(".working").wait_for()
        assert bool(page.evaluate(f"{ROOT}.getAnimations().length")) == moving


def test_what_is_pressed_is_large_enough(open_host: OpenHost, hosts: Hosts) -> None:
    page = open_host(f"{hosts.site}/ko/index.html", **PHONE)
    sizes = [page.locator(".launcher").evaluate(SIZE)]
    open_panel(page)
    ask(page, "시장 규모는? many")
    ask(page, "날씨")
    targets = page.locator(".panel :is(button, a, summary, textarea):visible")
    sizes += [target.evaluate(SIZE) for target in targets.all()]
    page.tap(".source >> nth=0")
    sizes += [target.evaluate(SIZE) for target in page.locator(".card :is(button, a):visible").all()]
    assert len(sizes) > 20
    assert [size for size in sizes if size[1] < 44 or size[2] < 24] == []


# A marker in running text is small; what it reacts to is larger: its ::after.
SIZE = """(node) => {
  const box = node.getBoundingClientRect(), more = getComputedStyle(node, "::after");
  const grown = node.classList.contains("cite") ? -2 * parseFloat(more.top) : 0;
  return [node.outerHTML, Math.round(box.height + grown), box.width];
}"""


def test_text_grows_with_the_visitors_own_type_size(open_host: OpenHost, hosts: Hosts) -> None:
    page = open_host(hosts.page("size.html", head="<style>html { font-size: 8px }</style>"), **PHONE)
    open_panel(page)
    assert page.locator(".panel textarea").evaluate("(node) => getComputedStyle(node).fontSize") == "16px"


def test_axe_finds_nothing_serious_on_the_page(open_page: OpenPage) -> None:
    page = open_page()
    ask_page(page, "table and rank many")
    page.click("button.cite >> nth=1")
    found = Axe().run(page, context={"include": [["#guide"]]}, options=RULES).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found if rule["impact"] in ("serious", "critical")] == []
