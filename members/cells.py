"""What the cells of a roster say: dates, membership, standing, however people write them."""

import re
import unicodedata
from datetime import date, timedelta
from functools import cache

from core import clock
from core.errors import BadInput
from core.i18n import _
from core.terms import MemberCategory, Standing
from members import words

NOTHING = frozenset({"", "-", "--", "—", "——", "/", "\\", "无", "不详", "未知", "空", "n/a", "na", "none", "null"})
IDENTITY = re.compile(r"(?<!\d)(?:\d{17}[\dXx]|\d{15})(?!\d)")
EXCEL_TEXT = re.compile(r'^="(.*)"$')  # ="001", the way spreadsheets keep leading zeros in a CSV
EXCEL_DAY_ONE = date(1899, 12, 30)
HAN = r"\u3400-\u9fff·"
# The first pattern that is found decides, so the narrower words stand first.
CATEGORIES = (
    (MemberCategory.NONE, r"非党员|非会员|非中共|无党|群众|民主党派|共?青?团员|外来|not a member|non-?member|^none$"),
    (MemberCategory.PROBATIONARY, r"预备|新入会|新落户|probation|candidate"),
    (MemberCategory.APPLICANT, r"积极分子|发展对象|申请|applicant|activist"),
    (MemberCategory.FULL, r"正式|党员|中共|会员|村民|成员|理事|member|^full$"),
)
STANDINGS = (
    (Standing.REHIRED, r"返聘|再聘|rehired"),
    (Standing.LEFT, r"离职|离开|辞职|调出|调离|转出|去世|病故|死亡|除名|left|resigned|moved away|deceased"),
    (Standing.RETIRED, r"退休|离休|retired"),
    (Standing.SICK, r"病假|病休|长病|住院|工伤|sick|injur"),
    (
        Standing.AWAY,
        r"外出|借调|挂职|外派|出差|驻外|援|内退|待岗|产假|休假|停薪|留职|学习|离岗|away|second|leave|abroad",
    ),
    (Standing.ACTIVE, r"在岗|在职|在村|正常|上岗|active|in post|working|present|on duty"),
)  # fmt: skip
# Words that say no more than the term itself does: nothing of them needs keeping.
PLAIN = {
    Standing.ACTIVE: frozenset({"在岗", "在职", "在村", "正常", "active", "in post", "working", "present"}),
    Standing.SICK: frozenset({"病假", "sick", "on sick leave"}),
    Standing.AWAY: frozenset({"长期外出", "away", "away for long"}),
    Standing.RETIRED: frozenset({"退休", "retired"}),
    Standing.REHIRED: frozenset({"返聘", "rehired", "rehired after retirement"}),
    Standing.LEFT: frozenset({"离开", "left"}),
}


def tidy(cell: str) -> str:
    """Return a cell's text in one line without stray spaces; raise `BadInput` for a formula."""
    text = " ".join(unicodedata.normalize("NFC", cell).split())
    wrapped = EXCEL_TEXT.match(text)
    if wrapped:
        text = wrapped.group(1).strip()
    if text.startswith(("=", "＝")):
        raise BadInput(_("a formula stands where a value should; paste it as a value"))
    return text


def without_identity(text: str) -> tuple[str, bool]:
    """Return text without ID-card numbers, and whether there were any."""
    clean = IDENTITY.sub("", unicodedata.normalize("NFKC", text) if any(c.isdigit() for c in text) else text)
    return (clean.strip(), True) if IDENTITY.search(unicodedata.normalize("NFKC", text)) else (text, False)


def name(text: str) -> str:
    """Return a person's name; the space typed between two Chinese characters (王 伟) is only layout."""
    return re.sub(rf"(?<=[{HAN}])\s+(?=[{HAN}])", "", text)


def short(text: str, limit: int, label: object) -> str:
    """Return text that fits its column; raise `BadInput` rather than cut it."""
    if len(text) > limit:
        raise BadInput(_("%(field)s has more than %(count)s characters", field=label, count=limit))
    return text


def period(text: str, label: object) -> str:
    """Return a year, month or day as ISO text: 1998.07, 199807, 1998年7月, 1998/7/1, 35977 (a spreadsheet's day).

    Empty for the words people write for nothing. Raises `BadInput` naming `label` for anything else.
    """
    clean = unicodedata.normalize("NFKC", text).strip().casefold()
    if clean in NOTHING:
        return ""
    clean = re.sub(r"[ t]\d{1,2}:\d{2}(:\d{2})?$", "", clean).rstrip("日号.")
    found = (
        re.fullmatch(r"(\d{4})年?", clean)
        or re.fullmatch(r"(\d{4})\s*[.\-/年、\s]\s*(\d{1,2})月?", clean)
        or re.fullmatch(r"(\d{4})\s*[.\-/年、\s]\s*(\d{1,2})\s*[.\-/月、\s]\s*(\d{1,2})", clean)
        or re.fullmatch(r"(\d{4})(\d{2})", clean)
        or re.fullmatch(r"(\d{4})(\d{2})(\d{2})", clean)
    )
    if found:
        return _iso(text, label, *(int(part) for part in found.groups()))
    if re.fullmatch(r"\d{5}(\.\d+)?", clean):
        return (EXCEL_DAY_ONE + timedelta(days=int(float(clean)))).isoformat()
    raise _no_date(text, label)


def _iso(text: str, label: object, year: int, month: int | None = None, day: int | None = None) -> str:
    if not 1900 <= year <= clock.today().year + 1:
        raise _no_date(text, label)
    try:
        date(year, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        raise _no_date(text, label) from None
    return f"{year:04d}" + (f"-{month:02d}" if month else "") + (f"-{day:02d}" if day else "")


def _no_date(text: str, label: object) -> BadInput:
    return BadInput(_("%(field)s: “%(text)s” is not a date", field=label, text=text[:20]))


def october(cells: list[str]) -> list[str]:
    """Return dates with their October back: a spreadsheet that writes 1998.07 as a number makes 1998.10 1998.1."""
    if not any(re.fullmatch(r"\d{4}\.0[1-9]", cell) for cell in cells):
        return cells
    return [cell + "0" if re.fullmatch(r"\d{4}\.1", cell) else cell for cell in cells]


def category(text: str) -> MemberCategory | None:
    """Return how a person belongs, None for an empty cell; raise `BadInput` for words nobody knows."""
    clean = unicodedata.normalize("NFKC", text).casefold()
    if clean in NOTHING - {"none"}:
        return None
    if clean in _own_categories():
        return _own_categories()[clean]
    for value, pattern in CATEGORIES:
        if re.search(pattern, clean):
            return value
    raise BadInput(
        _("membership “%(text)s” is not known; write full member, probationary, applicant or none", text=text[:20])
    )


@cache
def _own_categories() -> dict[str, MemberCategory]:
    """Return the words every kind of organisation has for its people, as its own export writes them."""
    return {
        own.casefold(): value
        for kind in words.table().values()
        for value in MemberCategory
        for own in kind[f"category.{value.value}"].values()
    }


def standing(text: str) -> tuple[Standing, str] | None:
    """Return a person's standing and the file's own words, None for an empty cell.

    Words nobody knows count as in post, so that no one is dropped for them; the words are kept and shown.
    """
    clean = unicodedata.normalize("NFKC", text).casefold()
    if clean in NOTHING:
        return None
    value = next((value for value, pattern in STANDINGS if re.search(pattern, clean)), Standing.ACTIVE)
    return value, "" if clean in PLAIN[value] or clean == str(value.label).casefold() else text


def known_standing(text: str) -> bool:
    """Say whether the words of a standing are known."""
    clean = unicodedata.normalize("NFKC", text).casefold()
    return clean in NOTHING or any(re.search(pattern, clean) for _value, pattern in STANDINGS)
