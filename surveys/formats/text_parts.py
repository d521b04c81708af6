"""Numbers of two parts and headings that ask: which lines are sections, which are questions, which are rows."""

import re
from collections.abc import Sequence

from surveys.formats.text_lines import BLANK, PARTS, Numbering, cells, numbering, ticked
from surveys.formats.text_scales import span
from surveys.formats.text_sights import Sight

TOP = ("dot", "paren", "q", "space")


def settle(sights: Sequence[Sight], chain: dict[int, Numbering], headings: set[int]) -> None:
    """Where questions are numbered 1.1, 2.3: make plain numbers sections or questions, and bare parts rows."""
    for place in [at for at, number in chain.items() if number.value % PARTS == 0]:  # 1.0 General
        headings.add(place)
        del chain[place]
    top = _top(sights, chain)
    places = sorted(chain)
    for place, number in top.items():
        inner = [at for at in places if chain[at].value // PARTS == number.value and at > place]
        if not inner or inner[0] > min((at for at in top if at > place), default=len(sights)):
            chain[place] = number
        elif _rows(sights, place, inner):
            chain[place] = number
            for at in inner:
                del chain[at]
        else:
            headings.add(place)


def _top(sights: Sequence[Sight], chain: dict[int, Numbering]) -> dict[int, Numbering]:
    """Return the lines with plain numbers that count on with the first parts of the chain."""
    found: dict[int, Numbering] = {}
    last = 0
    for place, sight in enumerate(sights):
        if place in chain:
            last = max(last, chain[place].value // PARTS)
            if last > 99:  # letters, not numbers, come first
                return {}
            continue
        number = numbering(sight.line.text, TOP)
        if number is None or sight.marked or not last < number.value <= last + 2 or not number.rest:
            continue
        later = [chain[at].value // PARTS for at in chain if at > place]
        if not (later and min(later) < number.value) and not _counts_on(sights, place, number):
            found[place], last = number, number.value
    return found


def _counts_on(sights: Sequence[Sight], place: int, number: Numbering) -> bool:
    """Say whether a number only goes on counting the options above it."""
    above = sights[place - 1].number if place else None
    return bool(
        above and above.style == number.style and above.value == number.value - 1 and not sights[place].line.gap
    )


def _rows(sights: Sequence[Sight], place: int, inner: Sequence[int]) -> bool:
    """Say whether the parts of a question are mere rows: short words without an answer, all in a row."""
    if len(inner) < 2 or list(inner) != list(range(inner[0], inner[-1] + 1)):
        return False
    bare = all(
        not sights[at].answer and not sights[at].ticks and not re.search(r"[?？]", sights[at].line.text) for at in inner
    )
    graded = any(span(sights[at].line.text) for at in range(place + 1, inner[0])) or re.search(
        r"\d\s*[-~～—至到]\s*\d+\s*分?|[\d]\s*=|[/、,，].*[/、,，].*[)）]|打分|评价|满意|rate\b|agree|satisf",
        sights[place].line.text,
        re.I,
    )
    return bool(bare and graded)


def asking(sights: Sequence[Sight], chain: dict[int, Numbering], headings: set[int]) -> set[int]:
    """Return the headings that are questions themselves: options or a table stand right below, or nothing does."""
    found = set()
    edges = sorted({*headings, *chain, *(at for at, sight in enumerate(sights) if sight.heard.tagged)})
    for place, sight in enumerate(sights):
        if (
            place not in chain
            and sight.answer
            and not sight.marked
            and sight.number
            and sight.number.style in ("cn", "cn_wrapped")
        ):
            found.add(place)
    for place in headings:
        number = sights[place].number
        if number is None or number.style not in ("cn", "cn_wrapped"):
            continue
        until = next((at for at in edges if at > place), len(sights))
        below = sights[place + 1 : until]
        alone = until == len(sights) or until in headings
        if (
            below
            and (below[0].marked and not below[0].line.asks or _table(below))
            and not _labelled(below[0])
            or alone
            and re.search(r"[?？]$|(?:建议|意见|看法|打算|想法)[:：]?$", number.rest)
            and all(_room(sight) for sight in below)
        ):
            found.add(place)
    return found


def _labelled(sight: Sight) -> bool:
    return bool(re.match(r"[^□☐○◯●(（\[_]{1,16}[:：]\s*[□☐○◯●(（\[_]", sight.line.text))


def _room(sight: Sight) -> bool:
    return bool(BLANK.search(sight.line.text)) and not re.search(r"\w", BLANK.sub("", sight.line.text).replace("_", ""))


def _table(below: Sequence[Sight]) -> bool:
    """Say whether lines are a head of columns and rows of nothing but boxes."""
    if len(below) < 3 or below[0].ticks or len(cells(below[0].line.raw)) < 3:
        return False
    return all(
        sight.ticks > 1
        and not re.search(r"\w", re.sub(r"[\W_]+", "", sight.line.text[ticked(sight.line.text)[0][1] :]))
        for sight in below[1:3]
    )
