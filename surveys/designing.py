"""Designing: every change of an instrument is one step that can be undone, and none overwrites another's."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, func, select, update

from core import audit, clock, paging
from core.db import db
from core.errors import BadInput, NotFound, Stale
from core.i18n import LANGUAGES, _, language, speaking
from forms.words import with_words
from members.models import Organisation
from questions import named, types
from questions.base import SILENT
from surveys import drafts, instruments, trials
from surveys.definitions import Definition, in_language, spoken
from surveys.models import DesignStep, Instrument, Version
from surveys.proof.structure import ITEMS

CARDS = 24  # on a page of the list
KEPT = 50  # steps that can be undone
SAID = TITLE = 200
QUOTED = 40  # characters of a title quoted in the words of a step
OF_THE_PLACE = ("id", "show_if", "jumps")  # what a question does not take along into another questionnaire
Change = Callable[[Definition], str]


# --- finding ----------------------------------------------------------------------------------------------------


def instrument(instrument_id: int, *, within: Organisation) -> Instrument:
    """Return an instrument of the organisation; raise `NotFound`."""
    found = db.session.scalar(
        select(Instrument).where(Instrument.id == instrument_id, Instrument.organisation_id == within.id)
    )
    if found is None:
        raise NotFound(_("There is no such questionnaire in your organisation."))
    return found


def listed(*, within: Organisation) -> list[Instrument]:
    """Return the organisation's instruments, the one changed last first."""
    query = select(Instrument).where(Instrument.organisation_id == within.id)
    return list(db.session.scalars(query.order_by(Instrument.updated_at.desc(), Instrument.id.desc())))


def cards(*, within: Organisation, number: int) -> paging.Page[tuple[Instrument, int, bool]]:
    """Return a page of the instruments, the one changed last first: each, its versions, whether the newest is it."""
    query = select(Instrument).where(Instrument.organisation_id == within.id)
    page = paging.page(query.order_by(Instrument.updated_at.desc(), Instrument.id.desc()), number, CARDS)
    own = Version.instrument_id.in_([row.id for row in page])
    counted = select(Version.instrument_id, func.count(), func.max(Version.id)).where(own)
    told = {key: (count, last) for key, count, last in db.session.execute(counted.group_by(Version.instrument_id))}
    newest = select(Version.instrument_id, Version.definition).where(
        Version.id.in_([last for _n, last in told.values()])
    )
    asked = {key: drafts.copied(definition) for key, definition in db.session.execute(newest)}
    rows = [(row, told.get(row.id, (0,))[0], asked.get(row.id) == row.definition) for row in page]
    return replace(page, rows=rows)


def versions(instrument: Instrument) -> list[Version]:
    """Return what was published of an instrument, the newest first."""
    query = select(Version).where(Version.instrument_id == instrument.id).order_by(Version.id.desc())
    return list(db.session.scalars(query))


def published(*, within: Organisation) -> list[Version]:
    """Return the newest version of each of the organisation's instruments, the newest first."""
    newest = select(func.max(Version.id)).where(
        Version.organisation_id == within.id, Version.instrument_id.is_not(None)
    )
    query = select(Version).where(Version.id.in_(newest.group_by(Version.instrument_id)))
    return list(db.session.scalars(query.order_by(Version.id.desc())))


def version(version_id: int, *, within: Organisation) -> Version:
    """Return a version of the organisation; raise `NotFound`."""
    found = db.session.scalar(select(Version).where(Version.id == version_id, Version.organisation_id == within.id))
    if found is None:
        raise NotFound(_("There is no such questionnaire in your organisation."))
    return found


def is_published(instrument: Instrument) -> bool:
    """Say whether the newest version is what the designer shows now."""
    newest = db.session.scalar(
        select(Version).where(Version.instrument_id == instrument.id).order_by(Version.id.desc()).limit(1)
    )
    return newest is not None and drafts.copied(newest.definition) == instrument.definition


def undoable(instrument: Instrument) -> DesignStep | None:
    """Return the step that undo would take back."""
    return _step(instrument, undone=False)


def redoable(instrument: Instrument) -> DesignStep | None:
    """Return the step that redo would do again."""
    return _step(instrument, undone=True)


def _step(instrument: Instrument, *, undone: bool) -> DesignStep | None:
    query = select(DesignStep).where(DesignStep.instrument_id == instrument.id, DesignStep.undone.is_(undone))
    return db.session.scalar(query.order_by(DesignStep.id if undone else DesignStep.id.desc()).limit(1))


# --- beginning --------------------------------------------------------------------------------------------------


def begin(
    definition: Definition | None, *, within: Organisation, by: Any, title: str = "", lang: str = ""
) -> Instrument:
    """Return a new instrument: empty, or from a definition (a file, the library, a version, another instrument)."""
    if definition is None:
        own = lang if lang in LANGUAGES else language()
        definition = {"lang": own, "title": title or _("New questionnaire"), "sections": []}
    draft = drafts.copied(instruments.normalised(definition))
    if title:
        draft["title"] = with_words(draft.get("title"), spoken(draft), spoken(draft), title)
    if not draft["sections"]:
        draft["sections"] = [{"id": "s1", "title": "", "items": []}]
    draft = drafts.cleaned(draft)
    made = Instrument(
        organisation_id=within.id,
        title=_title(draft),
        language=spoken(draft),
        definition=draft,
        used_ids=sorted(drafts.ids(draft)),
        revision=1,
        updated_at=clock.now(),
    )
    db.session.add(made)
    audit.note("begin", made, by=by)
    return made


def copy(instrument: Instrument, *, within: Organisation, by: Any) -> Instrument:
    """Return a new instrument that asks the same, with no history."""
    title = _("%(title)s (copy)", title=instrument.title)[:TITLE]
    return begin(instrument.definition, within=within, by=by, title=title)


def discard(instrument: Instrument, *, by: Any) -> None:
    """Remove an instrument, its steps and trial answers; versions that surveys ask stay."""
    audit.note("discard", instrument, by=by)
    db.session.execute(update(Version).where(Version.instrument_id == instrument.id).values(instrument_id=None))
    trials.wipe(instrument)
    db.session.execute(delete(DesignStep).where(DesignStep.instrument_id == instrument.id))
    db.session.delete(instrument)
    db.session.flush()


# --- one change -------------------------------------------------------------------------------------------------


def change(instrument: Instrument, revision: int, make: Change) -> None:
    """Apply one change and remember what was before; raise `Stale` when somebody changed it meanwhile.

    `make` alters the draft it is given and returns what was done, in words.
    """
    _current(instrument, revision)
    before = instrument.definition
    draft = drafts.copied(before)
    said = SILENT.sub("", make(draft))
    draft = drafts.cleaned(draft)
    if draft == before:
        return
    _replace(instrument, revision, draft)
    db.session.execute(delete(DesignStep).where(DesignStep.instrument_id == instrument.id, DesignStep.undone.is_(True)))
    db.session.add(
        DesignStep(instrument_id=instrument.id, revision=revision, said=said[:SAID], definition=before, undone=False)
    )
    db.session.flush()
    old = select(DesignStep.id).where(DesignStep.instrument_id == instrument.id).order_by(DesignStep.id.desc())
    db.session.execute(delete(DesignStep).where(DesignStep.id.in_(list(db.session.scalars(old.offset(KEPT))))))


def undo(instrument: Instrument, revision: int) -> str:
    """Take the last change back and say which; "" when there is none."""
    return _swap(instrument, revision, undoable(instrument))


def redo(instrument: Instrument, revision: int) -> str:
    """Do the change that was taken back last again and say which; "" when there is none."""
    return _swap(instrument, revision, redoable(instrument))


def _swap(instrument: Instrument, revision: int, step: DesignStep | None) -> str:
    _current(instrument, revision)
    if step is None:
        return ""
    other, step.definition = step.definition, instrument.definition
    step.undone = not step.undone
    _replace(instrument, revision, other)
    db.session.flush()
    return step.said


def _current(instrument: Instrument, revision: int) -> None:
    if instrument.revision != revision:
        raise Stale(_("Somebody changed this questionnaire meanwhile. Nothing of theirs was overwritten."))


def _replace(instrument: Instrument, revision: int, draft: Definition) -> None:
    """Store a definition, unless another transaction was first."""
    if len(str(draft)) > instruments.BYTES:
        raise BadInput(_("The questionnaire has become too large; nothing was changed."))
    done = db.session.execute(
        update(Instrument)
        .where(Instrument.id == instrument.id, Instrument.revision == revision)
        .values(
            definition=draft,
            title=_title(draft),
            used_ids=sorted({*instrument.used_ids, *drafts.ids(draft)}),
            revision=revision + 1,
            updated_at=clock.now(),
        )
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(instrument)
    if done.rowcount != 1:  # type: ignore[attr-defined]
        _current(instrument, revision)


def _title(draft: Mapping[str, Any]) -> str:
    title = in_language(draft.get("title", ""), spoken(draft))
    return str(title).strip()[:TITLE] or _("Without a title")


def _quoted(thing: Mapping[str, Any], draft: Mapping[str, Any]) -> str:
    title = str(in_language(thing.get("title", ""), spoken(draft))).strip()
    return title[:QUOTED] or str(thing.get("id", ""))


# --- items ------------------------------------------------------------------------------------------------------


def add_item(instrument: Instrument, revision: int, kind: str, *, where: str, place: int | None = None) -> str:
    """Add a new question of a kind to a section and return its id; raise `NotFound` or `Stale`."""
    asked = types.get(kind)
    if asked is None:
        raise NotFound(_("There is no such kind of question."))
    with speaking(spoken(instrument.definition)):
        begun = asked.begin()
    return insert_item(instrument, revision, {"title": "", **begun}, where=where, place=place)


def insert_item(
    instrument: Instrument, revision: int, definition: Mapping[str, Any], *, where: str, place: int | None = None
) -> str:
    """Add a question as defined, under a new id, and return that id; rules and jumps of its old place stay behind."""
    name = drafts.fresh(instrument.used_ids)

    def make(draft: Definition) -> str:
        _room(draft)
        thing = {
            "id": name,
            **{key: value for key, value in definition.items() if key not in ("id", "show_if", "jumps")},
        }
        drafts.put(draft, drafts.copied({"items": [thing]})["sections"][0]["items"][0], where, place)
        kind = named(thing)
        return _("Added: %(what)s", what=_quoted(thing, draft) if thing.get("title") else kind.label if kind else name)

    change(instrument, revision, make)
    return name


def _room(draft: Definition) -> None:
    if sum(1 for _item in drafts.items(draft)) >= ITEMS:
        raise BadInput(_("A questionnaire holds at most %(most)s questions.", most=ITEMS))


def set_item(instrument: Instrument, revision: int, name: str, values: Mapping[str, Any]) -> None:
    """Change an item's title, help, required, rules, jumps and settings; None takes a setting away."""

    def make(draft: Definition) -> str:
        item = drafts.item(draft, name)
        for key, value in values.items():
            if key in ("id", "type"):
                continue
            if value is None:
                item.pop(key, None)
            else:
                item[key] = value
        return _("Changed: %(what)s", what=_quoted(item, draft))

    change(instrument, revision, make)


def rename_item(instrument: Instrument, revision: int, name: str, new: str) -> None:
    """Give an item another id, in every rule, jump, check and piped word too; raise `BadInput`."""
    if name == new:
        return
    if not drafts.acceptable(new):
        raise BadInput(_("An id begins with a letter and holds only letters, digits and _."), field="id")
    if new in instrument.used_ids:
        raise BadInput(
            _("“%(name)s” was used in this questionnaire before; ids are never used again.", name=new), field="id"
        )

    def make(draft: Definition) -> str:
        drafts.item(draft, name)
        drafts.renamed(draft, name, new)
        return _("Renamed: %(old)s → %(new)s", old=name, new=new)

    change(instrument, revision, make)


def move_item(instrument: Instrument, revision: int, name: str, *, where: str, place: int) -> None:
    """Move an item to a place (0 is the first) of a section."""

    def make(draft: Definition) -> str:
        drafts.section(draft, where)
        drafts.put(draft, drafts.take(draft, name), where, place)
        return _("Moved: %(what)s", what=_quoted(drafts.item(draft, name), draft))

    change(instrument, revision, make)


def nudge_item(instrument: Instrument, revision: int, name: str, by: int) -> None:
    """Move an item one place up (-1) or down (1), over the edge of its section into the next."""
    draft = instrument.definition
    home, place = drafts.spot(draft, name)
    at = next(number for number, section in enumerate(draft["sections"]) if section["id"] == home["id"])
    if 0 <= place + by < len(home["items"]):
        move_item(instrument, revision, name, where=home["id"], place=place + by)
    elif 0 <= at + by < len(draft["sections"]):
        other = draft["sections"][at + by]
        move_item(instrument, revision, name, where=other["id"], place=0 if by > 0 else len(other["items"]))


def duplicate_item(instrument: Instrument, revision: int, name: str) -> str:
    """Put a copy with a new id behind an item and return that id; rules that named the item stay with it."""
    new = drafts.fresh(instrument.used_ids)

    def make(draft: Definition) -> str:
        _room(draft)
        home, place = drafts.spot(draft, name)
        twin = drafts.copied({"items": [home["items"][place]]})["sections"][0]["items"][0]
        home["items"].insert(place + 1, {**twin, "id": new})
        return _("Duplicated: %(what)s", what=_quoted(twin, draft))

    change(instrument, revision, make)
    return new


def delete_item(instrument: Instrument, revision: int, name: str) -> None:
    """Delete an item; what refers to it stays, and the proof names it."""

    def make(draft: Definition) -> str:
        return _("Deleted: %(what)s", what=_quoted(drafts.take(draft, name), draft))

    change(instrument, revision, make)


# --- publishing -------------------------------------------------------------------------------------------------


def publish(instrument: Instrument, *, within: Organisation, by: Any) -> Version:
    """Freeze what is there as a version and wipe the trial answers; raise `BadInput` when the proof finds errors."""
    made = instruments.freeze(instrument.definition, within=within, by=by)
    made.instrument_id = instrument.id
    trials.wipe(instrument)
    audit.note("publish", instrument, by=by)
    db.session.flush()
    return made
