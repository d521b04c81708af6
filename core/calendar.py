"""Days as people here count them: the lunar date, the festivals, and which days are worked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from types import MappingProxyType

import chinese_calendar
from borax.calendars.lunardate import LunarDate
from chinese_calendar.constants import holidays, workdays

from core.i18n import language

# Days an organisation works, or not, otherwise than the official list says: True for worked.
Own = Mapping[date, bool]
NONE: Own = MappingProxyType({})
FIRST, LAST = date(1900, 1, 31), date(2100, 2, 8)  # what the lunar tables reach
KNOWN_FROM, KNOWN_UNTIL = min(holidays).year, max(holidays).year  # the official holiday lists in the product
ONE_DAY = timedelta(days=1)

NUMERALS = "〇一二三四五六七八九十"
MONTHS = ("正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "冬", "腊")
OFFICIAL = {
    "New Year's Day": {"zh": "元旦", "en": "New Year"},
    "Spring Festival": {"zh": "春节", "en": "Spring Festival"},
    "Tomb-sweeping Day": {"zh": "清明", "en": "Qingming"},
    "Labour Day": {"zh": "劳动节", "en": "Labour Day"},
    "Dragon Boat Festival": {"zh": "端午", "en": "Dragon Boat"},
    "National Day": {"zh": "国庆节", "en": "National Day"},
    "Mid-autumn Festival": {"zh": "中秋", "en": "Mid-Autumn"},
}


@dataclass(frozen=True, slots=True)
class LunarDay:
    """A day of the lunar calendar; months and days count from 1, `leap` marks the month put in twice."""

    year: int
    month: int
    day: int
    leap: bool = False

    @property
    def month_words(self) -> str:
        """Return the month as it is said: 正月, 闰六月; in English "Month 1"."""
        if language() == "en":
            return f"Leap month {self.month}" if self.leap else f"Month {self.month}"
        return ("闰" if self.leap else "") + MONTHS[self.month - 1] + "月"

    @property
    def day_words(self) -> str:
        """Return the day as it is said: 初一, 十五, 廿三; in English its number."""
        if language() == "en":
            return str(self.day)
        if self.day in (10, 20, 30):
            return {10: "初十", 20: "二十", 30: "三十"}[self.day]
        return ("初", "十", "廿")[self.day // 10] + NUMERALS[self.day % 10]

    @property
    def words(self) -> str:
        """Return both: 正月十五; in English "month 1, day 15"."""
        if language() == "en":
            return f"{self.month_words.lower()}, day {self.day}"
        return self.month_words + self.day_words

    @property
    def brief(self) -> str:
        """Return what fits a cell of a calendar: the day, and on the first day the month."""
        if language() == "en":
            return f"{self.month}/{self.day}{'L' if self.leap else ''}"
        return self.month_words if self.day == 1 else self.day_words


@dataclass(frozen=True, slots=True)
class Festival:
    """A day people name instead of dating it; `key` is for programs, `names` are every word it goes by."""

    key: str
    zh: str
    en: str
    names: tuple[str, ...]
    month: int
    day: int
    lunar: bool = True

    @property
    def name(self) -> str:
        """Return what it is called in the language in force."""
        return self.en if language() == "en" else self.zh


# Day 0 is the eve of the month's first day; day -1 is the solar term the calendar works out.
FESTIVALS = (
    Festival("new_year", "元旦", "New Year", ("元旦", "新年", "new year", "new year's day"), 1, 1, lunar=False),
    Festival("women", "妇女节", "Women's Day", ("妇女节", "三八节", "三八", "women's day"), 3, 8, lunar=False),
    Festival("qingming", "清明", "Qingming", ("清明", "清明节", "qingming", "tomb-sweeping day"), 4, -1, lunar=False),
    Festival(
        "labour", "劳动节", "Labour Day", ("劳动节", "五一", "五一节", "labour day", "labor day"), 5, 1, lunar=False
    ),
    Festival("party", "建党节", "Party Day", ("建党节", "七一", "party day"), 7, 1, lunar=False),
    Festival("army", "建军节", "Army Day", ("建军节", "八一", "army day"), 8, 1, lunar=False),
    Festival("national", "国庆", "National Day", ("国庆", "国庆节", "十一", "national day"), 10, 1, lunar=False),
    Festival(
        "spring", "春节", "Spring Festival", ("春节", "大年初一", "过年", "spring festival", "chinese new year"), 1, 1
    ),
    Festival("lantern", "元宵", "Lantern Festival", ("元宵", "元宵节", "正月十五", "lantern festival"), 1, 15),
    Festival("dragon_head", "龙抬头", "Dragon Head", ("龙抬头", "二月二", "dragon head"), 2, 2),
    Festival(
        "dragon_boat", "端午", "Dragon Boat", ("端午", "端午节", "端阳", "dragon boat", "dragon boat festival"), 5, 5
    ),
    Festival("qixi", "七夕", "Qixi", ("七夕", "qixi"), 7, 7),
    Festival("ghost", "中元", "Zhongyuan", ("中元", "中元节", "七月半", "zhongyuan"), 7, 15),
    Festival(
        "mid_autumn", "中秋", "Mid-Autumn", ("中秋", "中秋节", "八月十五", "mid-autumn", "mid-autumn festival"), 8, 15
    ),
    Festival("double_ninth", "重阳", "Double Ninth", ("重阳", "重阳节", "double ninth"), 9, 9),
    Festival("laba", "腊八", "Laba", ("腊八", "腊八节", "laba"), 12, 8),
    Festival("little_new_year", "小年", "Little New Year", ("小年", "little new year"), 12, 23),
    Festival("eve", "除夕", "New Year's Eve", ("除夕", "年三十", "大年三十", "lunar new year's eve"), 1, 0),
)
BY_KEY = {festival.key: festival for festival in FESTIVALS}
BY_NAME = {name: festival for festival in FESTIVALS for name in festival.names}


class Kind(StrEnum):
    """Why a day is worked or not."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"  # an official day of rest
    MADE_UP = "made_up"  # a weekend day worked for a holiday
    OWN_REST = "own_rest"
    OWN_WORK = "own_work"


def lunar(day: date) -> LunarDay | None:
    """Return the lunar date of `day`; None outside the tables (before 1900-01-31, after 2100-02-08)."""
    if not FIRST <= day <= LAST:
        return None
    found = LunarDate.from_solar(day)
    return LunarDay(found.year, found.month, found.day, bool(found.leap))


def solar(year: int, month: int, day: int, *, leap: bool = False) -> date | None:
    """Return the day that a lunar date falls on; None when there is no such day."""
    try:
        return LunarDate(year, month, day, leap).to_solar_date()
    except ValueError:
        return None


def festival_day(key: str, year: int) -> date | None:
    """Return when a festival falls in a solar year, the first time if twice; None if never; KeyError for other keys."""
    return next(iter(_falls(BY_KEY[key], year)), None)


def next_festival(name: str, after: date) -> date | None:
    """Return the first day from `after` on that goes by `name` (any of its names or its key); None for other words."""
    word = name.strip().casefold()
    festival = BY_NAME.get(word) or BY_KEY.get(word)
    if festival is None:
        return None
    years = range(after.year, after.year + 3)  # the eighth of the twelfth month misses some solar years
    return next((day for year in years for day in _falls(festival, year) if day >= after), None)


def festivals_on(day: date) -> list[Festival]:
    """Return the festivals that fall on `day`, the lunar ones last."""
    return [festival for festival in FESTIVALS if day in _falls(festival, day.year)]


@cache
def _falls(festival: Festival, year: int) -> tuple[date, ...]:
    if not FIRST.year < year < LAST.year:
        return ()
    if not festival.lunar:
        return (_qingming(year) if festival.day < 0 else date(year, festival.month, festival.day),)
    found = []
    for lunar_year in (year - 1, year):  # the last weeks of a lunar year fall into the next solar one
        day = solar(lunar_year, festival.month, max(festival.day, 1))
        if day is not None and festival.day == 0:
            day -= ONE_DAY
        if day is not None and day.year == year:
            found.append(day)
    return tuple(found)


def _qingming(year: int) -> date:
    terms = chinese_calendar.get_solar_terms(date(year, 4, 1), date(year, 4, 10))
    return min(day for day, _name in terms)


def known(year: int) -> bool:
    """Say whether the official list of holidays of `year` is in the product; else only weekends are known."""
    return KNOWN_FROM <= year <= KNOWN_UNTIL


def is_workday(day: date, own: Own = NONE) -> bool:
    """Say whether `day` is worked: by `own`, else by the official list, else unless it is a weekend."""
    if day in own:
        return own[day]
    return day in workdays or (day.weekday() < 5 and day not in holidays)


def kind(day: date, own: Own = NONE) -> Kind:
    """Say why `day` is worked or not."""
    if day in own:
        return Kind.OWN_WORK if own[day] else Kind.OWN_REST
    weekend = day.weekday() > 4
    if is_workday(day):
        return Kind.MADE_UP if weekend else Kind.WORKDAY
    return Kind.HOLIDAY if day in holidays else Kind.WEEKEND


def holiday_name(day: date) -> str:
    """Return the official holiday that `day` is a rest day of, or is worked for; "" for any other day."""
    return OFFICIAL.get(workdays.get(day) or holidays.get(day, ""), {}).get(language(), "")


def add_workdays(day: date, count: int, own: Own = NONE) -> date:
    """Return the `count`-th working day after `day` (before it when negative); `day` itself for 0.

    Stops at the last day a calendar has.
    """
    step = ONE_DAY if count > 0 else -ONE_DAY
    for _nth in range(abs(count)):
        try:
            day += step
            while not is_workday(day, own):
                day += step
        except OverflowError:
            break
    return day


def workdays_between(start: date, end: date, own: Own = NONE) -> int:
    """Return how many working days lie after `start` up to and including `end`; negative when `end` is earlier."""
    if end < start:
        return -workdays_between(end, start, own)
    return sum(is_workday(day, own) for day in days(start + ONE_DAY, end)) if end > start else 0


def days(start: date, end: date) -> Iterator[date]:
    """Yield every day from `start` to `end`, both included."""
    for offset in range((end - start).days + 1):
        yield start + timedelta(days=offset)


def weeks(year: int, month: int) -> list[list[date]]:
    """Return the weeks of a month, Monday first, filled up with days of its neighbours."""
    first = date(year, month, 1)
    last = (date(year + month // 12, month % 12 + 1, 1)) - ONE_DAY
    begin, end = first - first.weekday() * ONE_DAY, last + (6 - last.weekday()) * ONE_DAY
    whole = list(days(begin, end))
    return [whole[at : at + 7] for at in range(0, len(whole), 7)]
