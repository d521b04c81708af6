"""Files of talk notes: spreadsheets, documents and JSON lines become rows of text by field, unjudged."""

import json
from dataclasses import replace
from typing import Any

from core import documents, spreadsheet
from core.errors import BadInput
from core.i18n import _
from core.spreadsheet import Row
from interviews import columns, talk_assembly
from interviews.raw_talks import RawTalk, clean

__all__ = ["RawTalk", "read"]

ROWS = 5_000


def read(content: bytes, name: str) -> list[RawTalk]:
    """Return the talks of an .xlsx, .docx, .csv or .jsonl file as they stand; raise `BadInput` for any other."""
    if not content.strip():
        raise BadInput(_("The file %(name)s is empty.", name=name))
    if documents.is_document(content, name):
        rows = talk_assembly.talks(documents.read(content, name))
    else:
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
        texts = _cells(row, fields)
        if any(texts.values()):
            found.append(_with_promise(RawTalk(row.line, texts)))
    unknown = [cell for column, cell in enumerate(rows[at].cells) if cell and column not in fields]
    if found and unknown:
        found[0] = replace(found[0], told=(_("columns not read: %(names)s", names=", ".join(unknown)),))
    return _with_promises(found, content, name) if "key" in fields.values() else found


def _cells(row: Row, fields: dict[int, str]) -> dict[str, str]:
    return {field: clean(row.cells[column]) for column, field in fields.items() if column < len(row.cells)}


def _with_promises(talks: list[RawTalk], content: bytes, name: str) -> list[RawTalk]:
    """Add the promises of a workbook's second sheet, as an export has them: each names the record it belongs to."""
    promises: dict[str, list[dict[str, str]]] = {}
    for rows in list(spreadsheet.read_book(content, name).values())[1:] if content[:2] == b"PK" else ():
        fields = {
            at: field for at, cell in enumerate(rows[0].cells) if (field := columns.FIELDS.get(columns.squeezed(cell)))
        }
        if {"key", "promise"} <= set(fields.values()):
            for texts in (_cells(row, fields) for row in rows[1:]):
                told = {field: text for field, text in texts.items() if text and field != "key"}
                promises.setdefault(texts.get("key", ""), []).append(told)
    keys = [talk.texts.get("key", "") for talk in talks]
    if lost := sorted(set(promises) - set(keys)):
        raise BadInput(
            _("%(name)s: the promises of %(keys)s belong to no talk in the file.", name=name, keys=", ".join(lost)[:80])
        )
    return [
        replace(talk, promises=(*talk.promises, *promises.get(key, ()))) if key else talk
        for talk, key in zip(talks, keys, strict=True)
    ]


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
            texts.setdefault(field, clean(str(value)))
    return texts


def _with_promise(raw: RawTalk) -> RawTalk:
    """Take the promise of a row out of its columns."""
    promise = {field: raw.texts[field] for field in ("promise", "owner", "due_on") if raw.texts.get(field)}
    promise |= {field: raw.texts[field] for field in ("state", "outcome") if promise and raw.texts.get(field)}
    return replace(raw, promises=(promise,)) if promise else raw
