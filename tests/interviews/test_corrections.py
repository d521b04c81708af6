"""The member reads his or her own record before it is filed: that one, and nothing else."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from core.audit import AuditEntry
from core.db import db
from core.errors import BadInput, DomainError, NotAllowed, NotFound, Stale
from core.terms import CorrectionState, Role, Visibility
from interviews import corrections, filing, talks
from interviews.models import Talk, TalkReader
from interviews.talks import Promise
from members.models import Account
from tests.interviews.archives import let_members_read
from tests.interviews.plays import hold, plan, record_of
from vault import envelopes
from vault.errors import NotHanded

ClientFor = Callable[[str], FlaskClient]


def shown(cast: SimpleNamespace, visibility: Visibility = Visibility.SECRETARY, **changes: object) -> Talk:
    """Write a talk with the member and show it to him or her."""
    let_members_read(cast.branch, cast.secretary)
    talk = hold(cast, visibility, **changes)
    corrections.show(talk, by=cast.committee_member)
    db.session.commit()
    return talk


def read(talk: Talk, cast: SimpleNamespace) -> str:
    return corrections.view(talk, within=cast.branch, reader=cast.member).notes


@pytest.mark.parametrize("visibility", list(Visibility), ids=str)
def test_the_member_reads_what_was_shown(any_cast: SimpleNamespace, visibility: Visibility) -> None:
    cast = any_cast
    talk = shown(cast, visibility)
    assert read(talk, cast) == "排班表一个月改了三版。"
    seen = corrections.view(talk, within=cast.branch, reader=cast.member)
    assert [row.promise for row in seen.promises] == ["月底前答复排班"]
    assert not seen.writable and not seen.may_choose_readers and seen.earlier == 0
    assert [one.id for one in corrections.own(reader=cast.member)] == [talk.id]


def test_nothing_is_shown_by_itself(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    talk = hold(cast, Visibility.COMMITTEE)
    assert corrections.own(reader=cast.member) == []
    with pytest.raises(NotFound):
        corrections.view(talk, within=cast.branch, reader=cast.member)
    with pytest.raises(NotHanded):
        envelopes.take(talk.envelope_id, reader=cast.member)
    with pytest.raises(DomainError):  # not turned on
        corrections.show(talk, by=cast.committee_member)
    let_members_read(cast.branch, cast.secretary)
    for by in (cast.member, cast.outsider):
        with pytest.raises(NotAllowed):
            corrections.show(talk, by=by)
    db.session.refresh(talk)
    assert talk.shown_on is None and db.session.scalar(select(func.count()).select_from(TalkReader)) == 0


def test_no_other_talk_is_opened_along(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    about_him = hold(cast, Visibility.COMMITTEE, notes="背后说他的话")
    of_others = hold(cast, Visibility.COMMITTEE, member_id=cast.boss.id, notes="支委之间的话")
    shown(cast)
    for talk in (about_him, of_others):
        with pytest.raises(NotFound):
            corrections.view(talk, within=cast.branch, reader=cast.member)
        with pytest.raises(NotHanded):
            envelopes.take(talk.envelope_id, reader=cast.member)


def test_what_it_said_before_stays_closed(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    let_members_read(cast.branch, cast.secretary)
    talk = hold(cast, Visibility.COMMITTEE, notes="起初写得很重的话")
    before = talk.envelope_id
    talks.amend(talk, record_of(cast, notes="改过的话"), by=cast.committee_member, based_on=talk.revision)
    corrections.show(talk, by=cast.committee_member)
    db.session.commit()
    assert read(talk, cast) == "改过的话"
    with pytest.raises(NotHanded):
        envelopes.take(before, reader=cast.member)


def test_agreeing(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    talk = shown(cast)
    revision = talk.revision
    for by in (cast.committee_member, cast.secretary, cast.outsider):
        with pytest.raises(NotFound):
            corrections.agree(talk, by=by, based_on=revision)
    with pytest.raises(Stale):
        corrections.agree(talk, by=cast.member, based_on=revision - 1)
    corrections.agree(talk, by=cast.member, based_on=revision)
    db.session.commit()
    assert talk.agreed_on is not None and talk.revision == revision  # nobody's half-typed amendment is stale for it


def test_an_agreement_is_to_a_text(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    talk = shown(cast)
    corrections.agree(talk, by=cast.member, based_on=talk.revision)
    again = record_of(cast, visibility=Visibility.SECRETARY, notes="换了话")
    talks.amend(talk, again, by=cast.committee_member, based_on=talk.revision)
    db.session.commit()
    assert talk.agreed_on is None
    assert read(talk, cast) == "换了话"  # and he or she goes on reading it


def test_a_record_that_was_about_somebody_else_is_taken_back(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    talk = shown(cast)
    again = record_of(cast, visibility=Visibility.SECRETARY, member_id=cast.boss.id, notes="其实是书记说的")
    talks.amend(talk, again, by=cast.committee_member, based_on=talk.revision)
    db.session.commit()
    assert talk.shown_on is None and corrections.own(reader=cast.member) == []
    with pytest.raises(NotHanded):
        envelopes.take(talk.envelope_id, reader=cast.member)


def test_a_correction_from_wish_to_answer(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    talk, writer = shown(cast), cast.committee_member
    for wish in ("", "  ", "长" * 2001):
        with pytest.raises(BadInput):
            corrections.write(talk, wish, by=cast.member)
    row = corrections.write(talk, "不是三版，是两版", by=cast.member)
    db.session.commit()
    with pytest.raises(DomainError):  # one at a time
        corrections.write(talk, "还有", by=cast.member)
    with pytest.raises(DomainError):
        corrections.agree(talk, by=cast.member, based_on=talk.revision)
    with pytest.raises(DomainError):  # answered before it is filed
        filing.file(talk, by=writer, based_on=talk.revision)
    for reader in (writer, cast.secretary, cast.member):
        assert [one.wish for one in corrections.of(talk, reader=reader)] == ["不是三版，是两版"]
    assert corrections.of(talk, reader=cast.outsider) == []
    assert "两版" not in str(db.session.execute(text("SELECT * FROM talk_correction")).all())
    with pytest.raises(DomainError):  # not amended yet
        corrections.take(row, talk, by=writer)
    again = record_of(cast, visibility=Visibility.SECRETARY, notes="排班表一个月改了两版。")
    talks.amend(talk, again, by=writer, based_on=talk.revision)
    corrections.take(row, talk, by=writer, note="谢谢指正")
    db.session.commit()
    told = corrections.of(talk, reader=cast.member)
    assert [(one.state, one.answer) for one in told] == [(CorrectionState.TAKEN, "谢谢指正")]
    with pytest.raises(Stale):
        corrections.decline(row, talk, by=writer, reason="x")
    corrections.agree(talk, by=cast.member, based_on=talk.revision)
    filing.file(talk, by=writer, based_on=talk.revision)


def test_a_correction_declined_needs_the_reason(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    talk = shown(cast, Visibility.INTERVIEWER)
    row = corrections.write(talk, "我没说过这话", by=cast.member)
    with pytest.raises(NotAllowed):  # a talk of the interviewer's alone is not the secretary's to answer
        corrections.decline(row, talk, by=cast.secretary, reason="不改")
    with pytest.raises(BadInput):
        corrections.decline(row, talk, by=cast.committee_member, reason=" ")
    corrections.decline(row, talk, by=cast.committee_member, reason="当时在场的人都记得")
    db.session.commit()
    told = corrections.of(talk, reader=cast.member)
    assert [(one.state, one.answer) for one in told] == [(CorrectionState.DECLINED, "当时在场的人都记得")]
    assert corrections.of(talk, reader=cast.secretary) == []


def test_after_filing_it_is_only_read(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    talk = shown(cast)
    filing.file(talk, by=cast.committee_member, based_on=talk.revision)
    db.session.commit()
    assert read(talk, cast) == "排班表一个月改了三版。"
    for late in (
        lambda: corrections.agree(talk, by=cast.member, based_on=talk.revision),
        lambda: corrections.write(talk, "太迟", by=cast.member),
        lambda: corrections.show(talk, by=cast.committee_member),
    ):
        with pytest.raises(DomainError):
            late()


def test_a_plan_and_a_member_without_a_key(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    let_members_read(cast.branch, cast.secretary)
    with pytest.raises(DomainError):
        corrections.show(plan(cast), by=cast.secretary)
    talk = hold(cast, Visibility.COMMITTEE, member_id=cast.boss.id)
    cast.secretary.active = False
    with pytest.raises(DomainError):
        corrections.show(talk, by=cast.committee_member)


def test_promises_made_later_are_read_too(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    talk = shown(cast)
    promises = (Promise("查采购进度"),)
    again = record_of(cast, visibility=Visibility.SECRETARY, promises=promises)
    talks.amend(talk, again, by=cast.committee_member, based_on=talk.revision)
    db.session.commit()
    seen = corrections.view(talk, within=cast.branch, reader=cast.member)
    assert [row.promise for row in seen.promises] == ["查采购进度"]


def test_over_the_pages(client_for: ClientFor, cast: SimpleNamespace) -> None:
    let_members_read(cast.branch, cast.secretary)
    talk = hold(cast, Visibility.SECRETARY)
    writer, member, own = client_for("committee_member"), client_for("member"), f"/app/own-talks/{talk.id}"
    assert member.get("/app/own-talks").status_code == 200
    assert member.get(own).status_code == 302 and "排班" not in member.get(own, follow_redirects=True).text
    assert writer.post(f"/app/talks/{talk.id}/show").status_code == 302
    assert own in member.get("/app/own-talks").text
    page = member.get(own)
    assert page.status_code == 200 and "排班表一个月改了三版。" in page.text and "月底前答复排班" in page.text
    for role, status in (("secretary", 302), ("committee_member", 302), ("outsider", 404), ("", 302)):
        answer = client_for(role).get(own)
        assert answer.status_code == status and "排班" not in answer.text
        sent = client_for(role).post(f"{own}/agree", data={"revision": talk.revision}).status_code
        assert sent == (302 if role == "" else 404)
    assert member.get(f"/app/talks/{talk.id}").status_code == 403
    assert member.post(f"{own}/correct", data={"wish": ""}).status_code == 422
    assert member.post(f"{own}/correct", data={"wish": "不是三版，是两版"}).status_code == 302
    assert "不是三版，是两版" in member.get(own).text
    answering = writer.get(f"/app/talks/{talk.id}/filing").text
    assert "不是三版，是两版" in answering
    opened = db.session.query(AuditEntry).filter_by(action="talk.open", account_id=cast.committee_member.id)
    assert opened.count() == 1
    row = corrections.of(talk, reader=cast.committee_member)[0]
    there = f"/app/talks/{talk.id}/corrections"
    assert writer.post(f"{there}/take", data={"correction": row.id}).status_code == 409
    assert writer.post(f"{there}/decline", data={"correction": row.id, "answer": ""}).status_code == 422
    assert writer.post(f"{there}/decline", data={"correction": "x"}).status_code == 404
    assert writer.post(f"{there}/decline", data={"correction": row.id, "answer": "录音为证"}).status_code == 302
    assert "录音为证" in member.get(own).text
    assert member.post(f"{own}/agree", data={"revision": "1"}).status_code == 409
    db.session.refresh(talk)
    assert member.post(f"{own}/agree", data={"revision": talk.revision}).status_code == 302
    db.session.refresh(talk)
    assert talk.agreed_on is not None


def test_a_member_who_leads_reads_no_more_than_others(client_for: ClientFor, cast: SimpleNamespace) -> None:
    """The page of one's own record never shows what the talk's other pages would: earlier texts, other talks."""
    cast.member.role = Role.COMMITTEE
    db.session.commit()
    talk = shown(cast, Visibility.INTERVIEWER)
    assert "排班表" in client_for("member").get(f"/app/own-talks/{talk.id}").text
    other = hold(cast, Visibility.INTERVIEWER, member_id=cast.boss.id)
    assert client_for("member").get(f"/app/own-talks/{other.id}").status_code == 302


def test_an_account_closed_since_reads_nothing(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    talk = shown(cast)
    newer = Account(
        organisation_id=cast.branch.id, member_id=cast.worker.id, username="n", name="n", password="-", role=Role.MEMBER
    )
    db.session.add(newer)
    db.session.commit()
    assert not corrections.is_shown(talk, newer) and corrections.own(reader=newer) == []
