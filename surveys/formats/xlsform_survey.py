"""The survey sheet of an XLSForm as sections of items, with an account of every cell."""

import re
from typing import Any

from core.i18n import _
from questions.rules import mapping
from surveys.formats.account import Cell
from surveys.formats.conditions import Beyond, Conditions, Nowhere, Target
from surveys.formats.expressions import Broken, parse
from surveys.formats.xlsform_columns import Line
from surveys.formats.xlsform_grids import TICKED, chain, grid
from surveys.formats.xlsform_items import choosing, likert, simple, target
from surveys.formats.xlsform_limits import limit, own_target
from surveys.formats.xlsform_lists import Choices, filtered, options
from surveys.formats.xlsform_merged import Frame, Merged
from surveys.formats.xlsform_types import FILES, Asked, asked, nearest


class Survey(Merged):
    """Walks over the lines of a survey sheet; the result is in `sections` and `checks`."""

    def walk(self) -> None:
        """Read every line."""
        at = 0
        while at < len(self.lines):
            at = self._line(at)
        for frame in self.frames:
            self.account.fail(_("This group is never ended."), frame.line.cell("type"))
        for section in [section for section in self.sections if not section["items"]]:
            self.sections.remove(section)

    def _line(self, at: int) -> int:
        line = self.lines[at]
        cell = line.cell("type")
        if line.text("disabled").lower() in TICKED:
            self._lost(line, _("This line is switched off and was left out."))
            return at + 1
        if cell is None:
            self._typeless(line)
            return at + 1
        what = asked(cell.text)
        if what.kind == "begin":
            found = grid(self.lines, at) if what.what == "group" else None
            if found and self.grid(line, found):
                return found.end + 1
            if end := self.told_cascade(at):
                return end
            self._begin(line, what)
        elif what.kind == "end":
            self._end(line, what)
        elif what.kind == "outside":
            self._outside(line, what)
        elif what.kind == "":
            self._unknown(line, cell)
        elif what.kind == "note" and self.takes_intro(line) or what.kind == "text" and self.own_words(line):
            pass
        elif what.kind == "single" and (levels := chain(self.lines, at, self.lists)):
            self.cascade(levels)
            return at + len(levels)
        else:
            self._question(line, what)
        return at + 1

    def _lost(self, line: Line, message: str) -> None:
        if line.text("name"):
            self.gone.add(line.text("name"))
        self.account.settle(list(line.every), message)

    def _typeless(self, line: Line) -> None:
        if line.cell("name") and line.cell("label"):
            self.account.fail(_("This question has no type."), line.cell("name"))
        self._lost(line, _("This line has no type and was left out."))

    def _unknown(self, line: Line, cell: Cell) -> None:
        hint = nearest(cell.text)
        said = _("The type “%(type)s” is not known.", type=cell.text[:80])
        if re.match(r"(select|rank)", cell.text, re.IGNORECASE) and len(cell.text.split()) < 2:
            said = _("“%(type)s” names no list of choices.", type=cell.text[:80])
        elif hint and hint != cell.text.lower():
            said += " " + _("Is “%(hint)s” meant?", hint=hint)
        self.account.fail(said, cell)
        self._lost(line, _("This belongs to a line that could not be read."))

    def _outside(self, line: Line, what: Asked) -> None:
        self.account.warn(str(what.reason), line.cell("type"))
        self._lost(line, _("This belongs to a line that was left out."))

    # -- groups

    def _begin(self, line: Line, what: Asked) -> None:
        account = self.account
        name = line.cell("name")
        if self.frames and self.frames[0].what == "lost":
            self.frames.append(Frame(what.what, line, []))
            return
        if what.what == "repeat":
            account.warn(_("Questions cannot be repeated; those in this group are asked once."), line.cell("type"))
        rule = self.relevance(line)
        frame = Frame(what.what, line, [rule] if rule else [])
        account.use(line.cell("type"))
        title = self.reword(self.speech.words(line, "label", account), line.cell("label"))
        help_ = self.reword(self.speech.words(line, "hint", account), line.cell("hint"))
        self.unique(line)
        if not self.frames:
            frame.section = {"id": self.names.take(line.text("name") or "part", fallback="s"), "items": []}
            if title:
                frame.section["title"] = title
            if help_:
                frame.section["intro"] = help_
            if rule:
                frame.section["show_if"] = mapping(rule)
            self.sections.append(frame.section)
            account.use(name)
        else:
            account.info(_("A group within a group: its questions stand in the outer one."), line.cell("type"))
        self.frames.append(frame)
        if len(self.frames) > 1 and title:
            note = {"id": self.names.take(line.text("name") or "part"), "type": "note", "title": title}
            self.add(note | ({"help": help_} if help_ else {}), None)
            account.use(name)
        self.look(line, "group")
        self.settle(line)

    def _end(self, line: Line, what: Asked) -> None:
        cell = line.cell("type")
        if not self.frames:
            self.account.fail(_("A group ends here that never began."), cell)
        elif self.frames[-1].what != what.what:
            self.account.fail(_("This ends something other than what was begun last."), cell)
            self.frames.pop()
        else:
            ended = self.frames.pop()
            self.account.use(cell)
            if ended.section is not None and not ended.section["items"]:
                began = ended.line
                self.account.used.difference_update(part.place for part in began.every)
                self.account.settle(list(began.every), _("Nothing is left of this group; it was left out."))
        if not self.frames:
            self.loose = None
        self.account.use(line.cell("name"))
        self.account.settle(list(line.every), _("What stands on the line that ends a group has no meaning."))

    # -- items

    def _question(self, line: Line, what: Asked) -> None:
        account = self.account
        made = self.lists.get(what.list)
        if what.list and made is None:
            if what.list.startswith("${"):
                account.warn(str(FILES), line.cell("type"))
            else:
                account.fail(_("The list “%(list)s” is not on the sheet “choices”.", list=what.list), line.cell("type"))
            self._lost(line, _("This belongs to a line that could not be read."))
            return
        name = self.name(line, needed=what.kind != "note")
        account.use(line.cell("type"))
        if made is None:
            settings, values = simple(what.kind, line, self.speech, account), {}
        else:
            made.asked = True
            settings, values = choosing(what, line, self._options(line, made), self.speech), made.values
            if "likert" in line.text("appearance").lower() and (points := likert(made, settings)):
                settings, values = points
                account.use(line.cell("appearance"))
        item = {"id": name, "type": settings.pop("type"), "title": self.title(line), **settings}
        help_ = self.reword(self.speech.words(line, "hint", account), line.cell("hint"))
        if help_:
            item["help"] = help_
        if what.kind != "note" and self.required(line):
            item["required"] = True
        if made is not None and re.fullmatch(r"randomi[sz]e\s*=\s*true", line.text("parameters"), re.IGNORECASE):
            item["shuffle"] = True
            account.use(line.cell("parameters"))
        for option in item.get("options", ()):
            if option.get("text"):
                self.names.taken.add(f"{name}_{option['v']}")
        self.add(item, self.relevance(line))
        means = target(name, item, values)
        self._constraint(line, item, means)
        if line.text("name") and what.kind != "note":
            self.targets[line.text("name")] = means
        self.look(line, item["type"])
        self.settle(line)

    def _options(self, line: Line, made: Choices) -> list[dict[str, Any]]:
        cell = line.cell("choice_filter")
        if cell is not None:
            try:
                found = filtered(made, parse(cell.text), Conditions(self.find), self.account, self.reword)
                self.account.use(cell)
                return found
            except Nowhere as nowhere:
                self.account.fail(str(nowhere), cell)
            except Beyond as beyond:
                self.account.warn(
                    _(
                        "The choice filter “%(text)s” cannot be said here (%(why)s); all choices are shown.",
                        text=cell.text,
                        why=beyond,
                    ),
                    cell,
                )
            except Broken as broken:
                self.account.fail(
                    _("The choice filter “%(text)s” cannot be read: %(why)s.", text=cell.text, why=broken), cell
                )
        return options(made, self.account, self.reword)

    def _constraint(self, line: Line, item: dict[str, Any], means: Target) -> None:
        cell = line.cell("constraint")
        if cell is None:
            return
        before = set(self.account.used)
        message = self.reword(
            self.speech.words(line, "constraint_message", self.account), line.cell("constraint_message")
        )
        check = limit(item, cell, message, Conditions(self.find, own_target(item, means)), self.account)
        if check is not None:
            self.checks.append(check)
        else:
            self.account.used &= before | {cell.place}
