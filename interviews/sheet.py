"""The sheet a talk is written on: filled from a talk or a draft, read back, and laid beside another."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from core import clock
from core.errors import BadInput
from core.i18n import _
from core.terms import FollowUpState, TalkMode, TalkState, Visibility
from forms.interviews import PlanForm, TalkForm
from interviews.people import People, called
from interviews.queries import TalkView
from interviews.talks import PlannedTalk, Promise, TalkRecord

COMPARED = ("member", "interviewer", "held_on", "occasion", "mode", "place", "minutes", "visibility", "investigation")
Choices = Iterable[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Pair:
    """A field two people filled differently."""

    label: str
    theirs: str
    mine: str


def plan_filled(talk: TalkView) -> PlanForm:
    """Return the plan of a talk as a form."""
    return PlanForm(data=_plan_values(talk))


def filled(talk: TalkView, *, people: People, investigations: Choices) -> TalkForm:
    """Return a talk as a form: its open promises can be reworded, the closed ones stand fixed on the page.

    Raises `Locked`, `NotHanded`: a sheet that lacks words for want of a key would be saved without them.
    """
    if talk.readable:
        talk.check_open()
    values = _plan_values(talk)
    if talk.state is TalkState.PLANNED:
        # Whoever records today what was planned for later held it today.
        values["held_on"] = min(talk.held_on, clock.today())
    promises = [
        {"id": str(row.id), "text": row.promise, "owner": _owner(row.owner_id, people), "due_on": row.due_on}
        for row in talk.promises
        if row.state is FollowUpState.OPEN
    ]
    form = TalkForm(
        formdata=None,
        data={
            **values,
            "minutes": talk.minutes,
            "visibility": talk.visibility.value if talk.visibility else None,
            "notes": talk.notes,
            "promises": promises,
        },
    )
    form.offer(investigations=investigations)
    return form


def typed(content: Mapping[str, Sequence[str]], *, investigations: Choices) -> TalkForm:
    """Return a draft as a form."""
    pairs = [(name, value) for name, values in content.items() for value in values]
    form = TalkForm(formdata=MultiDict(pairs))
    form.offer(investigations=investigations)
    return form


def content_of(sent: MultiDict[str, str]) -> dict[str, list[str]]:
    """Return what was sent of a sheet, without what belongs to the page."""
    return {name: values for name, values in sent.lists() if name not in ("csrf_token", "then")}


def based_on(text: str | None) -> int:
    """Return the revision a form says it started from; one that cannot be read is never the current one."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0


def planned(form: PlanForm, people: People) -> PlannedTalk:
    """Return the plan a form describes; raise `BadInput` when it names nobody."""
    return PlannedTalk(**_shared(form, people))


def record(form: TalkForm, people: People) -> TalkRecord:
    """Return the record a form describes; raise `BadInput` when it names nobody."""
    return TalkRecord(
        **_shared(form, people),
        visibility=Visibility(form.visibility.data),
        notes=form.notes.data,
        minutes=form.minutes.data,
        promises=tuple(_promises(form, people)),
    )


def differing(theirs: TalkForm, mine: TalkForm) -> list[Pair]:
    """Return the fields, notes aside, that the two forms fill differently."""
    pairs = [Pair(str(theirs[name].label.text), _shown(theirs[name]), _shown(mine[name])) for name in COMPARED]
    pairs.append(Pair(str(theirs.promises.label.text), _promise_lines(theirs), _promise_lines(mine)))
    return [pair for pair in pairs if pair.theirs != pair.mine]


def copy_text(pairs: Sequence[Pair], mine: TalkForm) -> str:
    """Return everything of `mine` that differs, as one text to copy from."""
    return "\n".join([f"{pair.label}: {pair.mine}" for pair in pairs] + ["", mine.notes.data or ""]).strip()


def with_promises_of(content: Mapping[str, Sequence[str]], theirs: TalkForm) -> dict[str, list[str]]:
    """Return `content` with the promises that somebody else added meanwhile, so that saving it drops none."""
    merged = {name: list(values) for name, values in content.items()}
    mine = {values[0] for name, values in merged.items() if name.startswith("promises-") and name.endswith("-id")}
    at = 1 + max((int(name.split("-")[1]) for name in merged if name.startswith("promises-")), default=-1)
    for entry in theirs.promises:
        if entry.form.text.data and entry.form.id.data not in mine:
            day: date | None = entry.form.due_on.data
            merged[f"promises-{at}-id"] = [entry.form.id.data]
            merged[f"promises-{at}-text"] = [entry.form.text.data]
            merged[f"promises-{at}-owner"] = [str(entry.form.owner.data or "")]
            merged[f"promises-{at}-due_on"] = [day.isoformat() if day else ""]
            at += 1
    return merged


def content_from(form: TalkForm) -> dict[str, list[str]]:
    """Return a filled form as it would be sent."""
    content = {name: [_sent(form[name].data)] for name in (*COMPARED, "notes", "aside") if form[name].data is not None}
    return with_promises_of(content, form)


def _owner(member_id: int | None, people: People) -> str:
    member = people.get(member_id)
    return "" if member is None else called(member)


def _sent(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _plan_values(talk: TalkView) -> dict[str, Any]:
    return {
        "member": called(talk.member),
        "interviewer": called(talk.interviewer),
        "held_on": talk.held_on,
        "occasion": talk.occasion,
        "mode": (talk.mode or TalkMode.IN_PERSON).value,
        "place": talk.place,
        "investigation": str(talk.investigation_id or ""),
        "based_on": str(talk.revision),
    }


def _shared(form: PlanForm, people: People) -> dict[str, Any]:
    return {
        "member_id": people.find(form.member.data, field="member").id,
        "interviewer_id": people.find(form.interviewer.data, field="interviewer").id,
        "held_on": form.held_on.data,
        "occasion": form.occasion.data,
        "mode": TalkMode(form.mode.data),
        "place": form.place.data,
        "investigation_id": int(form.investigation.data) if form.investigation.data else None,
    }


def _promises(form: TalkForm, people: People) -> Iterable[Promise]:
    for entry in form.promises:
        row = entry.form
        if not row.text.data:
            if not row.id.data and (row.due_on.data or row.owner.data):
                raise BadInput(_("There is an owner or a date, but no promise."), field="promises")
            continue
        owner = row.owner.data or form.interviewer.data
        yield Promise(
            text=row.text.data,
            owner_id=people.find(owner, field="promises").id,
            due_on=row.due_on.data,
            id=based_on(row.id.data) or None,
        )


def _shown(field: Any) -> str:
    if field.data is None:
        return ""
    if hasattr(field, "iter_choices"):
        return next((str(choice.label) for choice in field.iter_choices() if str(choice.value) == str(field.data)), "")
    return _sent(field.data)


def _promise_lines(form: TalkForm) -> str:
    rows = [entry.form for entry in form.promises if entry.form.text.data]
    return "\n".join(
        " · ".join(str(part) for part in (row.text.data, row.owner.data, row.due_on.data) if part) for row in rows
    )
