"""Answers from paper and files into an open survey: JSON Lines, .csv, .xlsx; the door they came through is kept.

They lie in the same sealed box as the others until the survey closes. Importing a file twice adds nothing: a row is
recognised by its id, or by what it says and how often the file says it.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from core import audit, seal, spreadsheet
from core.db import db
from core.errors import BadInput, DomainError
from core.i18n import _
from core.terms import Channel, SurveyState
from members.models import Organisation
from questions.base import Answers, Item, Refused
from questions.paths import unanswered, walk
from surveys import ballots
from surveys.ballots import Sealed
from surveys.models import SealedResponse, Survey
from surveys.questionnaires import Ready, ready

CHUNK, SHOWN, MOST = 500, 20, 1_000_000
CHANNELS = {
    "wechat": Channel.PHONE, "phone": Channel.PHONE, "mobile": Channel.PHONE, "微信": Channel.PHONE,
    "手机": Channel.PHONE, "pc": Channel.COMPUTER, "computer": Channel.COMPUTER, "web": Channel.COMPUTER,
    "电脑": Channel.COMPUTER, "paper": Channel.PAPER, "纸质": Channel.PAPER, "imported": Channel.IMPORTED,
}  # fmt: skip
META = {
    "id": ("id", "uuid", "responseid", "答卷编号", "答卷id"),
    "channel": ("channel", "渠道", "来源渠道", "填写方式"),
    "complete": ("complete", "完整"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one line of the file, and at which question."""

    line: int
    item: str
    message: str

    def __str__(self) -> str:
        where = _("Line %(line)s", line=self.line) + (f", {self.item}" if self.item else "")
        return _("%(where)s: %(message)s", where=where, message=self.message)


class FaultyRows(BadInput):
    """Some rows cannot be taken; nothing was written."""

    def __init__(self, name: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        said = "\n".join(str(problem) for problem in self.problems[:SHOWN])
        super().__init__(_("%(name)s was not taken, nothing was stored:\n%(problems)s", name=name, problems=said))


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file's rows: `new` were added, `known` were there already, `faulty` were left out."""

    new: int
    known: int
    incomplete: int
    faulty: int
    problems: tuple[Problem, ...]
    unused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """One row as read: its line, what it says by answer column, its id, channel and completeness."""

    number: int
    cells: Mapping[str, Any]
    id: str
    channel: str
    complete: bool


def import_responses(
    content: bytes,
    name: str,
    survey: Survey,
    *,
    within: Organisation,
    by: Any,
    leave_out: bool = False,
    channel: Channel = Channel.IMPORTED,
) -> Imported:
    """Add a file's responses to an open survey; `channel` stands for rows that name none.

    Raises `FaultyRows` (nothing written) unless `leave_out` faulty rows, `BadInput` for a file that cannot be read,
    `DomainError` for a survey that is not open.
    """
    assert survey.organisation_id == within.id
    if survey.state is not SurveyState.OPEN:
        raise DomainError(_("Responses can be imported only while the survey is open."))
    asked = ready(survey.version)
    lines, unused, problems = _read(content, name, asked)
    box = ballots.box(survey, asked.sealed_size)
    rows: dict[bytes, tuple[int, Sealed]] = {}
    said: dict[bytes, int] = {}
    for line in lines:
        found = _judge(line, asked, channel)
        if isinstance(found, Sealed):
            tag = box.tag(_identity(line, found, said))
            if tag in rows and rows[tag][1].answers != found.answers:
                problems.append(Problem(line.number, "", _("the id of this row stands in the file twice")))
            rows.setdefault(tag, (line.number, found))
        else:
            problems += found
    known = _known(box, rows, problems)
    if problems and not leave_out:
        raise FaultyRows(name, sorted(problems, key=lambda problem: problem.line))
    new = {tag: content for tag, (_line, content) in rows.items() if tag not in known}
    _write(box, new)
    audit.note("import", survey, by=by)
    return Imported(
        new=len(new),
        known=len(known),
        incomplete=sum(not content.complete for content in new.values()),
        faulty=len({problem.line for problem in problems}),
        problems=tuple(problems),
        unused=tuple(unused),
    )


def _identity(line: _Line, content: Sealed, said: dict[bytes, int]) -> bytes:
    if line.id:
        return b"id:" + line.id.encode()
    spoken = json.dumps([content.channel, content.complete, content.answers], ensure_ascii=False, sort_keys=True)
    print_ = seal.digest(spoken.encode())
    said[print_] = said.get(print_, 0) + 1
    return b"row:%d:" % said[print_] + print_


def _known(box: ballots.Box, rows: Mapping[bytes, tuple[int, Sealed]], problems: list[Problem]) -> set[bytes]:
    """Return the tags that are in the box already; a different content under the same id is a problem."""
    known: set[bytes] = set()
    tags = list(rows)
    for at in range(0, len(tags), CHUNK):
        chunk = tags[at : at + CHUNK]
        for tag, sealed in db.session.execute(
            select(SealedResponse.tag, SealedResponse.box).where(SealedResponse.tag.in_(chunk))
        ):
            known.add(tag)
            line, content = rows[tag]
            if not box.same(tag, sealed, content):
                message = _("a row with this id was imported before and says something else; the first one stays")
                problems.append(Problem(line, "", message))
    return known


def _write(box: ballots.Box, new: Mapping[bytes, Sealed]) -> None:
    tags = sorted(new)
    for at in range(0, len(tags), CHUNK):
        ballots.insert_all(
            [{"tag": tag, "survey_id": box.survey_id, "box": box.seal(tag, new[tag])} for tag in tags[at : at + CHUNK]]
        )


def _judge(line: _Line, asked: Ready, usual: Channel) -> Sealed | list[Problem]:
    """Return what a row says, or what is wrong with it; answers off the path are dropped."""
    problems: list[Problem] = []
    given: Answers = {}
    for item in asked.items:
        try:
            given.update(item.kind.accept(line.cells, item))
        except Refused as refused:
            problems.append(Problem(line.number, item.name, str(refused)))
    channel = CHANNELS.get(line.channel.strip().casefold(), usual) if line.channel else usual
    path, answers = walk(asked.items, given)
    if not problems and not answers:
        problems.append(Problem(line.number, "", _("there is no answer in this row")))
    if problems:
        return problems
    return Sealed(channel, line.complete and not unanswered(path, answers), answers)


def _read(content: bytes, name: str, asked: Ready) -> tuple[list[_Line], list[str], list[Problem]]:
    head = content.lstrip(b"\xef\xbb\xbf \r\n\t")[:1]
    if head == b"{" or name.lower().endswith((".jsonl", ".ndjson")):
        return _json_lines(spreadsheet.decode(content, name), name, asked)
    rows = spreadsheet.read(content, name)
    return *_table(rows, name, asked), []


def _json_lines(text: str, name: str, asked: Ready) -> tuple[list[_Line], list[str], list[Problem]]:
    columns = {column for item in asked.items for column in item.kind.columns(item)}
    lines: list[_Line] = []
    problems: list[Problem] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        if not raw.strip():
            continue
        if number > MOST:
            raise BadInput(_("%(name)s has more than %(count)s rows; split it.", name=name, count=MOST))
        try:
            row = json.loads(raw)
            cells = row.get("answers", row)
            cells.items()
        except (ValueError, AttributeError, RecursionError):
            problems.append(Problem(number, "", _("this is not a JSON object")))
            continue
        cells = {str(key): value for key, value in cells.items()}
        unknown = sorted(set(cells) - columns) if "answers" in row else []
        if unknown:
            problems.append(Problem(number, unknown[0][:40], _("the survey has no such question")))
            continue
        complete = row.get("complete", True) is not False
        lines.append(_Line(number, cells, str(row.get("id") or ""), str(row.get("channel") or ""), complete))
    return lines, [], problems


def _table(rows: Sequence[spreadsheet.Row], name: str, asked: Ready) -> tuple[list[_Line], list[str]]:
    meanings = _meanings(asked)
    header = max(rows[:10], key=lambda row: sum(_plain(cell) in meanings for cell in row.cells), default=None)
    columns = [meanings.get(_plain(cell), "") for cell in header.cells] if header else []
    if header is None or not any(column and column not in META for column in columns):
        raise BadInput(
            _(
                "%(name)s: no column is named like a question. The first row must hold the questions' ids (q1, q2, "
                "q4.canteen) or their titles.",
                name=name,
            )
        )
    unused = [cell for cell, column in zip(header.cells, columns, strict=True) if cell and not column]
    return [_line(row, columns) for row in rows[rows.index(header) + 1 :]], unused


def _line(row: spreadsheet.Row, columns: Sequence[str]) -> _Line:
    cells = {column: cell for column, cell in zip(columns, row.cells, strict=False) if column and cell}
    complete = str(cells.pop("complete", "")).casefold() not in ("0", "false", "no", "否")
    return _Line(row.line, cells, cells.pop("id", ""), cells.pop("channel", ""), complete)


def _meanings(asked: Ready) -> dict[str, str]:
    """Return what a column's heading may say, and the answer column it means."""
    found = {_plain(word): column for column, words in META.items() for word in words}
    for item in asked.items:
        for column in item.kind.columns(item):
            for heading in _headings(item, column):
                found.setdefault(_plain(heading), column)
    return found


def _headings(item: Item, column: str) -> Iterator[str]:
    yield column
    _item, dot, part = column.partition(".")
    if not dot:
        if column == item.name:
            yield item.title
        return
    yield f"{item.name}_{part}"
    words = {option.value: option.label for option in item.settings.get("rows") or item.settings.get("options") or ()}
    yield f"{item.title} {words.get(part, part)}"


def _plain(heading: str) -> str:
    """Return a heading without its number, case, blanks and punctuation."""
    text = re.sub(r"^\s*\d{1,3}\s*[.、．)）:：]\s*", "", heading)
    return re.sub(r"[^\w.]+", "", text.casefold()) if "." in text else re.sub(r"\W+", "", text.casefold())
