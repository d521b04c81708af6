"""Notes and promises put into envelopes for their readers, and taken from readers who are none any more."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import aliased

from core.db import db
from core.errors import BadInput
from core.i18n import _
from core.terms import Audience, Visibility
from interviews.models import FollowUp, SearchPlace, SearchShelf, Talk, TalkCorrection, TalkReader, TalkRevision
from interviews.queries.words import opened, packed
from members.models import Account, Organisation
from vault import circles, envelopes
from vault.errors import Locked, NotHanded
from vault.models import EnvelopeKey, KeyGrant, ReaderKey

AUDIENCES: dict[Visibility, tuple[Audience, ...]] = {
    Visibility.INTERVIEWER: (),
    Visibility.SECRETARY: (Audience.SECRETARY,),
    Visibility.COMMITTEE: (Audience.SECRETARY, Audience.COMMITTEE),
}


class Unreadable(BadInput):
    """Nobody could ever open the notes: none of their readers has a key yet."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Nobody could open these notes: none of their readers has an account that has been signed in to. "
                "Open an account for the interviewer under “Accounts” and let him or her sign in once, then save again."
            ),
            field="visibility",
        )


def readers_of(
    talk: Talk, visibility: Visibility, *, interviewer_id: int | None = None, author_id: int | None = None
) -> list[ReaderKey]:
    """Return the keys a talk's notes are sealed to at a level: by name first, then the circles.

    `interviewer_id` and `author_id` name those the talk is about to have, where they are to change.
    """
    author = author_id or talk.created_by
    by_name: list[Any] = [Account.member_id == (interviewer_id or talk.interviewer_id)]
    if author is not None:
        by_name.append(Account.id == author)
    if talk.id is not None:
        by_name.append(Account.id.in_(select(TalkReader.account_id).where(TalkReader.talk_id == talk.id)))
    return [*_own_keys(talk.organisation_id, or_(*by_name)), *circle_keys(talk.organisation_id, visibility)]


def circle_keys(organisation_id: int, visibility: Visibility) -> list[ReaderKey]:
    """Return the keys of the circles a level opens to, as far as anybody in them has a key to be granted theirs."""
    within = db.session.get_one(Organisation, organisation_id)
    return [circles.current(within, one) for one in AUDIENCES[visibility] if _someone_in(within, one)]


def could_open(keys: Iterable[ReaderKey]) -> bool:
    """Say whether any living account holds one of the keys."""
    holder = aliased(ReaderKey)
    for key in keys:
        if key.account_id is not None:
            return True
        granted = (
            select(KeyGrant.key_id)
            .join(holder, holder.id == KeyGrant.holder_id)
            .join(Account, Account.id == holder.account_id)
            .where(KeyGrant.key_id == key.id, holder.retired_on.is_(None), Account.active)
        )
        if db.session.scalar(granted.limit(1)) is not None:
            return True
    return False


def put_notes(
    talk: Talk,
    words: dict[str, Any],
    visibility: Visibility,
    *,
    interviewer_id: int | None = None,
    author_id: int | None = None,
) -> int:
    """Seal the words of a record in a fresh envelope for its readers and return its id; raise `Unreadable`.

    The row is not touched: an envelope it had before is left to whoever keeps it, the revision.
    """
    readers = readers_of(talk, visibility, interviewer_id=interviewer_id, author_id=author_id)
    if not could_open(readers):
        raise Unreadable()
    return envelopes.put(packed(words), to=readers, organisation_id=talk.organisation_id).id


class Readers:
    """Whom new talks are sealed to, each set of readers looked up once: for many talks written together.

    Of talks of one organisation that nobody was made a reader of by name. Who comes or goes meanwhile is not seen:
    keep it for a moment only.
    """

    def __init__(self, within: Organisation) -> None:
        self.organisation_id = within.id
        self._found: dict[tuple[int, int | None, Visibility], list[ReaderKey]] = {}
        self._own: dict[int, list[ReaderKey]] = {}

    def of(self, talk: Talk) -> list[ReaderKey]:
        """Return the keys the notes are sealed to; raise `Unreadable`."""
        visibility = talk.visibility or Visibility.INTERVIEWER
        at = (talk.interviewer_id, talk.created_by, visibility)
        if at not in self._found:
            keys = readers_of(talk, visibility)
            self._found[at] = keys if could_open(keys) else []
        if not self._found[at]:
            raise Unreadable()
        return self._found[at]

    def of_promise(self, row: FollowUp, talk: Talk) -> list[ReaderKey]:
        """Return the keys a promise of the talk is sealed to; raise `Unreadable`."""
        if row.owner_id is None:
            return self.of(talk)
        if row.owner_id not in self._own:
            self._own[row.owner_id] = _own_keys(self.organisation_id, Account.member_id == row.owner_id)
        return [*self.of(talk), *self._own[row.owner_id]]


def put_all_notes(new: Sequence[tuple[Talk, dict[str, Any]]], readers: Readers) -> None:
    """Seal the words of new talks, each in an envelope of its own; raise `Unreadable`."""
    letters = [(packed(words), readers.of(talk)) for talk, words in new]
    ids = envelopes.put_all(letters, organisation_id=readers.organisation_id)
    for (talk, _words), envelope_id in zip(new, ids, strict=True):
        talk.envelope_id = envelope_id


def put_all_promises(new: Sequence[tuple[FollowUp, Talk, str, str]], readers: Readers) -> None:
    """Seal new promises of such talks, each with what became of it; raise `Unreadable`."""
    letters = [
        (packed({"promise": promise, "outcome": outcome}), readers.of_promise(row, talk))
        for row, talk, promise, outcome in new
    ]
    ids = envelopes.put_all(letters, organisation_id=readers.organisation_id)
    for (row, *_rest), envelope_id in zip(new, ids, strict=True):
        row.envelope_id, row.promise, row.outcome = envelope_id, "", ""


def put_promise(row: FollowUp, talk: Talk, *, promise: str, outcome: str = "") -> None:
    """Seal a promise's words for the talk's present readers and for its owner; raise `Unreadable`."""
    readers = promise_readers(row, talk)
    if not could_open(readers):
        raise Unreadable()
    content = packed({"promise": promise, "outcome": outcome})
    if row.envelope_id is None:
        row.envelope_id = envelopes.put(content, to=readers, organisation_id=talk.organisation_id).id
    else:
        envelopes.replace(row.envelope_id, content, to=readers)
    row.promise = row.outcome = ""


def promise_readers(row: FollowUp, talk: Talk) -> list[ReaderKey]:
    """Return the keys a promise is sealed to: the talk's, and those of whoever is to keep it."""
    keys = readers_of(talk, talk.visibility or Visibility.INTERVIEWER)
    if row.owner_id is not None:
        keys += _own_keys(talk.organisation_id, Account.member_id == row.owner_id)
    return keys


def promise_words(row: FollowUp, *, reader: Account) -> tuple[str, str]:
    """Return a promise and what became of it, for a verb that changes one of both; raise `Locked`, `NotHanded`."""
    if row.envelope_id is None:
        return row.promise, row.outcome
    if reader.keyring is None:
        raise Locked()
    found = opened([row.envelope_id], reader=reader)
    if row.envelope_id not in found:
        raise NotHanded()
    return found[row.envelope_id]["promise"], found[row.envelope_id]["outcome"]


def readdress(row: FollowUp, talk: Talk, *, by: Account) -> None:
    """Seal a promise that stays as it is to the talk's present readers; take it from the others whoever acts."""
    try:
        promise, outcome = promise_words(row, reader=by)
    except (Locked, NotHanded):
        # Without its words no reader can be added, but one can be taken away: his box goes.
        _take_away(row.envelope_id, promise_readers(row, talk))
    else:
        put_promise(row, talk, promise=promise, outcome=outcome)


def put_revision(row: TalkRevision, talk: Talk, content: dict[str, Any]) -> None:
    """Seal what a record said before, from the days before there were keys, to those who might read it then."""
    readers = readers_of(talk, row.visibility)
    if not could_open(readers):
        raise Unreadable()
    row.envelope_id = envelopes.put(packed(content), to=readers, organisation_id=talk.organisation_id).id
    row.content = {}


def plain_words(talk: Talk) -> dict[str, Any]:
    """Return what a record from before there were keys says, as it is sealed now."""
    return {
        "member_id": talk.member_id,
        "interviewer_id": talk.interviewer_id,
        "held_on": talk.held_on.isoformat(),
        "occasion": talk.occasion,
        "mode": talk.mode.value,
        "place": talk.place,
        "minutes": talk.minutes,
        "notes": talk.notes,
        "promises": [
            {
                "promise": row.promise,
                "owner_id": row.owner_id,
                "due_on": row.due_on.isoformat() if row.due_on else None,
            }
            for row in talk.follow_ups
        ],
    }


def narrows(talk: Talk, before: Sequence[ReaderKey]) -> bool:
    """Say whether somebody who could open the record before is none of its readers now."""
    now = {_holder(key) for key in readers_of(talk, talk.visibility or Visibility.INTERVIEWER)}
    return any(_holder(key) not in now for key in before)


def take_from_others(talk: Talk) -> None:
    """After a record was closed to some of its readers: take from them what else hangs on it."""
    forget_shelves(talk.id)
    readers = readers_of(talk, talk.visibility or Visibility.INTERVIEWER)
    for row in db.session.scalars(select(TalkCorrection).where(TalkCorrection.talk_id == talk.id)):
        _take_away(row.envelope_id, readers)


def forget_shelves(talk_id: int) -> None:
    """Destroy every shelf of searchable notes that holds the talk; what else stood there is put up anew."""
    shelves = select(SearchPlace.shelf_id).where(SearchPlace.talk_id == talk_id)
    ids = list(db.session.scalars(shelves))
    db.session.execute(delete(SearchPlace).where(SearchPlace.shelf_id.in_(ids)))
    db.session.execute(delete(SearchShelf).where(SearchShelf.id.in_(ids)))


def _own_keys(organisation_id: int, condition: Any) -> list[ReaderKey]:
    rows = (
        select(ReaderKey)
        .join(Account, Account.id == ReaderKey.account_id)
        .where(Account.organisation_id == organisation_id, Account.active, ReaderKey.retired_on.is_(None), condition)
    )
    return list(db.session.scalars(rows.order_by(ReaderKey.id)))


def _someone_in(within: Organisation, audience: Audience) -> bool:
    """Say whether a circle's key exists or can be made so that somebody holds it."""
    there = select(ReaderKey.id).where(
        ReaderKey.organisation_id == within.id, ReaderKey.audience == audience, ReaderKey.retired_on.is_(None)
    )
    if db.session.scalar(there.limit(1)) is not None:
        return True
    return bool(_own_keys(within.id, Account.role.in_(circles.MEMBERS[audience])))


def _take_away(envelope_id: int | None, readers: Sequence[ReaderKey]) -> None:
    stay = {_holder(key) for key in readers}
    gone = [key.id for key in envelopes.readers_of(envelope_id or 0) if _holder(key) not in stay]
    db.session.execute(delete(EnvelopeKey).where(EnvelopeKey.envelope_id == envelope_id, EnvelopeKey.key_id.in_(gone)))


def _holder(key: ReaderKey) -> tuple[int | None, Audience | None]:
    # A circle's older key opens with its newest: who holds it matters, not which pair it is.
    return key.account_id, key.audience
