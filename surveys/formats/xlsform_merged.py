"""Items of an XLSForm that are more than one line: grids, cascades, words beside an option, introductions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.i18n import _
from questions.rules import Rule, joined, mapping
from surveys.formats.account import Account
from surveys.formats.conditions import PATH, SEVERAL, Target
from surveys.formats.naming import Names, value
from surveys.formats.xlsform_columns import Line, Speech
from surveys.formats.xlsform_grids import Grid, chain, row_values, scale
from surveys.formats.xlsform_lines import Lines
from surveys.formats.xlsform_lists import Choices, forest, options
from surveys.formats.xlsform_types import asked


@dataclass(slots=True)
class Frame:
    """A group that is open: its first line, when it is shown, the names in it, and the section it is (outermost)."""

    what: str
    line: Line
    rules: list[Rule]
    names: set[str] = field(default_factory=set)
    section: dict[str, Any] | None = None


class Merged(Lines):
    """Puts items where the walk is; knows the open groups and the sections made so far."""

    def __init__(self, lines: list[Line], lists: Mapping[str, Choices], speech: Speech, account: Account) -> None:
        self.lines = [line for line in lines if line.every]
        super().__init__({line.text("name") for line in self.lines}, speech, account)
        self.lists = lists
        self.names = Names(("code", "csrf_token", "padding", "end", "lang"))
        self.sections: list[dict[str, Any]] = []
        self.checks: list[dict[str, Any]] = []
        self.frames: list[Frame] = []
        self.outer: set[str] = set()
        self.loose: dict[str, Any] | None = None
        self.intro: Any = ""

    def add(self, item: dict[str, Any], own: Rule | None) -> None:
        """Put an item where the walk is, shown when its groups and `own` say so."""
        rules = [rule for frame in self.frames[1:] for rule in frame.rules] + ([own] if own else [])
        if rules:
            item["show_if"] = mapping(joined(rules))
        if self.frames:
            section = self.frames[0].section
            assert section is not None
            section["items"].append(item)
            return
        if self.loose is None:
            self.loose = {"id": self.names.take(f"part{len(self.sections) + 1}"), "items": []}
            self.sections.append(self.loose)
        self.loose["items"].append(item)

    def unique(self, line: Line) -> None:
        """Remember a name; say when it stood in the same group before."""
        cell = line.cell("name")
        if cell is None:
            return
        taken = self.frames[-1].names if self.frames else self.outer
        if cell.text in taken:
            self.account.fail(_("The name “%(name)s” stands there twice.", name=cell.text), cell)
        taken.add(cell.text)

    def name(self, line: Line, *, needed: bool = True) -> str:
        """Return the id a line gets, and remember its name."""
        cell = line.cell("name")
        if cell is None:
            if needed:
                self.account.fail(_("This question has no name."), line.cell("type"))
            return self.names.take("note" if not needed else "q")
        self.unique(line)
        own = self.names.take(cell.text)
        self.account.use(cell)
        if own != cell.text:
            self.account.info(_("“%(old)s” is called “%(new)s” here.", old=cell.text, new=own), cell)
        return own

    def grid(self, line: Line, found: Grid) -> bool:
        """Read the questions of a grid as one; say whether that was possible."""
        made = self.lists.get(found.asked.list)
        if made is None:
            return False
        measure = scale(made) if found.asked.kind == "single" else None
        if found.asked.kind == "single" and measure is None:
            return False
        account = self.account
        made.asked = True
        item: dict[str, Any] = {"id": self.name(line, needed=False), "type": "matrix", "title": self.title(line)}
        help_ = self.reword(self.speech.words(line, "hint", account), line.cell("hint"))
        if help_:
            item["help"] = help_
        if found.required:
            item["required"] = True
        taken: set[str] = set()
        own = []
        for name in row_values(line.text("name"), found.rows):
            own.append(value(name, taken))
            taken.add(own[-1])
        item["rows"] = [{"v": v, "t": self.title(row)} for v, row in zip(own, found.rows, strict=True)]
        values: Mapping[str, Any] = made.values
        if measure:
            item["scale"], away, values = measure
            if "labels" in item["scale"]:
                item["scale"]["labels"] = [self.reword(words, None) for words in item["scale"]["labels"]]
            if away is not False:
                item["allow_na"] = away
            if any(str(now) != before for before, now in values.items() if now != "na"):
                account.info(_("The choices of this grid are numbered in their order."), line.cell("type"))
        else:
            item |= {"type": "matrix_multi", "options": options(made, account, self.reword)}
        self.add(item, self.relevance(line))
        for v, row in zip(own, found.rows, strict=True):
            kind = "choice" if measure else SEVERAL
            self.targets[row.text("name")] = Target(item["id"], kind, v, values)
        self._grid_cells(line, found)
        return True

    def _grid_cells(self, line: Line, found: Grid) -> None:
        account = self.account
        for row in (line, *found.rows):
            account.use(row.cell("type"), row.cell("name"), row.cell("appearance"), row.cell("required"))
        if found.head is not None:
            account.settle(list(found.head.every), _("The head of a grid is made from its choices."))
        for row in (line, *found.rows, self.lines[found.end]):
            if row is self.lines[found.end]:
                account.use(row.cell("type"), row.cell("name"))
            self.settle(row)

    def told_cascade(self, at: int) -> int:
        """Read a group within a group that holds nothing but a cascade as that cascade; return where it ends, or 0."""
        if not self.frames or at + 1 >= len(self.lines):
            return 0
        levels = chain(self.lines, at + 1, self.lists)
        end = at + 1 + len(levels)
        if not levels or end >= len(self.lines) or asked(self.lines[end].text("type")).kind != "end":
            return 0
        group, last = self.lines[at], self.lines[end]
        self.cascade(levels, group)
        self.account.use(group.cell("type"), group.cell("name"), last.cell("type"), last.cell("name"))
        self.look(group, "group")
        self.settle(group)
        self.settle(last)
        return end + 1

    def cascade(self, levels: list[tuple[Line, Choices, str]], group: Line | None = None) -> None:
        """Read questions that narrow each other down as one cascade."""
        account, lines = self.account, [line for line, _made, _column in levels]
        tree, values = forest([(made, column) for _line, made, column in levels], account)
        titles = [self.title(line) for line in lines]
        name = self.name(lines[-1])
        item: dict[str, Any] = {
            "id": name,
            "type": "cascade",
            "title": self.title(group) if group else _together(titles),
            "levels": titles,
            "tree": tree,
        }
        head = group or lines[0]
        help_ = self.reword(self.speech.words(head, "hint", account), head.cell("hint"))
        if help_:
            item["help"] = help_
        demands = [self.required(line) for line in lines]
        if all(demands):
            item["required"] = True
        self.add(item, self.relevance(head))
        for (line, made, _column), own in zip(levels, values, strict=True):
            made.asked = True
            self.targets[line.text("name")] = Target(name, PATH, values=own)
            account.use(
                line.cell("type"), line.cell("choice_filter"), line.cell("relevant") if line is not lines[0] else None
            )
            if line is not lines[-1]:
                self.unique(line)
                account.info(
                    _("Questions that narrow each other down are one question, “%(name)s”.", name=name),
                    line.cell("name"),
                )
            self.look(line, "cascade")
            self.settle(line)

    def takes_intro(self, line: Line) -> bool:
        """Take the first note of the form or of a group as its introduction when it is named as one."""
        section = self.frames[0].section if len(self.frames) == 1 else None
        name = line.text("name")
        first = section is not None and not section["items"] and name == f"{self.frames[0].line.text('name')}_intro"
        whole = not self.frames and not self.sections and name == "form_intro"
        if not (first or whole) or line.cell("relevant") or line.cell("hint"):
            return False
        words = self.title(line)
        if section is not None:
            section["intro"] = words
        else:
            self.intro = words
        self.account.use(line.cell("type"), line.cell("name"))
        self.settle(line)
        return True

    def own_words(self, line: Line) -> bool:
        """Take a text asked for one option of the question before, with the option's words, as words beside it."""
        items = self.frames[0].section["items"] if self.frames and self.frames[0].section else []
        items = items if self.frames else self.loose["items"] if self.loose else []
        before = next((item for item in reversed(items) if item.get("options")), None)
        if before is None or line.cell("hint") or line.cell("constraint") or line.cell("appearance"):
            return False
        option = next((o for o in before["options"] if line.text("name") == f"{before['id']}_{o['v']}"), None)
        source = next((raw for raw, found in self.targets.items() if found.item == before["id"]), "")
        said = line.text("relevant").replace(" ", "").replace('"', "'")
        if option is None or said not in (f"${{{source}}}='{option['v']}'", f"selected(${{{source}}},'{option['v']}')"):
            return False
        if self.speech.words(line, "label", self.account) != option["t"]:
            return False
        option["text"] = True
        self.names.taken.add(f"{before['id']}_{option['v']}")
        self.gone.add(line.text("name"))
        self.account.use(line.cell("type"), line.cell("name"), line.cell("relevant"))
        self.required(line)
        self.settle(line)
        return True


def _together(titles: list[Any]) -> Any:
    codes = {code for title in titles if isinstance(title, dict) for code in title}
    if not codes:
        return " / ".join(titles)
    return {
        code: " / ".join(
            title.get(code, next(iter(title.values()))) if isinstance(title, dict) else title for title in titles
        )
        for code in sorted(codes, reverse=True)
    }
