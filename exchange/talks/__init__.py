"""Talks as files, one format a module: only what the reader may open, with names or without."""

from core import audit
from core.errors import BadInput, NotFound
from core.i18n import _
from core.registry import Registry
from exchange.talks import gathering
from exchange.talks.base import Format
from exchange.talks.gathering import Wish
from members.models import Account, Organisation

__all__ = ["Wish", "exported", "formats", "named"]

formats: Registry[Format] = Registry("exchange.talks", Format)


def named(key: str) -> Format:
    """Return the format of that name; raise `NotFound`."""
    if key not in formats:
        raise NotFound(_("There is no such file format."))
    return formats[key]


def exported(kind: Format, wish: Wish, *, with_names: bool, within: Organisation, by: Account, language: str) -> bytes:
    """Return the talks wished for as a file, and write down that `by` took them out.

    Raises `BadInput` when there are none, `Locked` when their reader has not opened his key.
    """
    choice = gathering.Choice(with_names, kind.opens, language)
    bundle, talk_ids = gathering.gather(wish, choice, within=within, reader=by)
    if kind.opens and not bundle.talks:
        raise BadInput(_("There is no recorded talk among these that is open to you."))
    content = kind.write(bundle)
    gathering.note_openings(talk_ids, by=by)
    audit.note(f"talks.export.{kind.key}", wish.investigation or within, by=by)
    return content
