"""What the page's script adds to a question: the inputs always hold what a form without it would post."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from werkzeug.datastructures import MultiDict

from app import create_app
from core.i18n import speaking
from core.settings import ROOT, Settings
from forms.questionnaire import Questionnaire, questions
from questions import named
from questions.base import Item
from tests.questions.examples import TREE

pytestmark = pytest.mark.browser
NAMED = [{"v": value, "t": f"Option {value.upper()}"} for value in "abcd"]
POSTED = "[...new FormData(document.forms[0])].map(pair => pair.join('=')).filter(pair => !pair.endsWith('='))"


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    folder = tmp_path_factory.mktemp("instance")
    return create_app(Settings(data=folder, database="sqlite://", queue="inline"), TESTING=True)


@pytest.fixture
def shown(app, page: Page) -> Callable[..., Item]:
    """Put a question on a page of its own and let the script at it."""

    def show(definition: dict, sent: dict | None = None, required: bool = False) -> Item:
        kind = named(definition)
        assert kind is not None and not list(kind.check(definition))
        with app.test_request_context("/"), speaking("en"):
            item = Item("q", kind, "How?", settings=kind.prepare(definition), required=required)
            field = Questionnaire(questions([item]), [item], MultiDict(sent or {}))["q"]
            drawn = app.jinja_env.get_template(kind.template).module.draw(field)
        mark = "data-required" if required else ""
        page.set_viewport_size({"width": 390, "height": 844})
        page.set_content(
            f'<html class="js" lang="en"><form><fieldset data-q="q" {mark}>{drawn}</fieldset></form></html>'
        )
        page.add_style_tag(path=ROOT / "static" / "css" / "survey.css")
        page.evaluate("heard = 0; document.forms[0].addEventListener('change', () => heard++)")
        page.add_script_tag(path=ROOT / "static" / "js" / "widgets.js")
        return item

    return show


def posted(page: Page) -> list[str]:
    return sorted(page.evaluate(POSTED))


def test_ranking_by_tapping_and_by_buttons(shown, page: Page) -> None:
    shown({"type": "ranking", "options": NAMED, "top": 3})
    pick = page.locator(".rank-pick")
    for name in ("Option C", "Option A", "Option D"):
        pick.filter(has_text=name).click()
    assert posted(page) == ["q.a=2", "q.c=1", "q.d=3"]
    assert pick.all_inner_texts() == ["Option C", "Option A", "Option D", "Option B"]
    pick.filter(has_text="Option B").click()
    assert posted(page) == ["q.a=2", "q.c=1", "q.d=3"], "all places are given"
    assert "Take one out first" in page.locator("[data-rank-said]").inner_text()
    page.get_by_label("Option D: one place up").click()
    assert posted(page) == ["q.a=3", "q.c=1", "q.d=2"]
    assert "place 2 of 3" in page.locator("[data-rank-said]").inner_text()
    pick.filter(has_text="Option C").click()
    assert posted(page) == ["q.a=2", "q.d=1"], "taken out, the others close up"
    assert page.evaluate("heard") == 5, "whoever keeps the draft hears of every change, and only of changes"


def test_ranking_with_the_keyboard_alone(shown, page: Page) -> None:
    shown({"type": "ranking", "options": NAMED})
    page.keyboard.press("Tab")
    for _place in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # D comes first and keeps the focus
    assert posted(page) == ["q.d=1"]
    assert page.evaluate("document.activeElement.textContent") == "Option D"
    page.locator(".rank-pick", has_text="Option A").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")  # to its "one place up"
    page.keyboard.press("Enter")
    assert posted(page) == ["q.a=1", "q.d=2"]
    assert page.evaluate("document.activeElement.closest('li').textContent").startswith("Option A")


def test_ranking_by_dragging(shown, page: Page) -> None:
    shown({"type": "ranking", "options": NAMED})
    for value in "abcd":
        page.locator(f'[data-option="{value}"] .rank-pick').click()
    start = page.locator('[data-option="d"] .rank-pos').bounding_box()
    end = page.locator('[data-option="a"] .rank-pos').bounding_box()
    assert start and end
    page.mouse.move(start["x"] + 20, start["y"] + 20)
    page.mouse.down()
    page.mouse.move(end["x"] + 20, end["y"] + 30, steps=8)
    page.mouse.move(end["x"] + 20, end["y"] + 4)
    page.mouse.up()
    assert posted(page) == ["q.a=2", "q.b=3", "q.c=4", "q.d=1"]


def test_ranking_goes_on_from_what_was_sent_and_closes_gaps_of_hidden_options(shown, page: Page) -> None:
    shown({"type": "ranking", "options": NAMED}, {"q.b": "1", "q.d": "2", "q.a": "3"})
    assert page.locator(".rank-pick").all_inner_texts() == ["Option B", "Option D", "Option A", "Option C"]
    page.evaluate(
        "document.querySelector('[data-option=b]').hidden = true; document.dispatchEvent(new Event('change'))"
    )
    assert posted(page) == ["q.a=2", "q.d=1"]


def test_ranking_buttons_are_big_enough_to_hit(shown, page: Page) -> None:
    shown({"type": "ranking", "options": NAMED})
    page.locator(".rank-pick").first.click()
    for box in (each.bounding_box() for each in page.locator("button:visible, .rank-row.in .rank-pos").all()):
        assert box and box["width"] >= 44 and box["height"] >= 44


def test_none_of_these_and_the_others_exclude_each_other(shown, page: Page) -> None:
    options = [*NAMED, {"v": "none", "t": "None of these", "exclusive": True}]
    shown({"type": "multi", "options": options})
    page.check("[value=a]", force=True)
    page.check("[value=b]", force=True)
    page.check("[value=none]", force=True)
    assert posted(page) == ["q=none"]
    page.check("[value=c]", force=True)
    assert posted(page) == ["q=c"]


def test_the_total_is_told_while_it_is_shared_out(shown, page: Page) -> None:
    shown({"type": "constant_sum", "options": NAMED, "total": 10})
    foot = page.locator(".sum-foot p")
    page.fill('[name="q.a"]', "4")
    assert foot.inner_text() == "4 / 10 6 left to share out"
    page.fill('[name="q.b"]', "8")
    assert foot.inner_text() == "12 / 10 2 too many"
    page.fill('[name="q.b"]', "6")
    assert foot.inner_text() == "10 / 10 Everything is shared out"
    page.fill('[name="q.c"]', "x")
    assert "Whole numbers only" in foot.inner_text()


def test_lists_narrow_to_what_stands_under_the_choice(shown, page: Page) -> None:
    shown({"type": "cascade", "levels": ["Company", "Department", "Team"], "tree": TREE}, required=True)
    selects = page.locator("select")
    assert [selects.nth(n).is_visible() for n in range(3)] == [True, False, False]
    selects.nth(0).select_option("a")
    assert selects.nth(1).locator("option").all_inner_texts()[1:] == ["Repair", "Office"]
    selects.nth(1).select_option("a1")
    selects.nth(2).select_option("a1y")
    assert posted(page) == ["q.1=a", "q.2=a1", "q.3=a1y"]
    assert page.evaluate("document.forms[0].checkValidity()")
    selects.nth(0).select_option("b")
    assert posted(page) == ["q.1=b"], "what belongs elsewhere goes"
    assert not page.evaluate("document.forms[0].checkValidity()"), "a level is still open"


def test_stars_light_up_to_the_one_chosen_and_say_its_words(shown, page: Page) -> None:
    shown({"type": "stars", "stars": 3, "labels": ["Poor", "Fair", "Great"]})
    assert page.locator(".stars-said").inner_text() == "Poor – Great"
    page.check("[value='2']", force=True)
    assert page.locator(".star.lit").count() == 2
    assert page.locator(".stars-said").inner_text() == "Fair"


def test_words_of_one_s_own_appear_with_their_option(shown, page: Page) -> None:
    shown({"type": "dropdown", "options": [*NAMED, {"v": "z", "t": "Other", "text": True}]})
    assert not page.locator("[name=q_z]").is_visible()
    page.select_option("select", "z")
    assert page.locator("[name=q_z]").is_visible()
