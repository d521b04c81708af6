"""Items as rows of an XLSForm's sheets survey and choices."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.i18n import _
from questions import named
from questions.piping import PIPE
from surveys.formats.naming import free

Lose = Callable[..., None]
LIST = {"single": "select_one", "multi": "select_multiple", "dropdown": "select_one", "ranking": "rank"}


class Rows:
    """The rows of both sheets. `names`: (item, row, blank, "=value" of a cascade or "") -> the question's name."""

    def __init__(self, definition: Mapping[str, Any], lose: Lose) -> None:
        self.survey: list[dict[str, Any]] = []
        self.choices: list[dict[str, Any]] = []
        self.lose, self.twice = lose, False
        found = [item for section in definition["sections"] for item in section["items"]]
        self.items = {item["id"]: {**item, "type": _kind(item)} for item in found}
        self.taken = {*self.items, *(section["id"] for section in definition["sections"])}
        self.lists: set[str] = set()
        self.names: dict[tuple[str, str], str] = {}
        for item in self.items.values():
            self._name(item)

    def _name(self, item: Mapping[str, Any]) -> None:
        name = item["id"]
        if item["type"] == "cascade":
            levels = _depth(item["tree"])
            told = [self._free(f"{name}_{place}") for place in range(1, levels)] + [name]
            for place, value in _places(item["tree"]):
                self.names[name, f"={value}"] = told[place]
            for place, own in enumerate(told):
                self.names[name, f"#{place}"] = own
            self.names[name, ""] = told[0]
            return
        parts = item.get("rows") if isinstance(item.get("rows"), list) else item.get("blanks")
        if item["type"] == "constant_sum":
            parts = item["options"]
        if parts is None or item["type"] in ("short_text", "long_text"):
            self.names[name, ""] = name
            return
        for row in parts:
            self.names[name, str(row["v"])] = self._free(f"{name}_{row['v']}")

    def _free(self, name: str) -> str:
        made = free(name, self.taken)
        self.taken.add(made)
        return made

    def line(self, **cells: Any) -> None:
        """Add a row to the survey sheet."""
        self.survey.append(cells)

    def piped(self, text: str) -> str:
        """Return words with {{question}} as ${question}."""
        return PIPE.sub(lambda found: f"${{{self.names.get((found[1], ''), found[1])}}}", text)

    def item(
        self,
        item: Mapping[str, Any],
        relevant: str,
        constraint: list[str],
        message: Any,
        filters: tuple[Mapping[str, str], str],
    ) -> None:
        """Add the rows of an item."""
        own = self.items[item["id"]]
        row: dict[str, Any] = {"name": own["id"], "label": own["title"], "hint": own.get("help", "")}
        row |= {"relevant": relevant, "required": "yes" if own.get("required") else ""}
        write = {
            "matrix": self._matrix,
            "matrix_multi": self._matrix,
            "cascade": self._cascade,
            "matrix_number": self._parts,
            "matrix_text": self._parts,
            "constant_sum": self._parts,
            "blanks": self._parts,
        }.get(own["type"])
        if write is not None:
            write(own, row)
            if constraint:
                self.lose(own["id"], _("its check is not kept"))
            return
        limits = self._settings(own, row, filters)
        every = [*limits, *constraint]
        row["constraint"], row["constraint_message"] = " and ".join(every), message
        self.line(**row)
        self._own_words(own)

    def _settings(self, item: Mapping[str, Any], row: dict[str, Any], filters: Any) -> list[str]:
        """Fill in the type of a question that is one row, and return its limits."""
        kind = item["type"]
        if kind in LIST:
            return self._choosing(item, row, filters)
        if kind in ("scale", "stars", "nps"):
            self._scale(item, row)
            return []
        if kind == "yes_no":
            words = [("yes", item.get("yes") or _("Yes")), ("no", item.get("no") or _("No"))]
            row["type"] = f"select_one {self._list(item['id'], words)}"
            self.lose(item["id"], _("a yes-or-no question is written as a single choice"), "info")
            return []
        if kind == "number":
            return self._number(item, row)
        row["type"] = {"long_text": "text", "short_text": "text"}.get(kind, kind)
        if kind == "long_text":
            row["appearance"] = "multiline"
        self._gone(item, "placeholder", *(("rows",) if kind in ("short_text", "long_text") else ()))
        if kind == "date":
            return [f". {op} date('{item[key]}')" for key, op in (("min", ">="), ("max", "<=")) if item.get(key)]
        if kind == "time":
            self._gone(item, "min", "max")
        said = [("min_length", ">="), ("max_length", "<=")]
        return [f"string-length(.) {op} {item[key]}" for key, op in said if item.get(key) is not None]

    def _gone(self, item: Mapping[str, Any], *keys: str) -> None:
        for key in keys:
            if item.get(key) not in (None, "", False):
                self.lose(item["id"], _("“%(key)s” is not kept in an XLSForm", key=key))

    def _choosing(self, item: Mapping[str, Any], row: dict[str, Any], filters: Any) -> list[str]:
        name, kind = item["id"], item["type"]
        numbers, said = filters
        row["type"] = f"{LIST[kind]} {self._list(name, [(o['v'], o['t']) for o in item['options']], numbers)}"
        row["choice_filter"] = said
        if kind == "dropdown":
            row["appearance"] = "minimal"
        if item.get("shuffle"):
            row["parameters"] = "randomize=true"
            if any(option.get("fixed") for option in item["options"]):
                self.lose(name, _("options that keep their place in a random order are shuffled too"))
        self._gone(item, "top")
        if kind != "multi":
            return []
        limits = [f"count-selected(.) {op} {item[key]}" for key, op in (("min", ">="), ("max", "<=")) if item.get(key)]
        alone = [option["v"] for option in item["options"] if option.get("exclusive")]
        alone += [value for value in item.get("exclusive") or () if value not in alone]
        return limits + [f"(not(selected(., '{value}')) or count-selected(.) = 1)" for value in alone]

    def _own_words(self, item: Mapping[str, Any]) -> None:
        if item["type"] not in LIST:
            return
        for option in item["options"]:
            if option.get("text"):
                where = f"${{{item['id']}}}"
                chosen = (
                    f"selected({where}, '{option['v']}')" if item["type"] == "multi" else f"{where} = '{option['v']}'"
                )
                self.line(
                    type="text", name=self._free(f"{item['id']}_{option['v']}"), label=option["t"], relevant=chosen
                )

    def _scale(self, item: Mapping[str, Any], row: dict[str, Any]) -> None:
        kind, name = item["type"], item["id"]
        if kind == "stars":
            row |= {"type": "range", "parameters": f"start=1 end={item.get('stars', 5)} step=1", "appearance": "rating"}
            self._gone(item, "labels")
            return
        if kind == "nps":
            row |= {"type": "range", "parameters": "start=0 end=10 step=1"}
            self.lose(name, _("the recommendation question is written as a scale from 0 to 10"), "info")
            self._gone(item, "labels")
            return
        scale = item["scale"]
        if not scale.get("labels"):
            row |= {"type": "range", "parameters": f"start={scale['min']} end={scale['max']} step=1"}
            return
        row |= {"type": f"select_one {self._list(name, _points(scale))}", "appearance": "likert"}

    def _number(self, item: Mapping[str, Any], row: dict[str, Any]) -> list[str]:
        digits = item.get("decimals")
        if digits is None:
            digits = 6 if any(isinstance(item.get(key), float) for key in ("min", "max")) else 0
        row["type"] = "integer" if digits == 0 else "decimal"
        if digits not in (0, 6):
            self.lose(item["id"], _("the number of decimals is not kept"))
        self._gone(item, "unit")
        return [f". {op} {item[key]}" for key, op in (("min", ">="), ("max", "<=")) if item.get(key) is not None]

    def _list(self, name: str, entries: Sequence[tuple[Any, Any]], numbers: Mapping[str, str] | None = None) -> str:
        made = free(name, self.lists)
        self.lists.add(made)
        for value, words in entries:
            entry = {"list_name": made, "name": str(value), "label": words}
            if numbers and str(value) in numbers:
                entry["shown_if"] = numbers[str(value)]
            self.choices.append(entry)
        return made

    def _matrix(self, item: Mapping[str, Any], row: dict[str, Any]) -> None:
        demanded = row.pop("required")
        self.line(**row, type="begin_group", appearance="table-list")
        if item["type"] == "matrix":
            entries = _points(item["scale"])
            if away := item.get("allow_na"):
                entries.append(("na", _("Does not apply") if away is True else away))
            kind = f"select_one {self._list(item['id'], entries)}"
        else:
            kind = f"select_multiple {self._list(item['id'], [(o['v'], o['t']) for o in item['options']])}"
        for told in item["rows"]:
            name = self.names[item["id"], str(told["v"])]
            self.line(type=kind, name=name, label=told["t"], required=demanded)
        self.line(type="end_group")

    def _parts(self, item: Mapping[str, Any], row: dict[str, Any]) -> None:
        """Write a question of several fields as a group of questions."""
        self.lose(item["id"], _("this question is written as a group of questions, one for each of its fields"))
        demanded, kind = row.pop("required"), item["type"]
        if kind == "blanks":
            row["hint"] = row["hint"] or _words(item["text"], lambda text: re.sub(r"\{\w+\}", "___", text))
        self.line(**row, type="begin_group", appearance="field-list")
        parts = item["options"] if kind == "constant_sum" else item["blanks"] if kind == "blanks" else item["rows"]
        for told in parts:
            name = self.names[item["id"], str(told["v"])]
            number = kind in ("matrix_number", "constant_sum") or told.get("kind") == "number"
            limits = told if kind == "blanks" else item
            line: dict[str, Any] = {"name": name, "label": told["t"], "required": demanded}
            if number:
                lines = self._number({**limits, "id": item["id"], "unit": None, "decimals": None}, line)
                line["constraint"] = " and ".join(lines)
            else:
                line["type"] = "text"
                if limits.get("max_length"):
                    line["constraint"] = f"string-length(.) <= {limits['max_length']}"
            self.line(**line)
        self._gone(item, "unit", "total", "columns")
        self.line(type="end_group")

    def _cascade(self, item: Mapping[str, Any], row: dict[str, Any]) -> None:
        name, demanded = item["id"], row.pop("required")
        levels = item["levels"] if isinstance(item["levels"], list) else [item["title"]]
        outer = self._free(f"{name}_0")
        self.line(**{**row, "name": outer}, type="begin_group", appearance="field-list")
        before = ""
        for place in range(_depth(item["tree"])):
            own = self.names[name, f"#{place}"]
            listed = free(own, self.lists)
            self.lists.add(listed)
            self._level(item["tree"], place, listed)
            label = levels[place] if place < len(levels) else own
            line = {"type": f"select_one {listed}", "name": own, "label": label, "required": demanded}
            self.line(**line, choice_filter=f"above = ${{{before}}}" if before else "")
            before = own
        self.line(type="end_group")

    def _level(self, tree: Sequence[Mapping[str, Any]], place: int, listed: str, above: str = "") -> None:
        for entry in tree:
            if place == 0:
                told = {"list_name": listed, "name": str(entry["v"]), "label": entry["t"]}
                self.choices.append(told | ({"above": above} if above else {}))
            else:
                self._level(entry.get("options", ()), place - 1, listed, str(entry["v"]))


def _kind(item: Mapping[str, Any]) -> str:
    kind = named(item)
    assert kind is not None, "checked before it is written"
    return kind.key


def _words(words: Any, change: Callable[[str], str]) -> Any:
    return {code: change(text) for code, text in words.items()} if isinstance(words, dict) else change(words)


def _points(scale: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """Return the points of a scale with their words; where only the ends have words, numbers stand between."""
    numbers = list(range(scale["min"], scale["max"] + 1))
    labels = list(scale.get("labels") or [str(number) for number in numbers])
    if len(labels) != len(numbers):
        labels = [labels[0], *map(str, numbers[1:-1]), labels[-1]]
    return list(zip(numbers, labels, strict=True))


def _depth(tree: Sequence[Mapping[str, Any]]) -> int:
    return 1 + max((_depth(entry["options"]) for entry in tree if entry.get("options")), default=0)


def _places(tree: Sequence[Mapping[str, Any]], depth: int = 0) -> list[tuple[int, str]]:
    found = []
    for entry in tree:
        found.append((depth, str(entry["v"])))
        found += _places(entry.get("options", ()), depth + 1)
    return found
