"""Days named in Chinese prose: 下周三前, 元宵前, 一周内, 六月八号到二十一号, 每月十号前."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import zip_longest

from text.chinese_points import Found, points
from text.date_points import Calendar, Stretch, Token, leftmost_longest, shifted

_HOUR = (
    r"(?:一早|一上班|清早|早上|早晨|上午|中午|午后|下午|傍晚|晚上|夜里|夜班|白班|早班|午饭|晚饭|下班|交班)?"
    r"(?:[0-9一二三四五六七八九十两]{1,3}点(?:半|钟|[0-9一二三四五六七八九十]{1,3}分?)?|\d{1,2}[:：]\d{2})?"
)
_AFTER = re.compile(
    rf"(?P<hour>{_HOUR})(?:"
    r"(?P<before>[之以]?前(?!台|门|排|面|头|后|往|来|去|沿|任|期|天|段))|(?P<around>前后|左右)|(?P<within>[之以]?内(?!部|容|科)|里(?!面|边|头))"
    r"|(?P<since>起|开始|以来)|(?P<later>[之以]?后(?!台|门|排|面|头|勤|天|期|来))|(?P<at>那天|当天|当日|那周|的时候)|(?P<during>期间|之间))?"
)
_ATTRIBUTE = re.compile(r"份?(?:的(?!时候)|度的)")
_LATEST = re.compile(
    r"(?:最晚|最迟|至迟|最多|不晚于|不迟于|不超过|截止|截至|赶在|争取|务必|务于|确保|力争|请于|限于?|限期|定于?|定在|约在|约了|约好|到|至|于|在|是|就)(?:的?是|到|在|于)?$"
)
_TO = re.compile(r"\s*(?:到|至|-|—|–|~|～|－)+\s*")
_ANSWERED = re.compile(
    r"(?:就|要|得|必须|必|应|后|我|再|先)?(?:给|答复|回复|回话|反馈|回音|见分晓|解决|办完|办好|办结|弄好|修好|出结果|落实|完成|到位|报|送|交)"
)


def tokens(text: str, on: date, calendar: Calendar) -> list[Token]:
    """Return the days `text`, written on `on`, names, those only mentioned marked as unsure."""
    found = leftmost_longest(points(text, on, calendar))
    return [token for token in _read(text, found, on, calendar) if token is not None]


def _read(text: str, found: list[tuple[int, int, Found]], on: date, calendar: Calendar) -> Iterator[Token | None]:
    read_to = 0
    for (start, end, meant), following in zip_longest(found, found[1:]):
        if start < read_to:
            continue
        if following and not isinstance(meant, Token) and _TO.fullmatch(text, end, following[0]):
            read_to = following[1]
            yield _range(text, start, meant, following, calendar)
            continue
        token = meant if meant is None or isinstance(meant, Token) else _alone(text, start, end, meant, calendar)
        if isinstance(meant, Token):
            token = Token(start, end, meant.day, meant.kind, meant.sure)
        read_to = token.end if token else end
        yield token


def _range(
    text: str, start: int, first: Stretch | None, last: tuple[int, int, Found], calendar: Calendar
) -> Token | None:
    """Read A到B: it begins on A, unless it says that B is the last chance; nothing if A has passed."""
    at, end, _meant = last
    after = _AFTER.match(text, end)
    if first is None or after is None:
        return None
    if after["within"] or after["during"] or after["before"]:
        again = leftmost_longest(one for one in points(text, first.first, calendar) if one[0] >= at)
        until = again[0][2] if again else None
        last_day = until.last if isinstance(until, Stretch) else first.last
        return Token(start, after.end(), max(last_day, first.first), "deadline", "sure")
    return Token(start, end, first.first, "from", "sure")


def _alone(text: str, start: int, end: int, meant: Stretch, calendar: Calendar) -> Token | None:
    after = _AFTER.match(text, end)
    if after is None:
        return None
    span = (start, after.end() if after.lastgroup != "hour" or after["hour"] else end)
    if meant.shape == "length":
        return _length(text, span, meant, after)
    if meant.shape == "festival":
        over = re.search(r"过(?:了|完)$", text[:start])
        return _festival((over.start() if over else start, span[1]), meant, after, calendar, over=bool(over))
    if after["before"]:
        # 十号前, 周三前: still on the day itself; 六月前, 下周前: before it begins.
        last = meant.last if meant.shape == "day" or meant.first == meant.last else shifted(meant.first, -1)
        return Token(*span, last, "deadline", "sure") if last else None
    if after["since"]:
        return Token(*span, meant.first, "from", "likely" if meant.sure == "unsure" else meant.sure)
    if after["later"]:
        later = shifted(meant.last, 1)
        return Token(*span, later, "from", "likely") if later else None
    if _ATTRIBUTE.match(text, span[1]):
        return Token(*span, meant.last, "deadline", "unsure")
    told = bool(_LATEST.search(text, max(0, start - 6), start)) or after["within"] or after["at"]
    return Token(*span, meant.last, "deadline", "sure" if told else "likely" if after["hour"] else meant.sure)


def _length(text: str, span: tuple[int, int], meant: Stretch, after: re.Match[str]) -> Token | None:
    """Read 两周内 and 两周后; 两周前 has passed, and two weeks by themselves are only sometimes a promise."""
    if after["before"]:
        return None
    if after["within"] or after["later"]:
        return Token(*span, meant.last, "deadline", "sure")
    promised = (
        after["around"]
        or _ANSWERED.match(text, span[1])
        or re.search(r"(?:最多|最迟|最晚|不超过|限|过|再有)$", text[: span[0]])
    )
    return Token(*span, meant.last, "deadline", "likely" if promised else "unsure")


def _festival(
    span: tuple[int, int], meant: Stretch, after: re.Match[str], calendar: Calendar, *, over: bool
) -> Token | None:
    if after["before"] and not over:
        eve = shifted(meant.first, -1)
        return Token(*span, eve, "deadline", "sure") if eve else None
    if after["later"] or over:
        return Token(*span, _first_workday_after(meant.last, calendar), "from", "likely")
    return Token(
        *span, meant.first, "deadline", "likely" if after["at"] or after["hour"] or after["since"] else "unsure"
    )


def _first_workday_after(last: date, calendar: Calendar) -> date:
    found = last + timedelta(days=1)
    for _day in range(14):
        if calendar.is_workday(found):
            return found
        found += timedelta(days=1)
    return found
