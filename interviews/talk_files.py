"""Files of talk notes: spreadsheets and JSON lines become rows of text by field, unjudged."""

import json
import re
from dataclasses import dataclass, replace
from typing import Any

from core import spreadsheet
from core.errors import BadInput
from core.i18n import _
from interviews import columns

ROWS = 5_000
SURROGATES = re.compile("[\ud800-\udfff\0]")


@dataclass(frozen=True, slots=True)
class RawTalk:
    """The texts of one row, by field; `broken` says why the line could not even be read."""

    line: int
    texts: dict[str, str]
    promises: tuple[dict[str, str], ...] = ()
    broken: str = ""


def read(content: bytes, name: str) -> list[RawTalk]:
    """Return the rows of an .xlsx, .csv or .jsonl file as they stand; raise `BadInput` for a file that is none."""
    if not content.strip():
        raise BadInput(_("The file %(name)s is empty.", name=name))
    rows = _jsonl(content, name) if _is_jsonl(content, name) else _table(content, name)
    if not rows:
        raise BadInput(_("%(name)s holds no talks.", name=name))
    if len(rows) > ROWS:
        raise BadInput(_("%(name)s has more than %(count)s rows; split it.", name=name, count=ROWS))
    return rows


def _is_jsonl(content: bytes, name: str) -> bool:
    start = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    return name.lower().endswith((".jsonl", ".json", ".ndjson")) or start == b"{"


def _table(content: bytes, name: str) -> list[RawTalk]:
    rows = spreadsheet.read(content, name)
    at, fields = columns.header(rows, name)
    found = []
    for row in rows[at + 1 :]:
        texts = {field: _clean(row.cells[column]) for column, field in fields.items() if column < len(row.cells)}
        if any(texts.values()):
            found.append(_with_promise(RawTalk(row.line, texts)))
    return found


def _jsonl(content: bytes, name: str) -> list[RawTalk]:
    lines = spreadsheet.decode(content, name).split("\n")
    return [_object(at, line) for at, line in enumerate(lines, start=1) if line.strip()]


def _object(line: int, text: str) -> RawTalk:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        return RawTalk(line, {}, broken=_("This line is not a JSON object."))
    texts = _texts(given)
    listed = given.get("promises")
    if isinstance(listed, list):
        promises = [_texts({"promise": one.get("text"), **one}) for one in listed if isinstance(one, dict)]
        return RawTalk(line, texts, tuple(promises))
    return _with_promise(RawTalk(line, texts))


def _texts(given: dict[str, Any]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for name, value in given.items():
        field = columns.FIELDS.get(columns.squeezed(name))
        if field is not None and value is not None and not isinstance(value, (dict, list)):
            texts.setdefault(field, _clean(str(value)))
    return texts


def _with_promise(raw: RawTalk) -> RawTalk:
    """Take the promise of a row out of its columns."""
    promise = {field: raw.texts[field] for field in ("promise", "owner", "due_on") if raw.texts.get(field)}
    return replace(raw, promises=(promise,)) if promise else raw


def _clean(text: str) -> str:
    """Return text a database can hold: one kind of line break, no halves of characters."""
    return SURROGATES.sub("", text).replace("\r\n", "\n").replace("\r", "\n").strip()
