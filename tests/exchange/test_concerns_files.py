"""Codebooks and coded passages as files: nothing in them that must stay, valid, and read back as they were."""

import io
import zipfile
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest

from concerns.models import Excerpt
from core.audit import AuditEntry
from core.db import db
from core.errors import BadInput, NotFound
from core.spreadsheet import read_book
from exchange import concerns
from exchange.concerns.base import Entry, Wish
from exchange.concerns.gathering import Extent, extent, gather
from exchange.refi import writing as refi
from tests.exchange import refi_grammar
from tests.exchange.concern_plays import book_of, concern, file_of, passage, scene, signed_in
from tests.exchange.test_talks_qdpx import Reader, opened

INSIDE = ("党员丙", "13800138000", "藏起", "不计入", "三号楼", "只给书记看")
PASSAGES = {
    ("食堂", "食堂太咸"),
    ("食堂", "食堂排队久"),
    ("食堂", "某某说食堂贵，电话〔电话〕"),
    ("食堂", "〔隐去〕修过食堂的灯"),
    ("停车", "停车位不够"),
    ("停车", "停车场太暗"),
    ("停车", "谈话里说停车难"),
    ("排班", "排班一个月改三版"),
}
ENTRIES = {
    Entry("食堂", "后勤", "菜的事", "饭菜、价格", "不含排班"),
    Entry("停车", "后勤"),
    Entry("排班"),
}


@pytest.fixture
def coded(cast) -> SimpleNamespace:
    return scene(cast)


def everything(key: str, content: bytes) -> str:
    """Return all text of a file."""
    if key == "qdc":
        return content.decode()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist()) + "".join(archive.namelist())


@pytest.mark.parametrize("key", ["qdc", "qdpx", "xlsx"])
def test_what_must_stay_inside_is_in_no_file(coded, key) -> None:
    content = file_of(coded, key)
    for word in INSIDE:
        assert word not in everything(key, content), word
    voices = set(db.session.scalars(db.select(Excerpt.voice)))
    assert not [voice for voice in voices if voice in everything(key, content)]


@pytest.mark.parametrize("key", ["qdpx", "xlsx"])
def test_every_passage_comes_back_with_its_concern(coded, key) -> None:
    book = book_of(file_of(coded, key), f"x.{key}")
    assert {(wish.name, wish.text) for wish in book.wishes} == PASSAGES and len(book.wishes) == len(PASSAGES)
    assert set(book.entries) == ENTRIES and not book.told


def test_the_codebook_comes_back(coded) -> None:
    assert set(book_of(file_of(coded, "qdc"), "x.qdc").entries) == ENTRIES


def test_the_file_is_the_same_for_whoever_makes_it(coded) -> None:
    sheets = [read_book(file_of(coded, "xlsx", by), "x.xlsx") for by in (coded.secretary, coded.committee_member)]
    assert sheets[0] == sheets[1]


def test_a_project_keeps_to_the_standard_and_another_program_reads_it(coded) -> None:
    content = file_of(coded, "qdpx")
    root, texts = opened(content)
    assert refi_grammar.faults(root, refi_grammar.PROJECT, refi.PROJECT) == []
    guids = [element.get("guid") for element in root.iter() if element.get("guid")]
    assert len(set(guids)) == len(guids)
    assert len(texts) == 5  # canteen, parking twice, rota, and what stands alone


def test_a_source_holds_one_concern_from_one_kind_of_source(coded) -> None:
    root, _texts = opened(file_of(coded, "qdpx"))
    names = {code.get("guid"): code.get("name") for code in root.iter(f"{{{refi.PROJECT}}}Code")}
    found = {}
    for source in root.iter(f"{{{refi.PROJECT}}}TextSource"):
        codes = {names[one.get("targetGUID")] for one in source.iter(f"{{{refi.PROJECT}}}CodeRef")}
        found[source.get("name").split(" ", 1)[1]] = codes
    assert len(found) == 5 and all(len(codes) <= 1 for codes in found.values())
    assert sorted(name.split(" ")[0] for name in found if found[name]) == ["停车", "停车", "排班", "食堂"]
    read = Flat(file_of(coded, "qdpx"))
    assert {(code, text) for _source, code, text in read.codings} == PASSAGES


class Flat(Reader):
    """The reader of the talks' projects, for codes that stand in a theme: QualCoder takes that for a category."""

    def __init__(self, content: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            root = ET.fromstring(archive.read("project.qde"))
            holder = root.find(f"{{{refi.PROJECT}}}CodeBook")[0]
            for theme in [one for one in holder if one.get("isCodable") == "false"]:
                holder.remove(theme)
                holder.extend(child for child in theme if child.tag.endswith("}Code"))
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w") as flat:
                for name in archive.namelist():
                    flat.writestr(name, ET.tostring(root) if name == "project.qde" else archive.read(name))
        super().__init__(out.getvalue())


def test_a_codebook_keeps_to_the_standard(coded) -> None:
    root = ET.fromstring(file_of(coded, "qdc"))
    assert refi_grammar.faults(root, refi_grammar.CODEBOOK, refi.CODEBOOK) == []
    tops = [(one.get("name"), one.get("isCodable"), len(one)) for one in root[0]]
    assert tops == [("后勤", "false", 2), ("排班", "true", 0)]


def test_voices_under_the_floor_are_not_counted_out(coded) -> None:
    for at in range(5):
        passage(coded, f"排班第{at}句", coded.rota)
    told = {
        one.entry.name: (one.passages, one.voices) for one in gather(coded.investigation, within=coded.branch).concerns
    }
    assert told["排班"] == (6, "6")
    assert told["食堂"][0] == 4 and not told["食堂"][1].isdigit()


def test_same_names_are_told_apart_and_find_home(coded) -> None:
    concern(coded, "食堂", "食堂的另一回事")
    entries = [one.entry.name for one in gather(coded.investigation, within=coded.branch).concerns]
    assert sorted(entries) == ["停车", "排班", "食堂", "食堂 (2)"]


def test_a_theme_named_like_a_concern_takes_another_name(cast) -> None:
    concern(cast, "后勤", "后勤慢", theme="后勤")
    root = ET.fromstring(file_of(cast, "qdc"))
    assert [one.get("name") for one in root.iter(f"{{{refi.CODEBOOK}}}Code")] == ["后勤 (2)", "后勤"]


@pytest.mark.parametrize("key", ["qdc", "qdpx", "xlsx"])
def test_hostile_words_do_no_harm(cast, key) -> None:
    concern(cast, "=1+1", "=cmd|' /C calc'!A0", "a\x0bb<&>\ud7ff😀𠮷", theme="<x>&", includes="包括：\n不包括：y")
    book = book_of(file_of(cast, key), f"x.{key}")
    assert [entry.name for entry in book.entries] == ["=1+1"] and book.entries[0].theme == "<x>&"
    if key != "qdc":
        assert {wish.text for wish in book.wishes} == {"=cmd|' /C calc'!A0", "ab<&>\ud7ff😀𠮷"}


def test_nothing_to_take_out(cast) -> None:
    with pytest.raises(BadInput):
        file_of(cast, "qdc")
    assert extent(cast.investigation, within=cast.branch) == Extent(0, ())
    with pytest.raises(NotFound):
        concerns.named("docx")


def test_the_page_tells_what_the_file_will_hold(coded) -> None:
    from core.i18n import speaking

    with speaking("zh"):
        assert (
            extent(coded.investigation, within=coded.branch).told
            == gather(coded.investigation, within=coded.branch).told
        )


def test_pages_by_role_and_what_is_written_down(coded) -> None:
    url = f"/app/investigations/{coded.investigation.id}/concerns"
    for account, status in ((coded.secretary, 200), (coded.committee_member, 200), (coded.member, 403)):
        assert signed_in(account).get(f"{url}/export").status_code == status
        assert signed_in(account).post(f"{url}/export/xlsx").status_code == status
    assert signed_in(coded.outsider).post(f"{url}/export/xlsx").status_code == 404
    assert signed_in(coded.secretary).post(f"{url}/export/docx").status_code == 404
    noted = db.session.query(AuditEntry).filter_by(action="concerns.export.xlsx")
    assert noted.count() == 2


# Files of other programs -------------------------------------------------------------------------------------------

NVIVO = """<?xml version="1.0" encoding="utf-16"?>
<CodeBook xmlns="urn:QDA-XML:codebook:1.0" origin="NVivo"><Codes>
 <Code guid="A" name="Welfare" isCodable="true"><Description>About living</Description>
  <Code guid="B" name="Canteen" isCodable="true"><Code guid="C" name="Night meals" isCodable="true"/></Code></Code>
</Codes></CodeBook>""".encode("utf-16")


def test_a_codebook_of_another_program() -> None:
    assert book_of(NVIVO, "n.QDC").entries == (Entry("Night meals", "Canteen"),)


def project(text: str, selections: str, extra: str = "", path: str = "internal://t.txt") -> bytes:
    """Return a project as other programs write one."""
    qde = f"""<?xml version="1.0" encoding="utf-8"?><p:Project xmlns:p="urn:QDA-XML:project:1.0" name="x"><p:CodeBook>
    <p:Codes><p:Code guid="AA" name="Canteen" isCodable="true"/><p:Code guid="BB" name="Parking" isCodable="true"/>
    </p:Codes></p:CodeBook><p:Sources><p:TextSource guid="S" name="s" plainTextPath="{path}">{selections}
    </p:TextSource>{extra}</p:Sources></p:Project>"""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("project.qde", qde)
        archive.writestr("Sources/T.txt", "\ufeff" + text)
    return out.getvalue()


def selection(start: object, end: object, code: str = "aa") -> str:
    return (
        f'<p:PlainTextSelection guid="P" startPosition="{start}" endPosition="{end}"><p:Coding guid="Q">'
        f'<p:CodeRef targetGUID="{code}"/></p:Coding></p:PlainTextSelection>'
    )


def test_selections_of_most_of_a_line_count_and_other_places_do_not() -> None:
    text = "soup is cold\nno place to park\nboth"
    marked = selection(0, 9) + selection(13, 29, "BB") + selection(30, 34) + selection(30, 34, "bb")
    marked += selection(5, 2) + selection(0, 999) + selection("x", 3) + selection(13, 16) + selection(13, 29, "none")
    assert book_of(project(text, marked), "p.qdpx").wishes == (
        Wish("soup is cold", "Canteen"),
        Wish("no place to park", "Parking"),
        Wish("both", "Canteen"),
        Wish("both", "Parking"),
    )


def test_a_text_that_is_missing_is_told() -> None:
    assert book_of(project("x", selection(0, 1), path="internal://gone.txt"), "p.qdpx").told


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><CodeBook><Codes/>&b;</CodeBook>'


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "x.xlsx"),
        (b"", "x.qdc"),
        (b"", "x.qdpx"),
        (b"PK\x03\x04junk", "x.qdpx"),
        (b"PK\x03\x04junk", "x.xlsx"),
        (BOMB, "x.qdc"),
        (b"<CodeBook>", "x.qdc"),
        (b"<html/>", "x.qdc"),
        (b"<a>" * 500 + b"</a>" * 500, "x.qdc"),
        ("姓名,电话\n甲,1\n".encode(), "x.csv"),
        (b"x", "x.docx"),
        (b"x", ""),
    ],
    ids=[
        "empty-xlsx",
        "empty-qdc",
        "empty-qdpx",
        "no-zip",
        "no-xlsx",
        "bomb",
        "open",
        "html",
        "deep",
        "roster",
        "docx",
        "no-name",
    ],
)
def test_what_is_no_codebook_is_refused_in_words(app, content, name) -> None:
    with pytest.raises(BadInput):
        book_of(content, name)


def test_a_table_from_a_person_with_a_title_above() -> None:
    text = "我们的编码表,,\n诉求名称,大类,定义\n食堂,后勤,饭菜\n停车,后勤,\n,,\n"
    assert book_of(text.encode("gb18030"), "t.csv").entries == (Entry("食堂", "后勤", "饭菜"), Entry("停车", "后勤"))
