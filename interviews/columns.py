"""What people call the columns of a table of talks, and the words they put into them."""

import re
from collections.abc import Sequence
from datetime import date

from core.errors import BadInput
from core.i18n import _
from core.spreadsheet import Row
from core.terms import TalkMode, Visibility

REQUIRED = ("member", "held_on", "interviewer", "visibility", "notes")
NAMES: dict[str, tuple[str, ...]] = {
    "number": ("编号", "谈话编号", "记录编号", "id", "number", "no", "talkid", "talknumber"),
    "member": (
        "谈话对象",
        "被谈话人",
        "谈心对象",
        "对象",
        "谈话对象编号",
        "谈话对象姓名",
        "member",
        "memberid",
        "person",
    ),
    "held_on": ("日期", "时间", "谈话日期", "谈话时间", "date", "heldon", "day"),
    "occasion": (
        "类型",
        "情形",
        "类型情形",
        "谈话类型",
        "谈话情形",
        "必谈情形",
        "类型必谈情形",
        "事由",
        "occasion",
        "type",
    ),
    "interviewer": ("谈话人", "谈话人编号", "谈话人姓名", "主谈人", "interviewer", "interviewerid", "by"),
    "place": ("地点", "谈话地点", "place", "location"),
    "mode": ("方式", "谈话方式", "形式", "mode"),
    "minutes": ("时长", "时长分钟", "分钟", "谈话时长", "minutes", "duration", "length"),
    "visibility": ("密级", "知悉范围", "密级知悉范围", "公开范围", "visibility", "readers"),
    "notes": ("内容", "谈话内容", "谈话记录", "记录", "notes", "note", "text"),
    "promise": ("承诺", "承诺事项", "承诺与整改", "跟进事项", "promise", "commitment"),
    "owner": ("责任人", "承诺责任人", "负责人", "owner", "ownerid"),
    "due_on": ("期限", "完成时限", "完成期限", "承诺期限", "due", "dueon", "duedate"),
}
# As the page of the import names them: what must be there, what may be, promises, and the levels.
SHOWN = {
    "required": "谈话对象, 日期, 谈话人, 知悉范围 / 密级, 内容 · member, date, interviewer, visibility, notes",
    "optional": "编号, 类型 / 情形, 方式, 地点, 时长 · id, occasion, mode, place, minutes",
    "promises": "承诺, 责任人, 完成时限 · promise, owner, due",
    "levels": "仅谈话人 / 仅谈话人与书记 / 支委会 · interviewer / interviewer and secretary / committee",
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
    **dict.fromkeys(("支委会", "支委", "委员会", "committee", "thecommittee"), Visibility.COMMITTEE),
}
DAY = re.compile(r"^(\d{4})\s*[-/.．年]\s*(\d{1,2})\s*[-/.．月]\s*(\d{1,2})\s*日?(?:[ T号].*)?$")
PACKED_DAY = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
MINUTES = re.compile(r"^(\d{1,5})(?:\.0+)?\s*(?:分钟?|min(?:ute)?s?\.?)?$", re.IGNORECASE)
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
    return {
        "number": _("Number"),
        "member": _("Talk with"),
        "held_on": _("Date"),
        "occasion": _("Occasion"),
        "interviewer": _("Interviewer"),
        "place": _("Place"),
        "mode": _("How"),
        "minutes": _("Minutes"),
        "visibility": _("Who may read"),
        "notes": _("Notes"),
        "promise": _("Promise"),
        "owner": _("Owner"),
        "due_on": _("Due"),
    }[field]


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
    if found is None:
        raise BadInput(_one_of("mode", text, TalkMode))
    return found


def visibility(text: str) -> Visibility:
    """Return who may read the notes; raise `BadInput`, also when nothing is said."""
    found = LEVELS.get(squeezed(text))
    if found is None:
        raise BadInput(_one_of("visibility", text, Visibility))
    return found


def _one_of(field: str, text: str, terms: type[TalkMode] | type[Visibility]) -> str:
    known = " / ".join(str(term.label) for term in terms)
    if not text:
        return _("%(column)s is empty; write one of: %(known)s.", column=title(field), known=known)
    return _("%(column)s: “%(text)s” is not one of: %(known)s.", column=title(field), text=text[:40], known=known)


def minutes(text: str) -> int | None:
    """Return the length in minutes, if given; raise `BadInput`."""
    if not text:
        return None
    found = MINUTES.match(text)
    if found is None:
        raise BadInput(_("%(column)s: “%(text)s” is not a number.", column=title("minutes"), text=text[:40]))
    return int(found[1])
