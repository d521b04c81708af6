"""What an export is made of, and what a format must know about itself.

A format is one file here. Anonymous surveys give counts with small groups hidden, never a row for a person; surveys
whose respondents were told beforehand that answers may be read one by one give rows too.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from questions.base import Column, Item, Measure
from surveys.tallies import Results

CODES = 1  # words of a list become the numbers 1, 2, 3 ... in the order of the frozen version


@dataclass(frozen=True, slots=True)
class Variable:
    """One column of the rows: where it comes from, and its codes as numbers where it has a list of words.

    `codes`: value stored -> number told; empty when values are told as they are.
    """

    column: Column
    item: Item
    codes: dict[Any, int]

    @property
    def name(self) -> str:
        """Return the column's name."""
        return self.column.name

    def code(self, value: Any) -> Any:
        """Return a cell as a number where the column is coded."""
        return self.codes.get(value, value) if self.codes else value

    def words(self, value: Any) -> Any:
        """Return a cell in words where the column has them."""
        return self.column.labels.get(value, value)

    def labels(self) -> dict[int, str]:
        """Return number -> words for a coded column."""
        return {number: self.column.labels[value] for value, number in self.codes.items()}


@dataclass(frozen=True, slots=True)
class Dataset:
    """A closed survey ready to be written: its protected results, its columns, and its rows when they may be told.

    `rows()`: an iterator over tuples (complete, cell, cell, ...) in the order of `variables`; None when the
    survey is anonymous or its answers were taken apart. `days`: opened and closed, ISO. `folder`: where a format may
    keep what it is writing.
    """

    key: str
    title: str
    intro: str
    organisation: str
    language: str
    days: tuple[str, str]
    results: Results
    variables: tuple[Variable, ...]
    rows: Callable[[], Iterator[Sequence[Any]]] | None
    folder: Path

    @property
    def anonymous(self) -> bool:
        """Say whether only counts may be told."""
        return self.rows is None


def variables(items: Sequence[Item]) -> tuple[Variable, ...]:
    """Return the columns of a version: the same for every response, whatever was answered."""
    return tuple(
        Variable(column, item, _codes(column))
        for item in items
        if item.kind.answerable
        for column in item.kind.exported(item)
    )


def _codes(column: Column) -> dict[Any, int]:
    if not column.labels or column.measure is Measure.TEXT:
        return {}
    if all(isinstance(value, int) for value in column.labels):
        return {value: value for value in column.labels}
    numbers = {value for value in column.labels if isinstance(value, int)}
    free = iter(number for number in range(CODES, CODES + 2000) if number not in numbers)
    # A way out such as "does not apply" stands well apart from the points of its scale.
    apart = iter(number for number in (99, *range(900, 1000)) if number not in numbers)
    return {value: value if isinstance(value, int) else next(apart if numbers else free) for value in column.labels}


class Export:
    """One file format of results."""

    key: str  # also the file's ending
    label: Any
    hint: Any
    order = 100
    ending = ""
    mimetype: str

    def write(self, dataset: Dataset, out: BinaryIO) -> None:
        """Write the dataset to an open file."""
        raise NotImplementedError

    def file_ending(self) -> str:
        """Return the ending of the file's name."""
        return self.ending or self.key
