"""The lunar date, the festivals, and the days that are worked."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from core import calendar
from core.calendar import Kind
from core.i18n import speaking
from tests.conftest import words_of_errors

DAYS = st.dates(date(2004, 1, 1), date(2060, 12, 31))
OWN = st.dictionaries(DAYS, st.booleans(), max_size=12)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 2, 17), "正月初一"),
        (date(2026, 3, 3), "正月十五"),
        (date(2025, 8, 1), "闰六月初八"),
        (date(2026, 1, 26), "腊月初八"),
        (date(2026, 10, 31), "九月廿二"),
        (date(2026, 12, 29), "冬月廿一"),
        (date(2024, 2, 9), "腊月三十"),
        (date(2026, 10, 29), "九月二十"),
    ],
)
def test_lunar_words(app: Flask, day: date, words: str) -> None:
    assert calendar.lunar(day).words == words  # type: ignore[union-attr]


def test_lunar_words_in_english(app: Flask) -> None:
    with app.test_request_context("/"), speaking("en"):
        found = calendar.lunar(date(2025, 8, 1))
        assert found is not None and found.words == "leap month 6, day 8" and found.brief == "6/8L"
        assert calendar.BY_KEY["lantern"].name == "Lantern Festival"
        assert calendar.holiday_name(date(2026, 10, 1)) == "National Day"


def test_the_first_of_a_month_shows_the_month() -> None:
    with words_of_errors():
        assert calendar.lunar(date(2026, 2, 17)).brief == "正月"  # type: ignore[union-attr]
        assert calendar.lunar(date(2026, 2, 18)).brief == "初二"  # type: ignore[union-attr]


@pytest.mark.parametrize("day", [date(1900, 1, 30), date(2100, 2, 9)])
def test_no_lunar_date_outside_the_tables(day: date) -> None:
    assert calendar.lunar(day) is None


@given(st.dates(date(1900, 1, 31), date(2099, 12, 31)))
def test_lunar_and_solar_are_inverse(day: date) -> None:
    found = calendar.lunar(day)
    assert found is not None
    assert calendar.solar(found.year, found.month, found.day, leap=found.leap) == day


@given(st.dates(date(1900, 2, 1), date(2099, 12, 31)))
def test_lunar_days_follow_each_other(day: date) -> None:
    before, now = calendar.lunar(day - timedelta(days=1)), calendar.lunar(day)
    assert before is not None and now is not None
    assert now.day == before.day + 1 or (now.day == 1 and before.day in (29, 30))


def test_a_lunar_day_that_does_not_exist() -> None:
    assert calendar.solar(2026, 13, 1) is None
    assert calendar.solar(2026, 6, 1, leap=True) is None  # 2025 had the leap sixth month


@pytest.mark.parametrize(
    ("key", "day"),
    [
        ("spring", date(2026, 2, 17)),
        ("lantern", date(2026, 3, 3)),
        ("qingming", date(2026, 4, 5)),
        ("dragon_boat", date(2026, 6, 19)),
        ("mid_autumn", date(2026, 9, 25)),
        ("double_ninth", date(2026, 10, 18)),
        ("eve", date(2026, 2, 16)),
        ("little_new_year", date(2026, 2, 10)),
        ("laba", date(2026, 1, 26)),
        ("new_year", date(2026, 1, 1)),
        ("eve", date(2027, 2, 5)),
    ],
)
def test_festivals_fall_as_published(key: str, day: date) -> None:
    assert calendar.festival_day(key, day.year) == day
    assert key in [festival.key for festival in calendar.festivals_on(day)]


@pytest.mark.parametrize(
    ("name", "after", "day"),
    [
        ("元宵", date(2026, 2, 6), date(2026, 3, 3)),
        ("元宵节", date(2026, 3, 3), date(2026, 3, 3)),
        ("元宵", date(2026, 3, 4), date(2027, 2, 20)),
        ("Lantern Festival", date(2026, 2, 6), date(2026, 3, 3)),
        ("除夕", date(2026, 3, 1), date(2027, 2, 5)),
        ("五一", date(2026, 3, 1), date(2026, 5, 1)),
        ("腊八", date(2023, 1, 1), date(2024, 1, 18)),  # none of its days lies in 2023
    ],
)
def test_the_next_festival_of_a_name(name: str, after: date, day: date) -> None:
    assert calendar.next_festival(name, after) == day


def test_no_festival_of_other_words() -> None:
    assert calendar.next_festival("发工资", date(2026, 1, 1)) is None


def test_names_belong_to_one_festival_each() -> None:
    names = [name for festival in calendar.FESTIVALS for name in festival.names]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("day", "worked", "kind"),
    [
        (date(2026, 10, 1), False, Kind.HOLIDAY),  # Thursday
        (date(2026, 10, 10), True, Kind.MADE_UP),  # Saturday
        (date(2026, 2, 28), True, Kind.MADE_UP),
        (date(2026, 10, 31), False, Kind.WEEKEND),
        (date(2026, 11, 2), True, Kind.WORKDAY),
        (date(2027, 10, 1), True, Kind.WORKDAY),  # nobody has published 2027 here: a plain Friday
        (date(2027, 10, 2), False, Kind.WEEKEND),
    ],
)
def test_workdays_by_the_official_list(day: date, worked: bool, kind: Kind) -> None:
    assert calendar.is_workday(day) is worked
    assert calendar.kind(day) is kind


def test_the_official_list_is_read_as_its_own_program_reads_it() -> None:
    for day in calendar.days(date(2004, 1, 1), date(2026, 12, 31)):
        assert calendar.is_workday(day) == chinese_calendar.is_workday(day), day


def test_what_is_known() -> None:
    assert calendar.known(2026) and not calendar.known(2027)


def test_own_days_come_first() -> None:
    own = {date(2026, 10, 1): True, date(2026, 11, 2): False}
    assert calendar.is_workday(date(2026, 10, 1), own) and not calendar.is_workday(date(2026, 11, 2), own)
    assert calendar.kind(date(2026, 10, 1), own) is Kind.OWN_WORK
    assert calendar.kind(date(2026, 11, 2), own) is Kind.OWN_REST


def test_fifteen_workdays_over_the_national_day() -> None:
    assert calendar.add_workdays(date(2026, 9, 25), 5) == date(2026, 10, 9)
    assert calendar.workdays_between(date(2026, 9, 25), date(2026, 10, 10)) == 6  # the Saturday after is worked


def test_no_calendar_is_left() -> None:
    assert calendar.add_workdays(date(9999, 12, 30), 40) == date.max


@settings(max_examples=100, deadline=None)
@given(DAYS, st.integers(1, 60), OWN)
def test_the_nth_workday_is_worked_and_counts_n(day: date, count: int, own: dict[date, bool]) -> None:
    found = calendar.add_workdays(day, count, own)
    assert calendar.is_workday(found, own)
    assert calendar.workdays_between(day, found, own) == count
    assert calendar.workdays_between(day, found - timedelta(days=1), own) == count - 1


@settings(max_examples=100, deadline=None)
@given(DAYS, st.integers(1, 60), OWN)
def test_workdays_backwards(day: date, count: int, own: dict[date, bool]) -> None:
    found = calendar.add_workdays(day, -count, own)
    assert found < day and calendar.is_workday(found, own)
    worked = sum(calendar.is_workday(one, own) for one in calendar.days(found, day - timedelta(days=1)))
    assert worked == count


@given(DAYS, st.integers(0, 30), st.integers(1, 30))
def test_workdays_add_up(day: date, first: int, second: int) -> None:
    at_once = calendar.add_workdays(day, first + second)
    assert calendar.add_workdays(calendar.add_workdays(day, first), second) == at_once


@settings(max_examples=60, deadline=None)
@given(DAYS, DAYS, OWN)
def test_between_is_antisymmetric(one: date, other: date, own: dict[date, bool]) -> None:
    assert calendar.workdays_between(one, other, own) == -calendar.workdays_between(other, one, own)


@given(st.integers(2000, 2099), st.integers(1, 12))
def test_weeks_hold_the_whole_month(year: int, month: int) -> None:
    weeks = calendar.weeks(year, month)
    days = [day for week in weeks for day in week]
    assert all(len(week) == 7 and week[0].weekday() == 0 for week in weeks)
    assert days == list(calendar.days(days[0], days[-1]))
    assert date(year, month, 1) in weeks[0] and date(year, month, 28) in days
    assert sum(day.month == month for day in days) in (28, 29, 30, 31)
    assert weeks[-1][0].month == month
