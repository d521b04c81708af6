"""Pages of meetings, as each role sees them."""

import pytest

from activities import minutes, queries
from activities.minutes import Minutes
from core.db import db
from tests.activities.test_minutes import HELD

FORM = {
    "title": "班组座谈会",
    "held_on": "2026-10-20",
    "place": "会议室",
    "present": "12",
    "minutes": "停车太难",
    "revision": "0",
}


@pytest.fixture
def activity(app, cast):
    row = minutes.record(cast.investigation, Minutes("座谈会", HELD, minutes="张三：停车太难"), by=cast.secretary)
    db.session.commit()
    return row


def test_a_meeting_is_written_down_and_read(client_for, cast) -> None:
    client = client_for("secretary")
    sent = client.post(f"/app/investigations/{cast.investigation.id}/meetings/new", data=FORM)
    assert sent.status_code == 302
    page = client.get(sent.location).text
    assert "停车太难" in page and "会议室" in page and "12" in page


def test_a_refused_form_comes_back_as_it_was_filled_in(client_for, cast) -> None:
    path = f"/app/investigations/{cast.investigation.id}/meetings/new"
    sent = client_for("secretary").post(path, data=FORM | {"title": ""})
    assert sent.status_code == 422 and "停车太难" in sent.text


@pytest.mark.parametrize(("role", "status"), [("secretary", 200), ("committee_member", 200), ("member", 403)])
def test_who_may_read(client_for, activity, role, status) -> None:
    assert client_for(role).get(f"/app/meetings/{activity.id}").status_code == status


def test_who_spoke_is_not_shown(client_for, activity) -> None:
    page = client_for("secretary").get(f"/app/meetings/{activity.id}").text
    assert "停车太难" in page and "张三" not in page


@pytest.mark.parametrize("role", ["committee_member", "member"])
def test_only_the_secretary_writes(client_for, activity, role) -> None:
    assert client_for(role).post(f"/app/meetings/{activity.id}/edit", data=FORM).status_code == 403
    assert client_for(role).post(f"/app/meetings/{activity.id}/remove").status_code == 403


def test_another_organisation_finds_nothing(client_for, activity) -> None:
    for path in ("", "/edit"):
        assert client_for("outsider").get(f"/app/meetings/{activity.id}{path}").status_code == 404


def test_who_comes_second_is_told_and_loses_nothing(client_for, activity) -> None:
    client, path = client_for("secretary"), f"/app/meetings/{activity.id}/edit"
    first = FORM | {"revision": str(activity.revision)}
    assert client.post(path, data=first | {"minutes": "第一位"}).status_code == 302
    second = client.post(path, data=first | {"minutes": "第二位"})
    assert second.status_code == 422 and "第二位" in second.text


def test_a_removed_meeting_is_gone(client_for, activity, cast) -> None:
    assert client_for("secretary").post(f"/app/meetings/{activity.id}/remove").status_code == 302
    assert queries.activities(cast.investigation, within=cast.branch) == []
