"""Documents made and files read ask nobody for anything: every attempt to leave the machine is caught and fails."""

import io
import socket
import zipfile

import docx
import pytest

from core import documents, spreadsheet
from core.errors import BadInput
from exchange import concerns as concern_files
from reports import pdf
from surveys import formats
from tests.conftest import words_of_errors

PLACES = (
    "http://evil.example/x",
    "https://evil.example/x.css",
    "//evil.example/x",
    "ftp://evil.example/x",
    "file:///etc/passwd",
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
    "house:../pdf.py",
    "house:fonts/../../pdf.py",
    "house:/etc/passwd",
    "house:fonts/%2e%2e/%2e%2e/pdf.py",
    "HTTP://127.0.0.1:1/x",
    "http://[::1]:1/x",
    "gopher://evil.example",
    "jar:http://evil.example!/x",
)
WAYS = (
    "<img src='@'>",
    "<link rel=stylesheet href='@'>",
    "<style>@import url('@'); body { background: url('@') } @font-face { font-family: x; src: url('@') }</style>",
    "<object data='@'></object><embed src='@'><iframe src='@'></iframe>",
    "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'>"
    "<image xlink:href='@' href='@'/><use href='@#x'/><style>@import '@';</style></svg>",
    "<a rel=attachment href='@'>x</a><link rel=attachment href='@'>",
    "<div style=\"background-image: url('@'); content: url('@')\">x</div>",
    "<input type=image src='@'><video poster='@'></video><picture><source srcset='@'><img srcset='@ 2x'></picture>",
)


@pytest.fixture
def left(monkeypatch):
    """Every address somebody tried to reach, refused."""
    tried: list[object] = []

    def refuse(*what: object, **_more: object) -> None:
        tried.append(what[-1] if what else None)
        raise OSError("nothing leaves this machine")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    for name in ("create_connection", "getaddrinfo", "gethostbyname"):
        monkeypatch.setattr(socket, name, refuse)
    return tried


@pytest.mark.parametrize("way", WAYS, ids=range(len(WAYS)))
def test_the_printer_reads_nothing_but_the_house(app, left, way) -> None:
    body = "".join(way.replace("@", place) for place in PLACES)
    printed = pdf.print_pdf(f"<!doctype html><html lang=zh><title>x</title><body>{body}<p>甲</p></body></html>")
    assert printed.startswith(b"%PDF") and left == []
    assert b"root:" not in printed and b"evil.example/x" not in printed.replace(b"/URI", b"")


@pytest.mark.parametrize("place", PLACES)
def test_no_other_address_is_a_file_of_the_house(place) -> None:
    with pytest.raises(ValueError, match="house") as refused:
        pdf.house_file(place)
    assert "evil" not in str(refused.value)


def _package(**parts: str) -> bytes:
    out = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("谈话")
    document.save(out)
    made = io.BytesIO()
    with zipfile.ZipFile(out) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, parts.get(name, old.read(name)))
    return made.getvalue()


def test_files_that_point_elsewhere_are_read_without_going_there(left) -> None:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    elsewhere = "".join(
        f'<Relationship Id="e{n}" Type="{kind}/{name}" Target="http://evil.example/{name}" TargetMode="External"/>'
        for n, name in enumerate(("attachedTemplate", "header", "image", "oleObject", "footnotes", "subDocument"))
    )
    relations = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{elsewhere}</Relationships>'
    remote = '<!DOCTYPE x SYSTEM "http://evil.example/x.dtd">'
    qdc = f'<?xml version="1.0"?>{remote}<CodeBook xmlns:xi="http://www.w3.org/2001/XInclude"><Codes/></CodeBook>'
    lss = f'<?xml version="1.0"?>{remote}<document><LimeSurveyDocType>Survey</LimeSurveyDocType></document>'
    with words_of_errors():
        for read in (
            lambda: documents.read(_package(**{"word/_rels/document.xml.rels": relations}), "a.docx"),
            lambda: concern_files.read(qdc.encode(), "a.qdc"),
            lambda: formats.read(lss.encode(), "a.lss"),
            lambda: spreadsheet.read(b'a,b\n=WEBSERVICE("http://evil.example"),x\n', "a.csv"),
            lambda: formats.read("1. 看图 ![x](http://evil.example/x)\nA. 是\nB. 否\n".encode(), "a.txt", "text"),
        ):
            try:
                read()
            except BadInput:
                continue
    assert left == []
