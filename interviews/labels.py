"""What the fields of a record form are called in documents: which words stand beside or above what was written."""

import re
from dataclasses import dataclass

from interviews import columns

# Told apart from what was written, and kept with it in the notes: a record has no field of its own for these.
_KEPT = """
姓名 职务 职务职级 岗位 工种 单位 部门 所在单位 所在部门 班组 所在班组 小组 党小组 所在党小组 支部 党支部
所在支部 所属支部 支部名称 党支部名称 所在党支部 政治面貌 性别 年龄 民族 籍贯 学历 文化程度 出生年月 入党时间
参加工作时间 电话 联系电话 联系方式 记录人 记录员 填表人 参加人 参加人员 在场人员 其他参加人员 填表时间
填表日期 记录时间 职务职称 单位及职务 单位职务 工作单位 主题 谈话主题 谈心主题 谈话目的 谈话提纲 提纲 谈话背景
谈话原因 谈话缘由 背景 原因 题目 意见建议 意见和建议 意见与建议 意见及建议 对支部的意见建议 对党支部的意见建议
对支部工作的意见建议 对支部的意见和建议 对党支部的意见和建议 对党支部工作的意见和建议 建议 意见 个人意见
个人困难 困难诉求 个人困难诉求 个人诉求 诉求 困难 困难和诉求 实际困难 主要困难 思想状况 思想动态 思想情况
思想方面 工作情况 工作方面 生活情况 生活方面 家庭情况 家庭方面 学习方面 作风方面 存在问题 存在的问题 主要问题
不足 不足之处 反映的问题 反映问题 反映情况 提出的问题 肯定成绩 主要成绩 优点 表态 表态发言 谈话对象表态
谈话效果 谈话结果 谈话小结 小结 处理意见 支部意见 党支部意见 支部书记意见 审核意见 领导意见 整改措施 整改事项
整改情况 改进措施 努力方向 帮助措施 帮扶措施 下一步打算 下步打算 备注 附件 附注 说明 回访 回访时间 回访日期
回访情况 回访记录 position post group unit department phone remarks remark subject topic background
suggestions outlook
"""
KEPT = frozenset(_KEPT.split())
ORDINAL = "ordinal"  # a row's place in its list
ORDINALS = frozenset({"序号", "序", "次序", "行号"})
PERSON = ("谈话对象", "被谈话人", "谈话人", "谈心对象", "谈心人", "对象", "本人", "双方")
SIGNED = re.compile(r"(?:签名|签字|签章|盖章|签署)[\s:：_—\-（）()]*$|^(?:signature|signed)\b", re.IGNORECASE)
NUMBERED = re.compile(
    r"^\s*(?:[（(][一二三四五六七八九十\d]{1,3}[）)]|[一二三四五六七八九十]{1,3}\s*[、.．]|\d{1,2}\s*[、.．)）](?!\d)|[①-⑳])\s*"
)
FRAMED = re.compile(r"^\s*[【〔\[「『]([^】〕\]」』]{2,20})[】〕\]」』]\s*[:：]?\s*")
COLON = re.compile(r"^([^:：\n]{1,30}?)\s*[:：]")
NEXT_LABEL = re.compile(r"(?<=[\s，,；;。|｜　])([^\s，,；;。|｜:：]{2,16})\s*[:：]")
TITLE = re.compile(
    r"^.{0,24}?(?:谈心谈话|谈心|谈话|访谈)(?:活动|工作)?(?:记录|纪实|情况|登记|实录)?(?:表格?|单|卡|簿|本|汇总|材料)?"
    r"(?:[（(].{0,20}[）)]|第?[一二三四五六七八九十\d]{1,4}[次份篇号]?)?$"
)
PLAIN_TITLE = re.compile(r"^[谈心话记录登表情况实活动工作簿卡单本次第篇份号一二三四五六七八九十\d（）()\s]+$")
NAMED_TITLE = re.compile(
    r"^.{0,16}?(?:同|与|和|跟)\s*(?P<who>[\u3400-\u9fff·]{2,6}?)\s*(?:同志|师傅)?\s*的?(?:谈心谈话|谈心|谈话|交流谈话)"
)
BLANK = re.compile(r"^[\s_＿\-—－/／\\.．…:：()（）年月日时分至、，,□☐]*$")
ON, OFF = "☑☒✓✔√■●◉", "□☐○◯◻"


@dataclass(frozen=True, slots=True)
class Label:
    """What a label stands for: `field` of a record, "" where it is only kept; `words` as they stand there."""

    field: str
    words: str
    signature: bool = False


def label(text: str) -> Label | None:
    """Return what a piece of text names, if it is the label of something."""
    words = NUMBERED.sub("", text.strip(), count=1).strip().rstrip(":：").strip()
    framed = FRAMED.match(words)
    if framed and framed.end() == len(words):
        words = framed[1]
    if not words or len(words) > 40:
        return None
    if SIGNED.search(words) or re.search(r"[（(](?:签|盖)\S{0,4}[）)]", words):
        return Label("", words, signature=True)
    squeezed = columns.squeezed(words)
    if (field := columns.FIELDS.get(squeezed)) is not None and field != "key":
        return Label(field, words)
    if squeezed in ORDINALS:
        return Label(ORDINAL, words)
    if squeezed in KEPT:
        return Label("", words)
    for person in PERSON:
        if squeezed.startswith(person) and squeezed.removeprefix(person).lstrip("的") in KEPT:
            return Label("", words)
    return None


def printed(signature: str) -> bool:
    """Say whether the words of a line to sign on are a form's own and name nobody."""
    words = re.sub(r"[\s:：_—\-（）()、.．/／]+", "", SIGNED.sub("", signature))
    return not words or words in PERSON or label(words) is not None


def pairs(line: str) -> tuple[str, list[tuple[Label, str]]]:
    """Return what a line says: the text before any label, and each label with the text after it.

    A line is only cut where it begins with a label; what follows a label for long texts is never cut again.
    """
    framed = FRAMED.match(line)
    first = label(framed[1]) if framed else None
    if framed and first is not None:
        at = framed.end()
    else:
        colon = COLON.match(line)
        first = label(colon[1]) if colon else None
        if colon is None or first is None:
            return line, []
        at = colon.end()
    found: list[tuple[Label, str]] = []
    current = first
    if current.field not in ("notes", "promise"):
        for match in NEXT_LABEL.finditer(line, at):
            following = label(match[1])
            if following is None:
                continue
            found.append((current, _trimmed(line[at : match.start()])))
            current, at = following, match.end()
            if current.field in ("notes", "promise"):
                break
    return "", [*found, (current, line[at:].strip())]


def _trimmed(text: str) -> str:
    return text.strip(" \t\u3000，,；;|｜")


def is_title(text: str) -> bool:
    """Say whether a line is the title of a record."""
    squeezed = re.sub(r"\s", "", text)
    return len(squeezed) <= 40 and bool(TITLE.match(squeezed)) and not re.search("[。；！？，]", squeezed)


def named_in_title(text: str) -> str:
    """Return whom a title says the talk was held with, "" when it does not."""
    found = NAMED_TITLE.match(re.sub(r"\s", "", text)) if len(text) <= 40 else None
    return found["who"] if found else ""


def blank(text: str) -> bool:
    """Say whether a place was left empty: lines to write on, dashes, and the marks of a date are no text."""
    return bool(BLANK.match(text))


def boxed(text: str) -> bool:
    """Say whether a text begins with a box, so that each word's box stands before it."""
    return re.match(rf"\s*[{ON}{OFF}(（\[［]", text) is not None


def ticked(text: str) -> str:
    """Return what is ticked where there are boxes to tick (☑面谈 □电话), else the text itself."""
    marked = re.sub(r"[（(\[［]\s*[√✓✔xX×]\s*[）)\]］]", "☑", text)
    marked = re.sub(r"[（(\[［]\s*[）)\]］]", "□", marked)
    if not re.search(f"[{ON}{OFF}]", marked):
        return text
    words = rf"[^{ON}{OFF}]+"
    if re.match(rf"\s*[{ON}{OFF}]", marked):
        chosen = re.findall(rf"[{ON}]\s*({words})", marked)
    elif re.search(rf"[{OFF}]", marked) or re.search(rf"[{ON}]\s*$", marked):
        chosen = re.findall(rf"({words})[{ON}]", marked)
    else:
        chosen = re.findall(rf"[{ON}]\s*(\S+)", marked)
    return "、".join(one.strip(" \t\n\u3000、，,；;/／") for one in chosen if one.strip())
