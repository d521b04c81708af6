"""Comma separated values: the table every program opens."""

import csv
import io
from typing import BinaryIO

from core.i18n import _, lazy
from core.spreadsheet import harmless
from surveys import tallies
from surveys.exports.base import Dataset, Export


class Csv(Export):
    """UTF-8 with BOM, so that Excel reads Chinese; answers in words; no cell a spreadsheet would run as a formula."""

    key = "csv"
    label = lazy("CSV table")
    hint = lazy("For every program; answers in words.")
    order = 20
    mimetype = "text/csv"

    def write(self, dataset: Dataset, out: BinaryIO) -> None:
        """Write one line for each response, or one for each count."""
        text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
        table = csv.writer(text)
        if dataset.rows is None:
            table.writerow([str(column) for column in tallies.COLUMNS])
            table.writerows([harmless(cell) for cell in line] for line in tallies.table(dataset.results))
        else:
            table.writerow([_("Complete"), *(harmless(variable.name) for variable in dataset.variables)])
            told = [variable.words for variable in dataset.variables]
            for complete, *cells in dataset.rows():
                words = [harmless(word(cell)) for word, cell in zip(told, cells, strict=True)]
                table.writerow([int(complete), *words])
        text.detach()
