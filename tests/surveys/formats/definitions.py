"""Random questionnaires, to be written and read again."""

import random
from typing import Any

WORDS = ["食堂", "Canteen", "培训 & 学习", "a < b", "“好”", "It's", 'so "so"', "工会活动", "x"]


def words(dice: random.Random, languages: list[str]) -> Any:
    """Return words, in both languages where there are two."""
    if len(languages) == 1:
        return f"{dice.choice(WORDS)} {dice.randint(1, 99)}"
    return {code: f"{dice.choice(WORDS)} {code} {dice.randint(1, 99)}" for code in languages}


def options(dice: random.Random, languages: list[str], count: int) -> list[dict[str, Any]]:
    """Return options a, b, c, …"""
    return [{"v": "abcdefg"[at], "t": words(dice, languages)} for at in range(count)]


def item(dice: random.Random, name: str, kind: str, languages: list[str]) -> dict[str, Any]:
    """Return an item of a kind with random settings."""
    made: dict[str, Any] = {"id": name, "type": kind, "title": words(dice, languages)}
    if kind in ("single", "dropdown", "multi", "ranking"):
        made["options"] = options(dice, languages, dice.randint(2, 6))
    if kind == "multi" and dice.random() < 0.5:
        made |= {"min": 1, "max": 2}
    if kind == "number":
        made |= dice.choice([{}, {"min": 0, "max": 120}, {"min": -5}])
    if kind == "matrix":
        made["rows"] = [{"v": f"r{at}", "t": words(dice, languages)} for at in range(dice.randint(1, 4))]
        points = dice.randint(2, 5)
        made["scale"] = {"min": 1, "max": points, "labels": [words(dice, languages) for _point in range(points)]}
    if kind == "matrix_multi":
        made["rows"] = [{"v": f"r{at}", "t": words(dice, languages)} for at in range(dice.randint(1, 3))]
        made["options"] = options(dice, languages, 3)
    if kind in ("short_text", "long_text") and dice.random() < 0.5:
        made["max_length"] = dice.randint(5, 100)
    if kind == "date" and dice.random() < 0.5:
        made |= {"min": "2026-01-01", "max": "2026-12-31"}
    if kind == "scale":
        made["scale"] = {"min": 1, "max": 5}
    if kind != "note" and dice.random() < 0.3:
        made["required"] = True
    if dice.random() < 0.3:
        made["help"] = words(dice, languages)
    return made


def compare(dice: random.Random, earlier: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return a comparison with one of the earlier items, or None."""
    fit = [one for one in earlier if one["type"] in ("single", "multi", "number", "matrix", "short_text", "date")]
    if not fit:
        return None
    asked = dice.choice(fit)
    name, kind = asked["id"], asked["type"]
    if kind == "single":
        first = asked["options"][0]["v"]
        return dice.choice(
            [{"item": name, "op": op, "value": first} for op in ("==", "!=")] + [{"item": name, "op": "answered"}]
        )
    if kind == "multi":
        counted = {"item": name, "count": True, "op": dice.choice([">=", "<"]), "value": 2}
        return dice.choice([counted, {"item": name, "op": "contains", "value": asked["options"][1]["v"]}])
    if kind == "number":
        return {"item": name, "op": dice.choice(["==", "!=", ">", ">=", "<", "<="]), "value": dice.randint(0, 9)}
    if kind == "matrix":
        return {"item": name, "row": "r0", "op": dice.choice(["<=", ">="]), "value": 2}
    if kind == "date":
        return {"item": name, "op": ">=", "value": "2026-05-01"}
    return {"item": name, "op": "answered"}


def rule(dice: random.Random, earlier: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return a rule about earlier items, or None."""
    first, second = compare(dice, earlier), compare(dice, earlier)
    if first is None or second is None or first["item"] == second["item"]:
        return first
    return dice.choice([first, {"all": [first, second]}, {"any": [first, second]}, {"not": {"all": [first, second]}}])


def definition(dice: random.Random, kinds: list[str], languages: list[str]) -> dict[str, Any]:
    """Return a whole questionnaire of these kinds of items."""
    sections, earlier = [], []
    for place in range(dice.randint(1, 3)):
        section: dict[str, Any] = {"id": f"s{place + 1}", "title": words(dice, languages), "items": []}
        if dice.random() < 0.3:
            section["intro"] = words(dice, languages)
        if (asked := rule(dice, earlier)) and dice.random() < 0.3:
            section["show_if"] = asked
        for _number in range(dice.randint(1, 5)):
            one = item(dice, f"q{len(earlier) + 1}", dice.choice(kinds), languages)
            if (asked := rule(dice, earlier)) and dice.random() < 0.5:
                one["show_if"] = asked
            section["items"].append(one)
            earlier.append(one)
        sections.append(section)
    made: dict[str, Any] = {"lang": languages[0], "title": "T 标题", "sections": sections}
    if len(languages) > 1:
        made["languages"] = languages
    return made
