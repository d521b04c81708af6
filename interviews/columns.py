"""What people call the columns of a table of talks, and the words they put into them."""

import re
from collections.abc import Sequence
from datetime import date

from core.errors import BadInput
from core.i18n import _, lazy
from core.spreadsheet import Row
from core.terms import FollowUpState, TalkMode, Visibility

REQUIRED = ("member", "held_on", "interviewer", "visibility", "notes")
NAMES: dict[str, tuple[str, ...]] = {
    "key": ("记录号", "record", "recordkey"),
    "number": ("编号", "谈话编号", "记录编号", "id", "number", "no", "talkid", "talknumber"),
    "member": (
        *("谈话对象", "被谈话人", "被谈话对象", "被谈人", "谈心对象", "谈心谈话对象", "访谈对象", "受访人", "对象"),
        *("谈话对象编号", "谈话对象姓名", "被谈话人姓名", "被谈话对象姓名"),
        *("member", "memberid", "person", "talkwith", "interviewee"),
    ),
    "held_on": (
        *("日期", "时间", "谈话日期", "谈话时间", "谈心时间", "谈心日期", "谈心谈话时间", "谈心谈话日期", "访谈时间"),
        *("谈话起止时间", "date", "heldon", "day"),
    ),
    "occasion": (
        *("类型", "情形", "类型情形", "谈话类型", "谈话情形", "谈话类别", "必谈情形", "类型必谈情形"),
        *("事由", "谈话事由", "occasion", "type"),
    ),
    "interviewer": (
        *("谈话人", "谈话人编号", "谈话人姓名", "主谈人", "谈话者", "谈话人员", "谈心人", "访谈人"),
        *("interviewer", "interviewerid", "by"),
    ),
    "place": ("地点", "谈话地点", "谈心地点", "谈心谈话地点", "访谈地点", "place", "location"),
    "mode": ("方式", "谈话方式", "形式", "谈话形式", "谈心方式", "谈心谈话方式", "谈心谈话形式", "mode", "how"),
    "minutes": ("时长", "时长分钟", "分钟", "谈话时长", "minutes", "duration", "length"),
    "visibility": (
        *("密级", "知悉范围", "密级知悉范围", "公开范围", "知情范围", "保密级别", "保密等级", "谁可以看"),
        *("visibility", "readers", "whomayread"),
    ),
    "notes": (
        *("内容", "谈话内容", "谈话记录", "记录", "主要内容", "谈话主要内容", "谈话内容记录", "谈话内容摘要"),
        *(
            "谈话情况",
            "内容摘要",
            "谈话要点",
            "谈心内容",
            "谈心谈话内容",
            "谈心谈话记录",
            "谈心谈话情况",
            "访谈内容",
            "访谈记录",
        ),
        *("谈话具体内容", "谈话详细内容", "谈话记录内容", "notes", "note", "text", "whatwassaid"),
    ),
    "promise": (
        *("承诺", "承诺事项", "承诺内容", "承诺与整改", "承诺及整改", "承诺整改", "支部承诺", "答应事项", "跟进事项"),
        *("后续跟进", "后续跟进事项", "落实事项", "待落实事项", "promise", "promises", "commitment", "followup"),
    ),
    "owner": ("责任人", "承诺责任人", "负责人", "落实人", "承办人", "owner", "ownerid"),
    "due_on": (
        *("期限", "完成时限", "完成期限", "承诺期限", "办理时限", "落实时限", "时限", "完成时间", "完成日期"),
        *("due", "dueon", "duedate", "deadline", "dueby"),
    ),
    "state": ("承诺状态", "落实情况", "落实状态", "办理情况", "promisestate", "state"),
    "outcome": ("结果", "落实结果", "办理结果", "佐证", "outcome", "result"),
}
# As the page of the import names them: what must be there, what may be, promises, and the levels.
SHOWN = {
    "required": "谈话对象, 日期, 谈话人, 知悉范围 / 密级, 内容 · member, date, interviewer, visibility, notes",
    "optional": "编号, 类型 / 情形, 方式, 地点, 时长 · id, occasion, mode, place, minutes",
    "promises": "承诺, 责任人, 完成时限 · promise, owner, due",
    "levels": "仅谈话人 / 仅谈话人与书记 / 支委会 · interviewer / interviewer and secretary / committee",
}
TITLES = {
    "number": lazy("Number"),
    "member": lazy("Talk with"),
    "held_on": lazy("Date"),
    "occasion": lazy("Occasion"),
    "interviewer": lazy("Interviewer"),
    "place": lazy("Place"),
    "mode": lazy("How"),
    "minutes": lazy("Minutes"),
    "visibility": lazy("Who may read"),
    "notes": lazy("Notes"),
    "promise": lazy("Promise"),
    "owner": lazy("Owner"),
    "due_on": lazy("Due"),
    "state": lazy("Promise state"),
    "outcome": lazy("Outcome"),
    "key": lazy("Record"),
}
FIELDS = {name: field for field, names in NAMES.items() for name in names}

MODES: dict[str, TalkMode] = {
    **dict.fromkeys(("", "面谈", "当面", "面对面", "一对一", "当面谈", "inperson", "facetoface"), TalkMode.IN_PERSON),
    **dict.fromkeys(("家访", "上门", "走访", "入户", "homevisit", "visit"), TalkMode.HOME_VISIT),
    **dict.fromkeys(("随访", "现场", "班组随访", "walkround", "walkabout"), TalkMode.WALK_ROUND),
    **dict.fromkeys(("电话", "电话谈", "通话", "phone", "bytelephone", "telephone", "call"), TalkMode.PHONE),
}
LEVELS: dict[str, Visibility] = {
    **dict.fromkeys(("仅谈话人", "谈话人", "仅本人", "intervieweronly", "interviewer"), Visibility.INTERVIEWER),
    **dict.fromkeys(
        (
            "仅谈话人与书记",
            "谈话人与书记",
            "仅谈话人和书记",
            "谈话人和书记",
            "书记",
            "interviewerandsecretary",
            "secretary",
        ),
        Visibility.SECRETARY,
    ),
    **dict.fromkeys(("谈话人书记", "支部书记", "谈话人和支部书记", "谈话人与支部书记"), Visibility.SECRETARY),
    **dict.fromkeys(("支委会", "支委", "委员会", "committee", "thecommittee"), Visibility.COMMITTEE),
    **dict.fromkeys(("支部委员会", "支委会成员", "支委会委员", "全体支委"), Visibility.COMMITTEE),
}
STATES: dict[str, FollowUpState] = {
    **dict.fromkeys(("已落实", "已完成", "落实", "完成", "已办结", "办结", "kept", "done"), FollowUpState.KEPT),
    **dict.fromkeys(("不能办", "暂不能办", "无法办理", "cannotbedone", "refused"), FollowUpState.REFUSED),
}
STILL_OPEN = frozenset({"", "待落实", "未落实", "未完成", "进行中", "办理中", "落实中", "stillopen", "open"})
# What a way of talking may be told by, where the words are longer than a list has them.
MODE_WORDS: tuple[tuple[str, TalkMode], ...] = (
    ("电话|视频|微信|线上|语音", TalkMode.PHONE),
    ("家访|上门|入户|走访", TalkMode.HOME_VISIT),
    ("随访|现场|巡访", TalkMode.WALK_ROUND),
    ("面谈|面对面|当面|一对一|个别", TalkMode.IN_PERSON),
)
DAY = re.compile(r"^(\d{4})\s*[-/.．年]\s*(\d{1,2})\s*[-/.．月]\s*(\d{1,2})\s*[日号]?(?:[ T号（(上下晚中早].*)?$")
PACKED_DAY = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
MINUTES = re.compile(r"^约?\s*(\d{1,5})(?:\.0+)?\s*(?:分钟?|min(?:ute)?s?\.?)?(?:左右)?$", re.IGNORECASE)
HOURS = re.compile(r"^约?\s*(?:(半)|(\d{1,2})(?:个半|(\.5))?)\s*个?(?:小时|钟头)(?:(半)|(\d{1,2})\s*分钟?)?(?:左右)?$")
HEADER_WITHIN = 20  # rows: titles and remarks may stand above the header


def squeezed(text: str) -> str:
    """Return a header or a word as it is compared: without brackets and what is in them, spaces, slashes and case."""
    return re.sub(r"[（(\[【].*?[）)\]】]|[\s_/、／\-—:：*]", "", text).casefold()


def header(rows: Sequence[Row], name: str) -> tuple[int, dict[int, str]]:
    """Return where the header stands in `rows` and which field each column holds; raise `BadInput`."""
    best: tuple[int, dict[int, str]] = (0, {})
    for at, row in enumerate(rows[:HEADER_WITHIN]):
        found: dict[int, str] = {}
        for column, cell in enumerate(row.cells):
            field = FIELDS.get(squeezed(cell))
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
                missing=" / ".join(str(title(field)) for field in missing),
            )
        )
    return best


def title(field: str) -> str:
    """Return what we call a column."""
    return str(TITLES[field])


def day(text: str, field: str) -> date:
    """Return the day a cell names (2026-03-02, 2026.3.2, 2026年3月2日, 20260302); raise `BadInput`."""
    found = DAY.match(text) or PACKED_DAY.match(text)
    if found:
        try:
            return date(*(int(part) for part in found.groups()))
        except ValueError:
            pass
    raise BadInput(
        _("%(column)s: “%(text)s” is not a day; write it as 2026-03-02.", column=title(field), text=text[:40])
    )


def mode(text: str) -> TalkMode:
    """Return how the talk was held, in person where nothing is said; raise `BadInput`."""
    found = MODES.get(squeezed(text))
    if found is not None:
        return found
    told = [known for words, known in MODE_WORDS if re.search(words, text)]
    if len(told) != 1:
        raise BadInput(_one_of("mode", text, TalkMode))
    return told[0]


def visibility(text: str) -> Visibility:
    """Return who may read the notes; raise `BadInput`, also when nothing is said."""
    found = LEVELS.get(squeezed(text))
    if found is None:
        raise BadInput(_one_of("visibility", text, Visibility))
    return found


def promise_state(text: str) -> FollowUpState:
    """Return what became of a promise, still open where nothing or something else is said."""
    return STATES.get(squeezed(text), FollowUpState.OPEN)


def _one_of(field: str, text: str, terms: type[TalkMode] | type[Visibility]) -> str:
    known = " / ".join(str(term.label) for term in terms)
    if not text:
        return _("%(column)s is empty; write one of: %(known)s.", column=title(field), known=known)
    return _("%(column)s: “%(text)s” is not one of: %(known)s.", column=title(field), text=text[:40], known=known)


def minutes(text: str) -> int | None:
    """Return the length in minutes, if given; raise `BadInput`."""
    if not text:
        return None
    if found := MINUTES.match(text):
        return int(found[1])
    if found := HOURS.match(text):
        half, whole, _point, and_half, rest = found.groups()
        halves = bool(half) + bool(and_half) + (".5" in text or "个半" in text)
        return 60 * int(whole or 0) + 30 * halves + int(rest or 0)
    raise BadInput(_("%(column)s: “%(text)s” is not a number.", column=title("minutes"), text=text[:40]))
