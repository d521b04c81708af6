"""Texts from a file, and their groups as JSON: what `flask concerns group` reads and writes.

Row numbers count from 0 after any header. In plain text every line is a row. In `.tsv` and `.csv` every record is a
row and its first column the text; the first record is a header when one of its cells is a usual column name (`text`,
`label`, `内容` …). A blank row keeps its number and stays ungrouped, so that every row appears exactly once.
"""

import csv
import io
import re
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from concerns.grouping import group
from core.errors import BadInput
from core.i18n import _

_NEWLINE = re.compile(r"\r\n|\r|\n")
_MARKED = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_COLUMN_NAMES = frozenset(
    (
        "text texts sentence sentences content comment comments answer answers message title question body label "
        "labels category class topic intent id date 文本 内容 原文 正文 文字 意见 意见内容 意见建议 诉求 诉求内容 "
        "留言 留言内容 回答 答复 标题 标签 类别 分类 编号 序号 日期 时间"
    ).split()
)


def read_texts(path: str | Path) -> list[str]:
    """The texts of a file, one per row, blank ones as "".

    Reads UTF-8 with or without a byte order mark, UTF-16 and UTF-32 with one, and GB18030. Raises `BadInput`, naming
    the line, when a file cannot be read, decoded or has no text in it.
    """
    file = Path(path)
    content = _decoded(_bytes(file), file.name)
    kind = file.suffix.lower()
    if kind == ".csv":
        texts = _first_column(_csv_records(content, file.name))
    elif kind == ".tsv":
        texts = _first_column([line.split("\t") for line in _lines(content)])
    else:
        texts = [line.strip() for line in _lines(content)]
    if not any(texts):
        raise BadInput(_("%(file)s has no text in it.", file=file.name))
    return texts


def grouping_json(texts: Sequence[str], lang: str = "auto") -> dict[str, Any]:
    """The grouping as plain data: `groups` (id, label, terms, summary, quotes, rows, parent), `ungrouped`,
    `seconds`."""
    started = time.perf_counter()
    found = group(texts, lang=lang)
    groups = [{"id": number, **asdict(each)} for number, each in enumerate(found.groups)]
    return {
        "groups": groups,
        "ungrouped": list(found.ungrouped),
        "seconds": round(time.perf_counter() - started, 3),
    }


def _bytes(file: Path) -> bytes:
    if file.is_dir():
        raise BadInput(_("%(file)s is a folder, not a file.", file=file.name or str(file)))
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise BadInput(_("%(file)s does not exist.", file=str(file))) from None
    except OSError as error:
        raise BadInput(_("%(file)s cannot be read: %(why)s.", file=file.name, why=error.strerror or "")) from None


def _decoded(raw: bytes, name: str) -> str:
    for mark, encoding in _MARKED:
        if raw.startswith(mark):
            return _strictly(raw, encoding, name)
    if b"\0" in raw:
        raise BadInput(
            _(
                "%(file)s, line %(line)s: a NUL byte; this is not a text file.",
                file=name,
                line=_line(raw, raw.index(b"\0")),
            )
        )
    return _strictly(raw, "utf-8" if _mostly_utf8(raw) else "gb18030", name)


def _mostly_utf8(raw: bytes) -> bool:
    """Whether most lines beyond ASCII are UTF-8: GB18030 gives a meaning to nearly any bytes, so it cannot be tried."""
    foreign = [line for line in re.split(rb"\r\n|\r|\n", raw) if not line.isascii()]
    return sum(_is_utf8(line) for line in foreign) * 2 >= len(foreign)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _strictly(raw: bytes, encoding: str, name: str) -> str:
    try:
        content = raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = (
            _line(raw, error.start)
            if encoding in ("utf-8", "utf-8-sig", "gb18030")
            else _wide_line(raw, error, encoding)
        )
        raise BadInput(
            _(
                "%(file)s, line %(line)s: not readable as %(encoding)s.",
                file=name,
                line=line,
                encoding=_spoken(encoding),
            )
        ) from None
    if "\0" in content:
        line = content.count("\n", 0, content.index("\0")) + 1
        raise BadInput(_("%(file)s, line %(line)s: a NUL byte; this is not a text file.", file=name, line=line))
    return content


def _spoken(encoding: str) -> str:
    return encoding.removesuffix("-sig").upper()


def _line(raw: bytes, at: int) -> int:
    return len(re.findall(rb"\r\n|\r|\n", raw[:at])) + 1


def _wide_line(raw: bytes, error: UnicodeDecodeError, encoding: str) -> int:
    return raw[: error.start].decode(encoding, errors="ignore").count("\n") + 1


def _lines(content: str) -> list[str]:
    """The lines of a text; the end of the last line does not start another."""
    lines = _NEWLINE.split(content)
    return lines[:-1] if lines and not lines[-1] else lines


def _csv_records(content: str, name: str) -> list[list[str]]:
    records = csv.reader(io.StringIO(content, newline=""), strict=True)
    try:
        return list(records)
    except csv.Error as error:
        raise BadInput(
            _(
                "%(file)s, line %(line)s: not well-formed CSV (%(why)s).",
                file=name,
                line=records.line_num,
                why=str(error),
            )
        ) from None


def _first_column(records: list[list[str]]) -> list[str]:
    if records and any(cell.strip().casefold() in _COLUMN_NAMES for cell in records[0]):
        records = records[1:]
    return [record[0].strip() if record else "" for record in records]
