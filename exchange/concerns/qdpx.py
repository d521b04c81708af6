"""A REFI-QDA project: the passages as texts, one for each concern and kind of source, under the concern as code."""

from collections.abc import Iterator
from itertools import groupby

from core.i18n import _, lazy
from exchange.concerns import codes
from exchange.concerns.base import Book, Bundle, Format, Tell, ToldPassage, silent
from exchange.refi.reading import read_project
from exchange.refi.writing import Coded, Project, file_name


class Qdpx(Format):
    """An archive as programs for qualitative research read it; no text in it holds what one person said."""

    key = "qdpx"
    label = lazy("REFI-QDA project")
    hint = lazy("For QualCoder, MAXQDA, NVivo and ATLAS.ti: every passage, coded with its concern.")
    order = 20
    mimetype = "application/zip"

    def write(self, bundle: Bundle, tell: Tell = silent) -> bytes:
        """Return the archive."""
        project = Project(bundle.title or _("Concerns"), "", bundle.made_on, codes.written(bundle))
        sources, _variables = project.sources(())
        done = 0
        for name, passages in _texts(bundle):
            tell(done / len(bundle.passages))
            done += len(passages)
            text = "\n".join(one.text for one in passages)
            project.source(sources, name, text, _places(passages))
        return project.archive(bundle.told)

    def read(self, content: bytes, name: str) -> Book:
        """Return its codes, and the lines of its texts that are coded; raise `BadInput`."""
        return codes.understood(read_project(content, name))


def _texts(bundle: Bundle) -> Iterator[tuple[str, list[ToldPassage]]]:
    """Yield for each concern and kind of source a name like no other's and its passages."""
    names = {concern.id: concern.entry.name for concern in bundle.concerns}
    grouped = groupby(bundle.passages, key=lambda one: (one.concern_id, one.source))
    for number, ((concern_id, source), passages) in enumerate(grouped, start=1):
        label = names.get(concern_id or 0) or _("Without a concern")
        yield file_name(f"{number:03}", label, str(source.label)), list(passages)


def _places(passages: list[ToldPassage]) -> Iterator[Coded]:
    begin = 0
    for one in passages:
        if one.concern_id is not None:
            yield Coded(begin, begin + len(one.text), one.concern_id)
        begin += len(one.text) + 1
