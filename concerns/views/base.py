"""What the concern pages share: their blueprint, and where a request comes from and goes to."""

from typing import Any

from flask import Blueprint, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from concerns import queries
from concerns.models import Concern
from core.i18n import lazy
from investigations import queries as investigations
from investigations.models import Investigation

bp = Blueprint("concerns", __name__, url_prefix="/app")

LIST = ("shown", "theme", "source", "action", "order", "page")
STEPS = {
    "rename": lazy("You renamed a concern."),
    "accept": lazy("You kept a concern as it is."),
    "hide": lazy("You hid a concern."),
    "unhide": lazy("You brought a concern back."),
    "merge": lazy("You merged two concerns."),
    "split": lazy("You made a new concern of some passages."),
    "move": lazy("You moved some passages."),
    "set_aside": lazy("You hid some passages."),
    "bring_back": lazy("You brought some passages back."),
    "describe": lazy("You wrote an entry of the codebook."),
    "take_in": lazy("You took a codebook in."),
}


def investigation_of(concern: Concern) -> Investigation:
    """Return the investigation a concern belongs to."""
    return investigations.investigation(concern.investigation_id, within=g.organisation)


def back(concern: Concern) -> ResponseReturnValue:
    """Go to the page of a concern, or to the list if that is where the step was made."""
    if request.args.get("back") == "list":
        return redirect(url_for("concerns.index", investigation_id=concern.investigation_id, **list_place()))
    return redirect(url_for("concerns.show", concern_id=concern.id))


def page_number() -> int:
    """Return the page of a long list that was asked for."""
    return request.args.get("page", 1, type=int)


def list_place() -> dict[str, str]:
    """Return what the address says about the part of the list of concerns that was open."""
    return {name: request.args[name][:60] for name in LIST if request.args.get(name)}


def last_step(row: Investigation) -> dict[str, Any] | None:
    """Return what the reader could take back: the number of the step and its words."""
    last = queries.last_step(row, by=g.account)
    return None if last is None else {"id": last.id, "words": STEPS[last.step]}
