"""Numbers, ordinals, weekdays and months as English prose writes them: expressions and their values."""

import re

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKDAY = r"(?P<w>Mon|Tues?|Wednes|Wed|Thurs?|Thu|Fri|Satur|Sun)(?:day)?\b(?<!\bSatur)(?<!\bWednes)(?<!\bSun)"
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = (
    r"(?P<m>January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?"
)
ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third twenty-fourth "
    "twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first"
).split()
NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty"
).split()
MANY = {
    "a": 1,
    "an": 1,
    "the": 1,
    "couple": 2,
    "few": 3,
    "half": 0.5,
    "thirty": 30,
    "forty-eight": 48,
    "sixty": 60,
    "twenty-four": 24,
}
DAY = r"(?P<d>[12]?\d|3[01]|0[1-9])(?:st|nd|rd|th)?"
ORDINAL = rf"(?P<d>(?:[12]?\d|3[01])(?:st|nd|rd|th)|{'|'.join(sorted(ORDINALS, key=len, reverse=True))})"
COUNT = (
    r"(?:(?:a|one|two|three|four|five)\s+or\s+)?(?:at most\s+|about\s+|the next\s+|another\s+)?"
    r"(?:a\s+)?(?P<n>half\s+an?|couple(?:\s+of)?|few|\d{1,3}|forty-eight|twenty-four|thirty|sixty|"
    + "|".join(NUMBERS[1:])
    + r"|an?|the)"
)
UNIT = (
    r"(?P<unit>(?:working|business|week)[\s-]?days?|hours?|minutes?|days?|weeks?|fortnights?|months?|quarters?|years?)"
)


def ordinal(words: str) -> int:
    """Return 3rd, third or 3 as a number."""
    lower = words.lower()
    return ORDINALS.index(lower) + 1 if lower in ORDINALS else int(re.sub(r"\D", "", words) or 0)


def month_number(words: str) -> int:
    """Return the number of a month named in full or by its first three letters."""
    return MONTHS.index(words[:3].lower()) + 1
