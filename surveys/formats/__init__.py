"""File formats of questionnaires: one file each, found by name."""

from dataclasses import replace

from core.errors import BadInput
from core.i18n import _
from core.registry import Registry
from surveys import instruments
from surveys.formats.base import ERROR, Format, Note, Reading, unreadable, within_size

AUTO = "auto"
formats: Registry[Format] = Registry("surveys.formats", Format)


def read(content: bytes, name: str, format: str = AUTO, *, language: str = "zh") -> Reading:
    """Return what a questionnaire in any known format says, checked like every instrument.

    `format`: a key of `formats`, or "auto" to take the one that is surest. Never raises for bad content; `BadInput`
    for an absurd size or a format nobody knows.
    """
    within_size(content, name)
    if not content.strip():
        return unreadable(format, _("%(name)s is empty.", name=name))
    chosen = _surest(content, name) if format == AUTO else _named(format)
    if chosen is None:
        return unreadable(AUTO, _("%(name)s is not a questionnaire in any format known here.", name=name))
    reading = chosen.read(content, name, language=language)
    if reading.definition is None:
        return reading
    wrong = tuple(Note(ERROR, problem) for problem in instruments.problems(reading.definition))
    return replace(reading, notes=(*reading.notes, *wrong))


def _named(key: str) -> Format:
    found = formats.get(key)
    if found is None or not found.reads:
        raise BadInput(_("No format is called “%(name)s”.", name=key))
    return found


def _surest(content: bytes, name: str) -> Format | None:
    readers = [found for found in formats.values() if found.reads]
    if not readers:
        return None
    best = max(readers, key=lambda found: found.claims(content, name))  # the first of equals, in their order
    return best if best.claims(content, name) > 0 else None
