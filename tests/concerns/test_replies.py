"""Replies: two people, a secrecy check, and words that never change in place."""

from datetime import date

import pytest

from concerns import actions, curation, replies
from concerns.actions import Plan
from concerns.models import Concern, Reply
from concerns.replies import Wording
from core import clock
from core.db import db
from core.errors import BadInput, DomainError, NotAllowed, NotFound, Stale
from core.terms import ReplyClass, ReplyOutcome, ReplyState, Role
from members import rules
from members.models import Account, Member

SAID = "夜班吃不上热饭，食堂关得早。"
DID = "食堂夜间窗口延长到零点，冷柜和微波炉已经装好。"


@pytest.fixture
def concern(stage, foreseeable, fill) -> Concern:
    fill(stage)
    stage.group()
    return stage.concern("食堂")


def words(said: str = SAID, did: str = DID, outcome: ReplyOutcome = ReplyOutcome.SETTLED) -> Wording:
    return Wording(said, did, outcome)


def out(concern: Concern, cast, wording: Wording | None = None) -> Reply:
    """Write a reply and let it out."""
    row = replies.draft(concern, wording or words(), by=cast.secretary)
    replies.hand_in(row, seen=row.revision, by=cast.secretary)
    ticked = {one.key for one in replies.check(row, within=cast.branch)}
    replies.approve(row, ticked, seen=row.revision, by=cast.committee_member)
    db.session.commit()
    return row


def another(cast, name: str, role: Role = Role.SECRETARY, member: Member | None = None) -> Account:
    made = Account(
        organisation_id=cast.branch.id,
        member_id=member.id if member else None,
        username=name,
        name=name,
        password="x",
        role=role,
        language="zh",
    )
    db.session.add(made)
    db.session.commit()
    return made


def test_a_second_person_lets_it_out(concern, cast) -> None:
    row = out(concern, cast)
    assert (row.state, row.published_on) == (ReplyState.PUBLISHED, clock.today())
    assert (row.drafted_by, row.approved_by) == (cast.secretary.id, cast.committee_member.id)
    assert concern.curated


def test_nobody_lets_out_words_of_his_own(concern, cast) -> None:
    other = another(cast, "second")
    row = replies.draft(concern, words(), by=cast.secretary)
    replies.change(row, words(did="食堂夜间窗口延长到一点。"), seen=row.revision, by=other)
    replies.hand_in(row, seen=row.revision, by=other)
    ticked = {one.key for one in replies.check(row, within=cast.branch)}
    for writer in (cast.secretary, other):
        assert not replies.may_approve(row, writer)
        with pytest.raises(NotAllowed):
            replies.approve(row, ticked, seen=row.revision, by=writer)
    assert row.state is ReplyState.WAITING
    replies.approve(row, ticked, seen=row.revision, by=cast.committee_member)
    assert row.state is ReplyState.PUBLISHED


def test_two_accounts_of_one_member_are_not_two_people(concern, cast) -> None:
    twin = another(cast, "twin", Role.COMMITTEE, cast.boss)
    row = replies.draft(concern, words(), by=cast.secretary)
    replies.hand_in(row, seen=row.revision, by=cast.secretary)
    assert not replies.may_approve(row, twin)
    assert replies.to_approve(twin) == []
    assert replies.to_approve(cast.committee_member) == [row]


def test_a_number_used_again_burdens_nobody(concern, cast) -> None:
    other = another(cast, "second")
    gone = replies.draft(concern, words(), by=other)
    number = gone.id
    replies.discard(gone, seen=gone.revision, by=other)
    row = replies.draft(concern, words(), by=cast.secretary)
    row_id = row.id
    assert row_id == number, "the engine gave another number: this test shows nothing"
    assert replies.writers(row) == {cast.secretary.id}


def test_changed_words_are_read_anew(concern, cast) -> None:
    row = replies.draft(concern, words(), by=cast.secretary)
    replies.hand_in(row, seen=row.revision, by=cast.secretary)
    read = row.revision
    replies.change(row, words(did="还没有办法。"), seen=row.revision, by=cast.secretary)
    assert row.state is ReplyState.DRAFT
    with pytest.raises(Stale):
        replies.approve(row, (), seen=read, by=cast.committee_member)


def test_published_words_never_change(concern, cast) -> None:
    row = out(concern, cast)
    with pytest.raises(Stale):
        replies.change(row, words(did="改一改。"), seen=row.revision, by=cast.secretary)
    with pytest.raises(Stale):
        replies.discard(row, seen=row.revision, by=cast.secretary)
    newer = replies.draft(concern, words(did="夜间窗口开到一点。"), by=cast.secretary)
    standing = replies.standing(concern, within=cast.branch)
    assert standing.published is row and standing.open is newer
    replies.hand_in(newer, seen=newer.revision, by=cast.secretary)
    ticked = {one.key for one in replies.check(newer, within=cast.branch)}
    replies.approve(newer, ticked, seen=newer.revision, by=cast.committee_member)
    standing = replies.standing(concern, within=cast.branch)
    assert standing.published is newer and standing.past == (row,)
    assert (row.did, row.state, row.returned) == (DID, ReplyState.WITHDRAWN, "")


def test_one_draft_at_a_time(concern, cast) -> None:
    replies.draft(concern, words(), by=cast.secretary)
    with pytest.raises(DomainError):
        replies.draft(concern, words(), by=cast.secretary)


def test_sent_back_with_a_reason(concern, cast) -> None:
    row = replies.draft(concern, words(), by=cast.secretary)
    replies.hand_in(row, seen=row.revision, by=cast.secretary)
    with pytest.raises(BadInput):
        replies.send_back(row, "  ", seen=row.revision, by=cast.committee_member)
    replies.send_back(row, "说清开到几点", seen=row.revision, by=cast.committee_member)
    assert (row.state, row.returned) == (ReplyState.DRAFT, "说清开到几点")
    replies.hand_in(row, seen=row.revision, by=cast.secretary)
    assert row.returned == ""


def test_taken_off_the_board(concern, cast) -> None:
    row = out(concern, cast)
    replies.withdraw(row, "说法有误", seen=row.revision, by=cast.committee_member)
    standing = replies.standing(concern, within=cast.branch)
    assert standing.published is None and standing.past == (row,)
    assert standing.first_on == clock.today()


@pytest.mark.parametrize(
    ("said", "did", "field"),
    [("", DID, "said"), (SAID, " ", "did"), ("长" * 301, DID, "said"), (SAID, "长" * 1001, "did")],
    ids=["nothing said", "nothing done", "said too long", "done too long"],
)
def test_both_parts_are_written(concern, cast, said, did, field) -> None:
    with pytest.raises(BadInput) as refused:
        replies.draft(concern, words(said, did), by=cast.secretary)
    assert refused.value.field == field


def test_being_done_needs_a_day_to_come(concern, cast) -> None:
    with pytest.raises(BadInput) as refused:
        replies.draft(concern, words(did="正在联系厂家。", outcome=ReplyOutcome.PLANNED), by=cast.secretary)
    assert refused.value.field == "did"
    replies.draft(concern, words(did="12月20日前装好。", outcome=ReplyOutcome.PLANNED), by=cast.secretary)


def test_a_name_blocks_at_both_doors(concern, cast) -> None:
    row = replies.draft(concern, words(did="党员丙反映后已经办好。"), by=cast.secretary)
    with pytest.raises(BadInput):
        replies.hand_in(row, seen=row.revision, by=cast.secretary)
    replies.change(row, words(did="同事提出后已经办好。"), seen=row.revision, by=cast.secretary)
    replies.hand_in(row, seen=row.revision, by=cast.secretary)
    db.session.add(
        Member(organisation_id=cast.branch.id, number="N1", name="同事")
    )  # known only after it was handed in
    db.session.flush()
    ticked = {one.key for one in replies.check(row, within=cast.branch)}
    with pytest.raises(BadInput):
        replies.approve(row, ticked, seen=row.revision, by=cast.committee_member)
    assert row.state is ReplyState.WAITING


def test_every_warning_is_ticked(concern, cast) -> None:
    row = replies.draft(concern, words(did="东班有3人试用，反映良好。"), by=cast.secretary)
    replies.hand_in(row, seen=row.revision, by=cast.secretary)
    keys = {one.kind: one.key for one in replies.check(row, within=cast.branch)}
    assert {"number", "group"} <= set(keys)
    for missing in keys:
        with pytest.raises(BadInput):
            replies.approve(row, set(keys.values()) - {keys[missing]}, seen=row.revision, by=cast.committee_member)
    replies.approve(row, set(keys.values()), seen=row.revision, by=cast.committee_member)
    assert row.state is ReplyState.PUBLISHED


def test_a_stranger_finds_no_reply(concern, cast) -> None:
    row = out(concern, cast)
    with pytest.raises(NotFound):
        replies.reply(row.id, within=cast.elsewhere)


def test_the_clock_counts_working_days(concern, cast) -> None:
    concern.raised_on = date(2026, 9, 24)  # before the holidays: 25 to 27 September are off, 1 to 7 October too
    assert replies.due_on(concern, within=cast.branch) > date(2026, 10, 15)
    replies.classify(concern, ReplyClass.URGENT, by=cast.secretary)
    assert replies.due_on(concern, within=cast.branch) == date(2026, 9, 28)
    replies.classify(concern, ReplyClass.SPECIAL, by=cast.secretary)
    assert replies.due_on(concern, within=cast.branch) == date(2026, 9, 24)
    rules.change(cast.branch, "reply.special_days", 2, by=cast.secretary)
    assert replies.due_on(concern, within=cast.branch) == date(2026, 9, 29)
    concern.raised_on = None
    assert replies.due_on(concern, within=cast.branch) is None


def test_who_waits_for_an_answer(stage, concern, cast) -> None:
    assert replies.waiting(cast.branch) == []  # nobody took anything up yet
    meals, parking = stage.concern("食堂"), stage.concern("停车")
    meals.raised_on, parking.raised_on = date(2026, 9, 1), date(2026, 10, 30)
    db.session.commit()
    curation.accept(meals, seen=meals.revision, by=cast.secretary)
    actions.add(parking, Plan("划线", "甲"), by=cast.secretary)
    assert [(one.label, one.overdue, one.state) for one in replies.waiting(cast.branch)] == [
        ("食堂", True, None),
        ("停车", False, None),
    ]
    row = replies.draft(parking, words(), by=cast.secretary)
    assert replies.waiting(cast.branch)[1].state is ReplyState.DRAFT
    replies.discard(row, seen=row.revision, by=cast.secretary)
    out(meals, cast)
    assert [one.label for one in replies.waiting(cast.branch)] == ["停车"]
    assert replies.waiting(cast.elsewhere) == []


def test_a_merging_loses_no_reply(stage, concern, cast) -> None:
    row = out(concern, cast)
    into = stage.concern("停车")
    concern = stage.concern("食堂")
    curation.merge(concern, into=into, seen=concern.revision, by=cast.secretary)
    assert replies.standing(into, within=cast.branch).published is row
