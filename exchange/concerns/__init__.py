"""Codebooks and coded passages as files, one format a module: out for everybody's eyes on the desk, and in again."""

from core import audit
from core.errors import BadInput, NotFound
from core.i18n import _
from core.registry import Registry
from exchange.concerns import gathering
from exchange.concerns.base import Book, Format
from investigations.models import Investigation
from members.models import Account, Organisation

__all__ = ["exported", "formats", "named", "read"]

formats: Registry[Format] = Registry("exchange.concerns", Format)
ENDINGS = {"xlsx": "xlsx", "csv": "xlsx", "tsv": "xlsx", "xls": "xlsx", "qdpx": "qdpx", "qdc": "qdc"}


def named(key: str) -> Format:
    """Return the format of that name; raise `NotFound`."""
    if key not in formats:
        raise NotFound(_("There is no such file format."))
    return formats[key]


def exported(kind: Format, investigation: Investigation, *, within: Organisation, by: Account) -> bytes:
    """Return the concerns as a file, and write down that `by` took them out; raise `BadInput` when there are none."""
    content = kind.write(gathering.gather(investigation, within=within))
    audit.note(f"concerns.export.{kind.key}", investigation, by=by)
    return content


def read(content: bytes, name: str) -> Book:
    """Return what a file holds, by the ending of its name; raise `BadInput` saying what is wrong."""
    ending = name.rpartition(".")[2].lower()
    if ending not in ENDINGS:
        raise BadInput(_("Choose an .xlsx, .csv, .qdpx or .qdc file."), field="file")
    return formats[ENDINGS[ending]].read(content, name)
