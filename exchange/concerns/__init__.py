"""Codebooks and coded passages as files, one format a module: out for everybody's eyes on the desk, and in again."""

from core import audit
from core.errors import BadInput, NotFound
from core.i18n import _
from core.registry import Registry
from exchange.concerns import gathering
from exchange.concerns.base import Book, Format, Tell, silent
from investigations.models import Investigation
from members.models import Account, Organisation

__all__ = ["ending", "exported", "formats", "named", "noted", "read", "takes_long", "written"]

formats: Registry[Format] = Registry("exchange.concerns", Format)
ENDINGS = {"xlsx": "xlsx", "csv": "xlsx", "tsv": "xlsx", "xls": "xlsx", "qdpx": "qdpx", "qdc": "qdc"}
PROMPT = 3000  # passages a page works through while its reader waits, a second or two; more are work for a job


def named(key: str) -> Format:
    """Return the format of that name; raise `NotFound`."""
    if key not in formats:
        raise NotFound(_("There is no such file format."))
    return formats[key]


def takes_long(kind: Format, passages: int) -> bool:
    """Say whether a file of so many passages is too much to make while a reader waits; a codebook never is."""
    return kind.coded and passages > PROMPT


def written(kind: Format, investigation: Investigation, *, within: Organisation, tell: Tell = silent) -> bytes:
    """Return the concerns as a file; raise `BadInput` when there are none.

    The database is read before `tell` is first told how far it is.
    """
    bundle = gathering.gather(
        investigation, within=within, passages=kind.coded, tell=lambda share: tell(share * gathering.SHARE)
    )
    return kind.write(bundle, lambda share: tell(gathering.SHARE + share * (1 - gathering.SHARE)))


def exported(kind: Format, investigation: Investigation, *, within: Organisation, by: Account) -> bytes:
    """Return the concerns as a file, and write down that `by` took them out; raise `BadInput` when there are none."""
    content = written(kind, investigation, within=within)
    noted(kind, investigation, by=by)
    return content


def noted(kind: Format, investigation: Investigation, *, by: Account) -> None:
    """Write down that `by` took the concerns out."""
    audit.note(f"concerns.export.{kind.key}", investigation, by=by)


def ending(name: str) -> str:
    """Return the ending of a file's name, in small letters; raise `BadInput` when it is none we read."""
    found = name.rpartition(".")[2].lower()
    if found not in ENDINGS:
        raise BadInput(_("Choose an .xlsx, .csv, .qdpx or .qdc file."), field="file")
    return found


def read(content: bytes, name: str) -> Book:
    """Return what a file holds, by the ending of its name; raise `BadInput` saying what is wrong."""
    return formats[ENDINGS[ending(name)]].read(content, name)
