"""What the plays about filing begin with: a talk on file, and a scan of its signed sheet."""

from datetime import date
from types import SimpleNamespace

from core.db import db
from core.terms import Visibility
from interviews import filing, rulebook
from interviews.models import Talk
from members.models import Account, Organisation
from tests.interviews.plays import hold

PDF = b"%PDF-1.7\n" + "按了手印的一页".encode() * 40
PNG = b"\x89PNG\r\n\x1a\n" + b"scan" * 100
JPEG = b"\xff\xd8\xff\xe0" + b"scan" * 100


def on_file(cast: SimpleNamespace, visibility: Visibility = Visibility.COMMITTEE, **changes: object) -> Talk:
    """Write a talk, record it and file it, all by the committee member."""
    talk = hold(cast, visibility, **changes)
    filing.file(talk, by=cast.committee_member, based_on=talk.revision)
    db.session.commit()
    return talk


def let_members_read(within: Organisation, by: Account) -> None:
    """Turn on that members read the records of talks with them."""
    settings = rulebook.settings(within)
    wanted = rulebook.Settings(
        **{name: getattr(settings, name) for name in settings.__slots__ if name != "member_reads"}, member_reads=True
    )
    rulebook.decide(within, wanted, by=by)
    db.session.commit()


def filed_in(talk: Talk, day: date) -> None:
    """Pretend that a record was filed on another day."""
    talk.filed_on = day
    db.session.commit()
