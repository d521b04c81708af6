"""Groups and rows of questions in an XLSForm that are one question here: grids and cascades."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from surveys.formats.expressions import Broken, parse
from surveys.formats.xlsform_columns import Line
from surveys.formats.xlsform_items import ends
from surveys.formats.xlsform_lists import Choices, parent_column
from surveys.formats.xlsform_types import Asked, asked

POINTS = 11
TICKED = ("yes", "true", "true()", "1")
AWAY = ("na", "n_a", "n.a.", "not_applicable")
OWN = ("relevant", "constraint", "choice_filter", "calculation", "readonly", "default", "disabled", "guidance_hint")


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of one list in a group: `end` is the place of the line that ends the group."""

    rows: tuple[Line, ...]
    head: Line | None
    asked: Asked
    end: int
    required: bool


def grid(lines: Sequence[Line], at: int) -> Grid | None:
    """Return the grid a group at `at` is, or None when it is an ordinary group."""
    looks = lines[at].text("appearance").lower().split()
    rows: list[Line] = []
    head, end = None, 0
    for place in range(at + 1, len(lines)):
        line = lines[place]
        if not line.every:
            continue
        kind = asked(line.text("type"))
        if kind.kind == "end":
            end = place
            break
        if kind.kind not in ("single", "multi") or kind.other or any(line.cell(column) for column in OWN):
            return None
        if line.text("appearance").lower().split() == ["label"] and not rows and head is None:
            head = line
        else:
            rows.append(line)
    if not end or not rows or ("table-list" not in looks and head is None):
        return None
    if "table-list" not in looks and any("list-nolabel" not in line.text("appearance").lower() for line in rows):
        return None
    every = [asked(line.text("type")) for line in ([head] if head else []) + rows]
    demands = {line.text("required").lower() in TICKED for line in rows}
    if len({(one.kind, one.list) for one in every}) > 1 or len(demands) > 1:
        return None
    if not all(line.cell("name") for line in rows):
        return None
    return Grid(tuple(rows), head, every[0], end, demands == {True})


def scale(made: Choices) -> tuple[dict[str, Any], Any, dict[str, Any]] | None:
    """Return a list as a scale, the words of its way out (or False), and its values; None when it cannot be one."""
    choices = list(made.choices)
    away: Any = False
    values: dict[str, Any] = {}
    if len(choices) > 2 and choices[-1].raw.lower() in AWAY:
        away = choices[-1].words
        values[choices.pop().raw] = "na"
    if not 2 <= len(choices) <= POINTS:
        return None
    numbers = [
        int(choice.raw) if choice.raw.lstrip("-").isascii() and choice.raw.isdigit() else None for choice in choices
    ]
    first = numbers[0]
    if first is None or numbers != list(range(first, first + len(numbers))) or first > 100:
        first = 1
    values |= {choice.raw: first + place for place, choice in enumerate(choices)}
    labels = [choice.words for choice in choices]
    told: dict[str, Any] = {"min": first, "max": first + len(choices) - 1}
    if labels != [choice.raw for choice in choices]:
        told["labels"] = ends(labels, [choice.raw for choice in choices])
    return told, away, values


def row_values(group: str, rows: Sequence[Line]) -> list[str]:
    """Return the names of a grid's rows without the group's name before them, when all have it."""
    names = [line.text("name") for line in rows]
    before = f"{group}_"
    if group and all(name.startswith(before) and len(name) > len(before) for name in names):
        return [name[len(before) :] for name in names]
    return names


def chain(lines: Sequence[Line], at: int, lists: Mapping[str, Choices]) -> list[tuple[Line, Choices, str]]:
    """Return the lines from `at` on that are one cascade: each list filtered by a column naming the choice above."""
    found: list[tuple[Line, Choices, str]] = []
    for line in lines[at:]:
        if not line.every:
            continue
        kind = asked(line.text("type"))
        made = lists.get(kind.list)
        if kind.kind != "single" or kind.other or made is None or not line.cell("name"):
            break
        if any(line.cell(column) for column in OWN if column not in ("choice_filter", "relevant")):
            break
        before = found[-1][0].text("name") if found else ""
        column = ""
        if found or line.cell("choice_filter"):
            column = _column(line, before) if found else ""
            if not column or any(made is other for _line, other, _column in found):
                break
        if found and line.cell("relevant") and not _follows(line, before):
            break
        found.append((line, made, column))
    return found if len(found) > 1 else []


def _column(line: Line, before: str) -> str:
    try:
        found = parent_column(parse(line.text("choice_filter")))
    except Broken:
        return ""
    return found[0] if found and found[1] == before else ""


def _follows(line: Line, before: str) -> bool:
    return line.text("relevant").replace(" ", "").replace('"', "'") == f"${{{before}}}!=''"
