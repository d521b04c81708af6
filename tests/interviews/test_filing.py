"""A record filed stays as it is; taking it out needs a secretary and a reason."""

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text, update

from core import clock
from core.audit import AuditEntry
from core.db import db
from core.errors import BadInput, DomainError, NotAllowed, Stale
from core.terms import Visibility
from interviews import filing, follow_ups, talks
from interviews.filing import Verdict
from interviews.models import Talk
from tests.interviews.archives import on_file
from tests.interviews.plays import hold, notes_of, plan, record_of, second_secretary
from vault.errors import Locked

ClientFor = Callable[[str], FlaskClient]


def file(talk: Talk, cast: SimpleNamespace) -> None:
    filing.file(talk, by=cast.committee_member, based_on=talk.revision)


def test_a_filed_record_stays_as_it_is(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    talk = on_file(cast)
    assert (talk.filed_on, talk.filed_number, filing.number_of(talk)) == (clock.today(), 1, "2026-0001")
    assert len(talk.filed_digest) == 32 and len(filing.fingerprint(talk).split()) == 8
    for by in (cast.committee_member, cast.secretary):
        with pytest.raises(DomainError, match="归档|filed"):
            talks.amend(talk, record_of(cast, notes="改了"), by=by, based_on=talk.revision)
        assert filing.verify(talk, reader=by) is Verdict.INTACT
        assert notes_of(talk, by) == "排班表一个月改了三版。"
    with pytest.raises(DomainError):
        file(talk, cast)


def test_promises_of_a_filed_record_go_on(any_cast: SimpleNamespace) -> None:
    talk = on_file(any_cast)
    follow_ups.keep(talk.follow_ups[0], by=any_cast.committee_member, outcome="已答复")
    db.session.commit()
    assert filing.verify(talk, reader=any_cast.secretary) is Verdict.INTACT


def test_numbers_run_by_year_and_none_is_given_twice(any_cast: SimpleNamespace, monkeypatch) -> None:
    cast = any_cast
    first, second = on_file(cast), on_file(cast)
    assert [filing.number_of(talk) for talk in (first, second)] == ["2026-0001", "2026-0002"]
    filing.unfile(second, reason="日期写错", by=cast.secretary)
    db.session.commit()
    file(second, cast)
    assert filing.number_of(second) == "2026-0003"
    monkeypatch.setattr(clock, "today", lambda: date(2027, 1, 4))
    assert filing.number_of(on_file(cast)) == "2027-0001"


@pytest.mark.parametrize(
    ("column", "value"),
    [("held_on", "2026-10-19"), ("place", "别处"), ("minutes", 5), ("occasion", "x"), ("visibility", "interviewer")],
)
def test_a_changed_column_is_found(any_cast: SimpleNamespace, column: str, value: object) -> None:
    talk = on_file(any_cast)
    wanted = date.fromisoformat(str(value)) if column == "held_on" else value
    db.session.execute(update(Talk).where(Talk.id == talk.id).values({column: wanted}))
    db.session.commit()
    db.session.refresh(talk)
    assert filing.verify(talk, reader=any_cast.secretary) is Verdict.CHANGED
    assert filing.verify(talk, reader=any_cast.committee_member) is Verdict.CHANGED


def test_a_changed_word_is_found(any_cast: SimpleNamespace) -> None:
    talk, cast = on_file(any_cast), any_cast
    before = talk.envelope_id
    other = hold(cast, Visibility.COMMITTEE, notes="换了一封")
    db.session.execute(update(Talk).where(Talk.id == talk.id).values(envelope_id=other.envelope_id))
    db.session.commit()
    db.session.refresh(talk)
    assert talk.envelope_id != before
    assert filing.verify(talk, reader=cast.secretary) is Verdict.CHANGED


def test_the_digest_tells_nobody_who_guesses_right(cast: SimpleNamespace) -> None:
    """Two records with the same words have different digests, so a guess cannot be tried."""
    one, other = on_file(cast), on_file(cast)
    assert one.filed_digest != other.filed_digest
    stored = db.session.execute(text("SELECT * FROM talk")).all()
    assert "排班表" not in str(stored) and "salt" not in str(stored)


def test_what_cannot_be_filed(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    with pytest.raises(DomainError):
        file(plan(cast), cast)
    talk = hold(cast, Visibility.INTERVIEWER)
    with pytest.raises(NotAllowed):
        filing.file(talk, by=cast.secretary, based_on=talk.revision)
    with pytest.raises(NotAllowed):
        filing.file(talk, by=cast.member, based_on=talk.revision)
    with pytest.raises(Stale):
        filing.file(talk, by=cast.committee_member, based_on=talk.revision - 1)
    keyring, cast.committee_member.keyring = cast.committee_member.keyring, None
    with pytest.raises(Locked):
        file(talk, cast)
    cast.committee_member.keyring = keyring
    db.session.refresh(talk)
    assert talk.filed_on is None


def test_taking_a_record_out_needs_a_secretary_and_a_reason(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    talk = on_file(cast, Visibility.INTERVIEWER)
    with pytest.raises(NotAllowed):
        filing.unfile(talk, reason="想改", by=cast.committee_member)
    with pytest.raises(BadInput):
        filing.unfile(talk, reason="  ", by=cast.secretary)
    with pytest.raises(BadInput):
        filing.unfile(talk, reason="长" * 501, by=cast.secretary)
    filing.unfile(talk, reason="姓名写错", by=cast.secretary)
    db.session.commit()
    assert talk.filed_on is talk.filed_number is talk.filed_digest is None
    with pytest.raises(DomainError):
        filing.unfile(talk, reason="再来", by=cast.secretary)
    told = filing.steps(talk, reader=cast.secretary)
    assert [(step.filed, step.reason, step.by) for step in told] == [
        (True, "", "委员乙"),
        (False, "姓名写错", "书记甲"),
    ]
    assert filing.steps(talk, reader=cast.committee_member)[1].reason == "姓名写错"
    assert filing.steps(talk, reader=cast.outsider)[1].reason == ""
    stored = str(db.session.execute(select(AuditEntry.action)).all())
    assert "姓名写错" not in stored
    talks.amend(
        talk, record_of(cast, visibility=Visibility.INTERVIEWER), by=cast.committee_member, based_on=talk.revision
    )


def test_the_page_for_every_role(client_for: ClientFor, cast: SimpleNamespace) -> None:
    talk = hold(cast, Visibility.SECRETARY)
    assert "排班表" not in client_for("secretary").get(f"/app/talks/{talk.id}/filing").text
    assert client_for("secretary").get(f"/app/talks/{talk.id}/filing").status_code == 200
    assert client_for("member").get(f"/app/talks/{talk.id}/filing").status_code == 403
    assert client_for("outsider").get(f"/app/talks/{talk.id}/filing").status_code == 404
    assert client_for("").get(f"/app/talks/{talk.id}/filing").status_code == 302
    assert client_for("member").post(f"/app/talks/{talk.id}/file").status_code == 403
    assert client_for("outsider").post(f"/app/talks/{talk.id}/file").status_code == 404
    writer = client_for("committee_member")
    assert writer.post(f"/app/talks/{talk.id}/file", data={"revision": "x"}).status_code == 409
    assert writer.post(f"/app/talks/{talk.id}/file", data={"revision": talk.revision}).status_code == 302
    assert "2026-0001" in writer.get(f"/app/talks/{talk.id}/filing").text
    refused = writer.post(f"/app/talks/{talk.id}/unfile", data={"reason": "想改"})
    assert refused.status_code in (403, 422)
    boss = client_for("secretary")
    assert boss.post(f"/app/talks/{talk.id}/unfile", data={"reason": ""}).status_code == 422
    assert boss.post(f"/app/talks/{talk.id}/unfile", data={"reason": "补一句"}).status_code == 302
    assert "补一句" in boss.get(f"/app/talks/{talk.id}/filing").text


def test_a_closed_record_says_nothing_on_its_page(client_for: ClientFor, cast: SimpleNamespace) -> None:
    talk = on_file(cast, Visibility.INTERVIEWER)
    page = client_for("secretary").get(f"/app/talks/{talk.id}/filing")
    assert page.status_code == 200 and filing.fingerprint(talk) not in page.text


def test_a_plan_has_nothing_to_file(client_for: ClientFor, cast: SimpleNamespace) -> None:
    page = client_for("secretary").get(f"/app/talks/{plan(cast).id}/filing")
    assert page.status_code == 200 and '/file"' not in page.text


def test_a_reader_whose_key_is_locked_is_told(cast: SimpleNamespace) -> None:
    talk, reader = on_file(cast, Visibility.SECRETARY), second_secretary(cast)
    reader.keyring = None
    assert filing.verify(talk, reader=reader) is Verdict.CLOSED
