"""Search through the passages a reader may read, as they are shown: a name nobody is shown finds nothing.

A word is found however it is spelled: in simplified or traditional characters, either width, any case.
What is looked for travels sealed, as in the search through notes: no log and no history of a browser has it.
"""

import base64
import binascii
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from flask import current_app
from sqlalchemy import Select, or_, select

from concerns import spellings
from concerns.models import Concern, Excerpt
from concerns.queries import shown_text
from concerns.queries.readers import of, talk_of, usable
from core import audit, clock, seal
from core.db import db
from core.terms import ExcerptKind, Role, SourceKind, Visibility
from interviews.models import Talk
from interviews.searching import KEY_FILE, Part, passage, split
from investigations.models import Investigation
from members.models import Account, Organisation
from members.names import Names, names

PAGE = 25
MOST = 500  # passages looked at more closely and paged through
BOX = 640  # bytes: eighty characters as JSON at their longest, and the filters


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for: `words` all of them, in one passage."""

    words: str
    source: SourceKind | None = None
    kind: ExcerptKind | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage in which the words stand, cut where (text, marked) changes, and the concern it stands in, if any."""

    parts: tuple[Part, ...]
    source: SourceKind
    kind: ExcerptKind
    hidden: bool
    concern_id: int | None
    concern: str


@dataclass(frozen=True, slots=True)
class Found:
    """One page of hits by their words; pages count from 1.

    How many there are in all is not told: it would be known of names as well, which are shown to nobody.
    """

    hits: tuple[Hit, ...]
    number: int
    more: bool  # on the next page
    capped: bool  # there may be more than can be paged through


def prepare(query: Query, investigation: Investigation, *, by: Account) -> str:
    """Note that `by` searches, never what for, and return `query` sealed for an address; raise `BadInput`."""
    split(query.words)
    audit.note("concerns.search", investigation, by=by)
    content = json.dumps([clock.today().isoformat(), asdict(query)], ensure_ascii=False)
    box = seal.seal(_key(), content.encode("utf-8", "surrogatepass"), size=BOX, bound_to=_bound(investigation, by))
    return base64.urlsafe_b64encode(box).decode()


def recall(sealed: str, investigation: Investigation, *, by: Account) -> Query | None:
    """Return what `prepare` sealed the same day for the same account and investigation; None for anything else."""
    try:
        box = base64.b64decode(sealed, altchars=b"-_", validate=True)
        content = seal.unseal(_key(), box, bound_to=_bound(investigation, by))
    except (binascii.Error, ValueError, seal.CannotOpen):
        return None
    day, values = json.loads(content.decode("utf-8", "surrogatepass"))
    if day != clock.today().isoformat():
        return None
    source, kind = values["source"], values["kind"]
    return Query(values["words"], SourceKind(source) if source else None, ExcerptKind(kind) if kind else None)


def search(
    query: Query, investigation: Investigation, *, within: Organisation, reader: Account, number: int = 1
) -> Found:
    """Return one page of the passages `reader` may read in which all the words stand as shown; raise `BadInput`."""
    words = [spellings.plain(word) for word in split(query.words)]
    number = min(max(1, number), -(-MOST // PAGE))
    rows = db.session.execute(_candidates(query, words, investigation, within, reader)).all()
    found = _shown_with(words, rows, names(within))
    wanted = number * PAGE
    told = [one for one, _at in zip(found, range(wanted + 1), strict=False)]
    here = told[wanted - PAGE : wanted]
    labels = _labels([row.concern_id for row, _text, _spelled in here], investigation, within)
    hits = [
        Hit(passage(text, spelled)[1], row.source, row.kind, row.hidden, row.concern_id, labels.get(row.concern_id, ""))
        for row, text, spelled in here
    ]
    return Found(tuple(hits), number, len(told) > wanted and wanted < MOST, len(rows) > MOST)


def _candidates(
    query: Query, words: Sequence[str], investigation: Investigation, within: Organisation, reader: Account
) -> Select:
    """Passages with the words somewhere in them, names and redacted stretches not yet taken out."""
    columns = (
        Excerpt.organisation_id, Excerpt.text, Excerpt.redactions, Excerpt.source, Excerpt.kind, Excerpt.hidden,
        Excerpt.concern_id,
    )  # fmt: skip
    found = (
        select(*columns)
        .outerjoin(Talk, talk_of())
        # Added to nothing, so that SQLite reads the passages as they lie instead of jumping to each from an index.
        .where(Excerpt.organisation_id == within.id, Excerpt.investigation_id + 0 == investigation.id)
        .where(usable(investigation), *(spellings.stands_in(Excerpt.text, word) for word in words))
    )
    if query.source is not None:
        found = found.where(Excerpt.source == query.source)
    if query.kind is not None:
        found = found.where(Excerpt.kind == query.kind)
    if reader.role is not Role.SECRETARY:
        found = found.where(or_(Excerpt.source != SourceKind.TALK, Talk.visibility != Visibility.SECRETARY))
    # By text: neither the order of talks nor of answers may show.
    return found.order_by(Excerpt.text, Excerpt.source, Excerpt.id).limit(MOST + 1)


def _shown_with(words: list[str], rows: Sequence, people: Names) -> Iterator[tuple[Any, str, set[str]]]:
    """Yield (row, shown text, the words as it spells them) of the rows whose words are still there in what is shown."""
    for row in rows[:MOST]:
        text = shown_text(row, people)
        spelled = spellings.found_in(text, words)
        if spelled is not None:
            yield row, text, spelled


def _labels(ids: Sequence[int | None], investigation: Investigation, within: Organisation) -> dict[int | None, str]:
    rows = db.session.execute(
        select(Concern.id, Concern.label).where(of(Concern, investigation, within), Concern.id.in_(filter(None, ids)))
    )
    return dict(rows.all())


def _bound(investigation: Investigation, by: Account) -> bytes:
    return f"concerns:{investigation.id}:{by.get_id()}".encode()


def _key() -> bytes:
    return seal.key_file(current_app.config["SETTINGS"].keys, KEY_FILE)
