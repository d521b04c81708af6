"""What respondents were promised stays as it was: once a survey was opened, nobody makes it less anonymous.

Three guards, one inside the other: the functions here refuse kindly; the session refuses every change of a row and
every bulk statement it sees; and the database itself refuses what comes past both (`triggers`). A restore brings back
rows with the manifest they were opened with, and `check` compares the two before the box is opened.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import DDL, Connection, RowMapping, event, select, text
from sqlalchemy.orm import Mapper, ORMExecuteState, Session
from sqlalchemy.orm.attributes import get_history

from anonymity import manifest
from anonymity.encoding import Malformed, b64u
from core import audit, schema
from core.db import db
from core.errors import BadInput, DomainError
from core.i18n import _
from core.terms import Secrecy, Split, SurveyState
from members import rules
from members.models import Organisation
from surveys import scrutineers, splitting
from surveys.models import Survey
from surveys.questionnaires import Ready

KEPT = ("secrecy", "split", "rounds", "scrutineer", "manifest", "opened_on")
TRIGGER = "survey_keeps_its_promises"
REFUSED = "an opened survey keeps what its respondents were promised"


class Promised(DomainError):
    """Something was to be changed that respondents rely on."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This survey has been opened: what was promised to its respondents stays as it was, for everybody and "
                "for good. Set up another survey to ask in another way. Nothing was changed."
            )
        )


class Altered(DomainError):
    """A survey is no longer what its manifest says."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This survey no longer says what its respondents were promised: somebody changed it in the database. "
                "The box stays sealed. Restore the survey from a backup made since it was opened."
            )
        )


@dataclass(frozen=True, slots=True)
class Choices:
    """How an anonymous survey is opened: what is taken apart (none: decided on opening), in rounds or at once, and by
    whom besides the server (`scrutineer`: a public key as its holder wrote it, "" for nobody)."""

    split: Split | None = None
    rounds: bool = False
    scrutineer: str = ""


def choose(survey: Survey, choices: Choices, *, by: Any) -> None:
    """Set how the box will be opened; raise `Promised` once the survey was opened, `BadInput` for what cannot be."""
    if survey.state is not SurveyState.DRAFT or survey.opened_on is not None:
        raise Promised
    if survey.secrecy is Secrecy.ROWS and choices.split not in (None, Split.NONE):
        raise BadInput(
            _("Answers that may be read as a whole cannot be taken apart; choose anonymous, or leave them whole."),
            field="split",
        )
    public = scrutineers.read(choices.scrutineer) if choices.scrutineer.strip() else None
    if public is not None and choices.rounds:
        raise BadInput(
            _("A scrutineer’s key opens the box once, at the close; it cannot be opened in rounds before."),
            field="rounds",
        )
    survey.split, survey.rounds, survey.scrutineer = choices.split, choices.rounds, public
    audit.note("choose", survey, by=by)
    db.session.flush()


def check(survey: Survey) -> None:
    """Raise `Altered` unless an opened survey still is what its manifest says."""
    if survey.manifest is None:
        return
    try:
        promised = manifest.read(survey.manifest)
    except Malformed as error:
        raise Altered from error
    split = (survey.split or Split.NONE).value
    same = (
        promised.sid == survey.public_id
        and promised.split == split
        and promised.rounds is survey.rounds
        and promised.scrutineer == (survey.scrutineer or b"")
        and promised.form == manifest.form_hash(survey.version.definition)
    )
    if not same:
        raise Altered


@dataclass(frozen=True, slots=True)
class Told:
    """What a survey promises, for a page: how it will be (or was) taken apart and why, with whose key, under which
    fingerprint; "" where there is none."""

    split: Split
    reason: str
    rounds: bool
    scrutineer: str
    check_number: str
    fingerprint: str


def told(survey: Survey, asked: Ready, *, within: Organisation) -> Told:
    """Return what a survey promises; for a draft, what it would promise were it opened now."""
    split = splitting.decided(survey, asked, within=within)
    return Told(
        split=split,
        reason=_reason(survey, split, within),
        rounds=survey.rounds,
        scrutineer=scrutineer(survey),
        check_number=scrutineers.check_number(survey.scrutineer) if survey.scrutineer else "",
        fingerprint=fingerprint(survey),
    )


def _reason(survey: Survey, split: Split, within: Organisation) -> str:
    """Return why a draft would be taken apart so; "" once it was opened, for then it is simply so."""
    if survey.opened_on is not None:
        return ""
    if survey.split is not None:
        return _("You chose this.")
    if survey.secrecy is Secrecy.ROWS:
        return _("Respondents are told that each answer may be read as a whole.")
    if split is Split.ALL:
        floor = rules.value(within, "surveys.split_all_below")
        return _("Fewer than %(floor)s are invited: among so few a combination gives somebody away.", floor=floor)
    if split is Split.TEXTS:
        return _("The questionnaire asks for words, and wording together with the rest can give somebody away.")
    return _("Nothing is asked in words, and enough people are invited to cross questions safely.")


def fingerprint(survey: Survey) -> str:
    """Return the fingerprint of what was promised, in groups of four; "" for a survey without a manifest."""
    return manifest.fingerprint(survey.manifest) if survey.manifest else ""


def scrutineer(survey: Survey) -> str:
    """Return the public key of the survey's scrutineer as text, "" for nobody."""
    return b64u(survey.scrutineer) if survey.scrutineer else ""


# --- the session refuses --------------------------------------------------------------------------------------------


@event.listens_for(Survey, "before_update")
def _keep(mapper: Mapper[Survey], connection: Connection, survey: Survey) -> None:
    """Refuse to write a row whose promises were changed after it was opened, or that was closed and is opened again."""
    stored = _stored(connection, survey)
    kept = KEPT if stored["opened_on"] is not None else ()
    kept += ("state",) if stored["state"] is SurveyState.CLOSED else ()
    for name in kept:
        added = get_history(survey, name).added
        if added and added[0] != stored[name]:
            raise Promised


@event.listens_for(Survey, "before_delete")
def _stay(mapper: Mapper[Survey], connection: Connection, survey: Survey) -> None:
    """Refuse to remove a survey people may have answered."""
    if _stored(connection, survey)["opened_on"] is not None:
        raise Promised


def _stored(connection: Connection, survey: Survey) -> RowMapping:
    """Return what the database says, whatever the session believes."""
    columns = [Survey.__table__.c[name] for name in (*KEPT, "state")]
    return connection.execute(select(*columns).where(Survey.__table__.c.id == survey.id)).mappings().one()


@event.listens_for(Session, "do_orm_execute")
def _no_bulk(state: ORMExecuteState) -> None:
    """Refuse bulk statements on surveys: they would pass the rows by."""
    mapper = state.bind_mapper
    if (state.is_update or state.is_delete) and mapper is not None and issubclass(mapper.class_, Survey):
        raise Promised


# --- the database refuses -------------------------------------------------------------------------------------------


def triggers(dialect: str) -> Iterator[str]:
    """Yield the statements that make a database keep the promises by itself; safe to run again."""
    if dialect == "sqlite":
        yield from _sqlite()
    elif dialect == "postgresql":
        yield from _postgresql()


def _differs(word: str) -> str:
    changed = " OR ".join(f"OLD.{name} {word} NEW.{name}" for name in KEPT)
    closed = "OLD.state = 'closed' AND NEW.state <> 'closed'"
    return f"(OLD.opened_on IS NOT NULL AND ({changed})) OR ({closed})"


def _sqlite() -> Iterator[str]:
    for moment, when in (
        ("update", _differs("IS NOT")),
        ("delete", "OLD.opened_on IS NOT NULL"),
    ):
        yield f"DROP TRIGGER IF EXISTS {TRIGGER}_{moment}"
        yield (
            f"CREATE TRIGGER {TRIGGER}_{moment} BEFORE {moment.upper()} ON survey WHEN {when} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        )


def _postgresql() -> Iterator[str]:
    yield (
        f"CREATE OR REPLACE FUNCTION {TRIGGER}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSED}'; END $$"
    )
    for moment, when in (
        ("update", _differs("IS DISTINCT FROM")),
        ("delete", "OLD.opened_on IS NOT NULL"),
    ):
        yield f"DROP TRIGGER IF EXISTS {TRIGGER}_{moment} ON survey"
        yield (
            f"CREATE TRIGGER {TRIGGER}_{moment} BEFORE {moment.upper()} ON survey "
            f"FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {TRIGGER}()"
        )


@schema.afterwards
def install() -> None:
    """Put the triggers into the database, after every migration: some migrations build the table anew without them."""
    with db.engine.begin() as connection:
        for statement in triggers(connection.dialect.name):
            connection.execute(text(statement))


@event.listens_for(Survey.__table__, "after_create")
def _with_triggers(table: Any, connection: Connection, **_given: Any) -> None:
    """Put the triggers into a database whose tables are made without migrations."""
    for statement in triggers(connection.dialect.name):
        connection.execute(DDL(statement))
