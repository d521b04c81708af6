"""A questionnaire with every kind of question, and people who fill it in: by tapping, by keyboard, without scripts."""

import re
from typing import Any

from playwright.sync_api import Locator, Page

from questions import types
from tests.questions.examples import EXAMPLES, Example

A_STEP = 5
# What the examples leave to the server to complete, but a browser's own fields and lists do not take.
TYPED = {
    "date": [("q", "2026-11-03")],
    "time": [("q", "15:30")],
    "cascade": [("q.1", "a"), ("q.2", "a1"), ("q.3", "a1x")],
}


def definition(**more: Any) -> dict[str, Any]:
    """Return every example as a required question, a few on each step."""
    items = []
    for key, example in EXAMPLES.items():
        kind = types.get(example.definition["type"])
        answered = {"required": True} if kind is None or kind.answerable else {}
        items.append({"id": key, "title": f"About {key.replace('_', ' ')}", **example.definition, **answered})
    steps = [items[start : start + A_STEP] for start in range(0, len(items), A_STEP)]
    return {
        "title": "Everything",
        "lang": "en",
        "sections": [{"id": f"s{n}", "title": f"Part {n}", "items": part} for n, part in enumerate(steps, start=1)],
        **more,
    }


def wanted() -> dict[str, Any]:
    """Return the answers as they must be stored."""
    return {key + name[1:]: value for key, example in EXAMPLES.items() for name, value in example.kept.items()}


def typed(key: str, example: Example) -> list[tuple[str, str]]:
    """Return the names and values somebody types to give an example's answer."""
    if key == "note":
        return []
    pairs = TYPED.get(key) or example.sent
    return [(key + name[1:], value) for name, value in pairs if value]


def fill(page: Page) -> None:
    """Fill in every question that is to be seen, as a finger does."""
    for key, example in EXAMPLES.items():
        if not page.is_visible(f"[data-q={key}]"):
            continue
        rank = page.locator(f"[data-q={key}] .rank.on")
        if rank.count():
            for value in example.kept["q"]:
                rank.locator(f"[data-option={value}] .rank-pick").click()
            continue
        for name, value in typed(key, example):
            _give(page, name, value)


def _give(page: Page, name: str, value: str) -> None:
    field = page.locator(f"[name='{name}']").first
    if field.get_attribute("type") in ("radio", "checkbox"):
        page.locator(f"[name='{name}'][value='{value}']").check(force=True)
    elif field.evaluate("e => e.tagName") == "SELECT":
        field.select_option(value)
    else:
        field.fill(value.replace("\x00", ""))


ABOUT = """() => { const e = document.activeElement, q = e.closest('[data-q]'), o = e.closest('[data-option]');
  return {name: e.name || '', type: e.type || e.tagName, value: e.value || '', q: q ? q.dataset.q : '',
    option: o ? o.dataset.option : '', rank: !!e.closest('.rank'), pick: e.classList.contains('rank-pick'),
    next: e.hasAttribute('data-next'), submit: e.hasAttribute('data-submit')}; }"""


def by_keyboard(page: Page) -> None:
    """Go through the whole questionnaire with the keyboard alone, and send it."""
    answers: dict[str, list[str]] = {}
    for key, example in EXAMPLES.items():
        for name, value in typed(key, example):
            answers.setdefault(name, []).append(value)
    ranked: set[str] = set()
    for _press in range(600):
        page.keyboard.press("Tab")
        here = page.evaluate(ABOUT)
        if here["next"] or here["submit"]:
            page.keyboard.press("Enter")
            if here["submit"]:
                return
        elif here["rank"] and here["q"] not in ranked:
            ranked.add(here["q"])
            for option in EXAMPLES[here["q"]].kept["q"]:
                _walk_to_pick(page, here["q"], option)
                page.keyboard.press("Enter")
        elif here["name"] in answers and not here["rank"]:
            _type(page, here, answers)
    raise AssertionError("the button to send cannot be reached by keyboard")


def _walk_to_pick(page: Page, question: str, option: str) -> None:
    for key in ("Tab", "Shift+Tab"):
        for _press in range(15):
            here = page.evaluate(ABOUT)
            if here["pick"] and here["q"] == question and here["option"] == option:
                return
            if here["q"] != question:
                break
            page.keyboard.press(key)
        page.keyboard.press("Shift+Tab" if key == "Tab" else "Tab")
    raise AssertionError(f"{question}: {option} cannot be reached")


def _type(page: Page, here: dict[str, Any], answers: dict[str, list[str]]) -> None:
    values = answers[here["name"]]
    if here["type"] == "checkbox":
        if here["value"] in values:
            page.keyboard.press("Space")
    elif here["type"] == "radio":
        page.keyboard.press("Space")
        _arrow_to(page, "ArrowDown", values[0])
    elif here["type"] == "select-one":
        _arrow_to(page, "ArrowDown", values[0])
    elif here["type"] in ("date", "time"):
        _moment(page, values[0])
    else:
        page.keyboard.press("Control+a")
        lines = values[0].replace("\x00", "").replace("\r\n", "\n").split("\n")
        for number, line in enumerate(lines):
            if number:
                page.keyboard.press("Shift+Enter")
            page.keyboard.type(line)


def _moment(page: Page, value: str) -> None:
    """Type a day or a time into a browser's own field, whose parts stand in the order of its country."""
    parts = re.split("[-:]", value)
    for order in (parts, [*parts[1:], parts[0]]):
        if page.evaluate("document.activeElement.value") == value:
            return
        for _part in parts:
            page.keyboard.press("ArrowLeft")
        for place, part in enumerate(order):
            page.keyboard.type(part)
            if len(part) == 4 and place < 2:
                page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.value") == value


def _arrow_to(page: Page, key: str, value: str) -> None:
    for _press in range(20):
        if page.evaluate("document.activeElement.value") == value:
            return
        page.keyboard.press(key)
    raise AssertionError(f"{value} cannot be reached with {key}")


def small(page: Page) -> list[str]:
    """Return what can be pressed on the page but is smaller than 44 x 44 pixels."""
    return page.evaluate(
        """() => [...document.querySelectorAll('button, a, select, textarea, input:not([type=hidden])')].filter(e => {
            const inline = e.closest('.cloze, p, li:not(.rank-row)') && !e.matches('button, input, select');
            const target = e.matches('[type=radio], [type=checkbox]') ? e.closest('label') || e : e;
            const box = target.getBoundingClientRect();
            return !inline && box.width && box.height && !e.matches('.skip') && (box.width < 43.5 || box.height < 43.5);
          }).map(e => e.outerHTML.slice(0, 120))"""
    )


def shown(page: Page) -> Locator:
    """Return the questions that are to be seen."""
    return page.locator(".step.on [data-q]:not([hidden])")
