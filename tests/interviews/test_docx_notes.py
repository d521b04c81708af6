"""Notes in documents: forms in many layouts, prose, several talks, and nothing lost on the way."""

import re
from types import SimpleNamespace

import docx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core.db import db
from core.documents import as_text
from core.documents import read as read_document
from core.errors import BadInput
from core.terms import TalkMode, Visibility
from interviews import columns, imports, labels
from interviews.imports import Fate
from interviews.models import Talk
from interviews.raw_talks import RawTalk
from interviews.talk_files import read
from tests.conftest import words_of_errors
from tests.interviews import note_documents, unseen_documents
from tests.interviews.note_documents import MORE, SAID, NoteDocument, grid, lines, saved

EVERY = [*note_documents.DOCUMENTS, *unseen_documents.DOCUMENTS]
# What a reading may turn into something else: marks of dates, days of the week, boxes, ordinals.
TURNED = re.compile(r"[\d年月日号时分上下午星期周一二三四五六七八九十〇:：/.\-—至到前☑□√（）()\s]+")


def day(text: str | None) -> str:
    return columns.day(text or "", "held_on").isoformat()


def misses(document: NoteDocument) -> tuple[list[str], int]:
    """Return what was read otherwise than it should have been, and how many things were looked at."""
    found = read(document.content(), f"{document.name}.docx")
    wrong, looked = [], 0
    if len(found) != len(document.talks):
        wrong.append(f"{len(found)} talks")
    for raw, wanted in zip(found, document.talks, strict=False):
        for name, text in wanted.fields.items():
            told = day(raw.texts.get(name)) if name == "held_on" else raw.texts.get(name)
            wrong += [] if told == text else [f"{name}: {told!r}"]
        wrong += [f"notes lack {text!r}" for text in wanted.notes if text not in raw.texts["notes"]]
        promises = tuple((one["promise"], one.get("owner", ""), one.get("due_on", "")) for one in raw.promises)
        wrong += [] if promises == wanted.promises else [f"promises: {promises}"]
        looked += len(wanted.fields) + len(wanted.notes) + 1
    return wrong, looked


@pytest.mark.parametrize("document", EVERY, ids=lambda document: document.name)
def test_a_layout_is_read(document: NoteDocument) -> None:
    with words_of_errors():
        wrong, looked = misses(document)
    assert wrong == [] and looked


def test_there_are_enough_layouts() -> None:
    assert len(note_documents.DOCUMENTS) >= 25 and len(unseen_documents.DOCUMENTS) == 8
    assert len({document.name for document in EVERY}) == len(EVERY)


def haystack(talks: list[RawTalk]) -> str:
    """Return everything a reading kept or told, without spaces."""
    parts = [
        text
        for raw in talks
        for text in (*raw.texts.values(), *raw.told, *(text for one in raw.promises for text in one.values()))
    ]
    return re.sub(r"\s", "", "\n".join(parts))


def unaccounted(lines_: list[str], talks: list[RawTalk]) -> list[str]:
    """Return the pieces of lines that are neither labels nor anywhere in what was read."""
    kept, lost = haystack(talks), []
    for line in lines_:
        for cell in re.split(r"[\t\n]", line):
            if labels.PLAIN_TITLE.match(cell.strip()):
                continue
            before, pairs = labels.pairs(cell.strip())
            values = [before, *(text for _name, text in pairs)]
            for value in values:
                for run in re.split(TURNED, value):
                    run = run.removesuffix("同志")
                    bare = re.sub(r"^\W+|\W+$", "", re.sub(r"\s", "", run))
                    if len(bare) > 1 and bare not in kept and labels.label(value) is None and not labels.blank(value):
                        lost.append(bare)
    return lost


@pytest.mark.parametrize("document", EVERY, ids=lambda document: document.name)
def test_nothing_is_lost(document: NoteDocument) -> None:
    with words_of_errors():
        content = document.content()
        talks = read(content, "x.docx")
        stood = [line for line in as_text(read_document(content, "x.docx").blocks) if line.strip()]
        lost = unaccounted(stood, talks)
    # A box left unticked says what was not chosen, and an ordinal only where a row stood.
    known = (
        {"面谈", "电话", "家访", "仅谈话人", "仅谈话人与书记", "受表彰", "家庭困难"}
        if "tick" in document.name
        else set()
    )
    assert [one for one in lost if one not in known] == []


WORDS = st.sampled_from(
    "谈话对象 谈话人： 时间：2026-10-20 内容 承诺： 责任人 期限 签名： 党员丙 😀 无 1. 知悉范围：支委会 谈心谈话记录 "
    "职务：电工 ： □面谈☑电话 排班改了三版。 a<b&c 地点 \u3000".split(" ")
)
TEXT = st.lists(WORDS, max_size=4).map("".join)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(["谈话人：党员丙□面谈☑电话"])
@example(["党员丙", "😀签名："])
@example(["😀", "党员丙签名："])
@given(
    st.lists(
        st.one_of(TEXT, st.lists(st.lists(TEXT, min_size=2, max_size=2), min_size=1, max_size=4)),
        min_size=1,
        max_size=8,
    )
)
def test_any_document_keeps_its_words(blocks: list) -> None:
    made = docx.Document()
    for block in blocks:
        lines(made, block) if isinstance(block, str) else grid(made, block)
    with words_of_errors():
        try:
            talks = read(saved(made), "any.docx")
        except BadInput:
            return
    kept = haystack(talks)
    for word in ("党员丙", "😀", "排班改了三版。", "a<b&c", "电工"):
        if any(word in str(block) for block in blocks):
            assert word in kept, (word, talks)


def judged(cast: SimpleNamespace, content: bytes, **choices: object) -> list[imports.JudgedTalk]:
    kept = imports.prepare(content, "notes.docx", within=cast.branch, by=cast.secretary, **choices)
    return imports.preview(kept, within=cast.branch, by=cast.secretary)


def form(**changes: str) -> bytes:
    values = {"谈话对象": "党员丙", "谈话人": "委员乙", "时间": "2026-10-20", "方式": "□面谈 ☑电话", "密级": "支委会"}
    made = docx.Document()
    grid(made, [[name, text] for name, text in {**values, "谈话内容": SAID, **changes}.items()])
    return saved(made)


def test_a_form_is_imported(cast: SimpleNamespace) -> None:
    kept = imports.prepare(
        form(承诺事项="公布下月排班表", 责任人="书记甲"), "谈话.docx", within=cast.branch, by=cast.secretary
    )
    outcome = imports.write(kept, within=cast.branch, by=cast.secretary)
    db.session.commit()
    assert (outcome.new, outcome.promises) == (1, 1)
    talk = db.session.scalars(select(Talk)).one()
    assert (talk.member.name, talk.interviewer.name, talk.mode) == ("党员丙", "委员乙", TalkMode.PHONE)
    assert talk.visibility is Visibility.COMMITTEE
    (again,) = judged(cast, form(承诺事项="公布下月排班表", 责任人="书记甲"))
    assert again.fate is Fate.SAME


def test_who_may_read_is_asked_for_where_a_form_does_not_say(cast: SimpleNamespace) -> None:
    (row,) = judged(cast, form(密级=""))
    assert row.fate is Fate.REFUSED and columns.title("visibility") in row.reason
    (row,) = judged(cast, form(密级=""), visibility=Visibility.SECRETARY)
    assert row.fate is Fate.NEW and row.record and row.record.visibility is Visibility.SECRETARY
    # What a file says itself is never changed.
    (row,) = judged(cast, form(), visibility=Visibility.SECRETARY)
    assert row.record and row.record.visibility is Visibility.COMMITTEE


def test_what_was_left_out_is_told(cast: SimpleNamespace) -> None:
    made = docx.Document()
    made.sections[0].header.paragraphs[0].text = "内部资料"
    made.add_paragraph("2026年三季度谈心谈话记录")
    lines(made, "谈话对象：党员丙", "谈话人：委员乙", "时间：2026-10-20", "密级：支委会", SAID)
    (row,) = judged(cast, saved(made))
    assert row.fate is Fate.NEW
    assert any("内部资料" in line for line in row.told) and any("2026年三季度" in line for line in row.told)


def test_a_document_that_names_nobody_is_refused_with_its_reason(cast: SimpleNamespace) -> None:
    made = docx.Document()
    lines(made, "今天和几位同事聊了聊。", SAID)
    (row,) = judged(cast, saved(made))
    assert row.fate is Fate.REFUSED and row.reason


def test_an_old_document_is_refused_plainly(cast: SimpleNamespace) -> None:
    with pytest.raises(BadInput, match="docx"):
        read(b"\xd0\xcf\x11\xe0" + b"\0" * 600, "谈话.doc")


def test_a_due_date_in_words_stays_with_its_promise() -> None:
    with words_of_errors():
        (raw,) = read(form(承诺事项="公布排班表", 责任人="书记甲", 完成时限="下周三前"), "x.docx")
    (promise,) = raw.promises
    assert "下周三前" in promise["promise"] and "due_on" not in promise


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("□面谈 ☑电话 □家访", "电话"),
        ("面谈□ 电话☑ 家访□", "电话"),
        ("（√）面谈 （ ）电话", "面谈"),
        ("[x]面谈 [ ]电话", "面谈"),
        ("√面谈", "面谈"),
        ("□面谈 □电话", ""),
        ("面谈", "面谈"),
    ],
)
def test_boxes(text: str, chosen: str) -> None:
    assert labels.ticked(text) == chosen


@pytest.mark.parametrize(
    ("text", "held_on", "minutes"),
    [
        ("2026年10月20日（星期二）15:00—15:40", "2026-10-20", "40"),
        ("2026-10-20 下午2:15至3:00", "2026-10-20", "45"),
        ("二〇二六年十月二十日", "2026-10-20", None),
        ("2026.10.20", "2026-10-20", None),
        ("20261020", "2026-10-20", None),
    ],
)
def test_days_as_people_write_them(text: str, held_on: str, minutes: str | None) -> None:
    with words_of_errors():
        (raw,) = read(form(时间=text), "x.docx")
        assert (day(raw.texts["held_on"]), raw.texts.get("minutes")) == (held_on, minutes)


def test_the_page_takes_a_document(client_for, cast: SimpleNamespace) -> None:
    client = client_for("committee_member")
    page = client.get("/app/talks/import")
    assert ".docx" in page.text
    made = docx.Document()
    lines(made, "谈话对象：党员丙", "谈话人：委员乙", "时间：2026-10-20", SAID, MORE)
    import io

    answer = client.post(
        "/app/talks/import",
        data={"file": (io.BytesIO(saved(made)), "谈话.docx"), "investigation": "", "visibility": "committee"},
    )
    assert answer.status_code == 302
    preview = client.get(answer.headers["Location"])
    assert "党员丙" in preview.text and SAID not in preview.text
    assert client.post(answer.headers["Location"], data={}).status_code == 302
    assert db.session.scalars(select(Talk)).one().visibility is Visibility.COMMITTEE
