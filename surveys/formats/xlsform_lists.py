"""The choice lists of an XLSForm: options, those that depend on an answer, and trees of several levels."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.i18n import _
from questions.rules import Either, Rule, mapping
from surveys.formats.account import Account, Cell
from surveys.formats.conditions import Beyond, Conditions
from surveys.formats.expressions import Node
from surveys.formats.naming import value
from surveys.formats.xlsform_columns import Line, Speech, Table

PLACES = 3000
Places = dict[str, list[str]]  # the value in the file -> the values here
Reword = Callable[[Any, Cell | None], Any]
TICKED = ("yes", "true", "true()", "1")


@dataclass(slots=True)
class Choice:
    """One choice: the value in the file, the value here, its words and its line."""

    raw: str
    own: str
    words: Any
    line: Line

    @property
    def place(self) -> Cell | None:
        """Return the cell of its name."""
        return self.line.cell("name")


@dataclass(slots=True)
class Choices:
    """A list of choices by its name."""

    name: str
    choices: list[Choice] = field(default_factory=list)
    asked: bool = False  # some question uses it
    columns: set[str] = field(default_factory=set)  # filter columns some question uses

    @property
    def values(self) -> dict[str, str]:
        """Return the value here for each value in the file."""
        return {choice.raw: choice.own for choice in self.choices}


def read_lists(table: Table, speech: Speech, account: Account, *, twice: bool) -> dict[str, Choices]:
    """Return the lists of the choices sheet; `twice`: a list may hold one name several times."""
    found: dict[str, Choices] = {}
    for line in table.lines:
        listed, named = line.cell("list_name"), line.cell("name")
        if listed is None and named is None:
            account.settle(list(line.every), _("This line names neither a list nor a choice and was left out."))
            continue
        if listed is None or named is None:
            what = _("This choice belongs to no list.") if listed is None else _("This choice has no name.")
            account.fail(what, named or listed)
            continue
        made = found.setdefault(listed.text, Choices(listed.text))
        same = next((choice for choice in made.choices if choice.raw == named.text), None)
        if same is not None and not twice:
            account.fail(_("The list “%(list)s” has “%(name)s” twice.", list=listed.text, name=named.text), named)
            continue
        own = same.own if same else value(named.text, {choice.own for choice in made.choices})
        made.choices.append(Choice(named.text, own, "", line))
    for made in found.values():
        _words(made, speech, account)
    return found


def _words(made: Choices, speech: Speech, account: Account) -> None:
    for choice in made.choices:
        choice.words = speech.words(choice.line, "label", account)
        if not choice.words:
            choice.words = choice.raw
            account.warn(_("This choice has no words; its name is shown."), choice.place)


def settle_lists(lists: Mapping[str, Choices], speech: Speech, account: Account) -> None:
    """Write into the account what became of every cell of the choices."""
    for made in lists.values():
        for choice in made.choices:
            line = choice.line
            if not made.asked:
                account.used.difference_update(cell.place for cell in line.every)
                account.settle(
                    list(line.every), _("No question uses the list “%(list)s”; it was left out.", list=made.name)
                )
                continue
            account.use(line.cell("list_name"), choice.place)
            account.use(*(cell for name, cell in line.extra.items() if name in made.columns))
            if choice.own != choice.raw:
                account.info(_("“%(old)s” is stored as “%(new)s” here.", old=choice.raw, new=choice.own), choice.place)
            for name, cell in speech.others(line):
                account.info(_("Words in “%(language)s” were not taken: %(text)s", language=name, text=cell.text), cell)
            for column in ("image", "audio", "video"):
                if (media := line.cell(column)) is not None:
                    account.warn(_("Pictures and sounds are not shown: %(file)s", file=media.text), media)
            account.settle(list(line.every), _("This has no meaning here and was left out."))


def options(made: Choices, account: Account, reword: Reword) -> list[dict[str, Any]]:
    """Return a list as options; a choice that stands there twice is taken once."""
    found: dict[str, dict[str, Any]] = {}
    for choice in made.choices:
        if choice.own in found:
            account.info(_("The same choice stands there before; it is shown once."), choice.place)
            continue
        found[choice.own] = {"v": choice.own, "t": reword(choice.words, choice.line.cell("label"))}
    return list(found.values())


def filtered(made: Choices, tree: Node, rules: Conditions, account: Account, reword: Reword) -> list[dict[str, Any]]:
    """Return a list as options that are shown when a choice filter lets them; raise `Beyond`."""
    shown: dict[str, tuple[dict[str, Any], list[Rule | bool]]] = {}
    for choice in made.choices:
        bare = {name.lower(): cell.text for name, cell in choice.line.extra.items()}
        truth = rules.truth(_filled(tree, bare, choice.raw))
        entry = {"v": choice.own, "t": reword(choice.words, choice.line.cell("label"))}
        shown.setdefault(choice.own, (entry, []))[1].append(truth)
    result = []
    for entry, truths in shown.values():
        if all(truth is False for truth in truths):
            lost = next(choice for choice in made.choices if choice.own == entry["v"])
            account.warn(_("The choice filter never lets this choice be shown; it was left out."), lost.place)
            continue
        if True not in truths:
            some = tuple(dict.fromkeys(truth for truth in truths if not isinstance(truth, bool)))
            entry["show_if"] = mapping(some[0] if len(some) == 1 else Either(some))
        result.append(entry)
    made.columns |= columns_of(tree)
    if not result:
        raise Beyond(_("no choice would ever be shown"))
    return result


def columns_of(tree: Node) -> set[str]:
    """Return the columns of the choices sheet a filter names."""
    own = {tree.word} if tree.kind == "bare" else set()
    return own.union(*(columns_of(part) for part in tree.parts))


def _filled(node: Node, bare: Mapping[str, str], name: str) -> Node:
    if node.kind == "bare":
        return Node("text", name if node.word == "name" else bare.get(node.word.lower(), ""))
    return Node(node.kind, node.word, tuple(_filled(part, bare, name) for part in node.parts))


def parent_column(tree: Node) -> tuple[str, str] | None:
    """Return the column and the question of a filter that is nothing but `column = ${question}`, or None."""
    if tree.kind != "compare" or tree.word != "==" or {part.kind for part in tree.parts} != {"ref", "bare"}:
        return None
    left, right = tree.parts
    return (left.word, right.word) if left.kind == "bare" else (right.word, left.word)


def forest(levels: Sequence[tuple[Choices, str]], account: Account) -> tuple[list[dict[str, Any]], list[Places]]:
    """Return the tree of lists each filtered by a column naming the choice above, and each level's values here.

    `levels`: the list and its column ("" for the first). A place in a tree has a value of its own, so a choice that
    hangs under two others becomes two values.
    """
    planted = _Forest(levels, account)
    roots = planted.under(_once(levels[0][0].choices), 0)
    for made, column in levels[1:]:
        made.columns.add(column)
        for choice in made.choices:
            if (place := choice.place) is not None and place.place not in planted.hung:
                account.warn(_("This choice belongs to none of the choices above it; it was left out."), place)
    return roots, planted.values


class _Forest:
    """Hangs each choice under those it belongs to."""

    def __init__(self, levels: Sequence[tuple[Choices, str]], account: Account) -> None:
        self.levels, self.account = levels, account
        self.taken: set[str] = set()
        self.hung: set[str] = set()
        self.values: list[Places] = [{} for _level in levels]
        self.under_what: list[dict[str, list[Choice]]] = []
        for made, column in levels:
            found: dict[str, list[Choice]] = {}
            for choice in made.choices:
                cell = next((c for name, c in choice.line.extra.items() if name.lower() == column.lower()), None)
                found.setdefault(cell.text if cell else "", []).append(choice)
            self.under_what.append(found)

    def under(self, choices: Sequence[Choice], depth: int) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = []
        for choice in choices:
            if len(self.taken) >= PLACES:
                self.account.fail(_("There are more than %(most)s places in this cascade.", most=PLACES), choice.place)
                return made
            own = value(choice.raw, self.taken)
            self.taken.add(own)
            self.values[depth].setdefault(choice.raw, []).append(own)
            if own != choice.own:
                self.account.info(_("“%(old)s” is stored as “%(new)s” here.", old=choice.raw, new=own), choice.place)
            place: dict[str, Any] = {"v": own, "t": choice.words}
            below = self.under_what[depth + 1].get(choice.raw, []) if depth + 1 < len(self.levels) else []
            self.hung |= {one.place.place for one in below if one.place is not None}
            if inner := self.under(_once(below), depth + 1):
                place["options"] = inner
            made.append(place)
        return made


def _once(choices: Sequence[Choice]) -> list[Choice]:
    return list({choice.raw: choice for choice in reversed(choices)}.values())[::-1]
