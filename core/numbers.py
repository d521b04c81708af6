"""Numbers in addresses: no larger than the databases can hold, so that a made-up one is simply not found."""

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**31 - 1  # what PostgreSQL keeps in an integer column


class RowNumber(IntegerConverter):
    """A whole number that may be the id of a row."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max", LARGEST)
        super().__init__(map, *args, **kwargs)


def init_app(app: Flask) -> None:
    """Use it for every `<int:…>` of an address."""
    app.url_map.converters["int"] = RowNumber


def row_number(text: str | None) -> int | None:
    """Return the number of a row that a form or an address names, if it can be one."""
    text = (text or "").strip()
    if not (text.isascii() and text.isdecimal() and len(text) < 11):
        return None
    return int(text) if int(text) <= LARGEST else None
