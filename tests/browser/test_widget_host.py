"""The widget and the page around it: neither changes the other."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import PHONE
from browser.hosts import Hosts, OpenHost, ask, open_panel

HOSTILE = """<style>
@property --g-ink { syntax: "<color>"; inherits: true; initial-value: red; }
:root { --g-ink: red; --g-fill: red; --g-height: 10px; }
html { font-size: 40px; }
* { all: unset !important; display: inline !important; position: static !important; color: red !important; opacity: .3 !important;
  transform: rotate(20deg) !important; font: 50px/3 cursive !important; visibility: hidden !important; letter-spacing: 1em !important;
  direction: rtl !important; pointer-events: none !important; filter: blur(4px) !important; contain: strict !important;
  clip-path: circle(1px) !important; text-transform: uppercase !important; z-index: -1 !important; zoom: .5; }
*::before, *::after, *::backdrop { content: "ruined" !important; display: block !important; position: fixed !important;
  inset: 0 !important; background: red !important; }
seoul-ai-guide, body > :last-child { display: none !important; width: 0 !important; }
button, textarea, dialog, svg, p, h2 { display: none !important; }
.launcher, .panel, .main, .card { display: none !important; background: red !important; }
script { display: none !important; }
</style>"""

# What every element of the widget looks like and where it stands.
LOOKS = """() => {
  const root = document.querySelector("seoul-ai-guide").shadowRoot;
  return [...root.querySelectorAll("*")].map((node) => {
    const style = getComputedStyle(node), box = node.getBoundingClientRect();
    const names = ["color", "backgroundColor", "fontSize", "fontFamily", "display", "visibility", "opacity", "letterSpacing",
      "direction", "textTransform", "position", "pointerEvents", "lineHeight", "cursor"];
    return [node.tagName, node.className.toString(), ...names.map((name) => style[name]),
      ...[box.x, box.y, box.width, box.height].map(Math.round)].join("|");
  });
}"""
# What every element of the host page looks like, and what the page's scripts see of the world.
PAGE = """() => ({
  looks: [...document.querySelectorAll("*")].filter((node) => !/^(SCRIPT|SEOUL-AI-GUIDE)$/.test(node.tagName)).map((node) => {
    const style = getComputedStyle(node), box = node.getBoundingClientRect();
    return node.tagName + [...style].map((name) => style.getPropertyValue(name)).join(";") + [box.x, box.y, box.width, box.height];
  }),
  attributes: [...document.querySelectorAll("html, head, body")].map((node) => node.cloneNode().outerHTML),
  size: [document.documentElement.scrollWidth, document.documentElement.scrollHeight, scrollX, scrollY],
  sheets: document.styleSheets.length + document.adoptedStyleSheets.length,
  names: Object.keys(window).filter((name) => name !== "SeoulAIGuide").sort(),
  title: document.title,
})"""
CONTENT = """<h1>A page</h1><p>Some <b>words</b> and a <a href="#x">link</a>.</p><form><input id="field"><button>Go</button></form>
<dialog open>Our own</dialog><table><tr><td>1</td></tr></table><div style="height: 3000px"></div>"""


def looks_after_use(page: Page) -> list[list[str]]:
    """The widget's looks as a launcher, with an answer, and with a card."""
    looks = [page.evaluate(LOOKS)]
    page.evaluate("SeoulAIGuide.ask('market size')")
    page.locator(".actions").wait_for(state="attached")
    looks.append(page.evaluate(LOOKS))
    page.locator("button.cite").first.evaluate("(node) => node.click()")
    page.locator(".card blockquote p").wait_for(state="attached")
    page.wait_for_load_state("networkidle")
    return [*looks, page.evaluate(LOOKS)]


def test_the_styles_of_the_host_do_not_reach_the_widget(open_host: OpenHost, hosts: Hosts) -> None:
    calm = looks_after_use(open_host(hosts.page("calm.html")))
    opened = open_hostile(open_host, hosts)
    for before, after in zip(calm, looks_after_use(opened), strict=True):
        assert after == before
    box = opened.locator(".panel").bounding_box()
    assert box is not None
    place = [box["x"] + 100, box["y"] + 200]  # it also receives the pointer
    assert opened.evaluate("(place) => document.elementFromPoint(...place).tagName", place) == "SEOUL-AI-GUIDE"


def open_hostile(open_host: OpenHost, hosts: Hosts) -> Page:
    """The hostile page; its launcher need not count as visible to be looked at."""
    return open_host(hosts.page("hostile.html", head=HOSTILE))


def test_the_widget_changes_nothing_of_the_host(open_host: OpenHost, hosts: Hosts) -> None:
    style = "<style>:last-child { color: green } body > * + * { margin: 8px } div:empty { padding: 3px }</style>"
    page = open_host(hosts.page("plain.html", body=CONTENT, head=style))
    page.evaluate("document.querySelector('seoul-ai-guide').remove()")
    without = page.evaluate(PAGE)
    page.reload()
    page.locator(".launcher").wait_for()
    page.evaluate("scrollTo(0, 0)")
    page.evaluate("SeoulAIGuide.ask('market size')")
    page.locator("button.cite").first.click()
    page.locator(".card blockquote p").wait_for()
    opened = page.evaluate(PAGE)
    assert {**opened, "names": None} == {**without, "names": None}
    assert set(opened["names"]) - set(without["names"]) == set()
    assert page.evaluate("document.body.lastElementChild.tagName") == "SEOUL-AI-GUIDE"


def test_a_strict_policy_is_kept(open_host: OpenHost, hosts: Hosts) -> None:
    page = open_host(f"{hosts.site}/en/index.html")
    broken: list[str] = []
    page.on("console", lambda message: broken.append(message.text) if "Content Security" in message.text else None)
    page.evaluate(
        "addEventListener('securitypolicyviolation', (event) => console.log('Content Security', event.blockedURI))"
    )
    open_panel(page)
    ask(page, "market size")
    page.click("button.cite >> nth=0")
    expect(page.locator(".card blockquote")).to_contain_text("Software and services")
    assert broken == []
    policy = page.request.get(f"{hosts.site}/en/index.html").headers["content-security-policy"]
    assert "unsafe" not in policy
    assert f"script-src {hosts.guide}; connect-src {hosts.guide}; style-src 'self'" in policy
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('style'), {textContent: 'p {color: red}'}))"
    )
    assert broken != []  # the policy is one that notices


def test_keys_typed_in_the_panel_are_no_shortcuts_of_the_host(open_host: OpenHost, hosts: Hosts) -> None:
    page = open_host(hosts.page("keys.html"))
    page.evaluate(
        "window.keys = 0; for (const t of ['keydown', 'keyup', 'keypress']) addEventListener(t, () => keys++)"
    )
    open_panel(page)
    before = page.evaluate("keys")
    page.keyboard.type("s/?")
    expect(page.locator(".panel textarea")).to_have_value("s/?")
    assert page.evaluate("keys") == before


def test_the_host_stays_usable_beside_the_panel(open_host: OpenHost, hosts: Hosts) -> None:
    page = open_host(hosts.page("form.html", body=CONTENT))
    open_panel(page)
    page.click("#field")
    page.keyboard.type("still mine")
    expect(page.locator("#field")).to_have_value("still mine")
    page.evaluate("SeoulAIGuide.close()")
    expect(page.locator("#field")).to_be_focused()


def test_a_site_that_is_not_allowed_gets_no_answer(open_host: OpenHost, hosts: Hosts) -> None:
    page = open_host(hosts.page("foreign.html").replace("127.0.0.1", "localhost", 1))
    page.click(".launcher")
    expect(page.get_by_role("alert")).to_contain_text("could not be loaded")
    asked = "(guide) => fetch(guide + '/api/v1/chat', {method: 'POST', body: '{}'}).then(() => 'read', () => 'refused')"
    assert page.evaluate(asked, hosts.guide) == "refused"
    assert hosts.chatbot.asked == []
    open_host.requests.clear()


def test_on_a_phone_the_panel_is_the_page(open_host: OpenHost, hosts: Hosts) -> None:
    page = open_host(f"{hosts.site}/ko/index.html", **PHONE)
    open_panel(page)
    assert page.locator(".panel").bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    expect(page.locator(".panel:modal")).to_be_visible()
    ask(page, "AI 도시 순위는? many table")
    page.tap("button.cite >> nth=2")
    page.locator(".card table").wait_for()
    assert page.evaluate("[document.documentElement.scrollWidth, scrollX]") == [390, 0]
    wide = "[...document.querySelector('seoul-ai-guide').shadowRoot.querySelectorAll('.scroll, .sheet')].filter((n) => n.scrollWidth > n.clientWidth)"
    assert page.evaluate(f"{wide}.length") == 0
    page.tap(".card [aria-label='대화로 돌아가기']")
    page.tap(".panel [aria-label='닫기']")
    expect(page.locator(".launcher")).to_be_visible()
    page.tap(".launcher")
    page.goto(f"{hosts.site}/ko/visit.html")  # the new page is what the visitor asked for: the panel does not cover it
    expect(page.locator(".launcher")).to_be_visible()


def test_a_window_that_becomes_narrow_or_wide_again(open_host: OpenHost, hosts: Hosts) -> None:
    page = open_host(f"{hosts.site}/en/index.html")
    open_panel(page)
    page.set_viewport_size({"width": 400, "height": 700})
    expect(page.locator(".panel:modal")).to_be_visible()
    page.set_viewport_size({"width": 1200, "height": 700})
    expect(page.locator(".panel:modal")).to_have_count(0)
    expect(page.locator(".panel")).to_be_visible()
    page.click("h1")
    page.keyboard.press("Escape")  # outside: not the panel's
    expect(page.locator(".panel")).to_be_visible()


@pytest.mark.parametrize(("widget", "side"), [('data-position="left"', "left"), ("", "right")])
def test_it_stands_where_the_tag_says(open_host: OpenHost, hosts: Hosts, widget: str, side: str) -> None:
    page = open_host(hosts.page(f"{side}.html", widget=widget))
    width = page.evaluate("innerWidth")
    for name in (".launcher", ".panel"):
        if name == ".panel":
            open_panel(page)
        box = page.locator(name).bounding_box()
        assert box is not None
        assert round(box["x"] if side == "left" else width - box["x"] - box["width"]) == 20


@pytest.mark.parametrize(
    ("widget", "page_lang", "locale", "label"),
    [
        ('data-lang="ko"', "en", "en-US", "AI 가이드에게 묻기"),
        ('data-lang="auto"', "ko-KR", "en-US", "AI 가이드에게 묻기"),
        ("", "", "ko-KR", "AI 가이드에게 묻기"),
        ("", "fr", "ko-KR", "Ask the AI guide"),
    ],
)
def test_it_speaks_the_language_of_tag_page_or_browser(
    open_host: OpenHost, hosts: Hosts, widget: str, page_lang: str, locale: str, label: str
) -> None:
    page = open_host(hosts.page("language.html", widget=widget, lang=page_lang), locale=locale)
    expect(page.locator(".launcher")).to_have_text(label)
