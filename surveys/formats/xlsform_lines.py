"""What the lines of an XLSForm's survey sheet have in common: words, conditions, demands and their account."""

import re
from typing import Any

from core.i18n import _
from questions.rules import Rule
from surveys.formats.account import Account, Cell
from surveys.formats.conditions import Beyond, Conditions, Nowhere, Target
from surveys.formats.expressions import Broken, parse
from surveys.formats.xlsform_columns import Line, Speech
from surveys.formats.xlsform_grids import TICKED
from surveys.formats.xlsform_items import appearance

PIPED = re.compile(r"\$\{([^{}]*)\}")
UNTICKED = ("", "no", "false", "false()", "0")


class Lines:
    """Knows which questions came so far: `targets` those with an answer, `gone` those left out, `every` all names."""

    def __init__(self, every: set[str], speech: Speech, account: Account) -> None:
        self.every, self.speech, self.account = every, speech, account
        self.targets: dict[str, Target] = {}
        self.gone: set[str] = set()

    def find(self, name: str, kind: str) -> Target:
        """Return what a name in a condition stands for; raise `Beyond` or `Nowhere`."""
        if kind == "ref" and name in self.targets:
            return self.targets[name]
        if kind == "bare":
            raise Beyond(_("“%(name)s” is neither a question nor a text in quotes", name=name))
        if name in self.gone:
            raise Beyond(_("the question “%(name)s” was left out", name=name))
        if name in self.every:
            raise Beyond(_("“%(name)s” has no answer yet at that point", name=name))
        if name.startswith("last-saved#"):
            raise Beyond(_("earlier answers are not kept"))
        raise Nowhere(_("There is no question “%(name)s”.", name=name))

    def relevance(self, line: Line) -> Rule | None:
        """Return when a line is shown; what cannot be said becomes a note, and the line is always shown."""
        cell = line.cell("relevant")
        if cell is None:
            return None
        try:
            made = Conditions(self.find).truth(parse(cell.text))
            if made is True:
                self.account.use(cell)
                return None
            if made is False:
                raise Beyond(_("it is never fulfilled"))
            self.account.use(cell)
            return made
        except Broken as broken:
            self.account.fail(_("The condition “%(text)s” cannot be read: %(why)s.", text=cell.text, why=broken), cell)
        except Nowhere as nowhere:
            self.account.fail(_("The condition “%(text)s”: %(why)s", text=cell.text, why=nowhere), cell)
        except Beyond as beyond:
            self.account.warn(
                _(
                    "The condition “%(text)s” cannot be said here (%(why)s); this is always shown.",
                    text=cell.text,
                    why=beyond,
                ),
                cell,
            )
        return None

    def required(self, line: Line) -> bool:
        """Say whether a line must be answered; a changing demand becomes a note."""
        cell = line.cell("required")
        text = line.text("required").lower().replace(" ", "")
        if text in TICKED or text in UNTICKED:
            self.account.use(cell)
            return text in TICKED
        self.account.warn(
            _(
                "An answer is demanded only sometimes (“%(text)s”); here it is not demanded.",
                text=line.text("required"),
            ),
            cell,
        )
        return False

    def reword(self, words: Any, cell: Cell | None) -> Any:
        """Return words with ${question} as {{question}}."""
        if isinstance(words, dict):
            return {code: self.reword(text, cell) for code, text in words.items()}

        def piped(match: re.Match[str]) -> str:
            found = self.targets.get(match[1].strip())
            if found is None:
                self.account.warn(_("“%(name)s” has no answer to show at that point.", name=match[0]), cell)
                return "…"
            return "{{" + found.item + "}}"

        return PIPED.sub(piped, words)

    def look(self, line: Line, kind: str) -> None:
        """Write into the account how the look of a line was taken."""
        if kind == "group" and line.text("appearance").lower() in ("field-list", "table-list", "field-list table-list"):
            self.account.use(line.cell("appearance"))
        appearance(kind, line, self.account)

    def settle(self, line: Line) -> None:
        """Give every cell of a line that is not in the result its note."""
        account = self.account
        for name, cell in self.speech.others(line):
            if cell.place not in account.used:
                account.info(_("Words in “%(language)s” were not taken: %(text)s", language=name, text=cell.text), cell)
        for column, message in _left().items():
            found = line.cell(column)
            if found is not None and found.place not in account.used | account.noted:
                account.warn(message.replace("%(text)s", found.text), found)
        account.settle(list(line.every), _("This has no meaning here and was left out."))

    def title(self, line: Line) -> Any:
        """Return the words of a question, or its name with a note."""
        title = self.reword(self.speech.words(line, "label", self.account), line.cell("label"))
        if title:
            return title
        self.account.warn(_("This question has no words; its name is shown."), line.cell("type"))
        return line.text("name") or _("Question")


def _left() -> dict[str, str]:
    """Return what is said of columns that have no home here."""
    media = _("Pictures and sounds are not shown: %(file)s", file="%(text)s")
    return {
        "default": _("A preset answer is not kept: %(text)s", text="%(text)s"),
        "calculation": _("Calculations are not carried out: %(text)s", text="%(text)s"),
        "readonly": _("Questions that cannot be changed are not known here; this one is asked as usual."),
        "guidance_hint": _("Guidance for interviewers was left out: %(text)s", text="%(text)s"),
        "required_message": _("Our own message is shown instead of: %(text)s", text="%(text)s"),
        "constraint_message": _("Our own message is shown instead of: %(text)s", text="%(text)s"),
        "repeat_count": _("Questions cannot be repeated: %(text)s", text="%(text)s"),
        "parameters": _("These parameters have no meaning here: %(text)s", text="%(text)s"),
        "choice_filter": _("A choice filter without a list has no meaning: %(text)s", text="%(text)s"),
        "constraint": _("A constraint has no meaning here: %(text)s", text="%(text)s"),
        "required": _("An answer cannot be demanded here."),
        "image": media,
        "audio": media,
        "video": media,
    }
