"""REFI-QDA projects and codebooks: valid, read as other programs read them, and without names when so asked."""

import io
import unicodedata
import zipfile
from datetime import date
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.db import db
from core.errors import BadInput
from core.terms import Visibility
from exchange.refi import writing as refi
from exchange.refi.writing import Code, Coded
from exchange.talks.base import Bundle
from exchange.talks.places import placed
from exchange.talks.qdpx import Qdpx
from members.names import Names
from tests.conftest import words_of_errors
from tests.exchange import refi_grammar
from tests.exchange.talk_plays import NOTES, code, file_of, told
from tests.exchange.test_talks_xlsx import talk

NS = f"{{{refi.PROJECT}}}"
ROTA, CANTEEN = "排班表一个月改了三版。", "食堂夜班只有凉菜"


def opened(content: bytes) -> tuple[ET.Element, dict[str, str]]:
    """Return the project and its texts by path."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        texts = {name: archive.read(name).decode() for name in archive.namelist() if name != "project.qde"}
        return ET.fromstring(archive.read("project.qde")), texts


class Reader:
    """A project read in the steps QualCoder reads one in, written down from what it does; nothing may be missing.

    A `sources` folder beside project.qde; every source internal, in UTF-8 without a mark, with single line feeds; a
    user and a moment on every source and selection; the first element of a coding is the reference to its code; a code
    has no element but its description; no two codes, sources or codings of one place are the same.
    """

    def __init__(self, content: bytes) -> None:
        self.root, texts = opened(content)
        assert all(name.startswith("sources/") for name in texts)
        users = {user.get("guid"): user.get("name") for user in self.root.iter(f"{NS}User")}
        self.codes: dict[str, str] = {}
        book = self.root.find(f"{NS}CodeBook")
        for element in list(book[0]) if book is not None else ():
            assert [child.tag for child in element] in ([], [f"{NS}Description"])
            assert element.get("isCodable") == "true" and element.get("name") not in self.codes.values()
            self.codes[element.get("guid", "")] = element.get("name", "")
        variables = {one.get("guid"): one.get("name") for one in self.root.iter(f"{NS}Variable")}
        assert len(set(variables.values())) == len(variables)
        self.sources: dict[str, str] = {}
        self.codings: list[tuple[str, str, str]] = []
        self.facts: dict[str, dict[str, str]] = {}
        for source in self.root.iter(f"{NS}TextSource"):
            name = source.get("name", "")
            assert name and name not in self.sources and not set(name) & set('\\/:*?"<>|\n')
            path = source.get("plainTextPath", "").split("internal:/")[1]
            raw = texts[f"sources{path}"]
            assert not raw.startswith("\ufeff") and "\r" not in raw
            self._stamped(source, users)
            self.sources[name] = raw
            for selection in source.findall(f"{NS}PlainTextSelection"):
                self._stamped(selection, users)
                start, end = (int(selection.get(f"{edge}Position", "")) for edge in ("start", "end"))
                assert 0 <= start < end <= len(raw)
                for coding in selection.findall(f"{NS}Coding"):
                    target = list(coding)[0].get("targetGUID", "")
                    self.codings.append((name, self.codes[target], raw[start:end]))
            self.facts[name] = {
                variables[value[0].get("targetGUID")] or "": value[1].text or ""
                for value in source.findall(f"{NS}VariableValue")
            }
        assert len(set(self.codings)) == len(self.codings)

    def _stamped(self, element: ET.Element, users: dict) -> None:
        assert element.get("creatingUser") in users and element.get("creationDateTime", "").endswith("Z")


@pytest.fixture
def coded(cast: SimpleNamespace) -> SimpleNamespace:
    """Two talks and two concerns with their passages."""
    first = told(cast)
    second = told(cast, notes=f"第二次谈，还是{ROTA}", promises=())
    code(cast, "排班", (first, ROTA), (second, ROTA), summary="改动要提前两天说")
    code(cast, "食堂", (first, CANTEEN))
    return cast


def test_a_project_keeps_to_the_standard(coded: SimpleNamespace) -> None:
    for names in (True, False):
        root, texts = opened(file_of(coded, "qdpx", names=names))
        assert refi_grammar.faults(root, refi_grammar.PROJECT, refi.PROJECT) == []
        guids = [element.get("guid") for element in root.iter() if element.get("guid")]
        assert len(set(guids)) == len(guids)
        assert {target for e in root.iter() if (target := e.get("targetGUID"))} <= set(guids)
        assert len(texts) == 2


def test_the_grammar_finds_faults() -> None:
    with words_of_errors():
        root = ET.fromstring(refi.codebook([Code(1, "排班", "x")], date(2026, 10, 31)))
    assert refi_grammar.faults(root, refi_grammar.CODEBOOK, refi.CODEBOOK) == []
    root[0][0].set("guid", "1")
    root[0][0].set("extra", "1")
    root[0].append(ET.Element(f"{{{refi.CODEBOOK}}}Set"))
    assert len(refi_grammar.faults(root, refi_grammar.CODEBOOK, refi.CODEBOOK)) >= 3


def test_another_program_reads_every_passage(coded: SimpleNamespace) -> None:
    read = Reader(file_of(coded, "qdpx"))
    assert sorted((code_, passage) for _source, code_, passage in read.codings) == [
        ("排班", ROTA),
        ("排班", ROTA),
        ("食堂", CANTEEN),
    ]
    first = next(text for text in read.sources.values() if "食堂" in text)
    assert first.startswith(NOTES) and "月底前答复排班" in first
    assert {facts["谈话对象"] for facts in read.facts.values()} == {"A3 党员丙"}


def test_without_names_nobody_is_in_it(coded: SimpleNamespace) -> None:
    content = file_of(coded, "qdpx", names=False)
    read = Reader(content)
    assert len(read.codings) == 3
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        everything = "".join(archive.read(name).decode() for name in archive.namelist()) + "".join(archive.namelist())
    for word in ("党员丙", "委员乙", "书记甲", "A3 ", "A2 ", "西班", "13800138000", "2026-10-20", "定期谈心"):
        assert word not in everything, word
    assert "某某说😀" in everything and ROTA in {passage for _s, _c, passage in read.codings}


def test_files_with_and_without_names_share_no_mark(coded: SimpleNamespace) -> None:
    marks = []
    for names in (True, False):
        root, texts = opened(file_of(coded, "qdpx", names=names))
        marks.append({element.get("guid") for element in root.iter()} - {None} | set(texts))
    assert not marks[0] & marks[1]


def test_only_what_the_reader_may_open(coded: SimpleNamespace) -> None:
    told(coded, visibility=Visibility.INTERVIEWER, notes="只对谈话人说的话", promises=())
    told(coded, visibility=Visibility.SECRETARY, notes="只给书记看的话", promises=(), by=coded.secretary,
         interviewer_id=coded.boss.id)  # fmt: skip
    texts = {by: "".join(Reader(file_of(coded, "qdpx", getattr(coded, by))).sources.values()) for by in
             ("secretary", "committee_member")}  # fmt: skip
    assert "只给书记看的话" in texts["secretary"] and "只对谈话人说的话" not in texts["secretary"]
    assert "只对谈话人说的话" in texts["committee_member"] and "只给书记看的话" not in texts["committee_member"]


def test_hidden_and_merged_concerns_are_no_codes(coded: SimpleNamespace) -> None:
    gone = code(coded, "藏起的", hidden=True)
    code(coded, "并走的", merged_into_id=gone.id)
    code(coded, "食堂")
    book = ET.fromstring(file_of(coded, "qdc"))
    assert refi_grammar.faults(book, refi_grammar.CODEBOOK, refi.CODEBOOK) == []
    assert [one.get("name") for one in book[0]] == ["排班", "食堂", "食堂 (2)"]
    assert "改动要提前两天说" in "".join(book.itertext())


def test_a_codebook_needs_concerns_and_opens_no_talk(cast: SimpleNamespace) -> None:
    from core.audit import AuditEntry

    told(cast)
    with pytest.raises(BadInput):
        file_of(cast, "qdc")
    code(cast, "排班")
    assert b"NOTES" not in file_of(cast, "qdc")
    assert not db.session.query(AuditEntry).filter_by(action="talk.open").count()


def bundle_of(notes: str, *spans: tuple[int, int, int], name: str = "党员", codes: tuple[Code, ...] = ()) -> Bundle:
    coded_ = tuple(Coded(*span) for span in spans)
    told_ = talk(notes=notes, coded=coded_, member=name)
    return Bundle("支部", name, name, "zh", date(2026, 10, 31), True, (told_,), codes, (name,))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=60), st.integers(0, 60), st.integers(1, 20))
def test_places_count_characters_whatever_they_are(text: str, start: int, length: int) -> None:
    from core.documents import printable

    notes = printable(f"开头😀𠮷{text}👨‍👩‍👧结尾")
    start = min(start, len(notes) - 1)
    end = min(start + length, len(notes))
    with words_of_errors():
        read = Reader(Qdpx().write(bundle_of(notes, (start, end, 7), codes=(Code(7, "码", ""),))))
    ((_name, _code, passage),) = read.codings
    assert passage == notes[start:end]
    assert next(iter(read.sources.values())) == notes


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_hostile_names_do_no_harm(name: str) -> None:
    with words_of_errors():
        content = Qdpx().write(
            bundle_of("x", name=f"a{name}", codes=(Code(1, f"c{''.join(refi.printable(name))}", name),))
        )
    read = Reader(content)
    (source,) = read.sources
    assert not any(unicodedata.category(one) in ("Cc", "Cs") for one in source)


def test_passages_are_found_again_with_masks_on_either_side() -> None:
    people = Names(["党员丙", "书记甲"])
    raw = "党员丙说排班乱。昨天书记甲说食堂差。党员丙说排班乱。这事找书记甲"
    masked = people.masked(raw)
    # A passage that was kept without names, in notes with names.
    spans, lost = placed([("某某说食堂差。", 1)], raw, people)
    assert (raw[spans[0].start : spans[0].end], lost) == ("书记甲说食堂差。", 0)
    spans, lost = placed([("这事找某某", 1)], raw, people)
    assert (raw[spans[0].start : spans[0].end], lost) == ("这事找书记甲", 0)
    # A passage with names, in notes without.
    spans, lost = placed([("书记甲说食堂差。", 1)], masked, people)
    assert (masked[spans[0].start : spans[0].end], lost) == ("某某说食堂差。", 0)
    # The same words twice stand in two places, and what is nowhere is counted.
    spans, lost = placed([("说排班乱。", 1), ("说排班乱。", 1), ("没有的话", 2), (" ", 2)], raw, people)
    assert (len({span.start for span in spans}), lost) == (2, 2)
