"""The fixed parts of the page as HTML: header, empty state, conversation, composer and the source card's frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.types import Language
from rag.ui.icons import SEAL, SKYLINE, icon
from rag.ui.render import ask_button
from rag.ui.texts import attribute, both, label

QUESTION_LIMIT = 1000  # characters
STARTERS_SHOWN = 4  # of each language


def shell_html(starters: Mapping[Language, Sequence[str]], corpus: tuple[str, str] | None) -> str:
    """The page before the first question, written in English; the script switches it to the reader's language."""
    return (
        f'<div class="guide" data-limit="{QUESTION_LIMIT}">'
        f'<a class="skip" href="#guide-question">{label(both("skip"), "en")}</a>'
        f"{_header(corpus)}<main>{_empty(starters)}"
        f'<div class="conversation" role="region" {attribute("aria-label", both("conversation"), "en")}></div></main>'
        f"{_composer()}{_card()}"
        '<div class="live" role="status" aria-live="polite"></div><div class="toast"></div></div>'
    )


def _header(corpus: tuple[str, str] | None) -> str:
    about = label(corpus, "en", "p", 'class="corpus"') if corpus else ""
    tools = _tool("download", "download", "hidden") + _tool("new_chat", "plus", "hidden")
    choices = "".join(
        f'<button type="button" data-language="{code}" lang="{code}" aria-pressed="false" aria-label="{name}">'
        f'<span class="long">{name}</span><span class="short" aria-hidden="true">{short}</span></button>'
        for code, name, short in (("ko", "한국어", "한"), ("en", "English", "EN"))
    )
    switch = f'<div class="switch" role="group" {attribute("aria-label", both("language"), "en")}>{choices}</div>'
    return f'<header>{SEAL}<div class="brand">{label(both("name"), "en", "h1")}{about}</div>{tools}{switch}</header>'


def _tool(key: str, picture: str, extra: str = "") -> str:
    words = label(both(key), "en")
    name = attribute("aria-label", both(key), "en")
    return f'<button type="button" class="tool" data-action="{key}" {name} {extra}>{icon(picture)}{words}</button>'


def _empty(starters: Mapping[Language, Sequence[str]]) -> str:
    groups = "".join(_starters(language, questions) for language, questions in starters.items() if questions)
    hero, lead = label(both("hero"), "en", "p", 'class="hero"'), label(both("lead"), "en", "p", 'class="lead"')
    return f'<section class="empty">{hero}{lead}{SKYLINE}<div class="starters">{groups}</div></section>'


def _starters(language: Language, questions: Sequence[str]) -> str:
    items = "".join(f"<li>{ask_button(question)}</li>" for question in questions[:STARTERS_SHOWN])
    heading = label(both(f"starters_{language}"), "en", "h2")
    return f'<section data-starters="{language}">{heading}<ul lang="{language}">{items}</ul></section>'


def _composer() -> str:
    words = attribute("aria-label", both("question"), "en") + " " + attribute("placeholder", both("placeholder"), "en")
    keys = label(both("keys"), "en", "span", 'class="keys"')
    limit = label(both("limit", n=f"{QUESTION_LIMIT:,}"), "en")
    send, stop = (attribute("aria-label", both(key), "en") for key in ("send", "stop"))
    return (
        '<form class="composer" autocomplete="off"><div class="box"><textarea id="guide-question" rows="1" '
        f'aria-describedby="guide-hint" enterkeyhint="send" {words}></textarea>'
        f'<button type="submit" class="send" {send}>{icon("send")}</button>'
        f'<button type="button" class="send" data-action="stop" {stop} hidden>{icon("stop")}</button></div>'
        f'<p class="hint"><span id="guide-hint">{keys}{limit}</span><span class="count"></span></p></form>'
    )


def _card() -> str:
    steps = _step("previous", "left") + _step("next", "right")
    return (
        f'<dialog class="card" aria-labelledby="guide-card-name"><div class="bar"><p id="guide-card-name"></p>{steps}'
        f'{_step("close", "close")}</div><div class="sheet"></div></dialog>'
    )


def _step(key: str, picture: str) -> str:
    name = attribute("aria-label", both(key), "en")
    return f'<button type="button" class="tool" data-action="{key}" {name}>{icon(picture)}</button>'
