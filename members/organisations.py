"""Organisations: the first one, those under it, and what they are called."""

from dataclasses import dataclass

from sqlalchemy import text

from core import audit, clock
from core.db import db
from core.errors import BadInput, DomainError
from core.i18n import LANGUAGES, _
from core.terms import OrganisationKind, Role
from members import accounts, queries
from members.accounts import AccountDetails
from members.models import Account, Organisation


@dataclass(frozen=True, slots=True)
class OrganisationDetails:
    """What an organisation is."""

    name: str
    kind: OrganisationKind
    language: str


@dataclass(frozen=True, slots=True)
class SecretaryDetails:
    """Who leads an organisation, and how they sign in."""

    name: str
    username: str
    password: str


def found(organisation: OrganisationDetails, secretary: SecretaryDetails) -> Account:
    """Set this installation up: write its first organisation and its secretary's account, once."""
    _one_at_a_time()
    if queries.any_organisation():
        raise DomainError(_("This has been set up already. Sign in instead."))
    return _write(organisation, secretary, parent=None)


def add_sub_organisation(
    parent: Organisation, details: OrganisationDetails, secretary: SecretaryDetails, *, by: Account
) -> Account:
    """Hang a new organisation under `parent`; return its secretary's account, who must change the password.

    The parent knows that it exists and nothing more: what is in it belongs to its own secretary.
    """
    account = _write(details, secretary, parent=parent)
    account.must_change = True
    audit.note("organisation.add_sub", account.organisation, by=by)
    return account


def change(organisation: Organisation, details: OrganisationDetails, *, by: Account) -> None:
    """Change the organisation's name, kind or language."""
    checked = _checked(details)
    organisation.name, organisation.kind, organisation.language = checked.name, checked.kind, checked.language
    audit.note("organisation.change", organisation, by=by)


def _checked(details: OrganisationDetails) -> OrganisationDetails:
    name = " ".join(details.name.split())
    if not 1 <= len(name) <= 120:
        raise BadInput(_("The organisation's name has 1 to 120 characters."), field="name")
    if details.language not in LANGUAGES:
        raise BadInput(_("Choose one of the languages offered."), field="language")
    return OrganisationDetails(name, OrganisationKind(details.kind), details.language)


def _write(details: OrganisationDetails, secretary: SecretaryDetails, parent: Organisation | None) -> Account:
    checked = _checked(details)
    organisation = Organisation(
        parent_id=parent.id if parent else None,
        name=checked.name,
        kind=checked.kind,
        language=checked.language,
        rules={},
        created_at=clock.now(),
    )
    db.session.add(organisation)
    db.session.flush()
    account = accounts.make(
        organisation,
        secretary.username,
        secretary.password,
        AccountDetails(secretary.name, Role.SECRETARY),
        language=checked.language,
    )
    audit.note("organisation.found", organisation, by=account)
    return account


def _one_at_a_time() -> None:
    # Two first visits at one moment: SQLite already lets only one write begin, PostgreSQL must be told.
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("LOCK TABLE organisation IN EXCLUSIVE MODE"))
