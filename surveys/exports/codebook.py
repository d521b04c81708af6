"""The codebook: every column of the rows, what it asked, and what its values mean."""

from collections.abc import Iterator

from core.i18n import lazy
from surveys.exports.base import Dataset

COLUMNS = (
    lazy("Column"),
    lazy("Question"),
    lazy("Question text"),
    lazy("Question type"),
    lazy("Measure"),
    lazy("Code"),
    lazy("Value"),
    lazy("Meaning"),
)


def codebook(dataset: Dataset) -> Iterator[list[object]]:
    """Yield a line for each value of each column, and one for each column without a list of values."""
    for variable in dataset.variables:
        item, column = variable.item, variable.column
        told = [column.name, item.name, column.label, str(item.kind.label), column.measure.value]
        if not variable.codes:
            yield [*told, "", "", ""]
        for value, number in variable.codes.items():
            yield [*told, number, value, column.labels[value]]
