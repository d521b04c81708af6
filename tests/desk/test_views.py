"""The overview tells what comes next, and nobody sees another organisation's work."""

import pytest

from core import jobs
from core.clock import now
from core.db import db
from investigations.models import Investigation


@pytest.mark.parametrize("role", ["secretary", "committee_member", "member", "outsider"])
def test_everybody_has_an_overview(client_for, role) -> None:
    page = client_for(role).get("/app/")
    assert page.status_code == 200 and page.text.count("<h1") == 1


def test_strangers_sign_in_first(client_for) -> None:
    answer = client_for("").get("/app/")
    assert answer.status_code == 302 and "/app/sign-in" in answer.location


def test_the_overview_says_what_to_do_next(client_for, cast) -> None:
    page = client_for("secretary").get("/app/").text
    assert "发起问卷" in page and "安排未谈人员谈话" in page


def test_without_an_investigation_it_says_how_to_begin(client_for, cast) -> None:
    db.session.query(Investigation).delete()
    db.session.commit()
    assert "建立调研" in client_for("secretary").get("/app/").text


def test_a_committee_member_is_offered_only_what_he_may_do(client_for) -> None:
    assert "发起问卷" not in client_for("committee_member").get("/app/").text


@pytest.mark.parametrize(("role", "status"), [("outsider", 404), ("member", 403)])
def test_the_overview_of_another_organisation_is_closed(client_for, cast, role, status) -> None:
    path = f"/app/investigations/{cast.investigation.id}/overview"
    assert client_for(role).get(path).status_code == status


def test_a_job_is_shown_to_its_organisation_only(client_for, cast) -> None:
    row = jobs.Job(organisation_id=cast.branch.id, name="concerns.regroup", arguments={}, created_at=now())
    db.session.add(row)
    db.session.commit()
    number = row.id
    db.session.rollback()
    page = client_for("secretary").get(f"/app/jobs/{number}")
    assert page.status_code == 200 and "HX-Refresh" not in page.headers
    assert client_for("outsider").get(f"/app/jobs/{number}").status_code == 404
