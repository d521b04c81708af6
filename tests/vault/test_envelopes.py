"""Envelopes: their readers open them, nobody else, and what was changed on the disk is told as such."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.db import db
from core.terms import Audience
from members import accounts
from tests.conftest import PASSWORD, build, people
from tests.vault.plays import OWN, newcomer
from vault import circles, envelopes, keys
from vault.errors import Damaged, Locked, NotHanded, Unaddressed
from vault.models import Envelope, EnvelopeKey


@pytest.fixture
def any_cast(any_app):
    """The cast on each database engine."""
    return people(any_app)


def put(cast, *readers, content: bytes = b"words") -> int:
    to = [keys.own(reader) for reader in readers]
    return envelopes.put(content, to=to, organisation_id=cast.branch.id).id


def test_its_readers_open_it_and_nobody_else_does(any_cast) -> None:
    cast = any_cast
    envelope = put(cast, cast.secretary, cast.member)
    assert envelopes.take(envelope, reader=cast.member) == b"words"
    assert envelopes.take_all([envelope], reader=cast.secretary) == {envelope: b"words"}
    assert envelopes.take_all([envelope], reader=cast.committee_member) == {}
    for reader in (cast.committee_member, cast.outsider):
        with pytest.raises(NotHanded):
            envelopes.take(envelope, reader=reader)
    cast.secretary.keyring = None
    for verb in (envelopes.take, lambda one, reader: envelopes.widen(one, to=[], reader=reader)):
        with pytest.raises(Locked):
            verb(envelope, reader=cast.secretary)
    with pytest.raises(Locked):
        envelopes.take_all([envelope], reader=cast.secretary)


def test_nothing_is_sealed_to_nobody(cast) -> None:
    with pytest.raises(Unaddressed):
        put(cast)
    envelope = put(cast, cast.secretary)
    with pytest.raises(Unaddressed):
        envelopes.replace(envelope, b"lost", to=[])
    db.session.rollback()


def test_other_content_needs_nobody_s_private_key(any_cast) -> None:
    cast = any_cast
    envelope = put(cast, cast.secretary, cast.member)
    opened, cast.secretary.keyring = cast.secretary.keyring, None
    envelopes.replace(envelope, b"other")
    assert envelopes.take(envelope, reader=cast.member) == b"other"
    envelopes.replace(envelope, b"third", to=[keys.own(cast.secretary)])
    cast.secretary.keyring = opened
    assert envelopes.take(envelope, reader=cast.secretary) == b"third"
    assert envelopes.take_all([envelope], reader=cast.member) == {}


def test_only_a_reader_lets_others_read(any_cast) -> None:
    cast = any_cast
    envelope = put(cast, cast.committee_member)
    with pytest.raises(NotHanded):
        envelopes.widen(envelope, to=[keys.own(cast.secretary)], reader=cast.secretary)
    for _twice in range(2):
        envelopes.widen(envelope, to=[keys.own(cast.member)], reader=cast.committee_member)
    assert envelopes.take(envelope, reader=cast.member) == b"words"
    assert [key.account_id for key in envelopes.readers_of(envelope)] == [cast.committee_member.id, cast.member.id]


def test_a_replaced_key_is_followed(any_cast) -> None:
    """Who began anew reads what is written from then on; the key he gave up does not."""
    cast = any_cast
    envelope, old = put(cast, cast.member, cast.secretary), cast.member.keyring
    cast.member.keyring = keys.make(cast.member, OWN)
    envelopes.replace(envelope, b"later")
    assert envelopes.take(envelope, reader=cast.member) == b"later"
    cast.member.keyring = old
    with pytest.raises(NotHanded):
        envelopes.take(envelope, reader=cast.member)


def test_a_closed_account_reads_nothing_written_afterwards(any_cast) -> None:
    cast = any_cast
    shared, alone = put(cast, cast.member, cast.secretary), put(cast, cast.member)
    cast.member.active = False
    for envelope in (shared, alone):
        envelopes.replace(envelope, b"later")
    # With nobody else to read it, it is better kept for whoever is let in again than lost.
    assert envelopes.take_all([shared, alone], reader=cast.member) == {alone: b"later"}


def test_an_envelope_moved_or_changed_on_the_disk_is_told(any_cast) -> None:
    cast = any_cast
    first, second = put(cast, cast.secretary), put(cast, cast.secretary, content=b"others")
    rows = {key: db.session.get_one(Envelope, key) for key in (first, second)}
    rows[first].content, kept = rows[second].content, rows[first].content
    db.session.flush()
    with pytest.raises(Damaged):
        envelopes.take(first, reader=cast.secretary)
    assert envelopes.take_all([first, second], reader=cast.secretary) == {second: b"others"}
    rows[first].content = kept
    box = db.session.get_one(EnvelopeKey, (first, keys.own(cast.secretary).id))
    box.box = box.box[:-1] + bytes([box.box[-1] ^ 1])
    db.session.flush()
    with pytest.raises(Damaged):
        envelopes.widen(first, to=[keys.own(cast.member)], reader=cast.secretary)


def test_lengths_tell_little(cast) -> None:
    sizes = {len(db.session.get_one(Envelope, put(cast, cast.secretary, content=b"x" * n)).content) for n in range(500)}
    assert len(sizes) == 1


def test_many_are_opened_at_once(any_cast) -> None:
    cast = any_cast
    ids = [put(cast, cast.secretary, content=str(n).encode()) for n in range(envelopes.CHUNK + 20)]
    found = envelopes.take_all(ids, reader=cast.secretary)
    assert [found[one] for one in ids] == [str(n).encode() for n in range(len(ids))]


def test_destroyed_is_gone(any_cast) -> None:
    cast = any_cast
    stays, goes = put(cast, cast.secretary), put(cast, cast.secretary)
    envelopes.destroy([goes])
    assert envelopes.take_all([stays, goes], reader=cast.secretary) == {stays: b"words"}
    assert db.session.query(EnvelopeKey).filter_by(envelope_id=goes).count() == 0


def test_a_note_in_a_column_opens_to_its_key_only(cast) -> None:
    box = envelopes.note_to(keys.own(cast.member), "草稿".encode(), about=b"draft 1")
    assert envelopes.note_of(box, about=b"draft 1", reader=cast.member).decode() == "草稿"
    with pytest.raises(NotHanded):
        envelopes.note_of(box, about=b"draft 1", reader=cast.secretary)
    with pytest.raises(Damaged):
        envelopes.note_of(box, about=b"draft 2", reader=cast.member)
    assert "草稿".encode() not in box


def test_a_note_to_a_retired_key_goes_to_the_one_after_it(cast) -> None:
    old_key, old = keys.own(cast.member), cast.member.keyring
    cast.member.keyring = keys.make(cast.member, OWN)
    box = envelopes.note_to(old_key, b"x", about=b"")
    assert envelopes.note_of(box, about=b"", reader=cast.member) == b"x"
    cast.member.keyring = old
    with pytest.raises(NotHanded):
        envelopes.note_of(box, about=b"", reader=cast.member)


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    """Four readers for the property below."""
    app = build(tmp_path_factory.mktemp("envelopes") / "instance")
    with app.app_context():
        cast = people(app)
        yield cast, [cast.secretary, cast.committee_member, cast.member, newcomer(cast)]
        db.session.remove()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=1500),
    to=st.sets(st.integers(0, 3), min_size=1),
    circle=st.sampled_from([None, *Audience]),
    wider=st.sets(st.integers(0, 3)),
)
def test_exactly_the_readers_open_it(crowd, content, to, circle, wider) -> None:
    """Whoever it is sealed to, by name or by circle, opens it; after widening those too; nobody else ever."""
    cast, readers = crowd
    sealed_to = [keys.own(readers[n]) for n in to]
    if circle is not None:
        sealed_to.append(circles.current(cast.branch, circle))
    may = set(to) | {n for n, one in enumerate(readers) if circle is not None and circles.belongs(one, circle)}
    envelope = envelopes.put(content, to=sealed_to, organisation_id=cast.branch.id).id

    def who() -> set[int]:
        found = [envelopes.take_all([envelope], reader=one).get(envelope) for one in readers]
        assert all(one in (None, content) for one in found)
        return {n for n, one in enumerate(found) if one is not None}

    assert who() == may
    envelopes.widen(envelope, to=[keys.own(readers[n]) for n in wider], reader=readers[min(may)])
    assert who() == may | wider


def test_a_new_password_of_one_reader_changes_nothing_for_the_others(cast) -> None:
    envelope = put(cast, cast.secretary, cast.member)
    accounts.change_password(cast.member, PASSWORD, OWN)
    assert envelopes.take(envelope, reader=cast.secretary) == b"words"
