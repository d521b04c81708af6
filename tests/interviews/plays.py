"""What the plays about talks begin with."""

from datetime import date
from types import SimpleNamespace

from core.db import db
from core.terms import Role, Visibility
from interviews import queries, sealing, talks
from interviews.models import FollowUp, Talk
from interviews.talks import PlannedTalk, Promise, TalkRecord
from members.models import Account, Organisation
from tests.conftest import PASSWORD
from vault import circles, keys


def record_of(cast: SimpleNamespace, **changes: object) -> TalkRecord:
    """Return the record of a talk that the committee member held with the worker."""
    values: dict = {
        "member_id": cast.worker.id,
        "interviewer_id": cast.aide.id,
        "held_on": date(2026, 10, 20),
        "visibility": Visibility.COMMITTEE,
        "notes": "排班表一个月改了三版。",
        "occasion": "定期谈心",
    }
    return TalkRecord(**{**values, **changes})


def plan(cast: SimpleNamespace, *, by: Account | None = None, **changes: object) -> Talk:
    """Write a plan of the same talk, made by the secretary unless said otherwise."""
    values: dict = {"member_id": cast.worker.id, "interviewer_id": cast.aide.id, "held_on": date(2026, 10, 20)}
    talk = talks.plan(PlannedTalk(**{**values, **changes}), within=cast.branch, by=by or cast.secretary)
    db.session.commit()
    return talk


def hold(cast: SimpleNamespace, visibility: Visibility, *, by: Account | None = None, **changes: object) -> Talk:
    """Write a recorded talk; the committee member held it and wrote it down unless `by` says otherwise."""
    changes.setdefault("promises", (Promise("月底前答复排班", owner_id=cast.aide.id, due_on=date(2026, 10, 25)),))
    author = by or cast.committee_member
    talk = plan(cast, by=author)
    talks.record(talk, record_of(cast, visibility=visibility, **changes), by=author, based_on=talk.revision)
    db.session.commit()
    return talk


def notes_of(talk: Talk, reader: Account) -> str:
    """Return the notes as `reader` can open them; "" when that is not at all."""
    within = db.session.get_one(Organisation, talk.organisation_id)
    return queries.view(talk.id, within=within, reader=reader).notes


def words_of(row: FollowUp, reader: Account) -> tuple[str, str]:
    """Return a promise and its outcome as `reader` can open them."""
    return sealing.promise_words(row, reader=reader)


def second_secretary(cast: SimpleNamespace) -> Account:
    """Write a second secretary of the same branch, who holds no talks and was handed the keys."""
    account = Account(
        organisation_id=cast.branch.id,
        username="deputy",
        name="副书记",
        password="-",
        role=Role.SECRETARY,
        language="zh",
    )
    db.session.add(account)
    db.session.flush()
    account.keyring = keys.make(account, PASSWORD)
    circles.admit(by=cast.secretary)
    db.session.commit()
    return account


def sheet(talk: Talk, **changes: str) -> dict[str, str]:
    """Return what a browser would send to save the record of `talk`."""
    values = {
        "based_on": str(talk.revision),
        "member": "A3 党员丙",
        "interviewer": "A2 委员乙",
        "held_on": "2026-10-20",
        "occasion": "定期谈心",
        "mode": "in_person",
        "place": "值班室",
        "minutes": "30",
        "investigation": "",
        "visibility": "committee",
        "notes": "排班表一个月改了三版。",
        "promises-0-id": "",
        "promises-0-text": "",
        "promises-0-owner": "",
        "promises-0-due_on": "",
    }
    return {**values, **changes}
