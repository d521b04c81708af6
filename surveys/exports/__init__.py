"""Results as files, one format a module; what is hidden on the page is hidden in every file."""

import tempfile
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from core import storage
from core.errors import NotFound
from core.i18n import _
from core.registry import Registry
from core.terms import Secrecy
from members.models import Organisation
from surveys import questionnaires, snapshots, splitting, tallies
from surveys.exports.base import Dataset, Export, variables
from surveys.models import Survey

exports: Registry[Export] = Registry("surveys.exports", Export)
IN_MEMORY = 8 * 1024 * 1024  # bytes of a finished file kept in memory; larger ones lie on disk until they are sent


def named(key: str) -> Export:
    """Return the format of that name; raise `NotFound`."""
    if key not in exports:
        raise NotFound(_("There is no such file format."))
    return exports[key]


def dataset(survey: Survey, *, within: Organisation, language: str) -> Dataset:
    """Return a closed survey ready to be written in `language`; raise `DomainError` while it is open."""
    results = tallies.results(survey, within=within, language=language)
    asked = questionnaires.ready(survey.version, language)
    columns = variables(asked.items)

    def rows() -> Iterator[Sequence[Any]]:
        return snapshots.rows(survey, asked)

    return Dataset(
        key=survey.public_id,
        title=asked.title,
        intro=asked.intro,
        organisation=within.name,
        language=asked.language,
        days=(str(survey.opened_on or ""), str(survey.closed_on or "")),
        results=results,
        variables=columns,
        rows=rows if _may_tell_rows(survey, asked) and results.items else None,
        folder=storage.scratch(),
    )


def _may_tell_rows(survey: Survey, asked: questionnaires.Ready) -> bool:
    """Say whether there may be a row for a person: not where only counts were promised, nor of answers taken apart."""
    return survey.secrecy is Secrecy.ROWS and not splitting.apart(asked.items, survey.split)


def written(export: Export, data: Dataset) -> BinaryIO:
    """Return the file, open at its beginning; large ones lie on disk, so that memory stays the same for any size."""
    out = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=data.folder)  # noqa: SIM115 - the caller sends and closes it
    export.write(data, out)  # type: ignore[arg-type]
    out.seek(0)
    return out  # type: ignore[return-value]
