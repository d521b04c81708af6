"""A definition as readable text, in the dialect of the form sites, which this importer reads back."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from core.i18n import _, speaking
from questions import rule_text, rules
from surveys.definitions import in_language, spoken
from surveys.formats.base import WARNING, Note, Written

Item = Mapping[str, Any]
TAGS = {
    "single": "单选题", "multi": "多选题", "dropdown": "下拉题", "yes_no": "判断题", "scale": "量表题",
    "stars": "评分题", "nps": "NPS题", "matrix": "矩阵单选题", "matrix_multi": "矩阵多选题",
    "matrix_number": "矩阵数值题", "matrix_text": "矩阵填空题", "ranking": "排序题", "constant_sum": "比重题",
    "number": "数字题", "date": "日期题", "time": "时间题", "short_text": "单行文本题", "long_text": "多行文本题",
    "blanks": "多项填空题", "cascade": "联动题", "note": "段落说明",
}  # fmt: skip
BOXED = ("multi",)
KEPT = {  # what of each type's settings the text can hold
    "single": ("options",), "multi": ("options", "min", "max", "exclusive"), "dropdown": ("options",),
    "yes_no": ("yes", "no"), "scale": ("scale",), "stars": ("stars",), "nps": ("scale",),
    "matrix": ("rows", "scale", "allow_na"), "matrix_multi": ("rows", "options"),
    "matrix_number": ("rows", "columns", "min", "max"), "matrix_text": ("rows",), "ranking": ("options", "top"),
    "constant_sum": ("options", "total"), "number": ("min", "max", "unit"), "short_text": ("max_length",),
    "long_text": ("max_length", "min_length", "rows"), "blanks": ("text", "blanks"), "cascade": ("levels", "tree"),
}  # fmt: skip
EVERY = ("id", "type", "title", "help", "required", "show_if", "jumps", "shuffle")


def written(definition: Mapping[str, Any], language: str = "") -> Written:
    """Return a definition as text in one language ("" for its own), and what the text cannot hold."""
    language = language or spoken(definition)
    with speaking(language):
        told = in_language(dict(definition), language)
    writer = _Writer(told, language)
    lines = list(writer.lines())
    if len(definition.get("languages") or ()) > 1:
        writer.miss(_("Text holds one language; the others are left out."))
    name = str(told.get("title") or "questionnaire")[:60].replace("/", "-")
    return Written("\n".join(lines).encode() + b"\n", f"{name}.txt", tuple(writer.notes))


class _Writer:
    """Writes line by line and remembers what has no place in text."""

    def __init__(self, told: Mapping[str, Any], language: str) -> None:
        self.told, self.notes = told, list[Note]()
        self.yes, self.no = ("Yes", "No") if language == "en" else ("是", "否")
        self.sections = told.get("sections") or [{"id": "", "items": told.get("items") or []}]
        items = [item for section in self.sections for item in section["items"]]
        asked = [item for item in items if item["type"] != "note"]
        self.numbers = {item["id"]: place for place, item in enumerate(asked, start=1)}
        self.items = {item["id"]: item for item in items}

    def miss(self, message: str) -> None:
        """Remember what is left out."""
        self.notes.append(Note(WARNING, message))

    def lines(self) -> Iterator[str]:
        """Yield the whole text."""
        yield from (_line(self.told["title"]), "")
        if self.told.get("intro"):
            yield from (*filter(None, map(str.strip, self.told["intro"].split("\n"))), "")
        for check in self.told.get("checks") or ():
            self.miss(_("The check “%(words)s” has no place in text.", words=check.get("message", "")))
        for place, section in enumerate(self.sections, start=1):
            if section.get("title"):
                yield from (f"第{place}部分 {_line(section['title'])}", "")
            elif place > 1:
                yield from ("=== 分页 ===", "")
            if section.get("intro"):
                yield from (*filter(None, map(str.strip, section["intro"].split("\n"))), "")
            for key in ("show_if", "shuffle"):
                if section.get(key):
                    self.miss(
                        _("Section %(place)s: when it is asked, or in which order, has no place in text.", place=place)
                    )
            for item in section["items"]:
                yield from (*self._item(item), "")

    def _item(self, item: Item) -> Iterator[str]:
        kind = item["type"]
        if kind == "note":
            yield f"{_line(item['title'])}[段落说明]"
            return
        mark = "*" if item.get("required") else "（选填）"
        stem = _sentence(item) or _line(item["title"])
        yield f"{self.numbers[item['id']]}. {stem}[{TAGS.get(kind, '填空题')}]{mark}{_limits(item)}"
        if item.get("show_if"):
            yield from self._shown(item)
        yield from (f"提示：{line}" for line in str(item.get("help") or "").split("\n") if line.strip())
        if kind == "yes_no":
            yield from (f"○ {_line(item.get('yes') or self.yes)}", f"○ {_line(item.get('no') or self.no)}")
        elif kind in BODIES and not _sentence(item):
            yield from BODIES[kind](item)
        yield from self._jumps(item)
        for key in sorted(set(item) - {*EVERY, *KEPT.get(kind, ())}):
            self.miss(
                _("Question %(number)s: “%(key)s” has no place in text.", number=self.numbers[item["id"]], key=key)
            )
        for option in item.get("options") or ():
            if option.get("show_if") or option.get("fixed"):
                self.miss(
                    _("Question %(number)s: what is special about “%(words)s” has no place in text.",
                      number=self.numbers[item["id"]], words=option["t"])
                )  # fmt: skip

    def _shown(self, item: Item) -> Iterator[str]:
        rule = rules.read(item["show_if"])
        places = self._places(rule)
        if places is None or not isinstance(rule, rules.Compare):
            self._unsaid(item, rule)
            return
        yield f"依赖于第{self.numbers[rule.item]}题第{';'.join(map(str, places))}个选项"

    def _jumps(self, item: Item) -> Iterator[str]:
        for jump in item.get("jumps") or ():
            rule = rules.read(jump["if"])
            places = self._places(rule) if isinstance(rule, rules.Compare) and rule.item == item["id"] else None
            to = jump["to"]
            if places is None or (to != "end" and to not in self.numbers):
                self._unsaid(item, rule)
            else:
                go = "请结束问卷" if to == "end" else f"请跳至第{self.numbers[to]}题"
                yield f"选第{'、'.join(map(str, places))}个选项{go}"

    def _unsaid(self, item: Item, rule: rules.Rule) -> None:
        self.miss(
            _("Question %(number)s: the rule “%(rule)s” has no place in text.",
              number=self.numbers[item["id"]], rule=rule_text.text(rule))
        )  # fmt: skip

    def _places(self, rule: rules.Rule) -> list[int] | None:
        """Return the places of the options a simple rule names, None when it is not simple."""
        if not isinstance(rule, rules.Compare) or rule.part or rule.count or rule.op not in ("==", "in", "contains"):
            return None
        item = self.items.get(rule.item)
        wanted = rule.value if isinstance(rule.value, tuple) else (rule.value,)
        if item is None or (rule.op == "contains" and (len(wanted) > 1 or item["type"] != "multi")):
            return None
        known = _values(item)
        return (
            [known.index(str(one)) + 1 for one in wanted]
            if wanted and all(str(one) in known for one in wanted)
            else None
        )


def _values(item: Item) -> list[str]:
    if item["type"] == "yes_no":
        return ["yes", "no"]
    if item["type"] == "scale":
        return [str(point) for point in range(item["scale"]["min"], item["scale"]["max"] + 1)]
    return [str(option["v"]) for option in item.get("options") or ()]


def _line(words: Any) -> str:
    return " ".join(str(words).split())


def _limits(item: Item) -> str:
    """Return the hints that limit an answer."""
    kind, found = item["type"], []
    low, high = item.get("min"), item.get("max")
    if kind == "multi" and (low or high):
        found.append(f"请选择{low}-{high}项" if low and high else f"最多选{high}项" if high else f"至少选{low}项")
    if kind in ("number", "matrix_number") and low is not None and high is not None and float(low) >= 0:
        found.append(f"请输入{low}到{high}的数字")
    if kind == "number" and item.get("unit"):
        found.append(f"单位：{item['unit']}")
    if item.get("max_length"):
        found.append(f"不超过{item['max_length']}字")
    if item.get("min_length"):
        found.append(f"不少于{item['min_length']}字")
    if item.get("top"):
        found.append(f"选出前{item['top']}项并排序")
    if kind == "constant_sum":
        found.append(f"总和为{item.get('total', 100)}")
    if item.get("shuffle"):
        found.append("选项随机")
    return "".join(f"【{hint}】" for hint in found)


def _options(item: Item) -> Iterator[str]:
    sign = "□" if item["type"] in BOXED else "○"
    alone = [str(value) for value in item.get("exclusive") or ()]
    for option in item.get("options") or ():
        exclusive = option.get("exclusive") or str(option["v"]) in alone
        yield f"{sign} {_line(option['t'])}{'____' if option.get('text') else ''}{'（互斥）' if exclusive else ''}"


def _span(scale: Mapping[str, Any]) -> Sequence[str]:
    """Return a scale as lines: one with its ends, or one for each point."""
    low, high = scale["min"], scale["max"]
    labels = [_line(label) for label in scale.get("labels") or ()]
    if len(labels) == high - low + 1:
        return [f"○ {point}（{label}）" for point, label in zip(range(low, high + 1), labels, strict=True)]
    return [f"{low}（{labels[0]}）~{high}（{labels[-1]}）" if labels else f"{low}~{high}"]


def _scale(item: Item) -> Iterator[str]:
    yield from _span(item.get("scale") or {"min": 0, "max": 10})


def _grid(item: Item) -> Iterator[str]:
    yield "行："
    yield from (f"- {_line(row['t'])}" for row in item["rows"])
    scale = item.get("scale")
    if scale and not scale.get("labels") and not item.get("allow_na"):
        yield from ("", *_span(scale))
        return
    columns = [_line(column["t"]) for column in item.get("options") or item.get("columns") or ()]
    if scale:
        points = [str(point) for point in range(scale["min"], scale["max"] + 1)]
        labels = [_line(label) for label in scale.get("labels") or ()]
        if len(labels) == 2 < len(points):
            points[0], points[-1] = f"{points[0]}（{labels[0]}）", f"{points[-1]}（{labels[1]}）"
        columns = labels if len(labels) == len(points) else points
        way_out = item.get("allow_na")
        columns += [_("Does not apply") if way_out is True else _line(way_out)] if way_out else []
    if columns:
        yield "列："
        yield from (f"- {column}" for column in columns)


def _sentence(item: Item) -> str:
    """Return a sentence whose blanks stand in the title itself, "" when they stand below it."""
    if item["type"] != "blanks" or "____" not in str(item["title"]):
        return ""
    return _line("\n".join(_blanks(item)))


def _blanks(item: Item) -> Iterator[str]:
    text = str(item["text"])
    for blank in item["blanks"]:
        text = text.replace("{" + blank["v"] + "}", "____")
    yield from (line for line in text.split("\n") if line.strip())


def _cascade(item: Item) -> Iterator[str]:
    yield " ".join(_line(level).replace(" ", "") for level in item["levels"])
    yield from _paths(item["tree"], "")


def _paths(branches: Sequence[Mapping[str, Any]], stem: str) -> Iterator[str]:
    for branch in branches:
        path = f"{stem}+{_line(branch['t'])}" if stem else _line(branch["t"])
        if branch.get("options"):
            yield from _paths(branch["options"], path)
        else:
            yield path


def _stars(item: Item) -> Iterator[str]:
    yield "★" * int(item.get("stars") or 5)


BODIES: dict[str, Callable[[Item], Iterator[str]]] = {
    "single": _options, "multi": _options, "dropdown": _options, "ranking": _options, "constant_sum": _options,
    "scale": _scale, "nps": _scale, "stars": _stars, "matrix": _grid, "matrix_multi": _grid,
    "matrix_number": _grid, "matrix_text": _grid, "blanks": _blanks, "cascade": _cascade,
}  # fmt: skip
