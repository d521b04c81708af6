"""A member answers on a phone: with and without scripts, through reloads, double clicks and lost networks."""

import pytest

from core.db import db
from investigations.models import Investigation
from members.models import Organisation
from surveys import fielding, instruments, invitations, queries
from surveys.models import Response, SealedResponse, Survey
from tests.conftest import SAMPLE
from tests.journeys.conftest import overflows, serious

pytestmark = pytest.mark.browser


@pytest.fixture
def survey(house):
    """The sample questionnaire, open, with ten slips: `codes` and the path `link`."""
    with house.app.app_context():
        branch = db.session.query(Organisation).filter_by(name="青石支部").one()
        row = db.session.query(Investigation).one()
        definition = instruments.read((SAMPLE / "survey.yaml").read_bytes(), "survey.yaml")
        by = _secretary()
        made = fielding.create(row, definition, within=branch, by=by)
        slips = invitations.invite(made, members=[], spares=10, within=branch, by=by)
        fielding.open_(made, within=branch, by=by)
        house.codes, house.link, house.survey_id = [slip.code for slip in slips], f"/s/{made.public_id}", made.id
        db.session.commit()
        db.session.remove()
    return house


def _secretary():
    from members.models import Account

    return db.session.query(Account).filter_by(username="secretary").one()


def received(house) -> int:
    with house.app.app_context():
        count = queries.received(db.session.get(Survey, house.survey_id))
        db.session.remove()
    return count


def answer_shown(page) -> None:
    """Give the first answer to every question that is shown."""
    for group in page.query_selector_all("[data-q]"):
        if not group.is_visible():
            continue
        rows = group.query_selector_all(".mx-row") or [group]
        for row in rows:
            choice = row.query_selector("input[type=radio], input[type=checkbox]")
            if choice is not None:
                choice.evaluate("each => each.click()")


def walk(page) -> None:
    """Answer part after part until the button to send is there."""
    for _part in range(12):
        answer_shown(page)
        if page.is_visible("[data-submit]"):
            return
        page.click("[data-next]")
        page.wait_for_timeout(120)
    raise AssertionError("the questionnaire has no end")


def test_answering_on_a_phone(phone, survey) -> None:
    page = phone.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{survey.url}{survey.link}#c={survey.codes[0]}")
    assert not page.is_visible("#code-in"), "the code of the link goes in by itself"
    assert serious(page) == [] and not overflows(page)
    walk(page)
    page.click("[data-submit]")
    page.wait_for_url("**/thanks")
    assert phone.cookies() == [], "a respondent's page sets no cookie"
    assert received(survey) == 1 and faults == []
    assert page.evaluate("Object.keys(localStorage).filter(k => k.startsWith('xs:')).length") == 0
    page.goto(f"{survey.url}{survey.link}#c={survey.codes[0]}")
    assert page.is_visible("[data-sent]") and page.is_hidden("form.survey"), "sent stays sent"
    assert serious(page) == [] and not overflows(page)
    assert received(survey) == 1


def test_a_closed_browser_loses_nothing(phone, survey) -> None:
    address = f"{survey.url}{survey.link}#c={survey.codes[1]}"
    page = phone.new_page()
    page.goto(address)
    answer_shown(page)
    page.wait_for_timeout(800)
    page.close()
    again = phone.new_page()
    again.goto(address)
    assert again.is_visible("[data-draft]")
    assert again.locator("[data-q] input:checked").count() >= 3


def test_a_double_click_counts_once(phone, survey) -> None:
    page = phone.new_page()
    page.goto(f"{survey.url}{survey.link}#c={survey.codes[2]}")
    walk(page)
    page.dblclick("[data-submit]")
    page.wait_for_url("**/thanks")
    assert received(survey) == 1


def test_a_lost_network_keeps_everything_and_sends_later(phone, survey) -> None:
    page = phone.new_page()
    page.goto(f"{survey.url}{survey.link}#c={survey.codes[3]}")
    walk(page)
    phone.set_offline(True)
    page.click("[data-submit]")
    page.wait_for_selector("[data-lost]:not([hidden])")
    assert received(survey) == 0
    phone.set_offline(False)
    page.click("[data-retry]")
    page.wait_for_url("**/thanks")
    assert received(survey) == 1


def test_without_scripts(browser, survey) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(survey.url + survey.link)
    page.fill("#code-in", survey.codes[4].lower().replace("-", " "))
    page.click("[data-submit]")
    assert page.is_visible(".errbox"), "missing answers are told"
    assert page.input_value("#code-in") != "", "what was typed is still there"
    for name in _required(page):
        page.locator(f"input[name='{name}']").first.check(force=True)
    page.click("[data-submit]")
    page.wait_for_selector(".note-thanks")
    assert page.locator("#receipt-told").is_visible(), "the receipt is shown, for nothing can keep it"
    assert received(survey) == 1 and context.cookies() == []
    page.reload()
    assert page.is_visible(".note-thanks") and received(survey) == 1, "sending again changes nothing"
    context.close()


def _required(page) -> list[str]:
    """Return the names of the radio and tick groups of required questions, one for each row of a grid."""
    names: list[str] = []
    for group in page.query_selector_all("[data-q][data-required]"):
        for control in group.query_selector_all("input[type=radio], input[type=checkbox]"):
            name = control.get_attribute("name")
            if name and name not in names:
                names.append(name)
    return names


def test_without_scripts_in_english(browser, survey) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{survey.url}{survey.link}/en")
    assert page.locator(".rule.nojs-only").first.is_visible(), "what is asked only sometimes says when"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


def test_a_wrong_code_and_a_used_code_are_told(phone, browser, survey) -> None:
    page = phone.new_page()
    page.goto(f"{survey.url}{survey.link}#c={survey.codes[5]}")
    walk(page)
    page.click("[data-submit]")
    page.wait_for_url("**/thanks")
    another = browser.new_context(locale="zh-CN")
    other = another.new_page()
    other.goto(f"{survey.url}{survey.link}#c={survey.codes[5]}")
    walk(other)
    other.locator("textarea").first.fill("换一份答案")
    other.click("[data-submit]")
    other.wait_for_load_state()
    other.wait_for_selector(".note-taken")
    assert "thanks" not in other.url and received(survey) == 1
    another.close()


def test_nothing_at_rest_says_who_answered(phone, survey) -> None:
    page = phone.new_page()
    page.goto(f"{survey.url}{survey.link}#c={survey.codes[6]}")
    walk(page)
    page.locator("textarea").first.fill("只有我会这样写的一句话")
    page.click("[data-submit]")
    page.wait_for_url("**/thanks")
    folder = survey.app.config["SETTINGS"].data
    for file in folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert "只有我会这样写的一句话".encode() not in content, f"{file.name} holds an open answer"
            assert survey.codes[6].replace("-", "").encode() not in content, f"{file.name} holds a code"
    with survey.app.app_context():
        lengths = {len(row.box) for row in db.session.query(SealedResponse)}
        assert len(lengths) == 1 and db.session.query(Response).count() == 0
        db.session.remove()
