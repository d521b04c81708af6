"""Invented notes in documents, in the layouts people really use; each says what a reader should find in it."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import docx
from docx.enum.text import WD_BREAK
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

SAID = "排班表一个月改了三版，想早点知道下个月怎么排。"
MORE = "食堂夜班只有凉菜，希望加一个热菜窗口。"
FULL = {"member": "党员丙", "interviewer": "委员乙", "held_on": "2026-10-20", "place": "值班室", "visibility": "支委会"}


@dataclass(frozen=True, slots=True)
class Expected:
    """A talk in a document: its fields, what must stand in its notes, its promises as (words, owner, due)."""

    fields: dict[str, str]
    notes: tuple[str, ...] = (SAID,)
    promises: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class NoteDocument:
    """A document of notes: how it is made, and what is in it."""

    name: str
    build: Callable[[Any], None]
    talks: tuple[Expected, ...] = field(default_factory=tuple)

    def content(self) -> bytes:
        """Return the .docx."""
        made = docx.Document()
        self.build(made)
        return saved(made)


def saved(made: Any) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def grid(holder: Any, rows: Sequence[Sequence[str]]) -> Any:
    """Write a table; "<" joins a cell to its left neighbour, "^" to the one above."""
    width = max(len(row) for row in rows)
    table = holder.add_table(len(rows), width)
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            if text not in ("<", "^"):
                table.cell(at, column).text = text
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            if text == "<" and (column == 0 or row[column - 1] != "^"):
                table.cell(at, column - 1).merge(table.cell(at, column))
            elif text == "^":
                table.cell(at - 1, column).merge(table.cell(at, column))
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            if text not in ("<", "^"):  # joining leaves empty paragraphs behind
                table.cell(at, column).text = text
    return table


def lines(holder: Any, *texts: str) -> None:
    for text in texts:
        holder.add_paragraph(text)


def expected(*notes: str, promises: Sequence[tuple[str, str, str]] = (), **changes: str) -> Expected:
    fields = {name: text for name, text in {**FULL, **changes}.items() if text}
    return Expected(fields, notes or (SAID,), tuple(promises))


DOCUMENTS: list[NoteDocument] = []


def layout(*talks: Expected) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    """Put a document into the corpus under its builder's name."""

    def put(build: Callable[[Any], None]) -> Callable[[Any], None]:
        DOCUMENTS.append(NoteDocument(build.__name__, build, talks))
        return build

    return put


@layout(expected(mode="面谈", occasion="定期谈心"))
def label_left(d: Any) -> None:
    d.add_heading("谈心谈话记录表", 1)
    grid(
        d,
        [
            ["谈话对象", "党员丙", "谈话人", "委员乙"],
            ["谈话时间", "2026年10月20日", "谈话地点", "值班室"],
            ["谈话方式", "面谈", "类型", "定期谈心"],
            ["知悉范围", "支委会", "<", "<"],
            ["谈话内容", SAID, "<", "<"],
        ],
    )


@layout(expected(mode="面谈"))
def label_above(d: Any) -> None:
    d.add_paragraph("谈心谈话记录表")
    grid(
        d,
        [
            ["谈话对象", "谈话人", "时间", "地点", "方式", "密级"],
            ["党员丙", "委员乙", "2026.10.20", "值班室", "面谈", "支委会"],
            ["谈话内容", "<", "<", "<", "<", "<"],
            [SAID, "<", "<", "<", "<", "<"],
        ],
    )


@layout(expected(SAID, "职务：电工", "政治面貌：中共党员"))
def name_beside_group_label(d: Any) -> None:
    grid(
        d,
        [
            ["谈话对象", "姓名", "党员丙", "职务", "电工"],
            ["^", "政治面貌", "中共党员", "所在班组", "西班"],
            ["谈话人", "姓名", "委员乙", "职务", "支委"],
            ["谈话时间", "2026-10-20", "<", "谈话地点", "值班室"],
            ["知悉范围", "支委会", "<", "<", "<"],
            ["谈话内容", SAID, "<", "<", "<"],
        ],
    )


@layout(expected(SAID, MORE))
def upright_label(d: Any) -> None:
    grid(
        d,
        [
            ["谈话对象", "党员丙", "谈话人", "委员乙"],
            ["时  间", "2026/10/20", "地  点", "值班室"],
            ["密  级", "支委会", "<", "<"],
            ["谈\n话\n内\n容", f"{SAID}\n{MORE}", "<", "<"],
        ],
    )


@layout(expected(SAID, MORE))
def label_over_several_rows(d: Any) -> None:
    grid(
        d,
        [
            ["谈话对象", "党员丙", "谈话人", "委员乙"],
            ["时间", "2026-10-20", "地点", "值班室"],
            ["知悉范围", "支委会", "<", "<"],
            ["谈话内容", "思想方面", SAID, "<"],
            ["^", "生活方面", MORE, "<"],
        ],
    )


@layout(
    expected(
        SAID,
        promises=[("公布下月排班表", "委员乙", "2026-10-31"), ("增加夜班热菜", "书记甲", "2026-11-15")],
    )
)
def promises_in_a_list(d: Any) -> None:
    grid(
        d,
        [
            ["谈话对象", "党员丙", "谈话人", "委员乙"],
            ["时间", "2026-10-20", "地点", "值班室"],
            ["知悉范围", "支委会", "<", "<"],
            ["谈话内容", SAID, "<", "<"],
            ["序号", "承诺事项", "责任人", "完成时限"],
            ["1", "公布下月排班表", "委员乙", "2026年10月31日前"],
            ["2", "增加夜班热菜", "书记甲", "2026-11-15"],
            ["3", "", "", ""],
        ],
    )


@layout(expected(SAID, promises=[("公布下月排班表", "委员乙", "2026-10-31"), ("增加夜班热菜", "书记甲", "2026-11-15")]))
def promises_under_a_joined_label(d: Any) -> None:
    grid(
        d,
        [
            ["谈话对象", "党员丙", "谈话人", "委员乙"],
            ["时间", "2026-10-20", "地点", "值班室"],
            ["知悉范围", "支委会", "<", "<"],
            ["谈话内容", SAID, "<", "<"],
            ["承诺与整改", "内容", "责任人", "完成时限"],
            ["^", "公布下月排班表", "委员乙", "2026-10-31"],
            ["^", "增加夜班热菜", "书记甲", "2026-11-15"],
        ],
    )


@layout(expected(SAID, promises=[("公布下月排班表", "", ""), ("增加夜班热菜", "", "")]))
def promises_numbered_in_one_cell(d: Any) -> None:
    grid(
        d,
        [
            ["谈话对象", "党员丙", "谈话人", "委员乙"],
            ["时间", "2026-10-20", "地点", "值班室"],
            ["密级/知悉范围", "支委会", "<", "<"],
            ["谈话内容", SAID, "<", "<"],
            ["承诺事项", "1. 公布下月排班表\n2. 增加夜班热菜", "<", "<"],
        ],
    )


@layout(expected(SAID, promises=[("公布下月排班表", "书记甲", "2026-10-31")]))
def one_promise_in_three_fields(d: Any) -> None:
    grid(
        d,
        [
            ["谈话对象", "党员丙", "谈话人", "委员乙"],
            ["时间", "2026-10-20", "地点", "值班室"],
            ["知悉范围", "支委会", "<", "<"],
            ["谈话内容", SAID, "<", "<"],
            ["承诺事项", "公布下月排班表", "<", "<"],
            ["责任人", "书记甲", "完成时限", "2026-10-31"],
        ],
    )


@layout(expected(mode="电话"))
def boxes_to_tick(d: Any) -> None:
    grid(
        d,
        [
            ["谈话对象", "党员丙", "谈话人", "委员乙"],
            ["时间", "2026-10-20", "地点", "值班室"],
            ["方式", "□面谈 ☑电话 □家访", "知悉范围", "□仅谈话人 □仅谈话人与书记 ☑支委会"],
            ["谈话内容", SAID, "<", "<"],
        ],
    )


@layout(expected(mode="面谈", occasion="职务变动"))
def ticks_in_brackets(d: Any) -> None:
    lines(
        d,
        "谈话对象：党员丙    谈话人：委员乙",
        "时间：2026-10-20    地点：值班室",
        "谈话方式：（√）面谈 （ ）电话 （ ）家访",
        "必谈情形：( )受表彰 (√)职务变动 ( )家庭困难",
        "知悉范围：支委会",
        f"谈话内容：{SAID}",
    )


@layout(expected())
def signatures_below(d: Any) -> None:
    grid(
        d,
        [
            ["谈话对象", "党员丙", "谈话人", "委员乙"],
            ["时间", "2026-10-20", "地点", "值班室"],
            ["知悉范围", "支委会", "<", "<"],
            ["谈话内容", SAID, "<", "<"],
            ["谈话对象签名：党员丙", "<", "谈话人签名：委员乙", "<"],
            ["谈话对象（签字）", "", "谈话人（签字）", "    年   月   日"],
        ],
    )


@layout(expected(SAID, MORE))
def plain_lines(d: Any) -> None:
    d.add_heading("谈心谈话记录", 1)
    lines(
        d,
        "谈话对象：党员丙",
        "谈话人：委员乙",
        "时间：2026年10月20日",
        "地点：值班室",
        "知悉范围：支委会",
        "谈话内容：",
        SAID,
        MORE,
    )


@layout(expected(SAID, MORE))
def plain_lines_without_a_label_for_the_notes(d: Any) -> None:
    lines(
        d,
        "谈话对象：党员丙；谈话人：委员乙；时间：2026-10-20；地点：值班室；密级：支委会",
        SAID,
        MORE,
    )


@layout(
    expected(SAID),
    expected(MORE, member="党员丁", held_on="2026-10-21", place="车间"),
    expected("一切都好。", member="党员戊", held_on="2026-10-22"),
)
def several_with_titles(d: Any) -> None:
    for title, who, day, place, said in (
        ("谈心谈话记录（一）", "党员丙", "2026-10-20", "值班室", SAID),
        ("谈心谈话记录（二）", "党员丁", "2026-10-21", "车间", MORE),
        ("谈心谈话记录（三）", "党员戊", "2026-10-22", "值班室", "一切都好。"),
    ):
        lines(
            d, title, f"时间：{day}", f"谈话对象：{who}", "谈话人：委员乙", f"地点：{place}", "知悉范围：支委会", said
        )


@layout(
    expected(SAID, number="T01"),
    expected(MORE, number="T02", member="党员丁", held_on="2026-10-21"),
)
def several_without_titles(d: Any) -> None:
    for number, who, day, said in (("T01", "党员丙", "2026-10-20", SAID), ("T02", "党员丁", "2026-10-21", MORE)):
        lines(d, f"编号：{number}", f"时间：{day}", f"谈话对象：{who}", "谈话人：委员乙", "地点：值班室")
        lines(d, f"谈话内容：{said}", "知悉范围：支委会")


@layout(
    expected(SAID, MORE, promises=[("公布下月排班表", "", "")]),
    expected("一切都好。", member="党员丁", held_on="2026-10-21"),
)
def several_one_form_a_page(d: Any) -> None:
    for who, day, said, promised in (
        ("党员丙", "2026-10-20", f"{SAID}\n{MORE}", "公布下月排班表"),
        ("党员丁", "2026-10-21", "一切都好。", "无"),
    ):
        d.add_heading("谈心谈话记录表", 1)
        grid(
            d,
            [
                ["谈话对象", who, "谈话人", "委员乙"],
                ["时间", day, "地点", "值班室"],
                ["知悉范围", "支委会", "<", "<"],
                ["谈话内容", said, "<", "<"],
                ["承诺事项", promised, "<", "<"],
            ],
        )
        d.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


@layout(
    expected(SAID, mode="面谈"),
    expected(MORE, member="党员丁", held_on="2026-10-21", mode="电话"),
    expected("一切都好。", member="党员戊", held_on="2026-10-22", mode="家访"),
)
def a_list_of_talks(d: Any) -> None:
    d.add_paragraph("2026年第四季度谈心谈话汇总")
    grid(
        d,
        [
            ["序号", "谈话对象", "谈话人", "时间", "地点", "方式", "知悉范围", "谈话内容"],
            ["1", "党员丙", "委员乙", "2026-10-20", "值班室", "面谈", "支委会", SAID],
            ["2", "党员丁", "委员乙", "2026-10-21", "值班室", "电话", "支委会", MORE],
            ["3", "党员戊", "委员乙", "2026-10-22", "值班室", "家访", "支委会", "一切都好。"],
        ],
    )


@layout(expected(SAID, "谈话时间：2026年10月20日（星期二）15:00—15:40", minutes="40"))
def hours_and_a_weekday(d: Any) -> None:
    lines(
        d,
        "谈话对象：党员丙（西班电工）",
        "谈话人：委员乙",
        "谈话时间：2026年10月20日（星期二）15:00—15:40",
        "地点：值班室",
        "知悉范围：支委会",
        f"【谈话内容】{SAID}",
    )


@layout(expected())
def chinese_numerals(d: Any) -> None:
    lines(
        d,
        "一、谈话对象：党员丙同志",
        "二、谈话人：委员乙",
        "三、谈话时间：二〇二六年十月二十日",
        "四、谈话地点：值班室",
        "五、知悉范围：支委会",
        "六、谈话内容",
        SAID,
    )


@layout(expected(SAID, "意见建议", MORE))
def headings_within_the_notes(d: Any) -> None:
    lines(d, "谈话对象：党员丙", "谈话人：委员乙", "时间：2026-10-20", "地点：值班室", "知悉范围：支委会")
    d.add_heading("一、谈话内容", 2)
    lines(d, SAID)
    d.add_heading("二、意见建议", 2)
    lines(d, MORE)


@layout(expected())
def tracked_changes(d: Any) -> None:
    lines(d, "谈话对象：党员丙", "谈话人：委员乙", "时间：2026-10-20", "地点：值班室", "知悉范围：支委会")
    paragraph = d.add_paragraph("谈话内容：")
    paragraph._p.append(
        parse_xml(f'<w:ins {nsdecls("w")} w:id="1" w:author="x"><w:r><w:t>{SAID[:8]}</w:t></w:r></w:ins>')
    )
    paragraph._p.append(
        parse_xml(f'<w:del {nsdecls("w")} w:id="2" w:author="x"><w:r><w:delText>删去的一句</w:delText></w:r></w:del>')
    )
    paragraph.add_run(SAID[8:])


@layout(expected())
def form_in_a_text_box(d: Any) -> None:
    inner = docx.Document()
    grid(inner, [["谈话对象", "党员丙", "谈话人", "委员乙"], ["时间", "2026-10-20", "地点", "值班室"]])
    table = inner.tables[0]._tbl
    box = parse_xml(
        f'<w:r {nsdecls("w")}><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textbox>'
        "<w:txbxContent></w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
    )
    box.find(f".//{qn('w:txbxContent')}").append(table)
    d.add_paragraph()._p.append(box)
    lines(d, "知悉范围：支委会", f"谈话内容：{SAID}")


@layout(expected())
def level_in_the_header(d: Any) -> None:
    d.sections[0].header.paragraphs[0].text = "密级：支委会"
    d.sections[0].footer.paragraphs[0].text = "第 1 页"
    lines(d, "谈话对象：党员丙", "谈话人：委员乙", "时间：2026-10-20", "地点：值班室", f"谈话内容：{SAID}")


@layout(expected())
def a_frame_around_everything(d: Any) -> None:
    cell = d.add_table(1, 1).cell(0, 0)
    cell.text = "谈心谈话记录"
    lines(cell, "谈话对象：党员丙", "谈话人：委员乙", "时间：2026-10-20", "地点：值班室", "知悉范围：支委会")
    lines(cell, f"谈话内容：{SAID}")


@layout(expected())
def label_and_text_in_one_cell(d: Any) -> None:
    grid(
        d,
        [
            ["谈话对象：党员丙", "谈话人：委员乙"],
            ["时间：2026-10-20", "地点：值班室"],
            ["知悉范围：支委会", "<"],
            [f"谈话内容：\n{SAID}", "<"],
        ],
    )


@layout(expected(SAID, place="", member="党员丙"))
def whom_only_in_the_title(d: Any) -> None:
    d.add_heading("与党员丙同志谈心谈话记录", 1)
    lines(d, "谈话人：委员乙", "时间：2026-10-20", "知悉范围：支委会", SAID)


@layout(
    Expected(
        {"member": "Basil Thorne", "interviewer": "Ada Wren", "held_on": "2026-10-20", "visibility": "committee"},
        ("The rota changed three times.",),
        (("Put up the rota", "Ada Wren", "2026-10-31"),),
    )
)
def english_form(d: Any) -> None:
    grid(
        d,
        [
            ["Talk with", "Basil Thorne", "Interviewer", "Ada Wren"],
            ["Date", "2026-10-20", "Place", "Canteen"],
            ["Who may read", "committee", "How", "phone"],
            ["Notes", "The rota changed three times.", "<", "<"],
            ["Promise", "Owner", "Due", ""],
            ["Put up the rota", "Ada Wren", "2026-10-31", ""],
        ],
    )
