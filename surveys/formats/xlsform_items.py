"""One line of an XLSForm as one item: its type and the settings of the type."""

import re
from collections.abc import Mapping
from typing import Any

from core.i18n import _
from surveys.formats.account import Account
from surveys.formats.conditions import CHOICE, FIGURE, MOMENT, SEVERAL, WORDS, Target
from surveys.formats.xlsform_columns import Line, Speech
from surveys.formats.xlsform_lists import Choices
from surveys.formats.xlsform_types import Asked

POINTS = 11
DAYS = {"percentage": 100, "month": 31, "half": 183, "year": 366}


def both(speech: Speech, english: str, chinese: str) -> Any:
    """Return words of our own in the languages the file keeps."""
    own = {"zh": chinese, "en": english}
    return own[speech.main] if len(speech.taken) == 1 else {code: own[code] for code in speech.taken}


def simple(kind: str, line: Line, speech: Speech, account: Account) -> dict[str, Any]:
    """Return the type and the settings of a question that needs no list."""
    looks = line.text("appearance").lower().split()
    if kind == "text":
        return {"type": "long_text"} if "multiline" in looks else {"type": "short_text"}
    if kind == "integer":
        return {"type": "number"}
    if kind == "decimal":
        return {"type": "number", "decimals": 6}
    if kind in DAYS:
        return {"type": "number", "min": 0, "max": DAYS[kind]}
    if kind == "moment":
        account.warn(_("A day with a time of day is asked as a day only."), line.cell("type"))
        return {"type": "date"}
    if kind == "agree":
        words = both(speech, "OK", "已知悉")
        return {"type": "single", "options": [{"v": "OK", "t": words}]}
    if kind == "range":
        return _range(line, account, looks)
    return {"type": kind}


def _range(line: Line, account: Account, looks: list[str]) -> dict[str, Any]:
    cell = line.cell("parameters")
    given = dict(re.findall(r"(start|end|step)\s*=\s*([^\s;,]+)", cell.text.lower())) if cell else {}
    numbers = {}
    for key, usual in (("start", 1.0), ("end", 10.0), ("step", 1.0)):
        text = given.get(key, "")
        if text and not re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,6})?", text):
            account.fail(_("“%(key)s” must be a number, not “%(text)s”.", key=key, text=text), cell)
            text = ""
        numbers[key] = float(text) if text else usual
    account.use(cell)
    rest = re.sub(r"(start|end|step)\s*=\s*[^\s;,]+", "", cell.text.lower()).strip(" ;,") if cell else ""
    if rest:
        account.warn(_("These parameters have no meaning here: %(text)s", text=rest), cell)
    low, high, step = numbers["start"], numbers["end"], numbers["step"]
    if low > high:
        low, high = high, low
        account.info(_("The scale is shown from its lower to its higher end."), cell)
    whole = low.is_integer() and high.is_integer()
    if whole and step == 1 and low == 1 and 3 <= high <= 10 and "rating" in looks:
        account.use(line.cell("appearance"))
        return {"type": "stars", "stars": int(high)}
    if whole and step == 1 and 2 <= high - low + 1 <= POINTS and abs(low) <= 100:
        return {"type": "scale", "scale": {"min": int(low), "max": int(high)}}
    digits = max(len(text.partition(".")[2]) for text in (*given.values(), "0"))
    if step != 1:
        account.warn(_("Steps of %(step)s are not kept; any number in the range is taken.", step=f"{step:g}"), cell)
    made: dict[str, Any] = {"type": "number", "min": _whole(low), "max": _whole(high)}
    return made | ({"decimals": digits} if digits else {})


def _whole(number: float) -> int | float:
    return int(number) if number.is_integer() else number


def choosing(asked: Asked, line: Line, options: list[dict[str, Any]], speech: Speech) -> dict[str, Any]:
    """Return the type and the settings of a question with a list."""
    looks = line.text("appearance").lower().split()
    kind = asked.kind
    if kind == "single" and {"minimal", "autocomplete", "search"} & set(looks):
        kind = "dropdown"
    if asked.other and kind != "ranking":
        taken = {option["v"] for option in options}
        if "other" not in taken:
            options.append({"v": "other", "t": both(speech, "Other", "其他"), "text": True})
        else:
            next(option for option in options if option["v"] == "other")["text"] = True
        kind = "single" if kind == "dropdown" else kind
    return {"type": kind, "options": options}


def likert(made: Choices, settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Return a single choice whose choices are numbers in a row as a scale, with its values; None for others."""
    numbers = [choice.raw for choice in made.choices]
    if settings["type"] != "single" or not 2 <= len(numbers) <= POINTS or len(settings["options"]) != len(numbers):
        return None
    if any("show_if" in option for option in settings["options"]) or not re.fullmatch(r"-?[0-9]{1,2}", numbers[0]):
        return None
    first = int(numbers[0])
    if numbers != [str(number) for number in range(first, first + len(numbers))]:
        return None
    labels = [option["t"] for option in settings["options"]]
    scale: dict[str, Any] = {"min": first, "max": first + len(numbers) - 1}
    if labels != numbers:
        scale["labels"] = ends(labels, numbers)
    return {"type": "scale", "scale": scale}, {number: int(number) for number in numbers}


def ends(labels: list[Any], numbers: list[str]) -> list[Any]:
    """Return the words of the two ends when only numbers stand between them, or all words."""
    return [labels[0], labels[-1]] if len(labels) > 2 and labels[1:-1] == numbers[1:-1] else labels


def target(name: str, made: Mapping[str, Any], values: Mapping[str, Any]) -> Target:
    """Return what the question's name stands for in conditions."""
    kind = made["type"]
    if kind in ("single", "dropdown", "yes_no"):
        own = dict(values) or {option["v"]: option["v"] for option in made.get("options", ())}
        own |= {"other": "other"} if any(o["v"] == "other" for o in made.get("options", ())) else {}
        return Target(name, CHOICE, values=own)
    if kind in ("multi", "ranking"):
        own = dict(values)
        own |= {"other": "other"} if any(o["v"] == "other" for o in made.get("options", ())) else {}
        return Target(name, SEVERAL, values=own)
    if kind in ("number", "scale", "stars", "nps"):
        return Target(name, FIGURE)
    return Target(name, MOMENT if kind in ("date", "time") else WORDS)


def appearance(kind: str, line: Line, account: Account) -> None:
    """Write into the account how an appearance was taken."""
    cell = line.cell("appearance")
    if cell is None or cell.place in account.used:
        return
    looks = set(cell.text.lower().split())
    kept = {
        "long_text": {"multiline"},
        "dropdown": {"minimal", "autocomplete", "search"},
        "stars": {"rating"},
    }.get(kind, set())
    if looks & kept:
        account.use(cell)
    if rest := sorted(looks - kept):
        account.info(_("The look “%(look)s” is not kept; the question is asked as usual.", look=" ".join(rest)), cell)
