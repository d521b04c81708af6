"""The question types of LimeSurvey as ours."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.i18n import _
from surveys.formats.conditions import CHOICE, FIGURE, MOMENT, SEVERAL, WORDS, Target
from surveys.formats.lss_parts import Entry, Question
from surveys.formats.lss_xml import Ledger
from surveys.formats.naming import value

POINTS = 11
OTHER = "-oth-"
TYPES = {
    "L": "single",
    "!": "dropdown",
    "O": "comment",
    "M": "multi",
    "P": "multi",
    "F": "array",
    "H": "array",
    "A": "five",
    "B": "ten",
    "C": "unsure",
    "E": "change",
    "1": "dual",
    "N": "number",
    "K": "numbers",
    "Q": "texts",
    "S": "short_text",
    "T": "long_text",
    "U": "long_text",
    "D": "date",
    "Y": "yes_no",
    "G": "gender",
    "R": "ranking",
    "5": "scale",
    "X": "note",
    ":": "table",
    ";": "words",
}
OUTSIDE = {"|": "file", "*": "equation", "I": "language"}
FIXED = {
    "unsure": (("Y", "Yes", "是"), ("U", "Uncertain", "不确定"), ("N", "No", "否")),
    "change": (("I", "Increase", "增加"), ("S", "Same", "不变"), ("D", "Decrease", "减少")),
    "gender": (("F", "Female", "女"), ("M", "Male", "男")),
}


@dataclass(slots=True)
class Made:
    """The items a question becomes, and what its names stand for in conditions: suffix -> target."""

    items: list[dict[str, Any]] = field(default_factory=list)
    targets: dict[str, Target] = field(default_factory=dict)


class Maker:
    """Makes items of one question; `name` is its id, `both` gives our own words in the languages kept."""

    def __init__(
        self, question: Question, name: str, base: Mapping[str, Any], ledger: Ledger, both: Callable[[str, str], Any]
    ) -> None:
        self.question, self.name, self.base, self.ledger, self.both = question, name, dict(base), ledger, both
        self.made = Made()

    def make(self) -> Made:
        """Return the items."""
        kind = TYPES[self.question.record["type"]]
        getattr(self, f"_{kind}", lambda: self._plain(kind))()
        return self.made

    # -- attributes

    def attribute(self, name: str) -> str:
        """Return an attribute's value and write down that it was used."""
        record = self.question.attributes.get(name)
        if record is None or not record["value"]:
            return ""
        self.ledger.use(record, "attribute", "value")
        return record["value"]

    def _whole(self, name: str, lowest: int, highest: int) -> int | None:
        record = self.question.attributes.get(name)
        text = record["value"] if record is not None else ""
        if not re.fullmatch(r"[0-9]{1,6}", text) or not lowest <= int(text) <= highest:
            return None
        self.attribute(name)
        return int(text)

    def _figure(self, name: str) -> int | float | None:
        record = self.question.attributes.get(name)
        text = record["value"] if record is not None else ""
        if not re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,6})?", text):
            return None
        self.attribute(name)
        number = float(text)
        return int(number) if number.is_integer() else number

    # -- shared

    def _item(self, kind: str, **settings: Any) -> dict[str, Any]:
        item = {**self.base, "type": kind, **settings}
        self.made.items.append(item)
        return item

    def _target(self, kind: str, suffix: str = "", **more: Any) -> None:
        self.made.targets[suffix] = Target(self.name, kind, **more)

    def _entries(self, entries: list[Entry]) -> tuple[list[dict[str, Any]], dict[str, str]]:
        taken: set[str] = set()
        made, values = [], {}
        for entry in entries:
            if entry.code in values:
                self.ledger.fail(_("The code “%(code)s” stands there twice.", code=entry.code), entry.line)
                continue
            own = value(entry.code, taken)
            taken.add(own)
            values[entry.code] = own
            made.append({"v": own, "t": entry.words})
        return made, values

    def _options(self, entries: list[Entry]) -> tuple[list[dict[str, Any]], dict[str, str]]:
        options, values = self._entries(entries)
        if self.question.record["other"] == "Y":
            self.ledger.use(self.question.record, "other")
            own = value("other", set(values.values()))
            words = self.attribute("other_replace_text") or self.both("Other", "其他")
            options.append({"v": own, "t": words, "text": True})
            values[OTHER] = values["other"] = own
        if not options:
            self.ledger.fail(_("The question “%(code)s” has no answers.", code=self.question.code), self.question.line)
        return options, values

    def _shuffled(self, item: dict[str, Any]) -> None:
        order = self.question.attributes
        if any(name in order and order[name]["value"] in ("1", "random") for name in ("random_order", "answer_order")):
            self.attribute("random_order")
            self.attribute("answer_order")
            item["shuffle"] = True

    # -- types

    def _plain(self, kind: str) -> None:
        item = self._item(kind)
        if kind in ("short_text", "long_text"):
            if (most := self._whole("maximum_chars", 1, 2000)) is not None:
                item["max_length"] = most
            self._target(WORDS)
        elif kind == "date":
            for name, key in (("date_min", "min"), ("date_max", "max")):
                record = self.question.attributes.get(name)
                if record is not None and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", record["value"]):
                    item[key] = self.attribute(name)
            self._target(MOMENT)
        elif kind == "yes_no":
            self._target(CHOICE, values={"Y": "yes", "N": "no"})

    def _single(self) -> None:
        options, values = self._options(self.question.answers)
        self._shuffled(self._item("single", options=options))
        self._target(CHOICE, values=values)

    def _dropdown(self) -> None:
        options, values = self._options(self.question.answers)
        self._shuffled(self._item("dropdown", options=options))
        self._target(CHOICE, values=values)

    def _comment(self) -> None:
        self._single()
        self.ledger.warn(_("The comment beside the choice is not asked."), self.question.line)

    def _gender(self) -> None:
        options = [{"v": code, "t": self.both(en, zh)} for code, en, zh in FIXED["gender"]]
        self._item("single", options=options)
        self._target(CHOICE, values={"F": "F", "M": "M"})

    def _multi(self) -> None:
        options, values = self._options(self.question.rows)
        if self.question.record["type"] == "P":
            for option in options:
                option["text"] = True
        item = self._item("multi", options=options)
        for name, key in (("min_answers", "min"), ("max_answers", "max")):
            if (number := self._whole(name, 1, len(options))) is not None:
                item[key] = number
        alone = [code.strip() for code in self.attribute("exclude_all_others").split(";") if code.strip()]
        for option in options:
            if option["v"] in [values.get(code) for code in alone]:
                option["exclusive"] = True
        self._shuffled(item)
        self._target(SEVERAL, values=values)
        for code, own in values.items():
            if code != OTHER:
                self._target(SEVERAL, code, values=values, option=own)

    def _ranking(self) -> None:
        options, values = self._entries(self.question.answers or self.question.rows)
        if not options:
            self.ledger.fail(_("The question “%(code)s” has no answers.", code=self.question.code), self.question.line)
        item = self._item("ranking", options=options)
        if (top := self._whole("max_answers", 1, max(len(options) - 1, 1))) is not None:
            item["top"] = top
        self._shuffled(item)
        self._target(SEVERAL, values=values)

    def _scale(self) -> None:
        if self.attribute("slider_rating") in ("1", "2"):
            self._item("stars", stars=5)
        else:
            self._item("scale", scale={"min": 1, "max": 5})
        self._target(FIGURE)

    def _number(self) -> None:
        item = self._item("number")
        for name, key in (("min_num_value_n", "min"), ("max_num_value_n", "max")):
            if (number := self._figure(name)) is not None:
                item[key] = number
        if self.attribute("num_value_int_only") != "1":
            item["decimals"] = 6
        if unit := self.attribute("suffix"):
            item["unit"] = unit
        self._target(FIGURE)

    # -- grids

    def _grid(self, kind: str, **settings: Any) -> tuple[dict[str, Any], dict[str, str]]:
        rows, codes = self._entries([row for row in self.question.rows if row.scale == "0"])
        if not rows:
            self.ledger.fail(_("The question “%(code)s” has no rows.", code=self.question.code), self.question.line)
        return self._item(kind, rows=rows, **settings), codes

    def _rated(self, points: list[tuple[str, Any]]) -> None:
        """Make a rating grid of answers in their order."""
        away: Any = False
        if len(points) > 2 and points[-1][0].lower() in ("na", "n_a"):
            away = points.pop()[1]
        numbers = [int(code) if re.fullmatch(r"[0-9]{1,2}", code) else -1 for code, _words in points]
        first = numbers[0] if numbers and numbers == list(range(numbers[0], numbers[0] + len(numbers))) else 1
        if len(points) == 1 or len(points) > POINTS or not points:
            self._one_by_one(points)
            return
        scale: dict[str, Any] = {"min": max(first, 0), "max": max(first, 0) + len(points) - 1}
        labels = [words for _code, words in points]
        if labels != [str(number) for number in range(scale["min"], scale["max"] + 1)]:
            middle = [str(number) for number in range(scale["min"] + 1, scale["max"])]
            scale["labels"] = [labels[0], labels[-1]] if len(labels) > 2 and labels[1:-1] == middle else labels
        item, codes = self._grid("matrix", scale=scale)
        if away is not False:
            item["allow_na"] = away
        values: dict[str, Any] = {code: scale["min"] + place for place, (code, _words) in enumerate(points)}
        if away is not False:
            values |= {"na": "na", "NA": "na"}
        if any(str(now) != code for code, now in values.items() if now != "na"):
            self.ledger.info(_("The answers of this grid are numbered in their order."), self.question.line)
        for code, own in codes.items():
            self._target(CHOICE, code, part=own, values=values)

    def _one_by_one(self, points: list[tuple[str, Any]]) -> None:
        """Make a single choice of each row: a rating grid has 2 to 11 points."""
        if not points:
            self.ledger.fail(_("The question “%(code)s” has no answers.", code=self.question.code), self.question.line)
            return
        self.ledger.info(_("Each row of this grid is asked as a question of its own."), self.question.line)
        title = self.base["title"]
        self._item("note")
        for row in self.question.rows:
            options, values = self._entries(self.question.answers)
            name = f"{self.name}_{row.code}"
            self.made.items.append({**self.base, "id": name, "type": "single", "title": row.words, "options": options})
            self.made.targets[row.code] = Target(name, CHOICE, values=values)
        self.made.items[0]["title"] = title

    def _array(self) -> None:
        self._rated([(answer.code, answer.words) for answer in self.question.answers if answer.scale == "0"])

    def _five(self) -> None:
        self._rated([(str(number), str(number)) for number in range(1, 6)])

    def _ten(self) -> None:
        self._rated([(str(number), str(number)) for number in range(1, 11)])

    def _unsure(self) -> None:
        self._rated([(code, self.both(en, zh)) for code, en, zh in FIXED["unsure"]])

    def _change(self) -> None:
        self._rated([(code, self.both(en, zh)) for code, en, zh in FIXED["change"]])

    def _dual(self) -> None:
        """Make two grids: each scale of a dual grid has its own."""
        whole, name = self.question, self.name
        for scale in ("0", "1"):
            self.question = Question(whole.record, whole.rows, [a for a in whole.answers if a.scale == scale])
            self.question.attributes = whole.attributes
            for answer in self.question.answers:
                answer.scale = "0"
            self.name = self.base["id"] = f"{name}_{int(scale) + 1}"
            made, self.made = self.made, Made()
            self._array()
            made.items += self.made.items
            made.targets |= {f"{suffix}_{scale}": target for suffix, target in self.made.targets.items()}
            self.made = made
        self.ledger.info(_("A grid with two scales becomes two grids."), whole.line)

    def _numbers(self) -> None:
        total = self._figure("equals_num_value")
        if isinstance(total, int) and total > 0:
            options, codes = self._entries(self.question.rows)
            self._item("constant_sum", options=options, total=total)
        else:
            item, codes = self._grid("matrix_number")
            self._limits(item, "min_num_value_n", "max_num_value_n")
            if self.attribute("num_value_int_only") != "1":
                item["decimals"] = 6
        for code, own in codes.items():
            self._target(FIGURE, code, part=own)

    def _limits(self, item: dict[str, Any], low: str, high: str) -> None:
        for name, key in ((low, "min"), (high, "max")):
            if (number := self._figure(name)) is not None:
                item[key] = number

    def _texts(self) -> None:
        item, codes = self._grid("matrix_text")
        if (most := self._whole("maximum_chars", 1, 500)) is not None:
            item["max_length"] = most
        for code, own in codes.items():
            self._target(WORDS, code, part=own)

    def _table(self) -> None:
        across = [row for row in self.question.rows if row.scale == "1"]
        columns, _codes = self._entries(across)
        if self.attribute("multiflexible_checkbox") == "1":
            _item, rows = self._grid("matrix_multi", options=columns)
            for code, own in rows.items():
                for column, there in _codes.items():
                    self._target(SEVERAL, f"{code}_{column}", part=own, values=_codes, option=there)
            return
        item, _rows = self._grid("matrix_number", columns=columns)
        low, high = ("multiflexible_min", "multiflexible_max")
        self._limits(item, low, high)
        item.setdefault("min", 1)
        item.setdefault("max", 10)

    def _words(self) -> None:
        """Make a grid of texts for each column: ours have one."""
        across = [row for row in self.question.rows if row.scale == "1"]
        if len(across) > 1:
            self.ledger.info(_("A grid of texts becomes one grid for each of its columns."), self.question.line)
        for place, column in enumerate(across or [Entry("", self.base["title"], "1", 0)]):
            item, codes = self._grid("matrix_text")
            if len(across) > 1:
                item["id"] = f"{self.name}_{place + 1}"
                item["title"] = _joined(self.base["title"], column.words)
            for code, own in codes.items():
                self.made.targets[f"{code}_{column.code}"] = Target(item["id"], WORDS, part=own)


def _joined(first: Any, second: Any) -> Any:
    if isinstance(first, dict) or isinstance(second, dict):
        codes = list(
            dict.fromkeys([*(first if isinstance(first, dict) else ()), *(second if isinstance(second, dict) else ())])
        )
        return {code: f"{_in(first, code)}: {_in(second, code)}" for code in codes}
    return f"{first}: {second}"


def _in(words: Any, code: str) -> str:
    return words.get(code, next(iter(words.values()))) if isinstance(words, dict) else words
