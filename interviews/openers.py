"""Opening topics: what a talk can begin with, told by whoever knows; the same for everybody a talk is held with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from core.db import db
from core.terms import TalkState
from interviews.models import Talk
from interviews.queries import TalkView
from members.models import Organisation


@dataclass(frozen=True, slots=True)
class Topic:
    """Something to open a talk with: what people said, what was answered, and when."""

    said: str
    answered: str
    on: date


# Given an organisation and the day of the last talk (None: there was none), returns what is new since, newest first.
Listener = Callable[[Organisation, date | None], list[Topic]]
_TOLD: list[Listener] = []


def tell_of_topics(listener: Listener) -> None:
    """Have `listener` asked for topics whenever a talk is opened to be held."""
    if listener not in _TOLD:
        _TOLD.append(listener)


def topics(talk: TalkView, *, within: Organisation) -> list[Topic]:
    """Return what a talk can open with: what became known since its member was last talked with.

    Who raised a thing plays no part, here or in any listener: an opener must not tell the interviewer what the member
    once said to somebody else, or wrote into a survey.
    """
    before = db.session.scalar(
        select(func.max(Talk.held_on)).where(
            Talk.organisation_id == within.id,
            Talk.member_id == talk.member.id,
            Talk.state == TalkState.RECORDED,
            Talk.id != talk.id,
            Talk.held_on <= talk.held_on,
        )
    )
    found = [topic for listener in _TOLD for topic in listener(within, before)]
    return sorted(found, key=lambda topic: topic.on, reverse=True)
