"""What several plays of the vault need."""

from types import SimpleNamespace

from core.db import db
from core.terms import Role, Visibility
from interviews import talks
from interviews.models import Talk
from interviews.talks import PlannedTalk, Promise, TalkRecord
from members import accounts
from members.accounts import AccountDetails
from members.models import Account
from tests.conftest import PASSWORD, TODAY
from vault import keys

WORDS = "他说夜班太累，想换到白班。"
OWN = "quiet harbour lantern"


def newcomer(cast: SimpleNamespace, name: str = "新书记", role: Role = Role.SECRETARY) -> Account:
    """Open an account as the secretary would, and let its holder choose a password of his own."""
    account, temporary = accounts.open_account(name, AccountDetails(name, role), by=cast.secretary)
    accounts.change_password(account, temporary, OWN)
    account.keyring = keys.unlock(account, OWN)
    db.session.commit()
    return account


def written(
    cast: SimpleNamespace,
    visibility: Visibility,
    *,
    by: Account | None = None,
    notes: str = WORDS,
    promises: tuple[Promise, ...] = (),
) -> Talk:
    """Return a talk with the member that `by`, the secretary unless told, held and wrote down."""
    by = by or cast.secretary
    planned = PlannedTalk(cast.worker.id, by.member_id, TODAY)
    talk = talks.plan(planned, within=cast.branch, by=by)
    db.session.flush()
    record = TalkRecord(cast.worker.id, by.member_id, TODAY, visibility, notes, promises=promises)
    talks.record(talk, record, by=by, based_on=talk.revision)
    db.session.commit()
    return talk


def forget(*readers: Account) -> None:
    """Let everyone's key be unlocked anew, as a later request would."""
    for reader in readers:
        reader.keyring = keys.unlock(reader, PASSWORD)
