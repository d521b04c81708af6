"""Constraints of an XLSForm: limits where a question type has them, checks for whatever else a rule can say."""

import re
from typing import Any

from core.i18n import _
from questions.rules import mapping
from surveys.formats.account import Account, Cell
from surveys.formats.conditions import Beyond, Conditions, Target
from surveys.formats.expressions import Broken, Node, parse

SWAPPED = {">": "<", ">=": "<=", "<": ">", "<=": ">="}
LOW, HIGH = (">", ">="), ("<", "<=")


def limit(item: dict[str, Any], cell: Cell, message: Any, rules: Conditions, account: Account) -> dict[str, Any] | None:
    """Put a constraint's limits into the item and return what is left of it as a check, or None."""
    try:
        tree = parse(cell.text)
    except Broken as broken:
        account.fail(_("The constraint “%(text)s” cannot be read: %(why)s.", text=cell.text, why=broken), cell)
        return None
    parts = list(tree.parts) if tree.kind == "and" else [tree]
    left = [part for part in parts if not _settable(item, part)]
    account.use(cell)
    if not left:
        return None
    try:
        rule = rules.rule(left[0] if len(left) == 1 else Node("and", "", tuple(left)))
    except Beyond as beyond:
        account.used.discard(cell.place)
        account.warn(
            _(
                "The constraint “%(text)s” cannot be checked here (%(why)s); every answer is taken.",
                text=cell.text,
                why=beyond,
            ),
            cell,
        )
        return None
    words = message or _("Please check this answer. It must fulfil: %(rule)s", rule=cell.text)
    return {"rule": mapping(rule), "message": words, "at": item["id"]}


def _settable(item: dict[str, Any], part: Node) -> bool:
    """Set a limit of the item from one part of a constraint; say whether that was possible."""
    if part.kind == "or":
        return _alone(item, part)
    if part.kind != "compare":
        return False
    left, right, op = part.parts[0], part.parts[1], part.word
    if right.kind == "dot" or (right.kind == "call" and right.parts and right.parts[0].kind == "dot"):
        left, right, op = right, left, SWAPPED.get(op, op)
    if right.kind == "call" and right.word == "date" and len(right.parts) == 1:
        right = right.parts[0]
    if right.kind not in ("number", "text"):
        return False
    if left.kind == "dot":
        return _bound(item, op, right.word)
    if left.kind == "call" and len(left.parts) == 1 and left.parts[0].kind == "dot" and right.kind == "number":
        return _size(item, left.word, op, right.word)
    return False


def _alone(item: dict[str, Any], part: Node) -> bool:
    """Take “not chosen, or the only one chosen” as an option that excludes all others."""
    options = {option["v"]: option for option in item.get("options", ())} if item["type"] == "multi" else {}
    chosen: set[str] = set()
    for one in part.parts:
        pieces = one.parts if one.kind == "and" else (one,)
        for piece in pieces:
            selected = piece.parts[0] if piece.kind == "not" else piece
            if selected.kind == "call" and selected.word == "selected" and selected.parts[0].kind == "dot":
                chosen.add(selected.parts[1].word)
            elif not _only_one(piece):
                return False
    kinds = sorted(one.kind for one in part.parts)
    if len(chosen) != 1 or kinds not in (["compare", "not"], ["and", "not"]):
        return False
    option = options.get(chosen.pop())
    if option is None:
        return False
    option["exclusive"] = True
    return True


def _only_one(piece: Node) -> bool:
    """Say whether a part of a constraint is `count-selected(.) = 1`."""
    return (
        piece.kind == "compare"
        and piece.word == "=="
        and piece.parts[0].kind == "call"
        and piece.parts[0].word == "count-selected"
        and piece.parts[1].word == "1"
    )


def _bound(item: dict[str, Any], op: str, word: str) -> bool:
    if item["type"] == "number" and re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,6})?", word):
        number = float(word)
        if op in (">", "<"):
            # An open limit is a closed one only among whole numbers.
            if item.get("decimals", 0) or not number.is_integer():
                return False
            number += 1 if op == ">" else -1
        key = "min" if op in LOW else "max" if op in HIGH else ""
        if not key or key in item:
            return False
        item[key] = int(number) if number.is_integer() else number
        return True
    pattern = {"date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "time": r"[0-9]{2}:[0-9]{2}"}.get(item["type"])
    if pattern and op in (">=", "<=") and re.fullmatch(pattern, word):
        key = "min" if op == ">=" else "max"
        if key not in item:
            item[key] = word
            return True
    return False


def _size(item: dict[str, Any], function: str, op: str, word: str) -> bool:
    if not re.fullmatch(r"[0-9]{1,5}", word) or op not in (*LOW, *HIGH):
        return False
    number = int(word) + (1 if op == ">" else -1 if op == "<" else 0)
    if function == "count-selected" and item["type"] == "multi":
        key = "min" if op in LOW else "max"
        if not 1 <= number <= len(item["options"]):
            return False
    elif function == "string-length" and item["type"] in ("short_text", "long_text"):
        if op in LOW and item["type"] == "short_text":
            return False
        key = "min_length" if op in LOW else "max_length"
        if number < 1 or number > 2000:
            return False
    else:
        return False
    if key in item:
        return False
    item[key] = number
    return True


def own_target(item: dict[str, Any], target: Target) -> Target:
    """Return what "." means in the constraint of an item."""
    return Target(item["id"], target.kind, "", target.values)
