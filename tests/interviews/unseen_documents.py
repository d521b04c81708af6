"""Invented notes in documents, written after the reader was finished: what it makes of layouts it was not made for."""

from typing import Any

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from tests.interviews import note_documents
from tests.interviews.note_documents import MORE, SAID, NoteDocument, expected, grid, lines

DOCUMENTS: list[NoteDocument] = []


def unseen(*talks: note_documents.Expected) -> Any:
    """Put a document into this corpus under its builder's name."""

    def put(build: Any) -> Any:
        DOCUMENTS.append(NoteDocument(build.__name__, build, talks))
        return build

    return put


@unseen(expected(SAID, MORE, occasion="思想汇报后谈心", mode="面谈"))
def form_with_six_columns(d: Any) -> None:
    d.add_heading("××支部谈心谈话登记表", 1)
    d.add_paragraph("支部名称：青石支部                         填表日期：2026年10月21日")
    grid(
        d,
        [
            ["谈话人", "委员乙", "职务", "组织委员", "谈话时间", "2026年10月20日"],
            ["被谈话人", "党员丙", "岗位", "电工", "谈话地点", "值班室"],
            ["谈话形式", "面谈", "<", "谈话事由", "思想汇报后谈心", "<"],
            ["知悉范围", "支委会", "<", "<", "<", "<"],
            ["谈话主要内容", SAID, "<", "<", "<", "<"],
            ["被谈话人意见和建议", MORE, "<", "<", "<", "<"],
            ["备注", "", "<", "<", "<", "<"],
        ],
    )


@unseen(
    expected(SAID, number="2026-07", promises=[("公布下月排班表", "委员乙", "2026-10-31")]),
    expected(MORE, number="2026-08", member="党员丁", held_on="2026-10-22", place=""),
)
def two_forms_with_numbers_above(d: Any) -> None:
    for number, who, day, place, said, promise in (
        ("2026-07", "党员丙", "2026年10月20日", "值班室", SAID, ["公布下月排班表", "委员乙", "2026年10月31日前"]),
        ("2026-08", "党员丁", "2026年10月22日", "", MORE, ["", "", ""]),
    ):
        lines(d, "谈心谈话记录表", f"编号：{number}")
        grid(
            d,
            [
                ["谈话对象", who, "时间", day],
                ["谈话人", "委员乙", "地点", place],
                ["密级", "支委会", "<", "<"],
                ["谈话情况", said, "<", "<"],
                ["承诺事项", "责任人", "完成期限", "<"],
                [promise[0], promise[1], promise[2], "<"],
                ["谈话对象签字：", "<", "谈话人签字：", "<"],
            ],
        )
        d.add_paragraph("")


@unseen(expected(SAID, MORE, minutes="45"))
def prose_with_spaced_labels(d: Any) -> None:
    d.add_heading("谈 心 谈 话 记 录", 1)
    lines(
        d,
        "时    间：2026年10月20日下午2:15至3:00",
        "地    点：值班室",
        "谈 话 人：委员乙（支部组织委员）",
        "谈话对象：党员丙",
        "记 录 人：书记甲",
        "密    级：支委会",
        "谈话记录：",
        "委员乙：最近班里怎么样？",
        f"党员丙：{SAID}",
        f"党员丙：{MORE}",
    )


@unseen(expected(SAID, promises=[("月底前公布下月排班表", "", ""), ("与食堂商量夜班热菜", "", "")]))
def numbered_sections(d: Any) -> None:
    d.add_heading("谈心谈话记录", 1)
    d.add_heading("一、基本情况", 2)
    lines(d, "谈话对象：党员丙，谈话人：委员乙，谈话时间：2026年10月20日，谈话地点：值班室，知悉范围：支委会")
    d.add_heading("二、谈话内容", 2)
    lines(d, SAID)
    d.add_heading("三、承诺事项", 2)
    lines(d, "1、月底前公布下月排班表", "2、与食堂商量夜班热菜")


@unseen(
    expected(SAID, member="党员丙", place="", mode="面谈"),
    expected(MORE, member="党员丁", held_on="2026-10-21", place="", mode="电话"),
)
def list_with_joined_title_row(d: Any) -> None:
    grid(
        d,
        [
            ["青石支部2026年10月谈心谈话台账", "<", "<", "<", "<", "<", "<"],
            ["序号", "谈话时间", "谈话对象", "谈话人", "谈话方式", "谈话内容", "知悉范围"],
            ["1", "2026.10.20", "党员丙", "委员乙", "面谈", SAID, "支委会"],
            ["2", "2026.10.21", "党员丁", "委员乙", "电话", MORE, "支委会"],
        ],
    )


@unseen(expected(SAID, MORE))
def content_controls(d: Any) -> None:
    def control(text: str, placeholder: bool = False) -> Any:
        mark = "<w:showingPlcHdr/>" if placeholder else ""
        return parse_xml(
            f"<w:sdt {nsdecls('w')}><w:sdtPr>{mark}</w:sdtPr><w:sdtContent><w:r><w:t>{text}</w:t></w:r>"
            "</w:sdtContent></w:sdt>"
        )

    for label, text in (
        ("谈话对象：", "党员丙"),
        ("谈话人：", "委员乙"),
        ("谈话日期：", "2026-10-20"),
        ("谈话地点：", "值班室"),
        ("知悉范围：", "支委会"),
        ("谈话内容：", SAID),
    ):
        d.add_paragraph(label)._p.append(control(text))
    d.add_paragraph("备注：")._p.append(control("单击或点击此处输入文字。", placeholder=True))
    d.add_paragraph(MORE)


@unseen(expected(SAID, MORE, "家庭情况", place="党员丙家中", mode="入户走访"))
def home_visit_with_headed_blocks(d: Any) -> None:
    lines(
        d, "【谈话对象】党员丙", "【谈话人】委员乙", "【时间】2026年10月20日", "【地点】党员丙家中", "【方式】入户走访"
    )
    lines(d, "【知悉范围】支委会", "【家庭情况】", MORE, "【谈话内容】", SAID)


@unseen(
    expected(SAID, place="", promises=[("公布下月排班表", "书记甲", "2026-11-05")]),
    expected(MORE, member="党员丁", held_on="2026-10-21", place=""),
)
def one_table_with_several_records(d: Any) -> None:
    grid(
        d,
        [
            ["谈话对象", "党员丙", "谈话人", "委员乙", "日期", "2026-10-20"],
            ["内容", SAID, "<", "<", "<", "<"],
            ["承诺", "公布下月排班表", "责任人", "书记甲", "期限", "2026-11-05"],
            ["密级", "支委会", "<", "<", "<", "<"],
            ["谈话对象", "党员丁", "谈话人", "委员乙", "日期", "2026-10-21"],
            ["内容", MORE, "<", "<", "<", "<"],
            ["承诺", "", "责任人", "", "期限", ""],
            ["密级", "支委会", "<", "<", "<", "<"],
        ],
    )
