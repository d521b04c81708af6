"""Which column of a roster file is which: headers people write, found under whatever titles stand above them."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from core.errors import BadInput
from core.i18n import _, lazy
from core.spreadsheet import Row
from members import words
from members.models import Organisation

DEPTH = 30  # rows searched for the header: merged titles and notes stand above it

# Best first: where a file has several columns for one field, the earliest name in the list wins.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "number": ("编号", "成员编号", "工号", "员工编号", "职工编号", "人员编号", "会员编号", "党员编号", "会员证号",
               "membernumber", "memberid", "membernumber", "employeeid", "employeenumber", "staffid", "id", "number",
               "no"),
    "place": ("序号", "顺序号", "#"),
    "name": ("姓名", "名字", "成员姓名", "党员姓名", "会员姓名", "职工姓名", "村民姓名", "name", "fullname",
             "membername"),
    "gender": ("性别", "gender", "sex"),
    "birth_year": ("出生年份", "出生年月", "出生日期", "出生年月日", "出生时间", "出生", "生日", "birthyear",
                   "yearofbirth", "birthdate", "dateofbirth", "birth", "born", "dob"),
    "group": ("班组", "小组", "所在班组", "所在小组", "村民小组", "工会小组", "科室", "车间", "部门", "所在部门",
              "group", "team", "department", "unit"),
    "post": ("岗位", "工作岗位", "工种", "岗位名称", "职务", "职位", "post", "position", "jobtitle", "job", "role",
             "title"),
    "duty": ("党内职务", "支部职务", "工会职务", "协会职务", "村内职务", "社会职务", "partyoffice", "unionoffice",
             "office", "officeheld", "duty"),
    "group_duty": ("班组职务", "小组职务", "行政职务", "职务", "groupduty", "teamduty", "teamrole", "grouprole"),
    "category": ("政治面貌", "党员类别", "人员类别", "成员类别", "会员类别", "会员身份", "村民身份", "身份", "类别",
                 "membership", "category", "membershiptype", "membertype"),
    "joined_on": ("入党时间", "入党日期", "入党年月", "加入党组织时间", "入会时间", "入会日期", "入会年月",
                  "落户时间", "加入时间", "joined", "joinedon", "datejoined", "joindate", "membersince"),
    "shift": ("班制", "班次", "倒班", "轮班", "shift", "shiftpattern"),
    "standing": ("在岗状态", "人员状态", "在职状态", "在岗情况", "状态", "status", "standing"),
    "phone": ("手机", "手机号", "手机号码", "电话", "联系电话", "联系方式", "电话号码", "phone", "mobile",
              "telephone", "phonenumber", "mobilenumber", "tel"),
    "email": ("邮箱", "电子邮箱", "邮件", "电子邮件", "邮箱地址", "电子邮箱地址", "电子邮件地址", "email", "mail",
              "emailaddress", "mailaddress"),
    "note": ("备注", "说明", "note", "notes", "remark", "remarks", "comment"),
}  # fmt: skip
OWN_WORDS = {"group": "group", "duty": "duty", "category": "membership", "joined_on": "joined"}
LABELS = {
    "number": lazy("Number"),
    "name": lazy("Name"),
    "gender": lazy("Gender"),
    "birth_year": lazy("Year of birth"),
    "group": lazy("Group"),
    "post": lazy("Post"),
    "duty": lazy("Office held"),
    "category": lazy("Membership"),
    "joined_on": lazy("Joined"),
    "shift": lazy("Shift"),
    "standing": lazy("Standing"),
    "standing_note": lazy("Standing, in the file's words"),
    "phone": lazy("Telephone"),
    "email": lazy("Mail address"),
    "note": lazy("Note"),
}
# Never read, whatever is in them: identity documents, where people live, their bank.
PRIVATE = re.compile(
    r"身份证|证件号|公民身份|护照|住址|地址|居住地|户籍|户口|银行|idcard|nationalid|passport|address|bank"
)


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field stands (0-based), what is left out for privacy and what is simply not used."""

    line: int
    at: dict[str, int]
    dropped: tuple[str, ...]
    unused: tuple[str, ...]
    headers: tuple[str, ...]


def label(field: str, within: Organisation) -> str:
    """Return what an organisation calls a field of its roster."""
    return words.word(within, OWN_WORDS[field]) if field in OWN_WORDS else str(LABELS[field])


def plain(header: str) -> str:
    """Return a header without width, case, spaces, marks and bracketed hints: 姓 名* and 姓名（必填） are one."""
    text = unicodedata.normalize("NFKC", header).casefold()
    text = re.sub(r"[(\[【<].*", "", text) or text
    return re.sub(r"[\s_\-.:*/、,，。]+", "", text)


@cache
def synonyms(field: str) -> tuple[str, ...]:
    """Return every header a field may have: those above and what each kind of organisation calls it."""
    key = OWN_WORDS.get(field, "")
    own = (word for kind in words.table().values() for word in kind.get(key, {}).values())
    return tuple(dict.fromkeys((*SYNONYMS[field], *(plain(word) for word in own))))


def is_name_header(cell: str) -> bool:
    """Say whether a cell says 姓名 or name, as headers repeated on every printed page do."""
    return plain(cell) in SYNONYMS["name"]


def find(rows: Sequence[Row], name: str) -> tuple[Columns, int]:
    """Return the columns and the place of the header among `rows`; raise `BadInput` when there is none.

    The header is the first row with two known headers or more, a name among them.
    """
    known = {word for field in SYNONYMS for word in synonyms(field)}
    for place, row in enumerate(rows[:DEPTH]):
        heads = [plain(cell) for cell in row.cells]
        if sum(head in known for head in heads) >= 2 and any(head in SYNONYMS["name"] for head in heads):
            return _claim(row, heads), place
    raise BadInput(
        _(
            "%(name)s: no header row was found in the first %(count)s rows. It needs a column for the name and at "
            "least one more, for example: number, name, group. Download the template to see all columns.",
            name=name,
            count=DEPTH,
        )
    )


def _claim(row: Row, heads: Sequence[str]) -> Columns:
    at: dict[str, int] = {}
    private = {place for place, head in enumerate(heads) if PRIVATE.search(head) and head not in SYNONYMS["email"]}
    for field in SYNONYMS:
        names = synonyms(field)
        free = [
            (names.index(head), place)
            for place, head in enumerate(heads)
            if head in names and place not in private and place not in at.values()
        ]
        if free:
            at[field] = min(free)[1]
    used = set(at.values())
    return Columns(
        line=row.line,
        at=at,
        dropped=tuple(row.cells[place] for place in sorted(private)),
        unused=tuple(
            cell for place, cell in enumerate(row.cells) if cell and place not in used and place not in private
        ),
        headers=row.cells,
    )
