"""The expressions that name a day or a stretch of days in English, and what each means on a given day."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta

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
from text.english_numbers import (
    COUNT,
    DAY,
    MANY,
    MONTH,
    NUMBERS,
    ORDINAL,
    ORDINALS,
    UNIT,
    WEEKDAY,
    WEEKDAYS,
    month_number,
    ordinal,
)

Found = Stretch | Token | None
Match = re.Match[str]

_FESTIVALS = {
    r"Christmas(?:\s+Day|\s+Eve)?|Xmas": ("christmas", 0),
    r"New\s+Year(?:['’]s)?(?:\s+Day)?": ("new_year", 0),
    r"Good\s+Friday": ("good_friday", 0),
    r"Easter(?:\s+Sunday)?": ("easter", 1),
    r"Boxing\s+Day": ("boxing_day", 0),
    r"Hallowe['’]?en": ("halloween", 0),
    r"(?:the\s+)?Spring\s+Festival|(?:Chinese|Lunar)\s+New\s+Year": ("spring", 6),
    r"(?:the\s+)?Lantern\s+Festival": ("lantern", 0),
    r"(?:the\s+)?Qingming(?:\s+Festival)?|Tomb-Sweeping\s+Day": ("qingming", 0),
    r"May\s+Day|Labou?r\s+Day": ("labour", 0),
    r"(?:the\s+)?Dragon\s+Boat\s+Festival": ("dragon_boat", 0),
    r"(?:the\s+)?Mid-?Autumn(?:\s+Festival)?": ("mid_autumn", 0),
    r"National\s+Day": ("national", 6),
}
_REACHES = r"(?<=\bby )|(?<=\bbefore )|(?<=\bon )|(?<=\buntil )|(?<=\bthan )|(?<=\bfrom )|(?<=\btill )"


def points(text: str, on: date, calendar: Calendar) -> Iterator[tuple[int, int, Found]]:
    """Yield where each expression stands and what it means; None for what only stands in the way of others."""
    for rule in RULES:
        for match in rule.pattern.finditer(text):
            yield match.start(), match.end(), rule.meaning(match, on, calendar)


def _one(found: date | None, sure: str = "sure") -> Stretch | None:
    return Stretch(found, found, "day", sure) if found else None  # type: ignore[arg-type]


def _nothing(_match: Match, _on: date, _calendar: Calendar) -> Found:
    return None


def _month_day(match: Match, on: date, _calendar: Calendar) -> Found:
    month, count = month_number(match["m"]), ordinal(match["d"])
    return _one(day(int(match["y"]), month, count) if match["y"] else without_year(on, month, count))


def _iso(match: Match, on: date, _calendar: Calendar) -> Found:
    return _one(day(int(match["y"]), int(match["m"]), int(match["d"])))


def _slashed(match: Match, on: date, _calendar: Calendar) -> Found:
    """Read 12/03/2026 day first, as outside America; 03/25/2026 can only be the other way round."""
    first, second, year = int(match["a"]), int(match["b"]), int(match["y"])
    if second > 12:
        return _one(day(year, first, second))
    return _one(day(year, second, first), "sure" if first > 12 else "likely")


def _ordinal_alone(match: Match, on: date, _calendar: Calendar) -> Found:
    count = ordinal(match["d"])
    this = day(on.year, on.month, count)
    if this is not None and this >= on:
        return _one(this)
    later = month_later(on.replace(day=1), 1)
    return _one(day(later.year, later.month, count) if later else None)


def _weekday(match: Match, on: date, _calendar: Calendar) -> Found:
    count, shift = WEEKDAYS.index(match["w"][:3].lower()), (match["shift"] or "").lower().strip()
    weeks = {"next": 1, "this": 0}.get(shift)
    found = weekday(on, count, weeks)
    if match["week"]:
        found = shifted(weekday(on, count, None) or on, 7) if found else None
    return _one(found, "sure" if weeks is not None or match["week"] else "likely")


def _week_on(match: Match, on: date, _calendar: Calendar) -> Found:
    found = weekday(on, WEEKDAYS.index(match["w"][:3].lower()), None)
    return _one(shifted(found, 14 if match["two"] else 7) if found else None)


def _week(match: Match, on: date, _calendar: Calendar) -> Found:
    week = week_of(on, 1 if match["shift"].lower() in ("next", "the coming", "the following", "coming") else 0)
    return replace(week, first=max(week.first, on)) if week else None


def _weekend(match: Match, on: date, _calendar: Calendar) -> Found:
    week = week_of(on, 1 if (match["shift"] or "").lower() == "next" else 0)
    first, last = (week and shifted(week.first, days) for days in (5, 6))
    return Stretch(first, last, "stretch") if first and last else None


def _month_shifted(match: Match, on: date, _calendar: Calendar) -> Found:
    first = month_later(
        on.replace(day=1), 1 if match["shift"].lower() in ("next", "the coming", "the following") else 0
    )
    month = whole_month(first.year, first.month) if first else None
    return replace(month, first=max(month.first, on)) if month else None


def _month_alone(match: Match, on: date, _calendar: Calendar) -> Found:
    month = month_number(match["m"])
    found = whole_month(int(match["y"]), month) if match["y"] else month_without_year(on, month)
    if found is None or match["by"] is None:
        return found
    return Stretch(found.first, found.first)  # by March: its first day


def _month_part(match: Match, on: date, _calendar: Calendar) -> Found:
    if match["m"]:
        month = month_number(match["m"])
        found = whole_month(int(match["y"]), month) if match["y"] else month_without_year(on, month)
    else:
        ahead = month_later(on.replace(day=1), 1 if (match["next"] or "").lower().startswith("next") else 0)
        found = whole_month(ahead.year, ahead.month) if ahead else None
    if found is None:
        return None
    part = match["part"].lower()
    if part.startswith(("end", "close", "last")):
        return _one(found.last)
    early = part.startswith(("start", "begin", "early"))
    return Stretch(
        found.first if early else found.first.replace(day=11), found.first.replace(day=10 if early else 20), "stretch"
    )


def _end_of(match: Match, on: date, _calendar: Calendar) -> Found:
    ahead, unit = int((match["next"] or "").lower().startswith(("next", "the coming"))), match["unit"].lower()
    if unit == "day" or unit.endswith("shift") or unit in ("play", "business"):
        return _one(shifted(on, ahead))
    if unit in ("week", "working week"):
        week = week_of(on, ahead)
        return _one(week.last if week else None)
    if unit == "quarter":
        quarter = (on.month + 2) // 3 + ahead
        whole = whole_quarter(on.year + (quarter - 1) // 4, (quarter - 1) % 4 + 1)
        return _one(whole.last if whole else None)
    return _one(day(on.year + ahead, 12, 31))


def _quarter(match: Match, on: date, _calendar: Calendar) -> Found:
    words = (match["q"] or match["q2"]).lower()
    quarter = ORDINALS.index(words) + 1 if words in ORDINALS else int(words[0])
    now = (on.month + 2) // 3
    year = int(match["y"]) if match["y"] else on.year if quarter >= now else on.year + 1
    return whole_quarter(year, quarter)


def _quarter_shifted(match: Match, on: date, _calendar: Calendar) -> Found:
    quarter = (on.month + 2) // 3 + int(match["shift"].lower() == "next")
    return whole_quarter(on.year + (quarter - 1) // 4, (quarter - 1) % 4 + 1)


def _year(match: Match, on: date, _calendar: Calendar) -> Found:
    found = day(on.year + int(match["shift"].lower() == "next"), 12, 31)
    return Stretch(max(on, found.replace(month=1, day=1)), found, "stretch") if found else None


def _ahead(count: int, sure: str = "sure") -> Callable[[Match, date, Calendar], Found]:
    return lambda _match, on, _calendar: _one(shifted(on, count), sure)


def _still_today(_match: Match, on: date, _calendar: Calendar) -> Found:
    return Token(0, 0, on, "deadline", "sure")


def _length(match: Match, on: date, calendar: Calendar) -> Found:
    words = re.sub(r"\s+", " ", match["n"].lower())
    amount = MANY.get(words.split()[0])
    if amount is None:
        amount = NUMBERS.index(words) if words in NUMBERS else int(words)
    unit = re.sub(r"[\s-]+", " ", match["unit"].lower())
    end: date | None
    if unit.startswith(("working", "business", "week day", "weekday")):
        end = calendar.add_workdays(on, int(amount)) if amount <= 250 else None
    elif words == "the" and unit.startswith(("week", "month", "year", "quarter", "day")):
        return _within_the(unit, on)
    elif unit.startswith(("month", "quarter", "year")):
        months = amount * {"month": 1, "quart": 3, "year": 12, "years": 12}[unit[:5]]
        end = month_later(on, int(months))
        end = shifted(end, 15) if end and months % 1 else end
    else:
        length = {"hour": 1 / 24, "minu": 1 / 1440, "week": 7, "fort": 14}.get(unit[:4], 1)
        end = shifted(on, int(amount * length))
    return Stretch(on, end, "length", "unsure" if words == "few" else "sure") if end else None


def _or_two(match: Match, on: date, _calendar: Calendar) -> Found:
    count = 2 if match["n"] == "two" else 1
    month = match["unit"] == "month"
    end = month_later(on, count) if month else shifted(on, count * (7 if match["unit"] == "week" else 1))
    return Stretch(on, end, "length", "sure") if end else None


def _before_weekend(_match: Match, on: date, _calendar: Calendar) -> Found:
    week = week_of(on, 0)
    return Token(0, 0, week.last if week else None, "deadline", "sure")


def _within_the(unit: str, on: date) -> Found:
    """Read within the week, within the month: until it is over."""
    stretch = {
        "week": week_of(on, 0),
        "mont": whole_month(on.year, on.month),
        "quar": whole_quarter(on.year, (on.month + 2) // 3),
        "year": _one(day(on.year, 12, 31)),
    }.get(unit[:4], _one(shifted(on, 1)))
    return Stretch(on, stretch.last, "length", "sure") if stretch else None


def _festival(key: str, length: int) -> Callable[[Match, date, Calendar], Found]:
    def meaning(match: Match, on: date, calendar: Calendar) -> Found:
        wanted = int(match["y"]) if match["y"] else None
        for year in [wanted] if wanted else [on.year, on.year + 1]:
            found = calendar.festival(key, year)
            if found is not None and (found >= on or wanted):
                return Stretch(found, shifted(found, length) or found, "festival", "unsure")
        return None

    return meaning


def _repeating(match: Match, on: date, _calendar: Calendar) -> Found:
    found: date | None = None
    if match["w"]:
        found = weekday(on - timedelta(days=1), WEEKDAYS.index(match["w"][:3].lower()), None)
    return Token(0, 0, found, "repeating", "likely")


def _monthly(match: Match, on: date, calendar: Calendar) -> Found:
    found = _ordinal_alone(match, on, calendar)
    return Token(0, 0, found.last if isinstance(found, Stretch) else None, "repeating", "likely")


def _rule(pattern: str, meaning: Callable[[Match, date, Calendar], Found], *, case: bool = False) -> Rule:
    return Rule(re.compile(pattern, 0 if case else re.IGNORECASE), meaning)


_Y = r"(?:,?\s+(?P<y>20\d\d))?"
RULES: tuple[Rule, ...] = (
    _rule(rf"\b(?:last|previous|past)\s+(?:week|month|year|quarter|night|{WEEKDAY}|{MONTH})", _nothing),
    _rule(
        (
            rf"\b{COUNT}\s+{UNIT}\s+(?:ago|earlier|before(?!\s+(?:Christmas"
            rf"|the))|running|in\s+a\s+row|old)\b|\byesterday\b"
        ),
        _nothing,
    ),
    _rule(r"\b(?P<y>20\d\d)-(?P<m>\d{1,2})-(?P<d>\d{1,2})\b", _iso),
    _rule(r"\b(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<y>20\d\d)\b", _slashed),
    _rule(rf"\b(?:the\s+)?{DAY}\s+(?:of\s+)?{MONTH}{_Y}", _month_day, case=True),
    _rule(rf"\b(?:the\s+)?{ORDINAL}\s+of\s+{MONTH}{_Y}", _month_day),
    _rule(rf"\b{MONTH}\s+(?:the\s+)?{DAY}\b(?!\s*(?:%|:|am|pm|people|hours)){_Y}", _month_day, case=True),
    _rule(rf"(?:{_REACHES})the\s+{ORDINAL}\b(?!\s+(?:of|quarter|floor|shift|time|one|week|day|line))", _ordinal_alone),
    _rule(
        (
            rf"\b(?:(?P<shift>next|this|coming)\s+)?{WEEKDAY}(?P<week>\s+week\b)?(?:\s+(?:m"
            rf"orning|afternoon|evening|night|lunchtime))?"
        ),
        _weekday,
        case=True,
    ),
    _rule(rf"\ba\s+(?P<two>fortnight)?(?:week)?\s*(?:on|from|this|next)\s+{WEEKDAY}", _week_on),
    _rule(r"\b(?P<shift>this|next|the\s+coming|the\s+following|coming)\s+week\b(?!end|ly)", _week),
    _rule(r"\b(?:(?P<shift>this|next|the|the\s+coming)\s+)?weekend\b", _weekend),
    _rule(r"\b(?P<shift>this|next|the\s+coming|the\s+following)\s+month\b", _month_shifted),
    _rule(
        (
            rf"(?:(?P<by>(?<=\bby ))|(?<=\bbefore )|(?<=\bin )|(?<=\bfrom )"
            rf"|(?<=\buntil )|(?<=\btill )|(?<=\bduring )|(?<=\bafter )){MONTH}{_Y}(?!\s*\d"
            rf")"
        ),
        _month_alone,
        case=True,
    ),
    _rule(
        r"\b(?:the\s+)?(?P<part>end|close|last\s+day|start|beginning|early|middle|mid)(?:\s+of)?[\s-]+"
        rf"(?:(?P<next>the|this|next)\s+month|(?P<month>month)|{MONTH}{_Y})",
        _month_part,
    ),
    _rule(r"\bmonth[\s-]end\b", lambda m, on, c: _one((whole_month(on.year, on.month) or Stretch(on, on)).last)),
    _rule(
        (
            r"\b(?:the\s+)?(?:end|close|finish)\s+of\s+(?P<next>the"
            r"|this|next|today['’]s)?\s*(?P<unit>day|shift|week|working\s+week"
            r"|quarter|year|play|business)\b"
        ),
        _end_of,
    ),
    _rule(r"\b(?P<next>)year[\s-]end\b(?P<unit>)", _end_of),
    _rule(r"\b(?:EOD|COB|EOB)\b", _ahead(0), case=True),
    _rule(
        (
            rf"\b(?:EOD|COB|EOB|(?:the\s+)?(?:close|end)\s+of\s+(?:play"
            rf"|business|the\s+day))(?:\s+on)?\s+(?:(?P<shift>next|this)\s+)?{WEEKDAY}(?P<w"
            rf"eek>)"
        ),
        _weekday,
        case=True,
    ),
    _rule(r"\b(?:by|before)\s+the\s+weekend\b", _before_weekend),
    _rule(r"\b(?:in|within)\s+an?\s+(?P<unit>day|week|month)\s+or\s+(?P<n>two|so)\b", _or_two),
    _rule(
        (
            r"\b(?:before|by|over|at)\s+(?:lunch(?:time|\s+break)?|dinner(?:time)?"
            r"|tea(?:time)?|noon|midday|midnight|the\s+end\s+of\s+(?:the"
            r"|this|my|his|her)\s+shift|the\s+shift\s+(?:ends|is\s+over))\b"
        ),
        _still_today,
    ),
    _rule(r"\b(?:before|by|until)\s+(?:today|tonight|this\s+(?:morning|afternoon|evening))\b", _still_today),
    _rule(
        (
            r"\b(?:the\s+)?(?:very\s+)?same[\s-](?:day|morning|afternoon"
            r"|evening|night|shift)\b|\b(?:today|tonight)\b|\bthis\s+(?:morning"
            r"|afternoon|evening)\b|\bthere\s+and\s+then\b"
        ),
        _ahead(0),
    ),
    _rule(
        (
            r"\b(?:first\s+thing\s+)?tomorrow(?:\s+(?:morning|afternoon"
            r"|evening|night))?\b|\b(?:the\s+)?(?:next|following)\s+(?:day"
            r"|morning)\b"
        ),
        _ahead(1),
    ),
    _rule(r"\bthe\s+day\s+after\s+tomorrow\b", _ahead(2)),
    _rule(rf"\b(?:Q(?P<q>[1-4])|(?:the\s+)?(?P<q2>first|second|third|fourth)\s+quarter){_Y}\b", _quarter),
    _rule(r"\bthe\s+week\s+after\s+next\b", lambda _match, on, _calendar: week_of(on, 2)),
    _rule(r"\b(?P<shift>this|next)\s+quarter\b", _quarter_shifted),
    _rule(r"\b(?P<shift>this|next)\s+year\b", _year),
    _rule(rf"\b(?:within|inside(?:\s+of)?|in\s+under|in\s+no\s+more\s+than)\s+{COUNT}\s+{UNIT}\b", _length),
    _rule(
        (
            rf"\b(?:in|over|during)\s+(?!the\s+(?:day|week|month|year"
            rf"|hour|quarter)s?\b){COUNT}\s+{UNIT}(?:['’]s?\s+time"
            rf"|\s+time)?\b(?!\s+of\b)"
        ),
        _length,
    ),
    _rule(rf"\b{COUNT}\s+{UNIT}\s+(?:from\s+(?:now|today)|hence|at\s+(?:the\s+)?(?:most|latest))\b", _length),
    _rule(
        rf"\b(?:every|each)\s+(?:other\s+|two\s+|three\s+|\d+\s+)?(?:{WEEKDAY}"
        rf"|(?:day|week|month|quarter|year|shift|morning|night)s?\b)"
        r"|\b(?:weekly|monthly|daily|quarterly|fortnightly|yearly)\b",
        _repeating,
    ),
    _rule(rf"\b(?:by\s+|before\s+|on\s+)?the\s+{ORDINAL}\s+of\s+(?:each|every)\s+month\b", _monthly),
    *(_rule(rf"\b(?:{words})\b{_Y}", _festival(key, length)) for words, (key, length) in _FESTIVALS.items()),
)
