"""Traditional and simplified Chinese: one script to match in; what is shown stays as it was written."""

from functools import cache

import opencc

# The unified ideographs, and those of them that stand in the compatibility block.
_IDEOGRAPHS = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0xF900, 0xFB00))


def fold(text: str) -> str:
    """A text in simplified characters, one for each code point, so that offsets into it are offsets into `text`."""
    if _traditional().isdisjoint(text):
        return text
    try:
        folded = _converter().convert(text)
    except UnicodeError:  # half a surrogate pair
        folded = ""
    return folded if len(folded) == len(text) else text.translate(_table())


@cache
def _converter() -> opencc.OpenCC:
    # As written in Taiwan: 看著 becomes 看着 while 著名 stays; it reads what is written elsewhere as well.
    return opencc.OpenCC("tw2s")


@cache
def _table() -> dict[int, str]:
    """The simplified form of each single character that has another one."""
    characters = [chr(code) for block in _IDEOGRAPHS for code in block]
    simplified = _converter().convert("\n".join(characters)).split("\n")
    return {ord(one): other for one, other in zip(characters, simplified, strict=True) if one != other}


@cache
def _traditional() -> frozenset[str]:
    return frozenset(map(chr, _table()))
