"""The blueprint of all pages of talks, and what several of them need."""

from typing import Any

from flask import Blueprint, g

from core.errors import NotAllowed
from core.i18n import _, lazy
from interviews import queries
from interviews.models import Talk
from interviews.people import People, called
from interviews.queries import TalkView
from investigations import queries as investigation_queries

bp = Blueprint("interviews", __name__, url_prefix="/app")

OCCASIONS = (
    lazy("Regular talk"),
    lazy("Member asked to talk"),
    lazy("New to the post"),
    lazy("Change of post"),
    lazy("Commended"),
    lazy("Hardship in the family"),
    lazy("Illness"),
    lazy("Disagreement to settle"),
    lazy("Feedback after the yearly review"),
    lazy("Before retirement"),
)


def investigations() -> list[tuple[int, str]]:
    """Return the investigations a talk may belong to, as choices."""
    return [(row.id, row.title) for row in investigation_queries.investigations(within=g.organisation)]


def suggestions(people: People) -> dict[str, Any]:
    """Return what fields for people and occasions offer while one types."""
    used = queries.occasions(within=g.organisation, reader=g.account)
    return {"people": people, "called": called, "occasions": list(dict.fromkeys([*used, *map(str, OCCASIONS)]))}


def writable(talk_id: int) -> tuple[Talk, TalkView]:
    """Return a talk the reader may change, for a verb and for the page."""
    row = queries.talk(talk_id, within=g.organisation)
    view = queries.view(talk_id, within=g.organisation, reader=g.account)
    if not view.writable:
        raise NotAllowed(_("Only who held this talk or wrote it down, or a secretary who may read it, may change it."))
    return row, view
