"""A codebook and its passages as a workbook: a row for each concern, one for each passage on a second sheet."""

import io
from collections.abc import Iterator, Sequence

from core.errors import BadInput
from core.i18n import _, lazy
from core.spreadsheet import Row, Sheet, read, read_book, write_book
from exchange.concerns import columns
from exchange.concerns.base import Book, Bundle, Entry, Format, Tell, Wish, counted, silent

CODEBOOK = ("name", "theme", "summary", "includes", "excludes", "passages", "voices", "since")
PASSAGES = ("name", "source", "kind", "text")
WRITTEN = ("name", "theme", "summary", "includes", "excludes")
DESCRIBED = frozenset(WRITTEN[1:])


class Xlsx(Format):
    """Two sheets that can be taken in again, and a third that says what the file holds."""

    key = "xlsx"
    label = lazy("Excel workbook")
    hint = lazy("The codebook, and every passage with its concern on a second sheet.")
    order = 10
    mimetype = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def write(self, bundle: Bundle, tell: Tell = silent) -> bytes:
        """Return the workbook; every text is written as text, so that no program runs it as a formula."""
        out, passages = io.BytesIO(), counted(_passages(bundle), len(bundle.passages), tell)
        write_book(
            [
                Sheet(_("Codebook"), [columns.title(name) for name in CODEBOOK], _codebook(bundle)),
                Sheet(
                    _("Passages"),
                    [columns.title(name) for name in PASSAGES],
                    passages,
                ),
                Sheet(_("About this file"), [_("What is in this file")], [[line] for line in bundle.told]),
            ],
            out,
        )
        return out.getvalue()

    def read(self, content: bytes, name: str) -> Book:
        """Return what stands in the sheets whose columns we know, or in a table (.csv); raise `BadInput`."""
        sheets = read_book(content, name) if content[:2] == b"PK" else {"": read(content, name)}
        entries: list[Entry] = []
        wishes: list[Wish] = []
        known = False
        for rows in sheets.values():
            at, places = _header(rows)
            known = known or "name" in places
            if {"name", "text"} <= places.keys():
                wishes += _wishes(rows[at + 1 :], places)
            if "name" in places and ("text" not in places or places.keys() & DESCRIBED):
                entries += dict.fromkeys(_entries(rows[at + 1 :], places))
        if not known:
            raise BadInput(
                _(
                    "%(name)s: no column is called “%(column)s”. A codebook needs it; passages need “%(text)s” too.",
                    name=name,
                    column=columns.title("name"),
                    text=columns.title("text"),
                )
            )
        return Book(tuple(entries), tuple(wishes))


def _codebook(bundle: Bundle) -> Iterator[list[object]]:
    for concern in bundle.concerns:
        written = [getattr(concern.entry, name) for name in WRITTEN]
        yield [*written, concern.passages, concern.voices, concern.since]


def _passages(bundle: Bundle) -> Iterator[list[object]]:
    names = {concern.id: concern.entry.name for concern in bundle.concerns}
    for one in bundle.passages:
        yield [names.get(one.concern_id or 0, ""), one.source.label, one.kind.label, one.text]


def _header(rows: Sequence[Row]) -> tuple[int, dict[str, int]]:
    """Return the place of the row of headers, the one in which most columns are known, and where they stand."""
    found = [(at, columns.places(row.cells)) for at, row in enumerate(rows[: columns.SEEN])]
    return max(found, key=lambda one: (len(one[1]), -one[0]), default=(0, {}))


def _entries(rows: Sequence[Row], places: dict[str, int]) -> Iterator[Entry]:
    for row in rows:
        told = {name: _cell(row, places, name) for name in WRITTEN}
        if told["name"]:
            yield Entry(**told | {"name": " ".join(told["name"].split())})


def _wishes(rows: Sequence[Row], places: dict[str, int]) -> Iterator[Wish]:
    for row in rows:
        name, text = (" ".join(_cell(row, places, column).split()) for column in ("name", "text"))
        if name and text:
            yield Wish(text, name)


def _cell(row: Row, places: dict[str, int], name: str) -> str:
    at = places.get(name)
    return row.cells[at] if at is not None and at < len(row.cells) else ""
