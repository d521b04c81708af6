"""The expressions that name a day or a stretch of days in Chinese, and what each means on a given day."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from text.chinese_festivals import FESTIVALS, HOLIDAYS
from text.chinese_numbers import DIGITS, NUMBER, YEAR, number, year_number
from text.date_points import (
    Calendar,
    Rule,
    Stretch,
    Token,
    day,
    month_later,
    month_without_year,
    shifted,
    week_of,
    weekday,
    whole_month,
    whole_quarter,
    without_year,
)

Found = Stretch | Token | None
Match = re.Match[str]

_WEEK = r"(?:周|星期|礼拜)"
_WEEKDAYS = "一二三四五六日天"
_SHIFT = r"(?P<shift>这一?个?|本|当|下下一?个?|下一?个?|次)"
_IN_YEAR = r"(?P<year>(?:今|本|明|来|后)年|" + YEAR + r"年)?的?"
_AHEAD = r"(?=[之以]?[前后](?!台|门|排|面|头|勤)|当天|那天|期间|假期|长假|放假|起|当日)"


def points(text: str, on: date, calendar: Calendar) -> Iterator[tuple[int, int, Found]]:
    """Yield where each expression stands and what it means; None for what only stands in the way of others."""
    for rule in RULES:
        for match in rule.pattern.finditer(text):
            yield match.start(), match.end(), rule.meaning(match, on, calendar)


def _years(words: str | None, on: date) -> int | None:
    if not words:
        return None
    ahead = {"今年": 0, "本年": 0, "明年": 1, "来年": 1, "后年": 2}.get(words.rstrip("的"))
    return on.year + ahead if ahead is not None else year_number(words.rstrip("年的"), on)


def _months(shift: str | None) -> int:
    if not shift:
        return 0
    return 2 if shift.startswith("下下") else 1 if shift.startswith(("下", "次")) else 0


def _one(found: date | None, sure: str = "sure") -> Stretch | None:
    return Stretch(found, found, "day", sure) if found else None  # type: ignore[arg-type]


def _full_date(match: Match, on: date, _calendar: Calendar) -> Found:
    year = year_number(match["y"], on)
    return _one(day(year, number(match["m"]), number(match["d"]))) if year else None


def _month_day(match: Match, on: date, _calendar: Calendar) -> Found:
    year, month, count = _years(match["year"], on), number(match["m"]), number(match["d"])
    return _one(day(year, month, count) if year else without_year(on, month, count))


def _day_of_month(match: Match, on: date, _calendar: Calendar) -> Found:
    ahead = _months(match["shift"])
    first = month_later(on.replace(day=1), ahead)
    return _one(day(first.year, first.month, number(match["d"])) if first else None)


def _day_alone(match: Match, on: date, _calendar: Calendar) -> Found:
    count = number(match["d"])
    this = day(on.year, on.month, count)
    if this is not None and this >= on:
        return _one(this)
    later = month_later(on.replace(day=1), 1)
    return _one(day(later.year, later.month, count) if later else None)


def _part(month: Stretch | None, part: str) -> Stretch | None:
    """Return a part of a month: 初 to the 10th, 中 to the 20th, 底 its last day."""
    if month is None:
        return None
    at = month.first.replace
    if part in ("初", "上旬"):
        return Stretch(month.first, at(day=10), "stretch")
    if part in ("中", "中旬"):
        return Stretch(at(day=11), at(day=20), "stretch")
    if part == "下旬":
        return Stretch(at(day=21), month.last, "stretch")
    return Stretch(month.last, month.last, "day")


def _named_month(match: Match, on: date) -> Stretch | None:
    year, month = _years(match["year"], on), number(match["m"])
    return whole_month(year, month) if year else month_without_year(on, month)


def _month_part(match: Match, on: date, _calendar: Calendar) -> Found:
    return _part(_named_month(match, on), match["part"])


def _month_alone(match: Match, on: date, _calendar: Calendar) -> Found:
    return _named_month(match, on)


def _shifted_month(match: Match, on: date, _calendar: Calendar) -> Found:
    first = month_later(on.replace(day=1), _months(match["shift"]))
    month = whole_month(first.year, first.month) if first else None
    part = match["part"]
    found = _part(month, part) if part else month
    if found and part and not match["shift"] and found.last < on and month:
        return None
    return found and (replace(found, first=max(found.first, on)) if not _months(match["shift"]) else found)


def _weekday(match: Match, on: date, _calendar: Calendar) -> Found:
    count = min(_WEEKDAYS.index(match["d"]), 6) if match["d"] in _WEEKDAYS else number(match["d"]) - 1
    shift = match["shift"]
    found = weekday(on, count, _months(shift) if shift else None)
    return _one(found, "sure" if shift else "likely")


def _weekend(match: Match, on: date, _calendar: Calendar) -> Found:
    week = week_of(on, _months(match["shift"]))
    first, last = (week and shifted(week.first, days) for days in (5, 6))
    return Stretch(first, last, "stretch") if first and last else None


def _week(match: Match, on: date, _calendar: Calendar) -> Found:
    week = week_of(on, _months(match["shift"]))
    if week is None or not match["part"]:
        return replace(week, first=max(week.first, on)) if week else None
    if match["part"] == "初":
        return replace(week, last=min(week.first + timedelta(days=1), week.last))
    if match["part"] == "中":
        return replace(week, last=min(week.first + timedelta(days=2), week.last))
    return week


def _days_ahead(count: int, sure: str = "sure") -> Callable[[Match, date, Calendar], Found]:
    return lambda _match, on, _calendar: _one(shifted(on, count), sure)


def _quarter(match: Match, on: date, _calendar: Calendar) -> Found:
    year, quarter = _years(match["year"], on), number(match["q"])
    if not 1 <= quarter <= 4:
        return None
    now = (on.month + 2) // 3
    if year is None:
        year = on.year if quarter >= now else on.year + 1 if quarter + 4 - now <= 2 else None
    whole = whole_quarter(year, quarter) if year else None
    return Stretch(whole.last, whole.last) if whole and match["end"] else whole


def _shifted_quarter(match: Match, on: date, _calendar: Calendar) -> Found:
    ahead = (on.month + 2) // 3 + _months(match["shift"])
    whole = whole_quarter(on.year + (ahead - 1) // 4, (ahead - 1) % 4 + 1)
    return Stretch(whole.last, whole.last) if whole and match["end"] else whole


def _year_end(match: Match, on: date, _calendar: Calendar) -> Found:
    return _one(day(_years(match["year"], on) or on.year, 12, 31), "likely")


def _half_year(match: Match, on: date, _calendar: Calendar) -> Found:
    year, late = _years(match["year"], on) or on.year, match["half"] == "下"
    first, last = day(year, 7 if late else 1, 1), day(year, 12 if late else 6, 31 if late else 30)
    return Stretch(max(first, min(on, last)), last, "stretch") if first and last else None


def _whole_year(match: Match, on: date, _calendar: Calendar) -> Found:
    year = _years(match["year"], on) or on.year
    first, last = day(year, 1, 1), day(year, 12, 31)
    return Stretch(first, last, "stretch") if first and last else None


def _year_start(match: Match, on: date, _calendar: Calendar) -> Found:
    return whole_month(_years(match["year"], on) or on.year, 1)


def _festival(name: str, length: int) -> Callable[[Match, date, Calendar], Found]:
    def meaning(match: Match, on: date, calendar: Calendar) -> Found:
        wanted = _years(match["year"], on)
        for year in [wanted] if wanted else [on.year, on.year + 1]:
            found = calendar.festival(name, year)
            if found is not None and (found >= on or wanted):
                return Stretch(found, shifted(found, length) or found, "festival")
        return None

    return meaning


def _next_holiday(match: Match, on: date, calendar: Calendar) -> Found:
    spring_only = match["which"] == "年"
    ahead = []
    for name in ("spring",) if spring_only else HOLIDAYS:
        for year in (on.year, on.year + 1):
            found = calendar.festival(name, year)
            if found is not None and found > on:
                ahead.append((found, name))
    if not ahead:
        return None
    first, name = min(ahead)
    lengths = {"spring": 6, "national": 6, "labour": 4}
    return Stretch(first, shifted(first, lengths.get(name, 0)) or first, "festival")


def _lunar(match: Match, on: date, calendar: Calendar) -> Found:
    month = {"正": 1, "冬": 11, "腊": 12}.get(match["m"]) or number(match["m"])
    return _next_lunar(month, number(match["d"]), on, calendar)


def _new_year_days(match: Match, on: date, calendar: Calendar) -> Found:
    return _next_lunar(1, number(match["d"]), on, calendar)


def _lunar_day(match: Match, on: date, calendar: Calendar) -> Found:
    """Read 初八以后: of the lunar month that comes round next."""
    count = number(match["d"])
    days = (calendar.solar_of(year, month, count) for year in (on.year - 1, on.year) for month in range(1, 13))
    return _one(min((one for one in days if one is not None and one >= on), default=None), "likely")


def _next_lunar(month: int, count: int, on: date, calendar: Calendar) -> Stretch | None:
    for year in (on.year - 1, on.year, on.year + 1):
        found = calendar.solar_of(year, month, count)
        if found is not None and found >= on:
            return _one(found)
    return None


def _amount(words: str) -> float | None:
    """Return 两三 as 3, 半 as a half, 一个半 as one and a half: of several numbers the larger."""
    if words == "半":
        return 0.5
    if re.fullmatch("[一二两三四五六七八九]{2}", words):
        return max(number(words[0]), number(words[1]))
    return float(number(words)) if number(words) else None


def _length(match: Match, on: date, calendar: Calendar) -> Found:
    amount = _amount(match["n"])
    if amount is None:
        return None
    amount, unit = amount + (0.5 if match["half"] else 0), match["unit"]
    end: date | None
    if unit == "个工作日" or unit == "工作日" or match["unit"] == "个工作天":
        end = calendar.add_workdays(on, int(amount)) if amount <= 250 else None
    elif unit in ("个月", "月"):
        end = month_later(on, int(amount))
        end = shifted(end, 15 if amount % 1 else 0) if end else None
    elif unit == "年":
        end = month_later(on, int(amount * 12))
    elif unit == "季度":
        end = month_later(on, int(amount * 3))
    else:
        days = {"周": 7, "星期": 7, "礼拜": 7, "小时": 1 / 24, "钟头": 1 / 24, "分钟": 1 / 1440}.get(unit, 1)
        end = shifted(on, int(amount * days)) if amount * days < 4000 else None
    return Stretch(on, end, "length") if end else None


def _nothing(_match: Match, _on: date, _calendar: Calendar) -> Found:
    return None


def _repeating(match: Match, on: date, _calendar: Calendar) -> Found:
    """Read 每月十号前, 每周五, 每季度末: first when it comes round next; 每天, 每班 on no day."""
    found: Stretch | None = None
    if match["dom"]:
        stretch = _day_alone(re.match(r"(?P<d>.*)", match["dom"]), on, _calendar)  # type: ignore[arg-type]
        found = stretch if isinstance(stretch, Stretch) else None
    elif match["dow"]:
        found = _one(weekday(on - timedelta(days=1), min(_WEEKDAYS.index(match["dow"]), 6), None))
    elif match["end"]:
        unit = match["unit"]
        if unit == "月":
            found = whole_month(on.year, on.month)
        elif unit == "季度":
            found = whole_quarter(on.year, (on.month + 2) // 3)
        elif unit == "年":
            found = _one(day(on.year, 12, 31))
    return Token(0, 0, found.last if found else None, "repeating", "likely")


def _rule(pattern: str, meaning: Callable[[Match, date, Calendar], Found]) -> Rule:
    return Rule(re.compile(pattern), meaning)


_M = rf"(?P<m>{NUMBER})月"
_D = rf"(?P<d>{NUMBER})[日号]"
_PAST_WORDS = (
    rf"上+一?个?(?:{_WEEK}[{_WEEKDAYS}1-6]?|月|季度|年度|旬)末?|(?:去|前|往|当"
    rf"|那|哪|同)年(?:的?(?:{NUMBER}月份?(?:{NUMBER}[日号])?|年?[底末初]|[上下]半年"
    rf"|第?[一二三四1-4]季度|春节|国庆|中秋|元旦|五一|端午|清明))?|年前年后|昨[天日晚]|前[天日晚]"
    rf"|大前天"
    rf"|前(?:一|两|几|些)(?:天|周|个月|年)|这几天|近[日期来]|最近|过去|刚才|从前|以前|此前"
)
RULES: tuple[Rule, ...] = (
    *(
        _rule(rf"{_IN_YEAR}(?<![{DIGITS}])(?:{words})(?:假期|长假|放假|假)?", _festival(name, length))
        for words, (name, length) in FESTIVALS.items()
    ),
    _rule(_PAST_WORDS, _nothing),
    _rule(rf"(?P<n>{NUMBER}|半)(?:个?{_WEEK}|个?月|天|年)(?:多|来)?一(?:次|回|趟|换|轮|检|报)", _nothing),
    _rule(rf"(?<!\d)(?P<y>{YEAR})年{_M}份?{_D}", _full_date),
    _rule(r"(?<![\d.])(?P<y>\d{4})[.\-/．](?P<m>\d{1,2})[.\-/．](?P<d>\d{1,2})[日号]?(?![\d.]\d)", _full_date),
    _rule(rf"{_IN_YEAR}(?<![{DIGITS}第]){_M}份?{_D}", _month_day),
    _rule(
        r"(?P<year>)(?<![\d.])(?P<m>1[0-2]|0?[1-9])[./](?P<d>[12]\d|3[01]|0?[1-9])(?=[之以]?前(?!台|门|排))", _month_day
    ),
    _rule(rf"{_SHIFT}月份?的?{_D}", _day_of_month),
    _rule(
        rf"(?<![月{DIGITS}第])(?<![A-Za-z])(?:(?<=到)|(?<=至)|(?<=最晚)|(?<=最迟)|(?<=不晚于)|(?<=在)|(?<=于)|(?<=定)){_D}"
        r"(?!楼|泵|库|车|机|线|门|柜|桌|房|炉|井|站|窗|厂|院|仓|台|位|床|宿舍|食堂|行车|主|风)",
        _day_alone,
    ),
    _rule(
        rf"(?<![月{DIGITS}第A-Za-z]){_D}(?=[之以]?[前后](?!台|门|排|面|头)|起|开始"
        rf"|上午|下午|晚上|中午|那天|当天|就|给|答复|回复|之前|一早|上班|[^，,。]{{0,4}}会)",
        _day_alone,
    ),
    _rule(rf"{_IN_YEAR}(?<![{DIGITS}第]){_M}份?(?P<part>上旬|中旬|下旬|初|中(?!学|心|班|午)|底|末)", _month_part),
    _rule(rf"{_IN_YEAR}(?<![{DIGITS}第个]){_M}份?(?![初中底末]|[{DIGITS}]{{1,3}}[日号]|饼|季|票|薪)", _month_alone),
    _rule(rf"(?:{_SHIFT}月份?|(?<![{DIGITS}个每])月)(?P<part>上旬|中旬|下旬|初|底|末|内(?!部))", _shifted_month),
    _rule(
        rf"{_SHIFT}月(?:份|度)?(?P<part>上旬|中旬|下旬|初|中|底|末)?(?![饼季票薪经]|[{DIGITS}]{{1,3}}[日号])",
        _shifted_month,
    ),
    _rule(rf"{_SHIFT}?{_WEEK}(?P<d>[{_WEEKDAYS}1-6])(?![{DIGITS}]|次|回|趟|遍|天|个)", _weekday),
    _rule(r"(?P<shift>这一?个?|本|下下一?个?|下一?个?)?(?:周|星期|礼拜)末", _weekend),
    _rule(rf"{_SHIFT}{_WEEK}(?P<part>初|中)?(?![{_WEEKDAYS}1-6]末?)", _week),
    _rule(r"(?:就在)?(?:今[天日晚早晨夜儿]|当[天日晚夜]|即日|同日|本日)", _days_ahead(0)),
    _rule(
        r"(?:下班|收工|交班|午饭|中午|天黑|吃饭|晚饭|开饭|散会|晚上)(?=[之以]?前(?!台|门|排|面|头))",
        _days_ahead(0, "likely"),
    ),
    _rule(r"明[天日晚早晨儿]|次日|第二天|隔天", _days_ahead(1)),
    _rule(r"(?<!大)后[天日](?!性)", _days_ahead(2)),
    _rule(r"大后[天日]", _days_ahead(3)),
    _rule(rf"{_IN_YEAR}第?(?P<q>[一二三四1-4])季度?(?P<end>末|底)?", _quarter),
    _rule(r"(?P<year>)[Qq](?P<q>[1-4])(?P<end>末|底)?(?!\d)", _quarter),
    _rule(rf"{_SHIFT}季度?(?P<end>末|底)?", _shifted_quarter),
    _rule(rf"(?P<year>)(?:(?<![去今明本往当每同{DIGITS}半])年(?:底|末|终|内)(?!部)|岁末)", _year_end),
    _rule(rf"(?P<year>(?:今|本|明|来|后)年|{YEAR}年)年?(?:底|末|内|终|之内|以内)", _year_end),
    _rule(r"(?P<year>(?:今|本|明|来|后)年)?(?P<half>[上下])半年", _half_year),
    _rule(r"(?P<year>(?:明|来|后)年)年?初(?![一二三四五六七八九十])", _year_start),
    _rule(rf"(?P<year>(?:明|来|后)年)(?!年|底|末|内|终|[{DIGITS}]|[上下]半年|第|春|国|中|端|元|清|五)", _whole_year),
    _rule(r"(?:大年|年|正月)初(?P<d>[一二三四五六七八九十]|1?\d)", _new_year_days),
    _rule(r"(?<![年月])(?P<d>初[一二三四五六七八九十])(?=[之以]?[前后])", _lunar_day),
    _rule(rf"(?:农历|阴历|旧历)?(?P<m>正|冬|腊)月(?P<d>初?{NUMBER}|廿[一二三四五六七八九]?)", _lunar),
    _rule(rf"(?P<m>{NUMBER})月(?P<d>初[一二三四五六七八九十])(?![个位人天次项件])", _lunar),
    _rule(rf"(?:农历|阴历|旧历)(?P<m>{NUMBER})月(?P<d>初?{NUMBER}|廿[一二三四五六七八九]?)[日号]?", _lunar),
    _rule(
        (
            r"(?<!过)(?P<which>年|节|假期?|长假|小长假|放假|节假日)(?=[之以]?[前后](?!台"
            r"|门|面|勤))(?<![一二三四五六七八九十两几多半\d]年)(?<![去今明往当每同青]年)(?<![环季时关情细春秋章]节)"
        ),
        _next_holiday,
    ),
    _rule(
        rf"(?P<n>{NUMBER}|半|[一二两三四五六七八九]{{2}})(?P<half>个半(?=月|小时|钟头))?"
        r"(?P<unit>个?工作日|个?工作天|天|日(?=[之以]?[内后])|周(?!年|[一二三四五六日])"
        r"|(?:(?<=半)|(?<=个))月|个月|年(?!级|度|底|末|初|前|[一二三四五六七八九十\d])"
        r"|季度|分钟|小时|钟头|星期(?![一二三四五六日天])|礼拜(?![一二三四五六日天]))",
        _length,
    ),
    _rule(
        rf"(?P<n>{NUMBER}|半)个(?P<half>半)?(?P<unit>工作日|工作天|月|星期(?![一二三四五六日天])|礼拜(?![一二三四五六日天])|季度|小时|钟头)",
        _length,
    ),
    _rule(
        rf"每(?:隔)?(?:[一二两三四半\d]+)?个?(?P<unit>季度|月|{_WEEK}|年|天|日|班|晚|次|回)(?:的)?"
        rf"(?:(?P<dom>{NUMBER})[日号]|(?P<dow>(?<=[周期拜])[{_WEEKDAYS}])|(?P<end>底|末))?(?:[之以]?前(?!台|门|面))?",
        _repeating,
    ),
    _rule(rf"{_IN_YEAR}(?<![{DIGITS}月])十一{_AHEAD}", _festival("national", 6)),
)
