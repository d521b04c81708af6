"""A workbook: what was answered, and the codebook beside it."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from core.i18n import _, lazy
from core.spreadsheet import Sheet, write_large_book
from surveys import tallies
from surveys.exports.base import Dataset, Export
from surveys.exports.codebook import COLUMNS, codebook


class Xlsx(Export):
    """The results (or the answers in words) and the codebook, a sheet each."""

    key = "xlsx"
    label = lazy("Excel workbook")
    hint = lazy("For Excel and WPS; with the codebook.")
    order = 10
    mimetype = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def write(self, dataset: Dataset, out: BinaryIO) -> None:
        """Write the sheets, a row at a time."""
        counts = Sheet(_("Results"), [str(column) for column in tallies.COLUMNS], tallies.table(dataset.results))
        book = Sheet(_("Codebook"), [str(column) for column in COLUMNS], codebook(dataset))
        answers = [Sheet(_("Answers"), self._heading(dataset), self._rows(dataset))] if dataset.rows else []
        with tempfile.TemporaryDirectory(dir=dataset.folder) as folder:
            path = Path(folder) / "out.xlsx"
            write_large_book([*answers, counts, book], path)
            with path.open("rb") as file:
                shutil.copyfileobj(file, out)

    def _heading(self, dataset: Dataset) -> list[str]:
        return [_("Complete"), *(variable.name for variable in dataset.variables)]

    def _rows(self, dataset: Dataset) -> Iterator[Sequence[Any]]:
        assert dataset.rows is not None
        told = [variable.words for variable in dataset.variables]
        for complete, *cells in dataset.rows():
            yield [int(complete), *(word(cell) for word, cell in zip(told, cells, strict=True))]
