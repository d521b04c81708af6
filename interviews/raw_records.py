"""What a row or a record of a file says, understood: the people, the day, the level, the promises."""

from dataclasses import dataclass

from core.errors import BadInput
from core.i18n import _
from core.terms import FollowUpState
from interviews import columns, talks
from interviews.follow_ups import OUTCOME
from interviews.people import People
from interviews.raw_talks import RawTalk
from interviews.talks import Promise, TalkRecord
from investigations.models import Investigation

NUMBER = 40  # characters


@dataclass(frozen=True, slots=True)
class BroughtPromise(Promise):
    """A promise out of a file, with what has become of it already."""

    state: FollowUpState = FollowUpState.OPEN
    outcome: str = ""


def record_of(raw: RawTalk, people: People, investigation: Investigation | None) -> TalkRecord:
    """Return the talk a row tells of; raise `BadInput` naming the first thing that is wrong."""
    texts = raw.texts
    for field in ("member", "held_on", "interviewer"):
        if not texts.get(field):
            raise BadInput(_("%(column)s is empty.", column=columns.title(field)))
    if len(texts.get("number", "")) > NUMBER:
        raise BadInput(_("The number is longer than %(most)s characters.", most=NUMBER))
    interviewer = people.find(texts["interviewer"])
    record = TalkRecord(
        member_id=people.find(texts["member"]).id,
        interviewer_id=interviewer.id,
        held_on=columns.day(texts["held_on"], "held_on"),
        visibility=columns.visibility(texts.get("visibility", "")),
        notes=texts.get("notes", ""),
        occasion=texts.get("occasion", ""),
        mode=columns.mode(texts.get("mode", "")),
        place=texts.get("place", ""),
        minutes=columns.minutes(texts.get("minutes", "")),
        investigation_id=investigation.id if investigation else None,
        promises=tuple(_promise(one, people, interviewer.id) for one in raw.promises),
    )
    talks.check(record)
    return record


def said(raw: RawTalk) -> dict[str, str]:
    """Return the texts of a row without those left empty."""
    return {field: text for field, text in raw.texts.items() if text}


def _promise(texts: dict[str, str], people: People, interviewer_id: int) -> BroughtPromise:
    owner = people.find(texts["owner"]).id if texts.get("owner") else interviewer_id
    due_on = columns.day(texts["due_on"], "due_on") if texts.get("due_on") else None
    if not texts.get("promise"):
        raise BadInput(_("There is an owner or a date, but no promise."))
    state = columns.promise_state(texts.get("state", ""))
    if len(texts.get("outcome", "")) > OUTCOME:
        raise BadInput(
            _("%(count)s characters are too many; up to %(most)s fit.", count=len(texts["outcome"]), most=OUTCOME)
        )
    return BroughtPromise(texts["promise"], owner, due_on, state=state, outcome=texts.get("outcome", ""))
