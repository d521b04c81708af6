"""Days an organisation works or rests otherwise than the official list: marked, pasted, taken away."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import calendar
from core.errors import BadInput, NotFound
from interviews import days_off
from interviews.days_off import Marked
from tests.conftest import words_of_errors

NOTICE = """国务院办公厅关于2027年部分节假日安排的通知
一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（农历除夕、周五）至12日（周五）放假调休，共8天。1月31日（周日）、2月13日（周六）上班。
三、清明节：4月3日（周六）至5日（周一）放假，共3天。
七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。
"""


def test_a_mark_changes_the_working_days(any_cast) -> None:
    within, by = any_cast.branch, any_cast.secretary
    monday, saturday = date(2026, 11, 2), date(2026, 11, 7)
    days_off.add(Marked(monday, False, "厂庆"), within=within, by=by)
    days_off.add(Marked(saturday, True), within=within, by=by)
    own = days_off.own(within)
    assert own == {monday: False, saturday: True}
    assert calendar.add_workdays(date(2026, 10, 30), 5, own) == saturday
    assert [(row.day, row.name) for row in days_off.rows(within, 2026)] == [(monday, "厂庆"), (saturday, "")]
    assert days_off.own(any_cast.elsewhere) == {}


def test_a_day_marked_twice_is_changed(any_cast) -> None:
    day = date(2026, 11, 2)
    for worked in (False, True):
        days_off.add(Marked(day, worked), within=any_cast.branch, by=any_cast.secretary)
    assert days_off.own(any_cast.branch) == {day: True}


def test_a_mark_is_taken_away(any_cast) -> None:
    day = date(2026, 11, 2)
    days_off.add(Marked(day, False, "厂庆"), within=any_cast.branch, by=any_cast.secretary)
    with pytest.raises(NotFound):
        days_off.remove(day, within=any_cast.elsewhere, by=any_cast.outsider)
    assert days_off.remove(day, within=any_cast.branch, by=any_cast.secretary) == Marked(day, False, "厂庆")
    assert days_off.own(any_cast.branch) == {}
    with pytest.raises(NotFound):
        days_off.remove(day, within=any_cast.branch, by=any_cast.secretary)


def test_the_official_notice_is_pasted_as_published(any_cast) -> None:
    within, by = any_cast.branch, any_cast.secretary
    found = days_off.paste(NOTICE, year=2026, within=within, by=by)  # its heading says 2027, whatever the form says
    own = days_off.own(within)
    assert len(found) == len(own) == 3 + 8 + 2 + 3 + 7 + 2
    assert {row.name for row in days_off.rows(within, 2027)} == {"元旦", "春节", "清明节", "国庆节"}
    assert own[date(2027, 1, 31)] and own[date(2027, 2, 13)] and not own[date(2027, 2, 12)]
    assert calendar.add_workdays(date(2027, 2, 4), 1, own) == date(2027, 2, 13)
    assert days_off.remove_year(2027, within=within, by=by) == 25
    assert days_off.own(within) == {}


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("2027-05-01 rest Labour Day", [Marked(date(2027, 5, 1), False, "Labour Day")]),
        ("2027-05-08 work", [Marked(date(2027, 5, 8), True)]),
        ("2027.5.1 to 5.2 off", [Marked(date(2027, 5, 1), False), Marked(date(2027, 5, 2), False)]),
        ("5月1日至2日 休", [Marked(date(2027, 5, 1), False), Marked(date(2027, 5, 2), False)]),
        ("2027年12月31日至2028年1月1日 放假", [Marked(date(2027, 12, 31), False), Marked(date(2028, 1, 1), False)]),
        ("厂庆：6月18日放假", [Marked(date(2027, 6, 18), False, "厂庆")]),
        ("", []),
        ("各部门：", []),
    ],
    ids=["rest", "work", "stretch", "chinese", "over-the-year", "named", "empty", "heading"],
)
def test_what_is_understood(text: str, marked: list[Marked]) -> None:
    assert list(days_off.read(text, year=2027)) == marked


@pytest.mark.parametrize(
    "text",
    ["2027-02-30 rest", "2027-05-01 Labour Day", "2027-05-09 to 2027-05-01 rest", "2027-01-01 to 2027-12-31 rest"],
)
def test_what_is_refused(text: str) -> None:
    with words_of_errors(), pytest.raises(BadInput) as refused:
        list(days_off.read(text, year=2027))
    assert refused.value.field == "text"


def test_nothing_understood_is_said(any_cast) -> None:
    with pytest.raises(BadInput):
        days_off.paste("放假通知见附件", year=2027, within=any_cast.branch, by=any_cast.secretary)


def test_a_year_far_off_is_refused(any_cast) -> None:
    with pytest.raises(BadInput):
        days_off.paste("2099-01-01 rest", year=2027, within=any_cast.branch, by=any_cast.secretary)
    assert days_off.own(any_cast.branch) == {}


@given(st.dates(date(2024, 1, 1), date(2029, 11, 30)), st.integers(0, 20), st.booleans())
def test_every_day_of_a_stretch_is_read(first: date, length: int, worked: bool) -> None:
    last = first + timedelta(days=length)
    line = f"{first.isoformat()} 至 {last.isoformat()} {'上班' if worked else '放假'}"
    assert list(days_off.read(line, year=2020)) == [Marked(day, worked) for day in calendar.days(first, last)]


@given(st.text(alphabet="0123456789月日年至到-./:：。放假休上班 rest work（）\n", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with words_of_errors():
        try:
            found = list(days_off.read(text, year=2027))
        except BadInput:
            return
    assert all(isinstance(marked.day, date) for marked in found)


def test_the_page_marks_pastes_and_takes_away(client_for) -> None:
    client = client_for("secretary")
    assert (
        client.post("/app/talks/days-off", data={"day": "2026-11-02", "worked": "", "name": "厂庆"}).status_code == 302
    )
    assert client.post("/app/talks/days-off/list", data={"year": "2027", "text": NOTICE}).status_code == 302
    page = client.get("/app/talks/days-off").text
    assert "厂庆" in page and "2027-10-09" in page and "2026" in page
    assert client.post("/app/talks/days-off/list", data={"year": "2027", "text": "2月30日 休"}).status_code == 422
    assert client.post("/app/talks/days-off/remove", data={"day": "2026-11-02"}).status_code == 302
    assert client.post("/app/talks/days-off/remove-year", data={"year": "2027"}).status_code == 302
    assert "2027-10-09" not in client.get("/app/talks/days-off").text
    assert client_for("committee_member").get("/app/talks/days-off").status_code == 403
