"""Masking: what could tell who is meant is replaced before a passage is shown to others."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from text.languages import detect
from text.scripts import fold
from text.segment import HAN, Language

_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳"
    "唐罗薛伍余米贝姚孟顾尹江钟邱曾胡邓贺黄林徐高梁宋郭刘叶程蔡田董丁卢傅戴汪万段"
)
_TITLES = "先生|女士|小姐|师傅|经理|主任|老师|医生|书记|班长|队长|科长|主席|阿姨|大姐|姐|哥"
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"

_HONORIFICS = ("Mr ", "Mr. ", "Mrs ", "Mrs. ", "Ms ", "Ms. ", "Dr ", "Dr. ", "my name is ", "I am called ")
_CLAUSE_END = r"(?=[，,。；、\s和跟与]|$)"

# The order matters: where two patterns meet, the earlier one wins.
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("link", r"https?://[^\s，。；）)]+|www\.[^\s，。；）)]+"),
    ("mail", r"(?a:[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"),
    ("id", r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])"),
    ("card", r"(?<!\d)\d{4}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?(?!\d)"),
    ("phone", r"(?<![\d.])(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?!\d)"),
    ("phone", r"(?<![\d.])(?:\+\d{1,3}[- ])?\(?0?\d{2,4}\)?[- ]\d{3,4}[- ]?\d{4}(?!\d)"),
    ("phone", r"(?<!\d)0\d{2,3}\d{7,8}(?!\d)|(?<![\d-])\d{3}-\d{4}(?![\d-])"),
    ("plate", rf"[{_PROVINCES}][A-HJ-NP-Z][·\- ]?[A-HJ-NP-Z0-9]{{5,6}}(?![A-Z0-9])"),
    ("chat", r"(?i:微信|QQ|wechat)(?:号|群)?[:： ]?\s*[A-Za-z0-9_-]{5,20}|(?<![\w.])@\w{3,}"),
    ("room", r"[A-Za-z]?\d+\s*(?:栋|幢|号楼|座)(?:\s*\d+\s*单元)?\s*(?:\d{2,4}\s*(?:室|房|号)?)?"),
    ("room", r"\d+\s*单元\s*\d*\s*(?:室|房|号)?|\d{3,4}\s*(?:室|房间|宿舍)"),
    ("room", r"\b(?i:room|flat|apt|apartment|unit)\s*#?\d+[A-Za-z]?\b"),
    ("name", rf"(?:(?<=我叫)|(?<=名叫))[\u3400-\u9fff]{{2,4}}{_CLAUSE_END}|(?<=姓)[{_SURNAMES}]{_CLAUSE_END}"),
    ("name", rf"[{_SURNAMES}][某Xx×*]{{1,2}}|[小老]?[{_SURNAMES}](?={_TITLES})"),
    ("name", rf"(?<![大中最从减变矮瘦极较])小[{_SURNAMES}]{_CLAUSE_END}"),
    ("name", rf"(?:{'|'.join(f'(?<={before})' for before in _HONORIFICS)})[A-Z][a-z]+(?: [A-Z][a-z]+)?"),
)
_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in _PATTERNS)
# A post of these endings is a person; any other (统计, 主控, 仓储管理) is an everyday word too, and only says who is
# meant where a person is spoken of.
_PERSONS = re.compile(
    r"..(?:员|工|长|师|司机|书记|主任|主席|经理|医生|大夫|护士|学徒|会计|出纳|秘书|保安|干事|助理|总监|教练|老师)$"
    r"|(?:\w\w(?:er|or|ist|ian|ant|man|woman)|officer|clerk|head|chief|lead|cook|nurse|apprentice|assistant)$"
)
_SPOKEN_OF = (
    r"(?:(?<=那位|这位|一名|一位|唯一)|(?<=唯一的)|(?<=[做当是任干]))%(post)s"
    r"|%(post)s(?=师傅|同志|反映|提出|说|认为|建议|一职|一人|岗位|岗(?:[，,。]|$))"
)
_MARKS: dict[Language, dict[str, str]] = {
    "zh": {
        "name": "某某", "phone": "〔电话〕", "id": "〔证件号〕", "card": "〔卡号〕", "plate": "〔车牌〕",
        "room": "〔住处〕", "post": "〔岗位〕", "mail": "〔邮箱〕", "link": "〔网址〕", "chat": "〔账号〕",
    },
    "en": {
        "name": "[name]", "phone": "[phone]", "id": "[id number]", "card": "[card number]", "plate": "[plate]",
        "room": "[address]", "post": "[post]", "mail": "[e-mail]", "link": "[link]", "chat": "[account]",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Identifying:
    """A passage that could tell who is meant: `start` and `end` count code points."""

    kind: str
    start: int
    end: int


def identifying(text: str, names: Iterable[str] = (), posts: Iterable[str] = ()) -> tuple[Identifying, ...]:
    """Every passage that could tell who is meant, in order, none overlapping.

    `names` are the names to look for, `posts` those that one person alone holds; both in either script.
    """
    taken: list[Identifying] = []
    for found in _candidates(fold(text), names, posts):
        if all(found.end <= other.start or other.end <= found.start for other in taken):
            taken.append(found)
    return tuple(sorted(taken, key=lambda found: found.start))


def mask(text: str, names: Iterable[str] = (), lang: Language | None = None, posts: Iterable[str] = ()) -> str:
    """The text with each identifying passage replaced by a word for what stood there."""
    marks = _MARKS[lang or detect(text)]
    masked = text
    for found in reversed(identifying(text, names, posts)):
        masked = masked[: found.start] + marks[found.kind] + masked[found.end :]
    return masked


def _candidates(text: str, names: Iterable[str], posts: Iterable[str]) -> Iterator[Identifying]:
    for name in _longest_first(names):
        for match in _whole(name).finditer(text):
            yield Identifying("name", *match.span())
    for kind, pattern in _COMPILED:
        for match in pattern.finditer(text):
            yield Identifying(kind, *match.span())
    for post in _longest_first(posts):
        for match in _post(post).finditer(text):
            yield Identifying("post", *match.span())


def _longest_first(said: Iterable[str]) -> list[str]:
    folded = {fold(one.strip()) for one in said}
    return sorted((one for one in folded if len(one) > 1), key=lambda one: (-len(one), one))


@lru_cache(maxsize=20_000)
def _whole(name: str, flags: int = 0) -> re.Pattern[str]:
    """A Latin name only counts as a whole word; Chinese has no word ends to look for."""
    edge = "" if HAN.search(name) else r"\b"
    return re.compile(edge + re.escape(name) + edge, flags)


@lru_cache(maxsize=5_000)
def _post(post: str) -> re.Pattern[str]:
    if _PERSONS.search(post.lower()):
        return _whole(post, re.IGNORECASE)
    return re.compile(_SPOKEN_OF % {"post": _whole(post).pattern}, re.IGNORECASE)
