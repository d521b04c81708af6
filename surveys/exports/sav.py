"""SPSS: coded columns with the words of their values."""

import re
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

from core.i18n import _, lazy
from questions.base import Measure, Shape, Tally
from surveys.exports.base import Dataset, Export, Variable

NAME, WORDS, LABEL = 64, 120, 250  # bytes SPSS takes for a name, a value label, a variable label
MEASURES = {Measure.NOMINAL: "nominal", Measure.ORDINAL: "ordinal", Measure.NUMBER: "scale"}


class Sav(Export):
    """Rows where they may be told; else the counts, to be weighted by "count"."""

    key = "sav"
    label = lazy("SPSS file")
    hint = lazy("For SPSS, PSPP and R; values carry their words.")
    order = 30
    mimetype = "application/x-spss-sav"

    def write(self, dataset: Dataset, out: BinaryIO) -> None:
        """Write through pyreadstat, which needs the whole table in memory and a file with a name."""
        import pandas as pd  # here: no page needs them, and they are slow to load
        import pyreadstat

        made = _counts(dataset) if dataset.rows is None else _answers(dataset)
        with tempfile.TemporaryDirectory(dir=dataset.folder) as folder:
            path = Path(folder) / "out.sav"
            pyreadstat.write_sav(
                pd.DataFrame(made["columns"]),
                str(path),
                file_label=_cut(dataset.title, 60),
                column_labels=made["labels"],
                variable_value_labels=made["values"],
                variable_measure=made["measures"],
                row_compress=True,
            )
            with path.open("rb") as file:
                while part := file.read(1 << 20):
                    out.write(part)


def _answers(dataset: Dataset) -> dict[str, Any]:
    import numpy as np

    assert dataset.rows is not None
    names = spss_names(dataset.variables)
    listed = list(zip(*dataset.rows(), strict=True)) or [()] * (len(dataset.variables) + 1)
    columns: dict[str, Any] = {"complete": [float(one) for one in listed[0]]}
    for variable, name, cells in zip(dataset.variables, names, listed[1:], strict=True):
        if numeric(variable):
            told = (np.nan if cell is None else float(variable.code(cell)) for cell in cells)
            columns[name] = np.fromiter(told, dtype=float, count=len(cells))
        else:
            columns[name] = ["" if cell is None else str(cell) for cell in cells]
    pairs = list(zip(dataset.variables, names, strict=True))
    return {
        "columns": columns,
        "labels": {
            "complete": _("Complete"),
            **{name: _cut(variable.column.label, LABEL) for variable, name in pairs},
        },
        "values": {
            name: {number: _cut(words, WORDS) for number, words in variable.labels().items()}
            for variable, name in pairs
            if variable.codes
        },
        "measures": {name: MEASURES[variable.column.measure] for variable, name in pairs if numeric(variable)},
    }


def numeric(variable: Variable) -> bool:
    """Say whether a column holds numbers: coded, or measured."""
    return bool(variable.codes) or variable.column.measure is Measure.NUMBER


def spss_names(variables: tuple[Variable, ...]) -> list[str]:
    """Return names SPSS accepts: a letter first, letters, digits, _ and ., not two alike whatever their case."""
    names: list[str] = []
    taken = {"complete"}
    for variable in variables:
        plain = re.sub(r"[^A-Za-z0-9_.]", "_", variable.name).rstrip("._")[: NAME - 4]
        plain = plain if plain[:1].isalpha() else f"v_{plain}"
        name, number = plain, 2
        while name.casefold() in taken:
            name, number = f"{plain}_{number}", number + 1
        taken.add(name.casefold())
        names.append(name)
    return names


def _counts(dataset: Dataset) -> dict[str, Any]:
    lines: list[tuple[str, str, str, float]] = []
    for item, tally in dataset.results.items:
        if tally.shape is Shape.GRID:
            for row in tally.rows:
                lines += _bars(item.name, row.label, row.tally)
        else:
            lines += _bars(item.name, "", tally)
    titles = {item.name: item.title for item, _tally in dataset.results.items}
    return {
        "columns": {
            "question": [line[0] for line in lines],
            "text": [_cut(titles[line[0]], LABEL) for line in lines],
            "row": [_cut(line[1], LABEL) for line in lines],
            "answer": [_cut(line[2], LABEL) for line in lines],
            "count": [line[3] for line in lines],
        },
        "labels": {
            "question": _("Question"),
            "text": _("Text"),
            "row": _("Row"),
            "answer": _("Answer"),
            "count": _("Count"),
        },
        "values": {},
        "measures": {"count": "scale"},
    }


def _bars(name: str, row: str, tally: Tally) -> list[tuple[str, str, str, float]]:
    nothing = float("nan")  # hidden: system-missing
    return [(name, row, bar.label, nothing if bar.count is None else float(bar.count)) for bar in tally.bars]


def _cut(text: str, most: int) -> str:
    """Return as much of a text as fits into `most` bytes of UTF-8."""
    return str(text).encode()[:most].decode(errors="ignore")
