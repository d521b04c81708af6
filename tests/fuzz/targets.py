"""What is fuzzed: every reader of bytes or words that come from outside, with what it may say no by."""

import io
import json
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import docx
import xlsxwriter

from anonymity import audit, device, encoding, manifest, scrutineer
from core import documents, mail, spreadsheet
from core.errors import DomainError
from core.seal import CannotOpen
from core.settings import ROOT
from exchange import concerns as concern_files
from interviews import days_off, talk_files
from interviews import searching as talk_searching
from members import cells, roster_file
from questions import rule_text
from surveys import auditing, formats, instruments
from surveys.formats import expressions, lss_xml
from text import commitments, dates, mask, points

DAY = date(2026, 10, 31)
NO = (DomainError, encoding.Malformed)
TESTS = ROOT / "tests"


@dataclass(frozen=True, slots=True)
class Target:
    """A reader: `read` takes the bytes; what it raises of `refusals` is an answer, everything else a crash."""

    read: Callable[[bytes], object]
    seeds: Callable[[], Iterable[bytes]]
    refusals: tuple[type[Exception], ...] = NO
    packed: bool = False  # the bytes that matter lie compressed in a zip: they are changed inside it
    most: int = 4096  # bytes of an input

    def take(self, content: bytes) -> None:
        """Read `content`; whatever is no refusal is raised."""
        try:
            self.read(content)
        except self.refusals:
            return


def _words(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def _files(*patterns: str, most: int = 12) -> Callable[[], Iterable[bytes]]:
    def found() -> Iterable[bytes]:
        for pattern in patterns:
            for path in sorted(ROOT.glob(pattern))[:most]:
                yield path.read_bytes()[:20_000]

    return found


def _texts(*texts: str) -> Callable[[], Iterable[bytes]]:
    return lambda: (text.encode() for text in texts)


@cache
def _sheet(*rows: tuple[str, ...]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("survey")
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    return out.getvalue()


@cache
def _document() -> bytes:
    out = io.BytesIO()
    document = docx.Document()
    document.add_heading("谈心谈话记录", 1)
    table = document.add_table(3, 2)
    for row, (name, value) in zip(
        table.rows, (("姓名", "甲"), ("日期", "2026-10-01"), ("内容", "停车难")), strict=True
    ):
        row.cells[0].text, row.cells[1].text = name, value
    document.save(out)
    return out.getvalue()


def _zip(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


QDC = (
    '<?xml version="1.0" encoding="utf-8"?><CodeBook xmlns="urn:QDA-XML:codebook:1.0" origin="x"><Codes>'
    '<Code guid="11111111-1111-4111-8111-111111111111" name="停车" isCodable="true"><Description>少</Description>'
    '<Code guid="22222222-2222-4222-8222-222222222222" name="东门" isCodable="true"/></Code></Codes></CodeBook>'
)
QDE = (
    '<Project xmlns="urn:QDA-XML:project:1.0" name="p">'
    + QDC.split("?>")[1]
    + '<Sources><TextSource guid="3" name="t">'
    '<PlainTextContent>停车太难</PlainTextContent><PlainTextSelection startPosition="0" endPosition="2"><Coding>'
    '<CodeRef targetGUID="11111111-1111-4111-8111-111111111111"/></Coding></PlainTextSelection></TextSource></Sources>'
    "</Project>"
)
LSS = (
    "<document><LimeSurveyDocType>Survey</LimeSurveyDocType><languages><language>zh-Hans</language></languages>"
    "<groups><rows><row><gid>1</gid><sid>1</sid><group_order>0</group_order></row></rows></groups><questions><rows><row>"
    "<qid>1</qid><sid>1</sid><gid>1</gid><type>L</type><title>q1</title><relevance>1</relevance></row></rows>"
    "</questions><answers><rows><row><qid>1</qid><code>A1</code></row></rows></answers></document>"
)
CONDITIONS = ("${a} = 'b' and selected(${c}, 'd')", "not(${a} > 3.5) or count-selected(${b}) >= 2", "q1 != 'x'")
RULES = ("q1 = a and not q2 > 3", "q1.row contains b or (q2 answered)", "q3 >= 2026-01-01")
SPOKEN = (
    "下周三前给小王答复，十月底办完停车的事。东门太挤，建议加两个车位！电话13812345678。",
    "I will get back to you by next Friday. The car park is full; please mend the gate before 3 May 2026.",
    "二〇二六年国庆节后三个工作日内，农历八月十五。",
)
PEOPLE = (("姓名", "工号", "性别", "入党时间"), ("甲", "001", "男", "2001.7"), ("乙", "002", "女", "九月"))


def _own_definition(content: bytes) -> object:
    return instruments.read(content, "a.yaml")


def _board(content: bytes) -> object:
    return audit.audit(audit.read_board(_words(content)))


def _scrutineer(content: bytes) -> object:
    return scrutineer.open(_words(content[:80]), content[80:], b"info")


def _cells(content: bytes) -> None:
    text = _words(content)
    for read in (cells.tidy, cells.without_identity, cells.category, cells.standing):
        read(text)
    cells.period(text, "x")
    cells.name(text)


def _encodings(content: bytes) -> object:
    text = _words(content)
    return [encoding.unb64u(text), encoding.unhex(text)]


def _search(content: bytes) -> object:
    words = talk_searching.split(_words(content))
    return talk_searching.passage(_words(content[::-1]), words)


def _form(name: str, key: str) -> Callable[[bytes], object]:
    return lambda content: formats.read(content, name, key)


XLSFORM = (("type", "name", "label"), ("select_one yn", "q1", "好吗"), ("text", "q2", "为什么"))
TARGETS: dict[str, Target] = {
    "roster.csv": Target(
        lambda content: roster_file.parse(content, "a.csv"), _texts("\n".join(",".join(row) for row in PEOPLE))
    ),
    "roster.xlsx": Target(lambda content: roster_file.parse(content, "a.xlsx"), lambda: [_sheet(*PEOPLE)], packed=True),
    "workbook.xls": Target(
        lambda content: spreadsheet.read_book(content, "a.xls"),
        lambda: [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), b"\x09\x08\x10\x00\x00\x06\x05\x00" + bytes(40)],
    ),
    "talks.csv": Target(
        lambda content: talk_files.read(content, "a.csv"), _texts("姓名,日期,内容\n甲,2026-10-01,停车难\n")
    ),
    "talks.jsonl": Target(
        lambda content: talk_files.read(content, "a.jsonl"),
        _texts(json.dumps({"member": "甲", "held_on": "2026-10-01", "topics": [{"title": "停车", "notes": "难"}]})),
    ),
    "talks.docx": Target(lambda content: talk_files.read(content, "a.docx"), lambda: [_document()], packed=True),
    "document.docx": Target(lambda content: documents.read(content, "a.docx"), lambda: [_document()], packed=True),
    "instrument.yaml": Target(_own_definition, _files("surveys/library/*.yaml", "tests/surveys/formats/texts/*.yaml")),
    "instrument.json": Target(
        lambda content: instruments.read(b"{" + content, "a.json"),
        _texts('"title":"t","items":[{"id":"a","type":"open_text","title":"x"}]}'),
    ),
    "instrument.txt": Target(_form("a.txt", "text"), _files("tests/surveys/formats/texts/*.txt"), most=1500),
    "instrument.lss": Target(_form("a.lss", "lss"), _texts(LSS)),
    "instrument.xlsx": Target(_form("a.xlsx", "xlsform"), lambda: [_sheet(*XLSFORM)], packed=True),
    "instrument.md": Target(
        _form("a.md", "xlsform"), _texts("| survey |\n| | type | name | label |\n| | text | q1 | 好吗 |\n"), most=1500
    ),
    "instrument of any kind": Target(_form("file", "auto"), _texts(LSS, QDC, "1. 好吗\nA. 是\nB. 否\n"), most=1000),
    "lss.xml": Target(lss_xml.parse, _texts(LSS), (*NO, lss_xml.NotXml)),
    "condition": Target(
        lambda content: expressions.parse(_words(content)), _texts(*CONDITIONS), (*NO, expressions.Broken), most=400
    ),
    "rule": Target(
        lambda content: rule_text.parse(_words(content)), _texts(*RULES), (*NO, rule_text.RuleSyntax), most=400
    ),
    "codebook.qdc": Target(lambda content: concern_files.read(content, "a.qdc"), _texts(QDC)),
    "project.qdpx": Target(
        lambda content: concern_files.read(content, "a.qdpx"), lambda: [_zip(**{"project.qde": QDE})], packed=True
    ),
    "concerns.xlsx": Target(
        lambda content: concern_files.read(content, "a.xlsx"),
        lambda: [_sheet(("主题", "诉求"), ("车", "停车"))],
        packed=True,
    ),
    "manifest": Target(lambda content: manifest.read(_words(content)), _texts('{"v":"svb1","sizes":{"cast":1}}')),
    "board.json": Target(_board, _texts('{"ballots":[],"leaves":[],"manifest":"{}","signature":"","statement":"{}"}')),
    "board.zip": Target(
        lambda content: auditing.unpacked(content, 1_000_000),
        lambda: [_zip(**{"board.json": "{}", "leaves.txt": "a\n"})],
        (*NO, auditing.Unreadable),
        packed=True,
    ),
    "ballot encodings": Target(_encodings, _texts("AAAA", "0" * 64), most=200),
    "canonical json": Target(lambda content: encoding.uncanonical(_words(content)), _texts('{"a":[1,"b",null]}')),
    "recovery code": Target(
        lambda content: device.seed_of(_words(content)), lambda: [device.recovery_code(bytes(16)).encode()], most=120
    ),
    "scrutineer's key": Target(
        _scrutineer, lambda: [scrutineer.generate()[0].encode()], (*NO, CannotOpen, ValueError), most=300
    ),
    "roster cells": Target(_cells, _texts("2001年7月", "中共预备党员", "110101199003070000", "在职"), most=80),
    "days named": Target(lambda content: dates.find(_words(content), DAY), _texts(*SPOKEN), most=300),
    "promises": Target(lambda content: commitments.find(_words(content), DAY), _texts(*SPOKEN), most=300),
    "points": Target(lambda content: points.points(_words(content)), _texts(*SPOKEN), most=300),
    "masking": Target(
        lambda content: mask.mask(_words(content), names=("小王", "Ann"), posts=("班长",)), _texts(*SPOKEN), most=300
    ),
    "days off": Target(
        lambda content: list(days_off.read(_words(content), year=2027)),
        _texts("元旦：1月1日放假1天。", "春节：2月5日（农历除夕）至11日放假调休，共7天。2月4日（周日）上班。"),
        most=400,
    ),
    "search words": Target(_search, _texts('停车 "东门 岗亭" -食堂', "a b c"), most=200),
    "mail address": Target(lambda content: mail.ADDRESS.fullmatch(_words(content)), _texts("a@b.example"), most=400),
    "text in any encoding": Target(
        lambda content: spreadsheet.read(content, "a.csv"),
        lambda: ["姓名,工号\n甲,1\n".encode(code) for code in ("utf-8", "gb18030", "utf-16", "utf-8-sig")],
    ),
}


def corpus(folder: Path, name: str) -> Path:
    """Return the folder that keeps the inputs of one target, with its seeds in it."""
    place = folder / "".join(c if c.isalnum() else "-" for c in name)
    place.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(TARGETS[name].seeds()):
        (place / f"seed-{number}").write_bytes(seed)
    return place
