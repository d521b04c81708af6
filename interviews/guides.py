"""Guides for talks: made, changed, copied, put away, adopted from those that ship, and chosen for a talk."""

import re
from dataclasses import replace

from sqlalchemy import select, update
from sqlalchemy.exc import InvalidRequestError

from core import audit
from core.db import db
from core.errors import BadInput, DomainError, NotAllowed, NotFound, Stale
from core.i18n import _
from interviews.guide_texts import GuideText, ShippedGuide, TopicText, shipped
from interviews.models import Guide, Talk, Topic
from interviews.queries.readers import may_write
from members.models import Account, Organisation

TITLE, OCCASION, OPENING, TOPIC, PROBE = 120, 80, 2000, 200, 200
TOPICS, PROBES = 20, 12
LARGEST_ID = 2**31 - 1
_OCCASIONS = re.compile(r"[、,，;；/]")


def guides(*, within: Organisation, archived: bool = False) -> list[Guide]:
    """Return the organisation's guides by title: those in use, or those put away."""
    rows = select(Guide).where(Guide.organisation_id == within.id, Guide.archived == archived)
    return list(db.session.scalars(rows.order_by(Guide.title, Guide.id)))


def guide(guide_id: int, *, within: Organisation) -> Guide:
    """Return a guide; raise `NotFound`."""
    found = db.session.get(Guide, guide_id) if guide_id <= LARGEST_ID else None
    if found is None or found.organisation_id != within.id:
        raise NotFound(_("There is no such guide in your organisation."))
    return found


def text_of(guide: Guide) -> GuideText:
    """Return a guide in words."""
    topics = tuple(TopicText(topic.title, tuple(topic.probes)) for topic in guide.topics)
    return GuideText(guide.title, guide.occasion, guide.opening, topics)


def make(text: GuideText, *, within: Organisation, by: Account) -> Guide:
    """Write down a new guide; raise `BadInput`."""
    _check(text)
    made = Guide(organisation_id=within.id, title=text.title, occasion=text.occasion, opening=text.opening)
    made.topics = _topics(text)
    db.session.add(made)
    db.session.flush()
    audit.note("guide.make", made, by=by)
    return made


def change(guide: Guide, text: GuideText, *, by: Account, based_on: int) -> None:
    """Replace the words of a guide that was at revision `based_on`; raise `Stale`, `BadInput`."""
    _check(text)
    try:
        db.session.refresh(guide, with_for_update={"of": Guide})
    except InvalidRequestError as error:
        raise NotFound(_("There is no such guide in your organisation.")) from error
    if guide.revision != based_on:
        raise Stale(_("Somebody changed this guide while you were writing; what you typed still stands below."))
    if text == text_of(guide):
        return
    guide.title, guide.occasion, guide.opening = text.title, text.occasion, text.opening
    guide.topics.clear()
    db.session.flush()
    guide.topics = _topics(text)
    # A change of topics alone is a change of the guide: two writers must not mix theirs.
    guide.revision = based_on + 1
    db.session.flush()
    audit.note("guide.change", guide, by=by)


def copy(guide: Guide, *, within: Organisation, by: Account) -> Guide:
    """Write down a second guide with the same words."""
    title = _("%(title)s (copy)", title=guide.title)
    return make(replace(text_of(guide), title=title[:TITLE]), within=within, by=by)


def put_away(guide: Guide, *, by: Account) -> None:
    """Take a guide out of use; talks it was used for keep it."""
    if not guide.archived:
        guide.archived = True
        db.session.flush()
        audit.note("guide.archive", guide, by=by)


def take_up(guide: Guide, *, by: Account) -> None:
    """Bring a guide back into use."""
    if guide.archived:
        guide.archived = False
        db.session.flush()
        audit.note("guide.restore", guide, by=by)


def on_offer(within: Organisation) -> list[ShippedGuide]:
    """Return the guides that ship for this kind of organisation and are not among its own under the same title."""
    own = set(db.session.scalars(select(Guide.title).where(Guide.organisation_id == within.id)))
    return [one for one in shipped(within.kind) if one.text.title not in own]


def adopt(key: str, *, within: Organisation, by: Account) -> Guide:
    """Take over a guide that ships; from then on it is the organisation's own; raise `NotFound`, `DomainError`."""
    one = next((each for each in shipped(within.kind) if each.key == key), None)
    if one is None:
        raise NotFound(_("There is no such guide to take over."))
    if one not in on_offer(within):
        raise DomainError(_("You have a guide of this title already."))
    return make(one.text, within=within, by=by)


def adopt_all(*, within: Organisation, by: Account) -> list[Guide]:
    """Take over every guide that is on offer."""
    return [make(one.text, within=within, by=by) for one in on_offer(within)]


def fitting(found: list[Guide], *, occasion: str, chosen_id: int | None = None) -> Guide | None:
    """Return the guide for a talk: the one chosen for it, one for its occasion, one for any occasion, or none."""
    chosen = next((one for one in found if one.id == chosen_id), None)
    if chosen is not None:
        return chosen
    wanted = occasion.strip().casefold()
    named = next((one for one in found if wanted and wanted in _occasions(one)), None)
    return named or next((one for one in found if not one.occasion.strip()), None)


def choose(talk: Talk, guide: Guide | None, *, by: Account) -> None:
    """Remember which guide a talk is held by; no change of the record, whose revision stays."""
    if not may_write(talk, by):
        raise NotAllowed(_("Only who held this talk or wrote it down, or a secretary who may read it, may change it."))
    chosen = guide.id if guide is not None else None
    db.session.execute(
        update(Talk).where(Talk.id == talk.id).values(guide_id=chosen).execution_options(synchronize_session=False)
    )
    db.session.expire(talk, ["guide_id"])


def _occasions(guide: Guide) -> set[str]:
    return {part.strip().casefold() for part in _OCCASIONS.split(guide.occasion) if part.strip()}


def _topics(text: GuideText) -> list[Topic]:
    return [
        Topic(position=position, title=topic.title, probes=list(topic.probes))
        for position, topic in enumerate(text.topics)
    ]


def _check(text: GuideText) -> None:
    if not text.title.strip():
        raise BadInput(_("Give the guide a title."), field="title")
    if not text.topics:
        raise BadInput(_("A guide needs at least one topic."), field="topics")
    if len(text.topics) > TOPICS:
        raise BadInput(_("A guide has room for %(most)s topics.", most=TOPICS), field="topics")
    lengths = [("title", text.title, TITLE), ("occasion", text.occasion, OCCASION), ("opening", text.opening, OPENING)]
    for topic in text.topics:
        if not topic.title.strip():
            raise BadInput(_("A topic has questions but no title."), field="topics")
        if len(topic.probes) > PROBES:
            raise BadInput(_("A topic has room for %(most)s questions.", most=PROBES), field="topics")
        lengths += [("topics", topic.title, TOPIC), *(("topics", probe, PROBE) for probe in topic.probes)]
    for field, words, most in lengths:
        if len(words) > most:
            raise BadInput(
                _("%(count)s characters are too many; up to %(most)s fit.", count=len(words), most=most), field=field
            )
