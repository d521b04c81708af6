"""What is typed is sealed to its writer's key, a row for each device; none takes another one's place unseen."""

from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import select

from core import clock
from core.db import db
from core.errors import BadInput, NotAllowed
from core.terms import Visibility
from interviews import drafts, queries, sheet, talks, texts
from interviews.models import TalkDraft
from interviews.people import People
from interviews.texts import Texts
from tests.interviews.plays import hold, plan, record_of
from tests.interviews.plays import sheet as sent
from vault import keys
from vault.errors import Damaged, Locked

SECRET = "泵房夜里没有人"


def keep(talk, cast: SimpleNamespace, words: str, device: str = "", **more: object) -> None:
    content = {name: [value] for name, value in sent(talk, notes=words).items()}
    drafts.keep(talk, content, based_on=talk.revision, by=cast.secretary, device=device, **more)


def held(talk, cast: SimpleNamespace, device: str) -> Texts:
    view = queries.view(talk.id, within=cast.branch, reader=cast.secretary)
    people = People(cast.branch)
    return texts.of(talk, view, by=cast.secretary, device=device, people=people, investigations=[])


def notes(text: texts.Text) -> str:
    return text.form.notes.data


def test_a_draft_is_sealed(any_app: Flask, any_cast: SimpleNamespace) -> None:
    talk = plan(any_cast)
    keep(talk, any_cast, SECRET, "desk")
    row = db.session.scalars(select(TalkDraft)).one()
    assert row.content == "" and row.sealed is not None and SECRET.encode() not in row.sealed
    assert drafts.find(talk, by=any_cast.secretary, device="desk").content["notes"] == [SECRET]
    assert drafts.find(talk, by=any_cast.secretary) is None


def test_keeping_needs_no_open_key_and_opening_does(any_app: Flask, any_cast: SimpleNamespace) -> None:
    talk = plan(any_cast)
    keyring, any_cast.secretary.keyring = any_cast.secretary.keyring, None
    keep(talk, any_cast, SECRET)
    found = drafts.find(talk, by=any_cast.secretary)
    assert found.based_on == talk.revision  # what is not sealed says when, not what
    with pytest.raises(Locked):
        _ = found.content
    any_cast.secretary.keyring = keyring
    assert found.content["notes"] == [SECRET]


def test_a_box_moved_to_another_row_does_not_open(any_app: Flask, any_cast: SimpleNamespace) -> None:
    one, other = plan(any_cast), plan(any_cast)
    keep(one, any_cast, SECRET)
    keep(other, any_cast, "别的")
    rows = db.session.scalars(select(TalkDraft).order_by(TalkDraft.talk_id)).all()
    rows[1].sealed = rows[0].sealed
    db.session.flush()
    with pytest.raises(Damaged):
        _ = drafts.find(other, by=any_cast.secretary).content


def test_a_draft_older_than_the_keys_is_read_and_sealed_when_it_is_kept_again(
    any_app: Flask, any_cast: SimpleNamespace
) -> None:
    talk = plan(any_cast)
    old = TalkDraft(account_id=any_cast.secretary.id, talk_id=talk.id, content='{"notes": ["旧话"]}', based_on=1)
    old.saved_at = talk.changed_at
    db.session.add(old)
    db.session.flush()
    assert drafts.find(talk, by=any_cast.secretary).content == {"notes": ["旧话"]}
    keep(talk, any_cast, SECRET)
    assert db.session.scalars(select(TalkDraft)).one().content == ""


def test_devices_do_not_overwrite_each_other(any_app: Flask, any_cast: SimpleNamespace) -> None:
    talk = plan(any_cast)
    keep(talk, any_cast, "桌上的话", "desk")
    keep(talk, any_cast, "手机的话", "phone")
    keep(talk, any_cast, "桌上的话，又多一句", "desk")
    desk, phone = held(talk, any_cast, "desk"), held(talk, any_cast, "phone")
    assert notes(desk.typed) == notes(phone.elsewhere[0]) == "桌上的话，又多一句"
    assert notes(phone.typed) == notes(desk.elsewhere[0]) == "手机的话"
    assert desk.here and phone.here
    new = held(talk, any_cast, "laptop")
    assert not new.here and {notes(new.typed), notes(new.elsewhere[0])} == {"桌上的话，又多一句", "手机的话"}
    drafts.discard(talk, by=any_cast.secretary, device="desk")
    assert [draft.device for draft in drafts.all_of(talk, by=any_cast.secretary)] == ["phone"]
    assert drafts.others(talk, by=any_cast.secretary, device="phone") == []


def test_what_goes_on_from_another_draft_takes_its_place_unless_that_changed(
    any_app: Flask, any_cast: SimpleNamespace
) -> None:
    talk = plan(any_cast)
    keep(talk, any_cast, "桌上的话", "desk")
    mark = held(talk, any_cast, "phone").marks
    keep(talk, any_cast, "桌上的话，手机接着写", "phone", instead_of=mark)
    assert [draft.device for draft in drafts.all_of(talk, by=any_cast.secretary)] == ["phone"]
    stale = drafts.find(talk, by=any_cast.secretary, device="phone").mark
    keep(talk, any_cast, "手机又写了", "phone")
    keep(talk, any_cast, "桌上不知道", "desk", instead_of=[stale])
    assert {draft.device for draft in drafts.all_of(talk, by=any_cast.secretary)} == {"desk", "phone"}


def test_what_is_saved_already_is_no_other_text(any_app: Flask, any_cast: SimpleNamespace) -> None:
    talk = hold(any_cast, Visibility.COMMITTEE, promises=())
    view = queries.view(talk.id, within=any_cast.branch, reader=any_cast.secretary)
    form = sheet.filled(view, people=People(any_cast.branch), investigations=[])
    drafts.keep(talk, sheet.content_from(form), based_on=1, by=any_cast.secretary, device="desk")
    assert held(talk, any_cast, "desk").typed is None and held(talk, any_cast, "phone").typed is None
    talks.amend(talk, record_of(any_cast, notes="改过"), by=any_cast.committee_member, based_on=talk.revision)
    assert notes(held(talk, any_cast, "desk").typed) == "排班表一个月改了三版。"


def test_going_on_with_one_lays_the_other_beside_it(any_app: Flask, any_cast: SimpleNamespace) -> None:
    talk = plan(any_cast)
    keep(talk, any_cast, "桌上的话", "desk")
    keep(talk, any_cast, "手机的话", "phone")
    found = held(talk, any_cast, "phone")
    content = texts.joined(found.typed, found.elsewhere[0].form)
    assert content["notes"] == ["手机的话"] and "桌上的话" in content["aside"][0]


def test_a_draft_of_a_strangers_talk_and_one_too_long(any_app: Flask, any_cast: SimpleNamespace) -> None:
    closed = hold(any_cast, Visibility.INTERVIEWER)
    with pytest.raises(NotAllowed):
        keep(closed, any_cast, SECRET)
    with pytest.raises(BadInput):
        keep(plan(any_cast), any_cast, "长" * 200_001)
    for odd in ("", None, "a" * 41, "../etc", "名"):
        assert drafts.device(odd) == ""


def test_a_writer_without_a_key_is_told_and_nothing_is_kept_in_the_open(
    any_app: Flask, any_cast: SimpleNamespace
) -> None:

    keys.own(any_cast.secretary).retired_on = clock.today()
    with pytest.raises(Locked):
        keep(plan(any_cast), any_cast, SECRET)
    assert db.session.scalars(select(TalkDraft)).all() == []
