"""JSON: codebook, counts, and rows where they may be told; for programs."""

import json
from typing import Any, BinaryIO

from core.i18n import lazy
from questions.base import Tally
from surveys.exports.base import Dataset, Export

FORMAT = "xinsheng-results-1"


class Json(Export):
    """One object; hidden numbers are null."""

    key = "json"
    label = lazy("JSON")
    hint = lazy("For programs; hidden numbers are null.")
    order = 40
    mimetype = "application/json"

    def write(self, dataset: Dataset, out: BinaryIO) -> None:
        """Write the object, the rows one by one."""
        head = json.dumps(self._head(dataset), ensure_ascii=False, indent=1)
        out.write(head[: head.rindex("}")].rstrip().encode())
        if dataset.rows is not None:
            out.write(b',\n "rows": [')
            for number, row in enumerate(dataset.rows()):
                out.write(b",\n  " if number else b"\n  ")
                out.write(json.dumps(list(row), ensure_ascii=False, separators=(",", ":")).encode())
            out.write(b"\n ]")
        out.write(b"\n}\n")

    def _head(self, dataset: Dataset) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "title": dataset.title,
            "language": dataset.language,
            "opened": dataset.days[0],
            "closed": dataset.days[1],
            "anonymous": dataset.anonymous,
            "answered": dataset.results.answered,
            "invited": dataset.results.asked,
            "hidden_under": dataset.results.floor,
            "columns": [
                {
                    "name": variable.name,
                    "question": variable.item.name,
                    "type": variable.item.kind.key,
                    "label": variable.column.label,
                    "measure": variable.column.measure.value,
                    "labels": {str(value): words for value, words in variable.column.labels.items()},
                }
                for variable in dataset.variables
            ],
            "results": [
                {"question": item.name, "title": item.title, **_tally(tally)} for item, tally in dataset.results.items
            ],
        }


def _tally(tally: Tally) -> dict[str, Any]:
    told: dict[str, Any] = {"shape": tally.shape.value, "n": tally.answered}
    if tally.answered is not None:
        told |= {"missing": tally.missing, "not_asked": tally.skipped}
    if tally.bars:
        told["counts"] = [{"value": bar.value, "label": bar.label, "count": bar.count} for bar in tally.bars]
    if tally.mean is not None:
        told["mean"] = tally.mean
    if tally.figures:
        told["figures"] = [
            {"key": figure.key, "label": str(figure.label), "value": figure.value} for figure in tally.figures
        ]
    if tally.rows:
        told["rows"] = [{"value": row.value, "label": row.label, **_tally(row.tally)} for row in tally.rows]
    if tally.texts:
        told["texts"] = list(tally.texts)
    return told
