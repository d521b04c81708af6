"""What an account is typing about a talk: sealed to its key every few seconds, a row for each of its devices."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Delete, delete, select
from sqlalchemy.exc import IntegrityError

from core import clock, seal
from core.db import db
from core.errors import BadInput, NotAllowed
from core.i18n import _
from interviews.models import Talk, TalkDraft
from interviews.queries.readers import may_write
from members.models import Account
from vault import envelopes, keys
from vault.errors import Locked

LARGEST = 200_000  # characters of JSON; the fullest form stays far below
DEVICE = re.compile(r"[0-9A-Za-z-]{1,40}")
MARK = 16  # hexadecimal digits

Content = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Draft:
    """A form as it was typed on one device, still sealed, and the revision of the talk it started from."""

    device: str
    based_on: int
    saved_at: datetime
    mark: str  # changes with every change of the draft
    about: bytes
    sealed: bytes | None
    plain: str  # of drafts older than their writer's key
    writer: Account

    @property
    def content(self) -> dict[str, list[str]]:
        """Return the fields as they were typed; raise `Locked`, `NotHanded`."""
        text = self.plain
        if self.sealed is not None:
            text = envelopes.note_of(self.sealed, about=self.about, reader=self.writer).decode()
        return dict(json.loads(text))


def device(text: str | None) -> str:
    """Return the name a browser gives itself, or "" for one no browser of ours would send."""
    return text if text and DEVICE.fullmatch(text) else ""


def keep(
    talk: Talk, content: Content, *, based_on: int, by: Account, device: str = "", instead_of: Iterable[str] = ()
) -> None:
    """Keep what `by` has typed on `device` in place of what that device kept before; needs no open key.

    `instead_of` are the marks of drafts this text goes on from: they are dropped unless they changed since.
    Raises `NotAllowed`, `BadInput`, and `Locked` for an account that has no key to seal to yet.
    """
    # Somebody may close a talk to a person who is writing about it: the text already begun is still kept.
    if not may_write(talk, by) and not all_of(talk, by=by):
        raise NotAllowed(_("Only who held this talk or wrote it down, or a secretary who may read it, may change it."))
    text = json.dumps({name: list(values) for name, values in content.items()}, ensure_ascii=False)
    if len(text) > LARGEST:
        raise BadInput(_("This is too long to be kept as a draft."))
    key = keys.own(by)
    if key is None:
        raise Locked()
    sealed = envelopes.note_to(key, text.encode(), about=about(by.id, talk.id, device))
    if not _replace(talk, sealed, based_on, by, device):
        try:
            with db.session.begin_nested():
                db.session.add(
                    TalkDraft(
                        account_id=by.id,
                        talk_id=talk.id,
                        device=device,
                        sealed=sealed,
                        based_on=based_on,
                        saved_at=clock.now(),
                    )
                )
        except IntegrityError:  # a second window of the same browser was first
            _replace(talk, sealed, based_on, by, device)
    drop(talk, by=by, marks=instead_of)


def find(talk: Talk, *, by: Account, device: str = "") -> Draft | None:
    """Return what `by` had typed on `device` about `talk` and not saved, still sealed."""
    row = db.session.get(TalkDraft, (by.id, talk.id, device))
    return None if row is None else _draft(row, by)


def all_of(talk: Talk, *, by: Account) -> list[Draft]:
    """Return what `by` had typed about `talk` on any device and not saved, newest first."""
    rows = select(TalkDraft).where(TalkDraft.talk_id == talk.id, TalkDraft.account_id == by.id)
    return [_draft(row, by) for row in db.session.scalars(rows.order_by(TalkDraft.saved_at.desc(), TalkDraft.device))]


def others(talk: Talk, *, by: Account, device: str) -> list[Draft]:
    """Return what `by` had typed about `talk` on other devices than `device`, newest first."""
    return [draft for draft in all_of(talk, by=by) if draft.device != device]


def discard(talk: Talk, *, by: Account, device: str = "") -> None:
    """Forget the draft of one device, if there is one; the others stay."""
    db.session.execute(_of(talk, by).where(TalkDraft.device == device))


def drop(talk: Talk, *, by: Account, marks: Iterable[str]) -> None:
    """Forget the drafts with these marks; one that has changed since has another mark and stays."""
    wanted = {mark for mark in marks if mark}
    for draft in all_of(talk, by=by) if wanted else ():
        if draft.mark in wanted:
            discard(talk, by=by, device=draft.device)


def about(account_id: int, talk_id: int, device: str) -> bytes:
    """Return what a draft's seal is bound to: whose it is, of which talk, on which device."""
    return f"draft {account_id} {talk_id} {device}".encode()


def _of(talk: Talk, by: Account) -> Delete:
    return delete(TalkDraft).where(TalkDraft.talk_id == talk.id, TalkDraft.account_id == by.id)


def _replace(talk: Talk, sealed: bytes, based_on: int, by: Account, device: str) -> bool:
    draft = db.session.get(TalkDraft, (by.id, talk.id, device))
    if draft is None:
        return False
    draft.content, draft.sealed, draft.based_on, draft.saved_at = "", sealed, based_on, clock.now()
    db.session.flush()
    return True


def _draft(row: TalkDraft, by: Account) -> Draft:
    return Draft(
        device=row.device,
        based_on=row.based_on,
        saved_at=row.saved_at,
        mark=seal.digest(row.sealed or row.content.encode()).hex()[:MARK],
        about=about(row.account_id, row.talk_id, row.device),
        sealed=row.sealed,
        plain=row.content,
        writer=by,
    )
