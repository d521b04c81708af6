"""The page of promises: by owner, late ones first, counted in working days, closed only with words."""

from datetime import date

import pytest
from sqlalchemy import select

from core.db import db
from core.terms import FollowUpState, Visibility
from interviews import queries
from interviews.models import DayOff, FollowUp
from interviews.queries import PromiseLine
from interviews.talks import Promise
from interviews.views.promises import due_words
from tests.interviews.plays import hold
from vault import session as vault_session


def line(**changes: object) -> PromiseLine:
    values: dict = {
        "id": 1,
        "talk_id": 1,
        "promise": "回话",
        "member_name": "丙",
        "owner_id": 1,
        "owner_name": "乙",
        "due_on": date(2026, 11, 4),
        "state": FollowUpState.OPEN,
        "outcome": "",
        "talk_held_on": date(2026, 10, 1),
        "talk_readable": True,
    }
    return PromiseLine(**{**values, **changes})


@pytest.mark.parametrize(
    ("due", "words"),
    [
        ("2026-11-04", "3 working days left"),  # today is Saturday 31 October
        ("2026-10-31", "due today"),
        ("2026-11-01", "due before the next working day"),
        ("2026-10-26", "4 working days late"),
        ("2026-09-30", "18 working days late"),  # the holiday week and its made-up Saturday lie between
        ("2036-01-01", ""),
    ],
)
def test_days_are_counted_as_they_are_worked(app, cast, due, words) -> None:
    from flask import g

    with app.test_request_context("/app/"):
        g.account, g.organisation, g.language = cast.secretary, cast.branch, "en"
        assert due_words(line(due_on=date.fromisoformat(due))) == words


def test_what_is_closed_or_without_a_day_counts_no_days(app, cast) -> None:
    with app.test_request_context("/app/"):
        assert due_words(line(due_on=None)) == "" and due_words(line(state=FollowUpState.KEPT)) == ""


def test_own_rest_days_do_not_count(app, cast) -> None:
    from flask import g

    db.session.add(DayOff(organisation_id=cast.branch.id, day=date(2026, 11, 3), worked=False))
    db.session.commit()
    with app.test_request_context("/app/"):
        g.account, g.organisation, g.language = cast.secretary, cast.branch, "en"
        assert due_words(line()) == "2 working days left"


def several(cast) -> None:
    """Promises of two owners and of nobody: late, open, far."""
    given = (
        Promise("远期的事", owner_id=cast.aide.id, due_on=date(2027, 1, 5)),
        Promise("逾期的事", owner_id=cast.aide.id, due_on=date(2026, 10, 22)),
        Promise("书记的事", owner_id=cast.boss.id, due_on=date(2026, 11, 4)),
        Promise("没人管的事"),
    )
    hold(cast, Visibility.COMMITTEE, promises=given)


def test_owners_are_counted_on_both_engines(any_cast) -> None:
    several(any_cast)
    owners = queries.promise_owners(within=any_cast.branch, reader=any_cast.secretary)
    assert [(one.name, one.standing, one.late) for one in owners] == [("", 1, 0), ("书记甲", 1, 0), ("委员乙", 2, 1)]
    page = queries.promises_page(within=any_cast.branch, reader=any_cast.secretary, owner_id=any_cast.aide.id)
    assert [row.promise for row in page.rows] == ["逾期的事", "远期的事"]
    nobodys = queries.promises_page(within=any_cast.branch, reader=any_cast.secretary, owner_id=0)
    assert [row.promise for row in nobodys.rows] == ["没人管的事"]
    assert queries.promise_owners(within=any_cast.elsewhere, reader=any_cast.outsider) == []


def test_the_page_lists_by_owner_and_narrows(client_for, cast) -> None:
    several(cast)
    cast.secretary.language = "en"
    client = client_for("secretary")
    page = client.get("/app/promises").text
    assert page.index("逾期的事") < page.index("远期的事")
    assert "6 working days late" in page and "3 working days left" in page
    only = client.get(f"/app/promises?owner={cast.boss.id}").text
    assert "书记的事" in only and "逾期的事" not in only
    late = client.get("/app/promises?show=overdue&sheet=1").text
    assert "逾期的事" in late and "远期的事" not in late and "data-print" in late and "/keep" not in late
    for query in ("?show=nonsense&owner=x&page=99", "?owner=99999999999999999999", "?show=kept", "?show=refused"):
        assert client.get("/app/promises" + query).status_code == 200


def test_closing_asks_for_words(client_for, cast) -> None:
    several(cast)
    client = client_for("committee_member")
    row = db.session.scalars(select(FollowUp).where(FollowUp.due_on == date(2026, 10, 22))).one()
    assert client.post(f"/app/promises/{row.id}/keep", data={"outcome": " "}).status_code == 422
    assert client.post(f"/app/promises/{row.id}/refuse").status_code == 422
    db.session.refresh(row)
    assert row.state is FollowUpState.OPEN
    back = client.post(
        f"/app/promises/{row.id}/keep", data={"outcome": "已领回", "show": "overdue", "owner": str(cast.aide.id)}
    )
    assert back.location == f"/app/promises?show=overdue&owner={cast.aide.id}"
    assert "已领回" in client.get("/app/promises?show=kept").text
    assert client.post(f"/app/promises/{row.id}/reopen", data={"talk": str(row.talk_id)}).status_code == 302
    assert "已领回" in client.get("/app/promises").text  # what was written stays readable


def test_sealed_words_show_a_lock_and_what_to_do(client_for, cast) -> None:
    several(cast)
    client = client_for("secretary")
    with client.session_transaction(path="/app") as session:
        session.pop(vault_session.NAME)
    page = client.get("/app/promises")
    assert page.status_code == 200 and "逾期的事" not in page.text
    assert "/app/vault" in page.text or "/app/keys" in page.text or "unlock" in page.text
    assert "/keep" not in page.text
