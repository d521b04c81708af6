"""One option out of its words."""

import re
from typing import Any

from surveys.formats.text_draft import Draft, value
from surveys.formats.text_hints import hints, own_words
from surveys.formats.text_lines import Mark
from surveys.formats.text_logic import logical, target

EXCLUSIVE = re.compile(
    r"(?:以上)?(?:都|均|皆)(?:没有|沒有|不|无|未).{0,8}|没有以上.*|以上(?:都|均|皆)?(?:没有"
    r"|不是|不符|无|选项都不).*|(?:以上)?(?:全部?|都|皆)?都?没有(?:参加(?:过)?|任何.*)?|无以上.*"
    r"|从(?:不|未|没).*|(?:没有|没|未).{1,4}过|没有(?:问题|困难|意见|建议)"
    r"|none(?: of (?:the above|these|them|the options))?|not? (?:any "
    r")?of (?:the above|these)|(?:以上)?都?(?:没|未)(?:有)?参加(?:过)?(?:任何.*)?",
    re.I,
)


def bare(words: str) -> str:
    """Return an option's words without what stands in brackets after them, or where it sends to."""
    return re.sub(r"\s*(?:[(（\[【].*[)）\]】]|(?:→|⇒|->|=>).*)\s*$", "", words).strip("。. ")


def option(mark: Mark, place: int, draft: Draft) -> dict[str, Any]:
    """Return one option: its value, its words, whether it asks for words of one's own; logic in it goes to the item."""
    words = mark.words.rstrip("。 ") or mark.words
    alone: list[bool] = []

    def take(match: re.Match[str]) -> str:
        inner = match[0].strip("()（）[]【】 ")
        to = target(inner)
        if to is not None:
            draft.option_jumps.append((place, (to, mark.line, words)))
            return ""
        heard = hints(match[0])
        if not heard.words and heard.settings.lost:
            draft.lost += [(lost, mark.line) for lost in heard.settings.lost]
            return ""
        if not heard.words and heard.settings.extra.get("exclusive"):
            alone.append(True)
            return ""
        return match[0]

    words = re.sub(r"[(（\[【][^()（）\[\]【】]*[)）\]】]|(?:→|⇒|->|=>|——?>)\s*.*$", take, words)
    if logical(words) and (to := target(words)) is not None:
        match = re.search(r"[,，;；\s(（]*(?:请)?(?:直接)?(?:跳|转|go to|skip to|→|结束)", words)
        if match and match.start():
            draft.option_jumps.append((place, (to, mark.line, words)))
            words = words[: match.start()]
    label, asks = own_words(words.strip())
    made: dict[str, Any] = {"v": value(place), "t": label or mark.words}
    if asks:
        made["text"] = True
    if draft.kind == "multi" and (alone or EXCLUSIVE.fullmatch(label.strip("。. "))):
        made["exclusive"] = True
    return made
