"""Numbers as Chinese prose writes them, up to 99, and years."""

import re
from datetime import date

DIGITS = "0-9０-９零〇○一二三四五六七八九十两廿卅"
_ONES = "[一二三四五六七八九]"
NUMBER = rf"(?:[0-9０-９]{{1,3}}|[二三四五六七八九]?十{_ONES}?|廿{_ONES}?|卅一?|{_ONES}|两)"
YEAR = r"(?:[0-9０-９]{4}|[0-9０-９]{2}|[一二][零〇○一二三四五六七八九]{3}|[二三][零〇○一二三四五六七八九])"
_VALUES = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
_WIDE = str.maketrans("０１２３４５６７８９", "0123456789")


def number(words: str) -> int:
    """Return 二十一, 廿一, 初五 or 21 as a number; 0 for anything else."""
    plain = words.translate(_WIDE).removeprefix("初")
    if plain.isdecimal() and plain.isascii():
        return int(plain)
    plain = plain.replace("廿", "二十").replace("卅", "三十")
    if "十" in plain:
        tens, _ten, ones = plain.partition("十")
        return 10 * (_VALUES.get(tens, 0) if tens else 1) + (_VALUES.get(ones, 0) if ones else 0)
    return _VALUES.get(plain, 0) if len(plain) == 1 else 0


def year_number(words: str, on: date) -> int | None:
    """Return 2026, 26, 二〇二六 or 二六 as a year; of two digits one in the century of `on`; None for anything else."""
    plain = words.translate(_WIDE)
    digits = plain if plain.isdecimal() and plain.isascii() else "".join(str(_VALUES.get(one, "x")) for one in plain)
    if not re.fullmatch(r"\d{2}|\d{4}", digits):
        return None
    return int(digits) if len(digits) == 4 else on.year // 100 * 100 + int(digits)
