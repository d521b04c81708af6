"""What people call the columns of a ledger, and what they write into its cells."""

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date

from core.calendar import Own
from core.errors import BadInput
from core.i18n import _
from core.spreadsheet import Row
from core.terms import ActionState
from text import dates

REQUIRED = ("problem", "measure", "owner")
NAMES: dict[str, tuple[str, ...]] = {
    "number": ("编号", "台账编号", "问题编号", "整改编号", "number", "no", "id"),
    "problem": (
        *("问题", "存在问题", "主要问题", "问题描述", "问题内容", "具体问题", "问题清单", "问题表现", "反映问题"),
        *("诉求", "诉求内容", "意见", "意见建议", "意见内容", "事项", "problem", "issue", "concern"),
    ),
    "source": ("来源", "问题来源", "诉求来源", "意见来源", "source"),
    "category": ("类别", "问题类别", "分类", "问题分类", "类型", "问题类型", "事项码", "category", "kind", "code"),
    "measure": (
        *("整改措施", "措施", "办理措施", "解决措施", "工作措施", "整改内容", "整改举措", "举措", "任务", "整改任务"),
        *("具体措施", "拟采取措施", "rectificationmeasure", "measure", "action", "whatistobedone"),
    ),
    "unit": ("责任单位", "责任部门", "牵头单位", "承办单位", "办理单位", "牵头部门", "unit", "unitresponsible"),
    "owner": (
        *("责任人", "责任领导", "负责人", "牵头人", "承办人", "办理人", "owner", "personresponsible", "responsible"),
    ),
    "due": (
        *("完成时限", "整改时限", "时限", "完成期限", "整改期限", "办理时限", "期限", "计划完成时间", "限期"),
        *("完成时间", "整改完成时限", "due", "dueon", "duedate", "deadline", "tobedoneby", "dueby"),
    ),
    "state": (
        "进度",
        "状态",
        "整改进度",
        "办理状态",
        "整改状态",
        "办理进度",
        "当前状态",
        "state",
        "status",
        "progress",
    ),
    "evidence": ("佐证", "佐证材料", "印证材料", "整改佐证", "证明材料", "evidence", "proof"),
    "checker": ("验收人", "销号人", "核验人", "验收责任人", "督办人", "checker", "checkedby"),
    "closed": ("销号日期", "销号时间", "办结日期", "办结时间", "验收日期", "closedon", "closed"),
    "note": ("备注", "说明", "furtherremarks", "remarks", "note", "notes"),
    "outcome": (
        *("办理情况", "整改情况", "进展情况", "进展", "落实情况", "整改成效", "工作进展", "outcome"),
        *("whathasbeendone",),
    ),
    "reason": ("暂不能办原因", "不能办原因", "未完成原因", "原因", "reason", "whyitcannotbedonefornow"),
    "review": ("复核日期", "复议日期", "再议日期", "复查日期", "下次研究日期", "review", "reviewon", "lookedatagainon"),
    # What it says depends on the state: evidence of what is closed, the reason of what cannot be done, else progress.
    "feedback": ("反馈说明", "反馈", "反馈情况", "办理结果", "整改结果", "答复", "feedback", "result"),
}
# As the page of the import names them.
SHOWN = {
    "required": "问题, 整改措施, 责任人 · problem, measure, owner",
    "optional": (
        "编号, 来源, 类别, 责任单位, 完成时限, 进度, 佐证, 验收人, 销号日期, 备注 · "
        "number, source, category, unit, due, state, evidence, checker, closed on, remarks"
    ),
    "more": "办理情况 / 反馈说明, 暂不能办原因, 复核日期 · outcome, reason, review on",
    "states": "未启动 / 整改中 / 已完成 / 已销号 / 暂不能办",
}
FIELDS = {name: field for field, names in NAMES.items() for name in names}
STATES: dict[str, ActionState] = {
    **dict.fromkeys(("未启动", "未开始", "待启动", "待办", "待办理", "未整改", "notstarted"), ActionState.NOT_STARTED),
    **dict.fromkeys(("整改中", "办理中", "进行中", "推进中", "正在整改", "正在办理", "落实中"), ActionState.UNDER_WAY),
    **dict.fromkeys(("逾期", "已逾期", "超期", "未完成", "已启动", "持续推进", "长期坚持"), ActionState.UNDER_WAY),
    **dict.fromkeys(("underway", "inhand", "inprogress", "beingputright", "overdue"), ActionState.UNDER_WAY),
    **dict.fromkeys(("已完成", "完成", "已整改", "整改完成", "已落实", "待验收", "done"), ActionState.DONE),
    **dict.fromkeys(("已销号", "销号", "已办结", "办结", "已验收", "closed", "checkedandclosed"), ActionState.CLOSED),
    **dict.fromkeys(("暂不能办", "不能办", "无法办理", "暂缓", "暂缓办理", "暂不具备条件"), ActionState.CANNOT),
    **dict.fromkeys(("cannot", "cannotbedone", "cannotbedonefornow"), ActionState.CANNOT),
}
FOREVER = frozenset(("长期", "长期坚持", "持续", "持续推进", "常态化", "ongoing", "always"))
DAY = re.compile(r"^(\d{4})\s*[-/.．年]\s*(\d{1,2})\s*[-/.．月]\s*(\d{1,2})\s*[日号]?\s*(?:前|之前|以前|底|止)?$")
PACKED_DAY = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
MONTH = re.compile(r"^(\d{4})\s*[-/.．年]\s*(\d{1,2})\s*月?\s*(?:底|末|底前|前|内)?$")
WORKING_DAYS = re.compile(r"(\d{1,3})\s*(?:个)?\s*(?:工作日|working days?|workdays?)", re.I)
BRACKETED = re.compile(r"\s*[（(][^）)]*[）)]\s*$")
SEVERAL = re.compile(r"[、，,；;/]|\s(?:和|及|与|and)\s")
FOOT = re.compile(
    r"^\s*(?:填表人|制表人|制表|审核人?|审批人?|填报单位|填报日期|填报人|注|说明|备注|合计|总计|小计)\s*[：:]?"
)
HEADER_WITHIN = 20  # rows: titles and remarks may stand above the header


def squeezed(text: str) -> str:
    """Return a header or a word as it is compared: without brackets and what is in them, spaces, marks and case."""
    return re.sub(r"[（(\[【].*?[）)\]】]|[\s_/、／\-—:：*]", "", text).casefold()


def header(rows: Sequence[Row], name: str, titles: dict[str, str]) -> tuple[int, dict[int, str]]:
    """Return where the header stands in `rows` and which field each column holds; raise `BadInput`.

    `titles` is what the organisation calls its columns.
    """
    best: tuple[int, dict[int, str]] = (0, {})
    known = FIELDS | {squeezed(title): field for field, title in titles.items()}
    for at, row in enumerate(rows[:HEADER_WITHIN]):
        found: dict[int, str] = {}
        for column, cell in enumerate(row.cells):
            field = known.get(squeezed(cell))
            if field is not None and field not in found.values():
                found[column] = field
        if len(found) > len(best[1]):
            best = (at, found)
    missing = [field for field in REQUIRED if field not in best[1].values()]
    if missing:
        raise BadInput(
            _(
                "%(name)s: no column for %(missing)s was found. The first row must name the columns.",
                name=name,
                missing=" / ".join(titles[field] for field in missing),
            )
        )
    return best


def day(text: str, title: str) -> date | None:
    """Return the day a cell names (2026-03-02, 2026.3.2, 2026年3月2日, 20260302, 2026年3月底); raise `BadInput`."""
    plain = BRACKETED.sub("", text.strip())
    if not plain:
        return None
    try:
        if found := DAY.match(plain) or PACKED_DAY.match(plain):
            return date(*(int(part) for part in found.groups()))
        if found := MONTH.match(plain):
            year, month = int(found[1]), int(found[2])
            return date(year, month, monthrange(year, month)[1])
    except ValueError:
        pass
    raise BadInput(_("%(column)s: “%(text)s” is not a day; write it as 2026-03-02.", column=title, text=text[:40]))


def due(text: str, title: str, today: date, own: Own) -> tuple[date | None, int | None, str]:
    """Return the day a cell names, the working days it was counted in, and how its words were read; raise `BadInput`.

    Words as “by the Lantern Festival” are read from `today` on; working days without a day are counted from today.
    """
    if squeezed(text) in FOREVER:
        return None, None, _("“%(text)s”: no day, kept among the remarks", text=text.strip()[:40])
    counted = WORKING_DAYS.search(text)
    days = int(counted[1]) if counted else None
    if counted and not BRACKETED.sub("", text).replace(counted[0], "").strip(" 内前"):
        return None, days, _("“%(text)s” is counted from today", text=text.strip()[:40])
    try:
        return day(text, title), days, ""
    except BadInput:
        named = dates.due(dates.find(text, today, own))
        if named is None or named.day is None:
            raise
        return named.day, None, _("“%(text)s” is read as %(day)s", text=text.strip()[:40], day=named.day.isoformat())


def state(text: str, title: str, known: dict[str, ActionState]) -> ActionState | None:
    """Return how far a row has come, None where nothing is said; raise `BadInput`.

    `known` are the words the organisation uses itself.
    """
    word = squeezed(text)
    if not word:
        return None
    found = STATES.get(word) or {squeezed(name): one for name, one in known.items()}.get(word)
    if found is None:
        raise BadInput(
            _(
                "%(column)s: “%(text)s” is not one of: %(known)s.",
                column=title,
                text=text[:40],
                known=" / ".join(known),
            )
        )
    return found
