"""Pages of investigations, as each of the cast."""

import pytest

from core.db import db
from investigations.models import Investigation

FORM = {
    "title": "宿舍调研",
    "purpose": "看看热水",
    "starts_on": "2026-03-01",
    "ends_on": "2026-04-01",
    "revision": "0",
}


@pytest.mark.parametrize(
    ("role", "status"), [("secretary", 200), ("committee_member", 200), ("member", 403), ("outsider", 404), ("", 302)]
)
def test_who_sees_a_plan(client_for, cast, role, status) -> None:
    assert client_for(role).get(f"/app/investigations/{cast.investigation.id}").status_code == status


@pytest.mark.parametrize(("role", "status"), [("committee_member", 403), ("member", 403), ("outsider", 404)])
def test_who_may_not_change_it(client_for, cast, role, status) -> None:
    path = f"/app/investigations/{cast.investigation.id}/edit"
    assert client_for(role).post(path, data=FORM).status_code == status
    assert client_for(role).post(f"/app/investigations/{cast.investigation.id}/close").status_code == status


def test_plan_edit_and_close(client_for, cast) -> None:
    browser = client_for("secretary")
    made = browser.post("/app/investigations/new", data=FORM)
    assert made.status_code == 302
    row = db.session.query(Investigation).filter_by(title="宿舍调研").one()
    edited = browser.post(
        f"/app/investigations/{row.id}/edit", data=FORM | {"title": "宿舍热水调研", "revision": str(row.revision)}
    )
    assert edited.status_code == 302
    page = browser.get(f"/app/investigations/{row.id}")
    assert "宿舍热水调研" in page.text and "尚缺" in page.text
    assert browser.post(f"/app/investigations/{row.id}/close").status_code == 302
    assert "已结束" in browser.get("/app/investigations/").text


def test_a_stale_edit_keeps_what_was_typed(client_for, cast) -> None:
    browser, path = client_for("secretary"), f"/app/investigations/{cast.investigation.id}/edit"
    answer = browser.post(path, data=FORM | {"title": "我写的题目", "revision": "99"})
    assert answer.status_code == 422
    assert "我写的题目" in answer.text and "已有其他人修改" in answer.text


@pytest.mark.parametrize(
    "wrong",
    [{"title": ""}, {"starts_on": "昨天"}, {"ends_on": "2025-01-01"}, {"population_size": "-3"}],
)
def test_wrong_fields_are_told_and_kept(client_for, cast, wrong) -> None:
    answer = client_for("secretary").post("/app/investigations/new", data=FORM | {"purpose": "留着的目的"} | wrong)
    assert answer.status_code == 422 and "留着的目的" in answer.text


def test_a_title_cannot_carry_markup(client_for, cast) -> None:
    cast.investigation.title = "<script>alert(1)</script>"
    db.session.commit()
    page = client_for("secretary").get(f"/app/investigations/{cast.investigation.id}").text
    assert "<script>alert" not in page and "&lt;script&gt;" in page
