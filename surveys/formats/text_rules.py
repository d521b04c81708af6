"""The logic of a text: the printed numbers and letters of its hints turned into the ids and values of rules."""

import re
from collections.abc import Sequence
from typing import Any

from core.i18n import _
from surveys.formats.text_account import Account
from surveys.formats.text_draft import Made
from surveys.formats.text_logic import BEFORE, END, REST, Jump, Show

NO = ("no", "not", "否", "无", "不是", "没有", "不")
YES = ("yes", "so", "是", "有", "是的")


class Rules:
    """Turns the printed numbers and letters of hints into the ids and values of rules."""

    def __init__(self, made: Sequence[Made], account: Account) -> None:
        self.made, self.account = made, account

    def settle(self) -> None:
        """Write jumps and show-if rules where they are clear; tell where they are not."""
        for place, one in enumerate(self.made):
            told = [rule for shown in one.shows if (rule := self._shown(shown, place)) is not None]
            rules = [rule for at, rule in enumerate(told) if rule not in told[:at]]
            if rules:
                one.item["show_if"] = rules[0] if len(rules) == 1 else {"all": rules}
            jumps = [found for jump in one.jumps if (found := self._jump(jump, place)) is not None]
            if jumps:
                one.item["jumps"] = jumps

    def _shown(self, shown: Show, place: int) -> dict[str, Any] | None:
        if shown.question == BEFORE:
            return self._following(shown, place)
        if shown.question == 0:
            before = [at for at in range(place) if self.made[at].item["type"] != "note"][-1:]
        else:
            before = [at for at in self._numbered(shown.question) if at < place]
        if len(before) != 1:
            self._unclear(shown.words, shown.line)
            return None
        rule = self._rule(self.made[before[0]], shown.options)
        if rule is None:
            self._unclear(shown.words, shown.line)
        return rule

    def _numbered(self, number: int) -> list[int]:
        """Return the places of the questions with a printed number; without any numbers they are counted."""
        asked = [at for at, one in enumerate(self.made) if one.item["type"] != "note"]
        if any(self.made[at].number for at in asked):
            return [at for at in asked if self.made[at].number == number]
        return asked[number - 1 : number] if number > 0 else []

    def _following(self, shown: Show, place: int) -> dict[str, Any] | None:
        """Return the rule of “If yes, ...”: it speaks of the question above, past others that depend on it."""
        for at in range(place - 1, -1, -1):
            one = self.made[at]
            if one.item["type"] == "note":
                continue
            values = _meant(shown.options, self._known(one), str(one.item["title"]))
            if values:
                return self._any(one, values)
            if not any(before.question == BEFORE for before in one.shows):
                break
        if shown.sure:
            said = _(
                "“%(words)s” stays in the question's words; it was not clear enough to make it a rule.",
                words=shown.words,
            )
            self.account.info(said, shown.line)
        return None

    def _jump(self, jump: Jump, place: int) -> dict[str, Any] | None:
        target = END if jump.to == END else None
        if target is None:
            later = [at for at in self._numbered(int(jump.to)) if at > place]
            if len(later) != 1:
                self._unclear(jump.words, jump.line)
                return None
            target = self.made[later[0]].item["id"]
        one = self.made[place]
        rule = self._rule(one, self._named(one, jump)) if jump.options else {"item": one.item["id"], "op": "answered"}
        if rule is None:
            self._unclear(jump.words, jump.line)
            return None
        if target != END and later[0] == place + 1:
            self.account.info(
                _("“%(words)s” leads to the next question, where the path goes anyway.", words=jump.words), jump.line
            )
            return None
        return {"if": rule, "to": target}

    def _named(self, one: Made, jump: Jump) -> tuple[str, ...]:
        """Return the options of a jump; of “the rest”, all that the other jumps of the question do not name."""
        if jump.options != (REST,):
            return jump.options
        known = self._known(one)
        told = [_value(wanted, known) for other in one.jumps if other is not jump for wanted in other.options]
        return tuple(f"#{place}" for place, (value, _words) in enumerate(known, start=1) if value not in told)

    def _unclear(self, words: str, line: int) -> None:
        self.account.warn(_("Logic that is not clear, not kept: “%(words)s”.", words=words), line)

    def _rule(self, of: Made, options: Sequence[str]) -> dict[str, Any] | None:
        """Return the rule that one of these options was chosen."""
        known = self._known(of)
        values = []
        for wanted in options:
            found = _value(wanted, known)
            if found is None:
                return None
            values.append(found)
        return self._any(of, values) if values else None

    def _any(self, of: Made, values: list[Any]) -> dict[str, Any] | None:
        """Return the rule that one of these values was answered."""
        if of.item["type"] not in ("single", "multi", "dropdown", "yes_no", "scale", "nps", "stars"):
            return None
        if len(values) > 1:
            return {"item": of.item["id"], "op": "in", "value": values}
        return {"item": of.item["id"], "op": "contains" if of.item["type"] == "multi" else "==", "value": values[0]}

    def _known(self, of: Made) -> list[tuple[Any, str]]:
        """Return the values and words of what can be answered."""
        item = of.item
        if item["type"] == "yes_no":
            return [("yes", str(item.get("yes", "是"))), ("no", str(item.get("no", "否")))]
        if "scale" in item:
            scale = item["scale"]
            numbers = list(range(scale["min"], scale["max"] + 1))
            labels = scale.get("labels") or []
            return [(n, labels[at] if len(labels) == len(numbers) else str(n)) for at, n in enumerate(numbers)]
        return [(option["v"], option["t"]) for option in item.get("options", ())]


def _value(wanted: str, known: Sequence[tuple[Any, str]]) -> Any:
    """Return the value of the option meant by a letter, a place (#2) or its words; None when it is not clear."""
    if wanted.startswith("#") and wanted[1:].isdecimal():
        place = int(wanted[1:]) - 1
        return known[place][0] if 0 <= place < len(known) else None
    exact = [value for value, words in known if words.strip().lower() == wanted.strip().lower()]
    if len(exact) == 1:
        return exact[0]
    if len(wanted) == 1 and wanted.isascii() and wanted.isalpha():
        place = ord(wanted.upper()) - ord("A")
        return known[place][0] if place < len(known) else None
    if wanted.lower() in ("yes", "no", "是", "否"):
        plain = {"yes": "yes", "是": "yes", "no": "no", "否": "no"}[wanted.lower()]
        if [value for value, _words in known] == ["yes", "no"]:
            return plain
    near = [value for value, words in known if wanted.lower() in words.lower()]
    return near[0] if len(near) == 1 else None


def _meant(options: Sequence[str], known: Sequence[tuple[Any, str]], title: str) -> list[Any]:
    """Return the values that words like “yes”, “不满意” or “需要” mean among what can be answered, [] for none."""
    found: list[Any] = []
    for wanted in options:
        said = wanted.strip().lower()
        plain = [value for value, _words in known] == ["yes", "no"]
        exact = _value(wanted, known)
        if plain and (said in (*YES, *NO) or re.search(rf"是否.{{0,4}}{re.escape(said.removeprefix('不'))}", title)):
            values = ["no" if said in NO or said.startswith(("不", "没")) else "yes"]
        elif said in (*YES, *NO):
            values = [value for value, words in known if _begins(words, said)]
        elif exact is not None and any(value == exact and words.strip().lower() == said for value, words in known):
            values = [
                exact,
                *(
                    v
                    for v, words in known
                    if v != exact and re.fullmatch(rf"(?:很|非常|十分|极|very ){re.escape(said)}", words, re.I)
                ),
            ]
        elif len(said) == 1 and said.isalpha() and said.isascii():
            values = [exact] if exact is not None else []
        else:
            values = [
                value for value, words in known if re.search(rf"(?<![a-z]){re.escape(said)}(?![a-z])", words, re.I)
            ]
        if not values:
            return []
        found += [value for value in values if value not in found]
    return found if len(found) < len(known) else []


def _begins(words: str, said: str) -> bool:
    """Say whether an option says yes or no: Yes, definitely; 没有; 否，没有."""
    words = words.strip().lower()
    exact = ("no", "否", "无", "不是", "没有") if said in NO else ("yes", "是", "有", "是的")
    return any(
        words == one or words.startswith((f"{one},", f"{one} ", f"{one}，", f"{one}（", f"{one}(")) for one in exact
    )
