"""Reminders: as a list to print or by mail, to everybody who holds no ballot yet.

Whether somebody has answered nobody knows. Whether a member has collected a ballot or drawn a slip is known, so that
nobody gets two; so those who have are left in peace. Who they are is not said: the list names those still to be told.
In a survey from before there were ballots, and where everybody has the link, a reminder goes to everybody alike.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from core import audit, clock, mail
from core.db import db
from core.errors import DomainError
from core.i18n import _, day
from core.terms import Access, Secrecy, SurveyState
from members.models import Member, Organisation
from surveys.models import Invitation, Reminder, Survey


def people(survey: Survey, *, within: Organisation) -> list[Member]:
    """Return the members invited who hold no ballot yet, by group and number; blank slips have nobody to remind."""
    query = (
        select(Member)
        .join(Invitation, Invitation.member_id == Member.id)
        .where(Invitation.survey_id == survey.id, Member.organisation_id == within.id)
        .where(Invitation.collected.is_(None), Invitation.drew_slip.is_(False))
    )
    return list(db.session.scalars(query.order_by(Member.group_id, Member.number, Member.id)).unique())


def sent(survey: Survey) -> list[Reminder]:
    """Return the reminders of a survey, the newest first."""
    return list(
        db.session.scalars(select(Reminder).where(Reminder.survey_id == survey.id).order_by(Reminder.id.desc()))
    )


def words(survey: Survey, link: str) -> str:
    """Return what a reminder says: the same to everybody it goes to."""
    title = survey.version.title
    if survey.secrecy is Secrecy.ANONYMOUS:
        waiting = _("The survey “%(title)s” is waiting for your answer. It is anonymous.", title=title)
    else:
        waiting = _("The survey “%(title)s” is waiting for your answer. No names are stored.", title=title)
    if survey.access is Access.CODES:
        how = _("To answer, open %(link)s and type the code on your slip.", link=link)
    else:
        how = _("To answer, open %(link)s.", link=link)
    until = _("It is open until %(day)s.", day=day(survey.closes_on)) if survey.closes_on else ""
    if survey.manifest and survey.access is Access.CODES:
        to = _(
            "This goes to everybody who has neither collected a ballot nor drawn a slip. You need not take part, and "
            "what anybody answers nobody can tell."
        )
    else:
        to = _("This goes to everybody invited: nobody can tell who has answered. If you have, thank you.")
    return "\n".join(line for line in (waiting, until, how, to) if line)


def check(survey: Survey) -> None:
    """Raise `DomainError` unless the survey is open."""
    if survey.state is not SurveyState.OPEN:
        raise DomainError(_("Only an open survey needs a reminder."))


def note(survey: Survey, count: int, *, by_mail: bool, by: Any) -> Reminder:
    """Write down that so many were reminded today; raise `DomainError` when the survey is not open."""
    check(survey)
    reminder = Reminder(survey_id=survey.id, sent_on=clock.today(), by_mail=by_mail, people=count)
    db.session.add(reminder)
    audit.note("remind", survey, by=by)
    db.session.flush()
    return reminder


def letters(survey: Survey, link: str, members: Sequence[Member]) -> list[mail.Letter]:
    """Return a letter for each of the members who has an address."""
    subject, text = _("Survey: %(title)s", title=survey.version.title), words(survey, link)
    return [mail.Letter(member.email, subject, text) for member in members if member.email]
