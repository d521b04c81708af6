"""Long invented reports, to try the page with: tables over pages, sixty-line quotations, notes, a record of copies."""

from dataclasses import replace
from datetime import date

from reports.blocks import (
    Annex,
    Block,
    Document,
    Heading,
    Items,
    Note,
    Paragraph,
    Quote,
    Quotes,
    Signature,
    Table,
)  # fmt: skip
from tests.reports.invented import GONGWEN, RARE

DAY = date(2026, 9, 18)
SENTENCE = "夜班热餐由“有饭吃”转向“吃好饭”，全年供应时段延长2.5小时，满意率由32.2%升至61.7%（见附件）；"
MIXED = (
    "本次调查采用Likert五级量表，净推荐值（NPS）为−29.7，95% CI为[−36.1, −23.3]，Cramér’s V＝0.38；"
    "平台地址为https://www.example.org/very/long/path/to/the/survey/results?year=2026&lang=zh，"
    "由Xinsheng 1.0与LibreOffice 24.2共同生成——详见GB/T 9704—2012……"
)
NAMES = "王璟、李堃、张喆、周祎、𬭎𬱖、㛃湉、欧阳𬸣、买买提·吐尔逊江·阿卜杜热合曼"
QUOTED = "“" + "夜里十二点换班，窗口只剩馒头和咸菜，胃不好的同事都是自己从家里带饭，用车间的微波炉还要排队。" * 34 + "”"


def long_table(rows: int = 90, columns: int = 4) -> Table:
    """Return a table over several pages."""
    head = ("序号", "问题", "责任单位", "完成时限", "目前进展", "备注")[:columns]
    body = tuple(
        (str(number), SENTENCE[: 12 + number % 30], "保障工作部、各企业工会", "2026年12月", "推进中", "")[:columns]
        for number in range(1, rows + 1)
    )
    return Table("重点任务清单", head, body, align="clccll"[:columns], note="进展截至2026年9月18日。")


def long_text(paragraphs: int, notes: int = 0) -> tuple[Block, ...]:
    """Return running text in chapters, every paragraph of the first `notes` with a footnote."""
    found: list[Block] = []
    for number in range(paragraphs):
        if number % 6 == 0:
            found.append(Heading(1, f"第{number // 6 + 1}部分的主要情况"))
        if number % 3 == 0:
            found.append(Heading(2, "供餐条件逐步改善" if number % 2 else "排班管理趋于规范"))
        text = SENTENCE * (2 + number % 5) + "职工得到实惠。"
        found.append(Paragraph(text, notes=(f"第{number + 1}条注：" + SENTENCE * (1 + number % 3),) * (number < notes)))
    return tuple(found)


def report(*blocks: Block, **changes: object) -> Document:
    """Return an official report of these blocks, signed."""
    plain = Document(
        title="关于车间食堂、轮班安排和技能培训情况的调研报告", organisation="云溪区总工会", date=DAY, language="zh",
        blocks=(*blocks, Signature("云溪区总工会调研组", DAY)),
    )  # fmt: skip
    return replace(plain, **changes)


TABLES = report(*long_text(4), long_table(), *long_text(5), Annex("任务清单"), long_table(70, 6))
QUOTATIONS = report(*long_text(3), Quotes((Quote(QUOTED, "某铸造企业造型工"),)), *long_text(4), Items((SENTENCE,) * 9))
LATIN = report(*(Paragraph(MIXED * 3) for _ in range(9)), Note(MIXED))
RARE_NAMES = report(*(Paragraph(NAMES * times + "。" + RARE) for times in range(1, 9)))
NOTES = report(*long_text(16, notes=12))
RECORD = replace(
    report(*long_text(9)),
    copies_to="区委办公室、区政府办公室、区人力资源和社会保障局，各镇（街道）总工会，各直属基层工会。",
    printed_by="云溪区总工会办公室", masthead="云溪区总工会文件", number="云工发〔2026〕18号",
)  # fmt: skip
CONTENTS = report(*long_text(60), contents=True)
ENGLISH = replace(
    GONGWEN,
    language="en", title="Report on canteens, shifts and training", subtitle="", contents=False, masthead="", number="",
    addressee="To all branches",
    blocks=tuple(
        Paragraph(
            "We drew a stratified sample by workshop and shift at nine manufacturers and issued 640 questionnaires by "
            "phone link and on paper; 631 came back and 612 were valid (97.0%). " * 3
        )
        for _ in range(12)
    ),
)  # fmt: skip
ALL = {
    "tables": TABLES, "quotations": QUOTATIONS, "latin": LATIN, "names": RARE_NAMES, "notes": NOTES, "record": RECORD,
    "contents": CONTENTS, "english": ENGLISH,
}  # fmt: skip
