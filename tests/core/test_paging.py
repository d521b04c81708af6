"""Long lists: the page asked for, the nearest where there is none, and links that keep what narrows the list."""

import pytest
from sqlalchemy import select

from core import paging
from members.models import Group


@pytest.mark.parametrize(
    ("asked", "total", "number", "count", "rows"),
    [
        (1, 0, 1, 1, []),
        (1, 3, 1, 1, [0, 1, 2]),
        (2, 10, 2, 3, [4, 5, 6, 7]),
        (3, 10, 3, 3, [8, 9]),
        (4, 10, 3, 3, [8, 9]),
        (0, 10, 1, 3, [0, 1, 2, 3]),
        (-7, 8, 1, 2, [0, 1, 2, 3]),
        (10**30, 8, 2, 2, [4, 5, 6, 7]),
    ],
)
def test_a_page_that_is_not_there_gives_the_nearest(asked, total, number, count, rows) -> None:
    page = paging.of(range(total), asked, 4)
    assert (page.number, page.count, page.total, list(page)) == (number, count, total, rows)
    assert len(page) == len(rows)


def test_a_query_is_paged_by_the_database(any_app) -> None:
    from tests.conftest import people

    cast = people(any_app)
    query = select(Group).where(Group.organisation_id == cast.branch.id).order_by(Group.name, Group.id)
    first, second = paging.page(query, 1, 1), paging.page(query, 9, 1)
    assert (first.total, first.count, len(first), len(second), second.number) == (2, 2, 1, 1, 2)
    assert {row.name for row in [*first, *second]} == {"东班", "西班"}
    assert paging.page(query.where(Group.name == "无"), 3).rows == []


@pytest.mark.parametrize("asked", ["", "?page=", "?page=x", "?page=1.5", "?page=%00", "?page=１"])
def test_what_is_no_number_is_the_first_page(app, asked) -> None:
    with app.test_request_context(f"/app/talks{asked}"):
        assert paging.asked() == 1


def test_a_link_keeps_what_narrows_the_list(app, client_for) -> None:
    with app.test_request_context("/app/investigations/7/surveys?page=2&group=3&state=a&state=b"):
        assert paging.asked() == 2
        assert paging.address(3) == "/app/investigations/7/surveys?page=3&group=3&state=a&state=b"
        assert paging.address(3, "sent") == "/app/investigations/7/surveys?page=2&group=3&state=a&state=b&sent=3"


def test_an_address_somebody_made_up_steers_no_link(app) -> None:
    with app.test_request_context("/app/members?endpoint=x&_scheme=javascript&_external=1&_anchor=a&self=1&search=a"):
        assert paging.address(2) == "/app/members?search=a&page=2"


def test_the_groups_are_turned_over_page_by_page(app, cast, client_for) -> None:
    from core.db import db

    db.session.add_all([Group(organisation_id=cast.branch.id, name=f"组{at:03}") for at in range(120)])
    db.session.commit()
    client, seen = client_for("secretary"), set()
    for number in (1, 2, 3):
        page = client.get(f"/app/members/groups?page={number}").text
        assert ('rel="prev"' in page) == (number > 1) and ('rel="next"' in page) == (number < 3)
        assert f"第 {number} 页，共 3 页" in page
        seen |= {word for word in (f"组{at:03}" for at in range(120)) if f'value="{word}"' in page}
    assert len(seen) == 120
