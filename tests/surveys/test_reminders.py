"""Reminders: to everybody without a ballot alike, with no code in them, and no address in any log."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from anonymity.device import Device
from core import jobs
from core.db import db
from core.errors import DomainError
from core.terms import JobState
from surveys import closing, collecting, drawing, fielding, invitations, queries, reminders
from surveys.models import Reminder
from tests.conftest import TODAY
from tests.core.smtp import listening
from tests.surveys.conftest import DEFINITION


@pytest.fixture
def invited(cast):
    """An open survey for three people of the roster and six blank slips; two have a mail address."""
    cast.boss.email, cast.worker.email = "boss@x.example", "worker@x.example"
    cast.survey = fielding.create(
        cast.investigation, DEFINITION, within=cast.branch, by=cast.secretary, closes_on=TODAY + timedelta(days=9)
    )
    members = invitations.candidates(cast.branch)
    cast.slips = invitations.invite(cast.survey, members=members, spares=6, within=cast.branch, by=cast.secretary)
    fielding.open_(cast.survey, within=cast.branch, by=cast.secretary)
    db.session.commit()
    cast.url = f"/app/surveys/{cast.survey.id}/reminders"
    return cast


def use(app, address: str) -> None:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], mail=address, mail_from="desk@branch.example")


def noted() -> list[tuple[bool, int]]:
    db.session.rollback()
    return [(one.by_mail, one.people) for one in db.session.query(Reminder)]


def test_everybody_invited_stands_on_the_list(invited, client_for) -> None:
    assert [member.number for member in reminders.people(invited.survey, within=invited.branch)] == ["A1", "A2", "A3"]
    assert reminders.people(invited.survey, within=invited.elsewhere) == []
    page = client_for("secretary").get(invited.url).text
    assert all(name in page for name in ("书记甲", "委员乙", "党员丙"))
    assert not any(slip.code in page for slip in invited.slips)


def test_whoever_holds_a_ballot_is_left_in_peace(app, invited, client_for) -> None:
    drawing.draw(invited.survey, [invited.boss.id], within=invited.branch)
    public = queries.public_survey(invited.survey.public_id)
    code = next(slip.code for slip in invited.slips if slip.member and slip.member.id == invited.aide.id)
    collecting.collect(public, code=code, blinded=Device.begin(public.manifest).blinded)
    db.session.commit()
    assert [member.number for member in reminders.people(invited.survey, within=invited.branch)] == ["A3"]
    page = client_for("secretary").get(invited.url).text
    assert "党员丙" in page and "委员乙" not in page, "who holds a ballot is not named"
    client_for("secretary").post(f"{invited.url}/printed")
    assert noted() == [(False, 1)]
    with listening() as sink:
        use(app, sink.address)
        client_for("secretary").post(invited.url, data={"address": "http://10.0.0.5:5000"})
        jobs.run_inline()
    assert [to for to, _letter in sink.letters] == ["worker@x.example"]


def test_a_survey_from_before_ballots_reminds_everybody(invited) -> None:
    new = reminders.words(invited.survey, "http://x")
    invited.survey.manifest = None
    assert reminders.words(invited.survey, "http://x") != new
    db.session.rollback()


def test_a_printed_list_is_noted(invited, client_for) -> None:
    assert client_for("secretary").post(f"{invited.url}/printed").status_code == 302
    assert noted() == [(False, 3)]


def test_mail_goes_to_everybody_with_an_address_and_holds_no_code(app, invited, client_for, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    with listening() as sink:
        use(app, sink.address)
        client_for("secretary").post(invited.url, data={"address": "http://10.0.0.5:5000"})
        jobs.run_inline()
    assert sorted(to for to, _letter in sink.letters) == ["boss@x.example", "worker@x.example"]
    assert noted() == [(True, 2)]
    texts = {letter.get_content() for _to, letter in sink.letters}
    assert len(texts) == 1, "the same words for everybody"
    (text,) = texts
    assert f"http://10.0.0.5:5000/s/{invited.survey.public_id}" in text and "#c=" not in text
    assert not any(slip.code in text or slip.code.replace("-", "") in text for slip in invited.slips)
    assert "x.example" not in caplog.text


def test_a_wrong_address_is_counted_not_named(app, invited, client_for) -> None:
    with listening(wrong=frozenset({"boss@x.example"})) as sink:
        use(app, sink.address)
        client_for("secretary").post(invited.url, data={"address": "http://10.0.0.5"})
        jobs.run_inline()
    assert noted() == [(True, 1)] and len(sink.letters) == 1
    page = client_for("secretary").get(invited.url).text
    assert "x.example" not in page and "1" in page


def test_a_server_that_is_down_is_told_and_nothing_is_noted(app, invited, client_for, caplog) -> None:
    use(app, "smtp://127.0.0.1:1")
    client_for("secretary").post(invited.url, data={"address": "http://10.0.0.5"})
    jobs.run_inline()
    assert noted() == []
    job = jobs.latest("surveys.remind", within=invited.branch, survey_id=invited.survey.id)
    assert job is not None and job.state is JobState.FAILED and "x.example" not in job.error
    page = client_for("secretary").get(invited.url)
    assert page.status_code == 200 and "ConnectionRefusedError" in page.text
    assert "x.example" not in caplog.text


def test_without_a_server_there_is_the_list_only(invited, client_for) -> None:
    client = client_for("secretary")
    assert 'name="address"' not in client.get(invited.url).text
    assert client.post(invited.url, data={"address": "http://10.0.0.5"}).status_code == 422


def test_only_an_open_survey_is_reminded_of(app, invited, client_for) -> None:
    closing.close(invited.survey, by=invited.secretary)
    db.session.commit()
    with pytest.raises(DomainError):
        reminders.note(invited.survey, 3, by_mail=False, by=invited.secretary)
    assert client_for("secretary").post(f"{invited.url}/printed").status_code == 409
    assert client_for("secretary").get(invited.url).status_code == 200
