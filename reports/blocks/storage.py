"""Blocks kept as JSON: every kind found in its file, written, and read back with its parts checked."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from importlib import import_module
from pkgutil import iter_modules
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from questions.charts import Bars, Columns, Heat, Likert
from reports.blocks.base import Block
from reports.blocks.document import Document

PACKAGE = "reports.blocks"
PARTS = (Likert, Bars, Columns, Heat, Document)


class Kinds(Mapping[str, type[Block]]):
    """Every kind of block by its name, found in the files of the package in the order of their names."""

    @cached_property
    def _found(self) -> dict[str, type[Block]]:
        found: dict[str, type[Block]] = {}
        for each in iter_modules(import_module(PACKAGE).__path__):
            module = import_module(f"{PACKAGE}.{each.name}")
            # Looked for by name, not among the subclasses: a slotted dataclass leaves its first draft behind.
            for kind in vars(module).values():
                if isinstance(kind, type) and issubclass(kind, Block) and kind.__module__ == module.__name__:
                    found[snake(kind.__name__)] = kind
        found.pop(snake(Block.__name__))
        return found

    def __getitem__(self, name: str) -> type[Block]:
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


kinds = Kinds()
_parts = {}


def snake(name: str) -> str:
    """Write a name as JSON and templates do: KeyFigures is key_figures."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def kind_of(block: object) -> str:
    """Return the name a block, chart or document goes by in JSON and in templates: `key_figures`."""
    return snake(type(block).__name__)


_parts.update({snake(each.__name__): each for each in PARTS})


def to_json(value: Any) -> Any:
    """Turn a document, a block, or any part of one into what `json.dumps` takes."""
    if is_dataclass(value) and not isinstance(value, type):
        named = {"block": kind_of(value)} if isinstance(value, (Block, *PARTS)) else {}
        return named | {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list):
        return [to_json(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def from_json(data: Mapping[str, Any]) -> Any:
    """Turn what `to_json` made back into the document or block it was.

    Raises ValueError when the data is not one of ours, or a part of it is missing or of the wrong kind.
    """
    name = data.get("block") if isinstance(data, Mapping) else None
    kind = _parts.get(name) or kinds.get(name) if isinstance(name, str) else None
    if kind is None:
        raise ValueError("not a block of a report")
    return _build(kind, data)


def _build(kind: type, data: Mapping[str, Any]) -> Any:
    hints = get_type_hints(kind)
    known = {field.name for field in fields(kind)}
    given = {name: value for name, value in data.items() if name != "block"}
    if not given.keys() <= known:
        raise ValueError(f"{snake(kind.__name__)} has no {', '.join(sorted(given.keys() - known))}")
    try:
        return kind(**{name: _read(hints[name], value) for name, value in given.items()})
    except TypeError as error:
        raise ValueError(f"{snake(kind.__name__)} lacks a part") from error


def _read(hint: Any, value: Any) -> Any:
    """Read one JSON value as the annotated type `hint`."""
    origin = get_origin(hint)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise ValueError("a list was expected")
        return tuple(_read(get_args(hint)[0], each) for each in value)
    if origin in (Union, UnionType):
        return _read_union(get_args(hint), value)
    if origin is Literal:
        if value not in get_args(hint):
            raise ValueError(f"one of {', '.join(get_args(hint))} was expected")
        return value
    if isinstance(hint, type) and issubclass(hint, Block):
        return _read_block(hint, value)
    if is_dataclass(hint) and isinstance(hint, type):
        if not isinstance(value, Mapping):
            raise ValueError(f"{snake(hint.__name__)} was expected")
        return _build(hint, value)
    return _read_plain(hint, value)


def _read_block(hint: type[Block], value: Any) -> Block:
    found = from_json(value)
    if not isinstance(found, hint):
        raise ValueError(f"{kind_of(found)} does not belong here")
    return found


def _read_union(choices: tuple[Any, ...], value: Any) -> Any:
    if value is None and NoneType in choices:
        return None
    if isinstance(value, Mapping):
        found = from_json(value)
        if type(found) in choices:
            return found
        raise ValueError(f"{kind_of(found)} does not belong here")
    return _read_plain(next(choice for choice in choices if choice is not NoneType), value)


def _read_plain(hint: Any, value: Any) -> Any:
    if hint is date:
        return date.fromisoformat(value)
    if hint is float and type(value) in (int, float):
        return value
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(value)
    if type(value) is not hint:
        raise ValueError(f"{hint.__name__} was expected")
    return value
