"""The page of an evaluation report in Chromium: its filters, its keys, its width, and that it stays silent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from results import hostile, regression, text_of

from browser.conftest import PHONE
from rag.evaluation.report.html import page_of


class Opener:
    """Opens a report as a file; remembers errors, violations of the policy, dialogs and requests."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self.browser = browser
        self.file = folder / "report.html"
        self.told: list[str] = []

    def __call__(self, html: str, **options: object) -> Page:
        self.file.write_text(html, encoding="utf-8")
        page = self.browser.new_context(**{"reduced_motion": "reduce", **options}).new_page()  # type: ignore[arg-type]
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: self.told.append(str(error)))
        page.on("console", lambda message: self.told.append(message.text))
        page.on("dialog", lambda dialog: self.told.append(dialog.message))
        page.on("request", lambda request: self.told.append(request.url) if "://evil" in request.url else None)
        page.goto(self.file.as_uri())
        return page


@pytest.fixture
def open_report(browser: Browser, tmp_path: Path) -> Iterator[Opener]:
    """A report in a fresh context; at the end nothing may have been told."""
    opener = Opener(browser, tmp_path)
    yield opener
    for context in browser.contexts:
        context.close()
    assert opener.told == []


def shown(page: Page) -> int:
    """How many turns are to be seen."""
    return page.locator("details.turn:visible").count()


def test_a_cause_filters_the_turns(open_report: Opener) -> None:
    page = open_report(page_of(regression(), text_of))
    assert (shown(page), page.text_content("#count")) == (20, "20 of 20 turns")
    page.get_by_role("button", name="tag: date 20 of 20").click()
    assert (page.input_value("[name=slice]"), page.input_value("[name=symptom]")) == ("tag=date", "refused")
    page.fill("[name=words]", "case-003/1")
    assert shown(page) == 1
    page.get_by_role("button", name="Clear").click()
    page.wait_for_function("document.querySelector('[name=state]').value === ''")
    assert shown(page) == 20


def test_the_page_is_used_with_keys_alone(open_report: Opener) -> None:
    page = open_report(page_of(regression(), text_of))
    page.get_by_role("button", name="20 refused").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.keyboard.press("Enter")
    assert page.locator("details.turn[open] .facts").inner_text() == "missing 82 billion"
    assert page.locator("details.turn[open] .expected").inner_text().startswith("Its revenue in 2023")


def test_a_link_to_a_turn_opens_it(open_report: Opener) -> None:
    page = open_report(page_of(regression(), text_of))
    page.locator(".keys a").first.click()
    page.wait_for_selector("details.turn[open]")
    assert page.locator("details.turn[open]").get_attribute("id") == page.evaluate("location.hash.slice(1)")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_on_a_phone_too(open_report: Opener, scheme: str) -> None:
    page = open_report(page_of(regression(6), text_of), color_scheme=scheme, **PHONE)
    page.get_by_role("button", name="Open all").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_hostile_report_does_nothing(open_report: Opener) -> None:
    page = open_report(page_of(hostile(), lambda name: None))
    page.get_by_role("button", name="Open all").click()
    assert page.locator("img, iframe, object, script:not(:last-child)").count() == 0
    assert page.locator("details.turn").count() == 2


def test_without_script_all_turns_are_there(open_report: Opener) -> None:
    page = open_report(page_of(regression(), text_of), java_script_enabled=False)
    assert shown(page) == 20
    assert not page.locator("#filters").is_visible()
