"""A circle that lost its key reads again what its writers can open; never what was not meant for it."""

import pytest

from core.db import db
from core.terms import Audience, Visibility
from interviews import mending, talks
from interviews.talks import Promise
from tests.conftest import PASSWORD
from tests.interviews.plays import hold, notes_of, record_of, words_of
from vault import circles, envelopes, keys

NOTES = "排班表一个月改了三版。"


def begin_anew(cast) -> None:
    """The only secretary has lost password and sheet."""
    cast.secretary.keyring = keys.make(cast.secretary, "another password")
    circles.current(cast.branch, Audience.SECRETARY)
    db.session.commit()


def test_what_was_meant_for_the_secretary_comes_back(any_cast) -> None:
    cast = any_cast
    shared = hold(cast, Visibility.SECRETARY, promises=(Promise("给他换班"),))
    private = hold(cast, Visibility.INTERVIEWER)
    begin_anew(cast)
    assert notes_of(shared, cast.secretary) == ""
    assert mending.mend(cast.committee_member) == 1
    assert notes_of(shared, cast.secretary) == NOTES
    assert words_of(shared.follow_ups[0], cast.secretary)[0] == "给他换班"
    assert private.envelope_id not in envelopes.take_all([private.envelope_id], reader=cast.secretary)
    assert mending.mend(cast.committee_member) == 0


def test_an_earlier_text_that_was_closed_stays_closed(any_cast) -> None:
    cast = any_cast
    talk = hold(cast, Visibility.INTERVIEWER)
    secret = talk.envelope_id
    changed = record_of(cast, visibility=Visibility.SECRETARY, notes="可以告诉书记的话。")
    talks.amend(talk, changed, by=cast.committee_member, based_on=talk.revision)
    db.session.commit()
    begin_anew(cast)
    assert mending.mend(cast.committee_member) == 1
    assert notes_of(talk, cast.secretary) == "可以告诉书记的话。"
    assert envelopes.take_all([secret], reader=cast.secretary) == {}


def test_after_an_ordinary_new_key_there_is_nothing_to_mend(any_cast, monkeypatch) -> None:
    cast = any_cast
    hold(cast, Visibility.COMMITTEE)
    for _each in range(2):
        circles.rotate(cast.branch, Audience.SECRETARY, by=cast.secretary)
    monkeypatch.setattr(mending, "_unreadable", pytest.fail)
    assert mending.mend(cast.committee_member) == 0


def test_it_happens_at_the_door(app, cast) -> None:
    shared = hold(cast, Visibility.SECRETARY)
    begin_anew(cast)
    app.test_client().post("/app/sign-in", data={"username": "committee", "password": PASSWORD})
    assert notes_of(shared, cast.secretary) == NOTES


def test_only_one_s_own_and_only_with_an_open_key(any_cast) -> None:
    cast = any_cast
    hold(cast, Visibility.SECRETARY)
    begin_anew(cast)
    assert mending.mend(cast.member) == 0
    cast.committee_member.keyring = None
    assert mending.mend(cast.committee_member) == 0
