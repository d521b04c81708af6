"""What an account is typing about a talk: kept every few seconds, gone once the talk is saved."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from core import clock
from core.db import db
from core.errors import BadInput, NotAllowed
from core.i18n import _
from interviews.models import Talk, TalkDraft
from interviews.queries.readers import may_write
from members.models import Account

LARGEST = 200_000  # characters of JSON; the fullest form stays far below

Content = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Draft:
    """The fields of a form as they were typed, and the revision of the talk they started from."""

    content: dict[str, list[str]]
    based_on: int
    saved_at: datetime


def keep(talk: Talk, content: Content, *, based_on: int, by: Account) -> None:
    """Keep what `by` has typed so far in place of what was kept before; raise `NotAllowed`, `BadInput`."""
    # Somebody may close a talk to a person who is writing about it: the text already begun is still kept.
    if not may_write(talk, by) and find(talk, by=by) is None:
        raise NotAllowed(_("Only who held this talk or wrote it down, or a secretary who may read it, may change it."))
    text = json.dumps({name: list(values) for name, values in content.items()}, ensure_ascii=False)
    if len(text) > LARGEST:
        raise BadInput(_("This is too long to be kept as a draft."))
    if not _replace(talk, text, based_on, by):
        try:
            with db.session.begin_nested():
                db.session.add(
                    TalkDraft(account_id=by.id, talk_id=talk.id, content=text, based_on=based_on, saved_at=clock.now())
                )
        except IntegrityError:  # a second window of the same person was first
            _replace(talk, text, based_on, by)


def _replace(talk: Talk, text: str, based_on: int, by: Account) -> bool:
    draft = db.session.get(TalkDraft, (by.id, talk.id))
    if draft is None:
        return False
    draft.content, draft.based_on, draft.saved_at = text, based_on, clock.now()
    db.session.flush()
    return True


def find(talk: Talk, *, by: Account) -> Draft | None:
    """Return what `by` had typed about `talk` and not saved."""
    row = db.session.get(TalkDraft, (by.id, talk.id))
    return None if row is None else Draft(json.loads(row.content), row.based_on, row.saved_at)


def discard(talk: Talk, *, by: Account) -> None:
    """Forget the draft, if there is one."""
    db.session.execute(delete(TalkDraft).where(TalkDraft.talk_id == talk.id, TalkDraft.account_id == by.id))
