"""Wording a chat model proposes for a concern: asked for by a person, checked here, taken or dismissed by a person.

Nothing is sent unless a model was set. What is sent are passages that might be quoted to everybody, names and numbers
masked and redactions applied, of concerns that enough voices raise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import null, or_, select, update

from concerns import curation, queries
from concerns.models import Concern, Excerpt
from concerns.queries.readers import SPEAKER, readable
from core import audit, chat, jobs
from core.db import db
from core.errors import DomainError, Stale
from core.i18n import _
from core.terms import SourceKind, Visibility
from interviews import passages as released_passages
from interviews.models import Talk
from investigations.models import Investigation
from members.models import Account, Organisation
from members.names import names
from text.languages import detect_all
from text.wording import Wording, checked, read, task

JOB = "concerns.propose_wording"
MOST = 40  # passages sent
LONGEST = 200  # code points of one of them


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the model proposes and the passages still bear out; `job` is the work it came from."""

    job: jobs.Job
    wording: Wording


def available() -> bool:
    """Say whether a model may be asked."""
    return chat.available()


def whereto() -> str:
    """Return the host passages would be sent to."""
    return urlsplit(current_app.config["SETTINGS"].chat).hostname or ""


def ask(concern: Concern, *, language: str, within: Organisation, by: Account) -> jobs.Job:
    """Have the model propose words for a concern; raise `DomainError` when it may not be asked."""
    if not available():
        raise DomainError(_("No chat model is set, so nothing was sent."))
    if not material(concern, within=within):
        raise DomainError(_("Too few voices say this for their passages to be shown to a model. Nothing was sent."))
    audit.note("propose_wording", concern, by=by)
    return jobs.enqueue_once(JOB, organisation_id=within.id, language=language, concern_id=concern.id)


def material(concern: Concern, *, within: Organisation) -> list[str]:
    """Return the passages a model may see, the most telling first, one of each voice; none below the floor."""
    investigation = db.session.get_one(Investigation, concern.investigation_id)
    if queries.line(concern, investigation, within=within).voices < queries.quote_floor(within):
        return []
    rows = db.session.execute(
        readable(select(Excerpt, SPEAKER), investigation, within)
        .where(
            Excerpt.concern_id == concern.id,
            Excerpt.hidden.is_(False),
            or_(Excerpt.source != SourceKind.TALK, Talk.visibility == Visibility.COMMITTEE),
        )
        .order_by(Excerpt.quoted.is_(None), Excerpt.quoted, Excerpt.text, Excerpt.id)
        .limit(10 * MOST)
    )
    people = names(within)
    by_voice: dict[str, str] = {}
    for excerpt, voice in rows:
        by_voice.setdefault(voice, " ".join(queries.shown_text(excerpt, people).split())[:LONGEST])
    return list(dict.fromkeys(by_voice.values()))[:MOST]


def answer(passages: Sequence[str]) -> str:
    """Return what the model says to the passages; raise `NotAnswered`. No transaction should be open meanwhile."""
    return chat.ask(task(detect_all(passages)), "\n".join(passages))


def believed(said: str, concern: Concern, *, within: Organisation) -> dict[str, Any]:
    """Return what of a model's answer the passages bear out that may be used now, to be kept as a job's result."""
    passages = material(concern, within=within)
    found = read(said, passages, detect_all(passages)) if passages else Wording("", "", 0)
    people = names(within)
    return {
        "label": people.masked(found.label),
        "summary": people.masked(found.summary),
        "left_out": found.left_out,
    }


def latest(concern: Concern, *, within: Organisation) -> jobs.Job | None:
    """Return the newest asking for this concern, if any."""
    return jobs.latest(JOB, within=within, concern_id=concern.id)


def proposal(concern: Concern, *, within: Organisation) -> Proposal | None:
    """Return what waits to be taken or dismissed: of it only what passages say that stand in the concern now."""
    job = latest(concern, within=within)
    if job is None or job.running or not job.result:
        return None
    passages, kept = material(concern, within=within), job.result
    if not passages:
        return None
    found = checked(kept["label"], kept["summary"], passages, detect_all(passages))
    return Proposal(job, Wording(found.label, found.summary, kept["left_out"] + found.left_out))


def take(concern: Concern, *, label: str, summary: str, seen: int, within: Organisation, by: Account) -> None:
    """Give the concern the proposed words as a person left them; raise `Stale` or `BadInput`."""
    if proposal(concern, within=within) is None:
        raise Stale(_("This proposal has already been taken or dismissed. Nothing was changed."))
    curation.rename(concern, label=label, summary=summary, seen=seen, by=by)
    dismiss(concern, within=within)


def dismiss(concern: Concern, *, within: Organisation) -> None:
    """Forget what was proposed for a concern."""
    job = latest(concern, within=within)
    if job is not None and not job.running:
        job.result = null()
        db.session.flush()


def forget(released: Mapping[Talk, Sequence[str]]) -> None:
    """Forget every proposal of the organisations of talks that may be used otherwise now: it may tell of them."""
    db.session.execute(
        update(jobs.Job)
        .where(jobs.Job.name == JOB, jobs.Job.organisation_id.in_({talk.organisation_id for talk in released}))
        .values(result=null())
    )


released_passages.tell_of_renewal(forget)
