"""The question bank: questions kept to be used again, and those that ship with the product."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from core import audit
from core.db import db
from core.errors import BadInput, NotFound
from core.i18n import _, language
from members.models import Organisation
from questions import named
from questions.base import QuestionType
from surveys import designing, drafts, library, texts
from surveys.definitions import in_language, spoken
from surveys.models import BankedItem, Instrument

TITLE = 200


@dataclass(frozen=True, slots=True)
class Offer:
    """A question to take: `key` names it ("own.<number>" or "<instrument>.<id>"), `source` says where it is from."""

    key: str
    title: str
    kind: QuestionType
    source: str
    definition: Mapping[str, Any]


def keep(instrument: Instrument, name: str, *, within: Organisation, by: Any) -> BankedItem:
    """Keep a question of an instrument; raise `NotFound`, or `BadInput` when it has no words yet."""
    item = dict(drafts.item(instrument.definition, name))
    kind, own = named(item), spoken(instrument.definition)
    title = str(in_language(item.get("title", ""), own)).strip()
    if kind is None or not title:
        raise BadInput(_("Write the question first; a question without words cannot be kept."))
    kept = {key: value for key, value in item.items() if key not in designing.OF_THE_PLACE}
    made = BankedItem(organisation_id=within.id, title=title[:TITLE], kind=kind.key, definition={**kept, "lang": own})
    db.session.add(made)
    audit.note("keep", made, by=by)
    return made


def own(*, within: Organisation) -> list[Offer]:
    """Return what the organisation kept, the newest first."""
    query = select(BankedItem).where(BankedItem.organisation_id == within.id).order_by(BankedItem.id.desc())
    found = [(row, named(row.definition)) for row in db.session.scalars(query)]
    return [Offer(f"own.{row.id}", row.title, kind, "", row.definition) for row, kind in found if kind]


def shipped() -> list[Offer]:
    """Return the questions of the library, in the reader's language."""
    offers = []
    for ready in library.listed():
        for item in drafts.items(drafts.copied(ready.definition)):
            kind = named(item)
            if kind is not None and kind.answerable and "{{" not in str(item):  # no answer to pipe elsewhere
                title = str(in_language(item["title"], language()))
                offers.append(Offer(f"{ready.key}.{item['id']}", title, kind, ready.title, item))
    return offers


def insert(
    instrument: Instrument, revision: int, key: str, *, where: str, place: int | None, within: Organisation
) -> str:
    """Put a question of the bank into an instrument and return its new id; raise `NotFound` or `Stale`."""
    for offer in own(within=within) if key.startswith("own.") else shipped():
        if offer.key == key:
            definition = {name: value for name, value in offer.definition.items() if name != "lang"}
            said = str(offer.definition.get("lang", "zh"))
            definition = _fitting(definition, said, drafts.languages(instrument.definition))
            return designing.insert_item(instrument, revision, definition, where=where, place=place)
    raise NotFound(_("There is no such question in the bank."))


def _fitting(definition: Mapping[str, Any], said: str, languages: Sequence[str]) -> dict[str, Any]:
    """Return a question with its words in the languages of a questionnaire, or marked as said in another one."""
    draft = drafts.copied({"lang": said, "sections": [{"id": "s", "items": [{**definition, "id": "q"}]}]})
    texts.mark(draft)
    for text in texts.listed(draft):
        kept = {code: words for code, words in text.words.items() if code in languages}
        if kept:
            texts.replace(draft, text.path, kept[languages[0]] if kept.keys() == {languages[0]} else kept)
    (item,) = drafts.items(draft)
    return {key: value for key, value in item.items() if key != "id"}


def discard(banked_id: int, *, within: Organisation, by: Any) -> None:
    """Remove a kept question; raise `NotFound`."""
    found = db.session.scalar(
        select(BankedItem).where(BankedItem.id == banked_id, BankedItem.organisation_id == within.id)
    )
    if found is None:
        raise NotFound(_("There is no such question in the bank."))
    audit.note("discard", found, by=by)
    db.session.delete(found)
    db.session.flush()
