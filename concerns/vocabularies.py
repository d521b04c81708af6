"""Vocabularies: the words an organisation taught the grouping, and those it told it to leave out."""

import re
from dataclasses import dataclass

from sqlalchemy import select

from concerns.models import Vocabulary
from core import audit
from core.db import db
from core.errors import BadInput, Stale
from core.i18n import _
from members.models import Account, Organisation
from text.languages import detect
from text.segment import HAN, WORDY, tagged
from text.vocabulary import Vocabulary as Words
from text.vocabulary import joined, plain

MOST = 500  # words in a list
LONGEST = {"zh": 12, "en": 40}  # code points of a word
_LATIN = re.compile(r"\w+|\W+")
_BETWEEN = re.compile(r"[\n\r,，、;；]+")


@dataclass(frozen=True, slots=True)
class Lists:
    """Both lists as they stand, one word a line; `revision` 0 before anybody wrote one."""

    words: str
    stop: str
    revision: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a sentence as it is cut: `known` because it stands in the list of words, `left_out` in the other."""

    text: str
    known: bool
    left_out: bool


def lists(within: Organisation) -> Lists:
    """Return an organisation's lists."""
    row = _row(within)
    return Lists(row.words, row.stop, row.revision) if row else Lists("", "", 0)


def vocabulary(within: Organisation) -> Words:
    """Return an organisation's words in the form the grouping takes."""
    row = _row(within)
    return Words.of(row.words.splitlines(), row.stop.splitlines()) if row else Words()


def change(*, words: str, stop: str, seen: int, within: Organisation, by: Account) -> None:
    """Put both lists in place of those before; raise `BadInput`, or `Stale` if somebody else did so meanwhile.

    One word a line or between commas. Repetitions go; the order is kept.
    """
    known, left_out = _checked(words, "words", least=2), _checked(stop, "stop", least=1)
    both = {plain(word) for word in known} & {plain(word) for word in left_out}
    if both:
        said = next(word for word in left_out if plain(word) in both)
        raise BadInput(_("“%(word)s” stands in both lists. Take it out of one.", word=said), field="stop")
    db.session.execute(select(Organisation.id).where(Organisation.id == within.id).with_for_update(key_share=True))
    row = db.session.get(Vocabulary, within.id, populate_existing=True)
    if seen != (row.revision if row else 0):
        raise Stale(
            _("Somebody else changed the lists meanwhile. Nothing you typed is lost; compare both and save again.")
        )
    if row is None:
        row = Vocabulary(organisation_id=within.id)
        db.session.add(row)
    row.words, row.stop = "\n".join(known), "\n".join(left_out)
    audit.note("vocabulary.change", within, by=by)


def tried(sentence: str, within: Organisation) -> list[Piece]:
    """Return a sentence as the grouping cuts it with the lists as they stand, marks left out."""
    own = vocabulary(within)
    if HAN.search(sentence):
        pieces = [word for word, _tag in tagged(sentence, own)]
    else:
        pieces = joined(_LATIN.findall(sentence), own)
    return [Piece(one, plain(one) in own.words, own.says_nothing(one)) for one in pieces if WORDY.search(one)]


def _row(within: Organisation) -> Vocabulary | None:
    return db.session.get(Vocabulary, within.id)


def _checked(typed: str, field: str, *, least: int) -> list[str]:
    found = {plain(word): word for word in reversed([part.strip() for part in _BETWEEN.split(typed)]) if word}
    kept = list(reversed(found.values()))
    if len(kept) > MOST:
        raise BadInput(_("At most %(number)s words, please.", number=MOST), field=field)
    for word in kept:
        if len(word) > LONGEST[detect(word)]:
            raise BadInput(_("“%(word)s” is too long for a word.", word=word[:20] + "…"), field=field)
        if len(word) < least or not WORDY.search(word) or word.isdigit():
            raise BadInput(_("“%(word)s” is too short to be told from other words.", word=word), field=field)
    return kept
