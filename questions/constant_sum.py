"""A total shared out among options."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.i18n import _, lazy
from questions.base import (
    LABEL,
    Answers,
    Column,
    Counts,
    Figure,
    Item,
    Kind,
    Measure,
    Refused,
    Sent,
    Setting,
    Shape,
    Tally,
    check_whole,
    mean,
    one,
)
from questions.choices import SHUFFLE, Listed
from questions.timing import PLACING

USUAL, LARGEST, MOST = 100, 1_000_000, 30


class ConstantSum(Listed):
    """Whole numbers that add up to `total`; the answer maps options to their numbers; one left empty counts as 0."""

    key = "constant_sum"
    label = lazy("Sharing out a total")
    hint = lazy("Shares out points, money or hours; shows how much more one thing matters than another.")
    icon = "pie-chart"
    order = 32
    aliases = ("allocation",)
    page_shape = "amounts"
    comparable = False
    fewest, most = 2, MOST
    more_keys = ("options", "shuffle", "total", "unit")
    settings = (
        Setting("options", lazy("Options"), Kind.OPTIONS),
        SHUFFLE,
        Setting("total", lazy("Total"), Kind.WHOLE, low=1, high=LARGEST),
        Setting("unit", lazy("Unit"), Kind.WORDS, lazy("Shown after each number, such as points or hours.")),
    )

    def check(self, definition: Mapping[str, Any]) -> Iterable[str]:
        """Yield what is wrong with the options, the total and its unit."""
        yield from super().check(definition)
        yield from check_whole(definition, "total", 1, LARGEST)
        unit = definition.get("unit")
        if unit is not None and (not isinstance(unit, str) or len(unit) > LABEL):
            yield _("“%(name)s” must be words", name="unit")

    def begin(self) -> dict[str, Any]:
        """Return three options and a hundred points to share out."""
        return {**super().begin(), "total": USUAL, "unit": _("points")}

    def prepare(self, definition: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the options, the total and its unit; `digits`: how many a number may have."""
        total = definition.get("total") or USUAL
        unit = definition.get("unit") or ""
        return {**super().prepare(definition), "total": total, "unit": unit, "digits": len(str(total))}

    def parts(self, item: Item) -> Mapping[str, str]:
        """Return the options: a rule may ask for the number of one."""
        return self.values(item)

    def seconds(self, item: Item) -> float:
        """Return the time to read the options and to write a number beside each."""
        return super().seconds(item) + PLACING * len(item.settings["options"])

    def read(self, sent: Sent, item: Item) -> Answers:
        """Return the numbers given; together they must make the total."""
        return self._shared({value: one(sent, f"{item.name}.{value}") for value in self.values(item)}, item)

    def _shared(self, texts: Mapping[str, str], item: Item) -> Answers:
        shares = {value: _whole(text) for value, text in texts.items() if text}
        if not shares:
            return {}
        total, given = item.settings["total"], sum(shares.values())
        if given != total:
            raise Refused(_("The numbers add up to %(sum)s; they must add up to %(total)s.", sum=given, total=total))
        return {item.name: shares}

    def columns(self, item: Item) -> tuple[str, ...]:
        """Return one column for the whole, or one for each option."""
        return (item.name, *(f"{item.name}.{option.value}" for option in item.settings["options"]))

    def accept(self, value: Mapping[str, Any], item: Item) -> Answers:
        """Return the numbers a mapping, or columns named item.option, give."""
        whole = value.get(item.name)
        if whole is not None and whole != "" and not isinstance(whole, dict):
            raise Refused(_("A number for each option is expected here."))
        unknown = set(whole or {}) - item.settings["allowed"]
        if unknown:
            first = str(min(unknown, key=str))[:40]
            raise Refused(_("“%(value)s” is not one of the answers to choose from.", value=first))
        cells = {option: (whole or {}).get(option, value.get(f"{item.name}.{option}")) for option in self.values(item)}
        return self._shared(
            {key: "" if cell is None else str(cell).strip().removesuffix(".0") for key, cell in cells.items()}, item
        )

    def within(self, answer: Answers, item: Item, offered: frozenset[str]) -> Answers:
        """Return the numbers of offered options; nothing when what others were given leaves the total short."""
        shares = {value: share for value, share in answer[item.name].items() if value in offered}
        return {item.name: shares} if sum(shares.values()) == item.settings["total"] else {}

    def demand(self, item: Item) -> str:
        """Say what the numbers must add up to."""
        return _("Please share out all %(total)s.", total=item.settings["total"])

    def words(self, answer: Mapping[str, Any], item: Item) -> str:
        """Return the options that were given something, with their numbers."""
        given = answer.get(item.name, {})
        said = (f"{label} {given[value]}" for value, label in self.values(item).items() if given.get(value))
        return _(", ").join(said)

    def exported(self, item: Item) -> tuple[Column, ...]:
        """Return one column of numbers for each option."""
        return tuple(
            Column(f"{item.name}.{option.value}", f"{item.title} – {option.label}", Measure.NUMBER)
            for option in item.settings["options"]
        )

    def cells(self, answer: Mapping[str, Any], item: Item) -> tuple[Any, ...]:
        """Return each option's number: 0 where it was left empty, None where it may not have been offered."""
        given = answer.get(item.name)
        if given is None:
            return (None,) * len(item.settings["options"])
        return tuple(
            given.get(option.value, None if option.value in item.option_rules else 0)
            for option in item.settings["options"]
        )

    def counted(self, counts: Counts, item: Item) -> Tally:
        """Take the mean of each option's numbers."""
        figures = tuple(
            Figure(option.value, option.label, mean(counts.by[f"{item.name}.{option.value}"]))
            for option in item.settings["options"]
        )
        return Tally(Shape.FIGURES, counts.answered, counts.asked - counts.answered, counts.skipped, figures=figures)

    def max_bytes(self, item: Item) -> int:
        """Return the most bytes of JSON."""
        digits = item.settings["digits"]
        return len(item.name) + 8 + sum(len(option.value) + 4 + digits for option in item.settings["options"])

    def max_sent(self, item: Item) -> int:
        """Return the most bytes of a form."""
        digits = item.settings["digits"]
        return sum(len(item.name) + len(option.value) + 3 + digits * 9 for option in item.settings["options"])


def _whole(text: str) -> int:
    if not text.isdecimal() or len(text) > len(str(LARGEST)):
        raise Refused(_("“%(value)s” is not a whole number.", value=text[:40]))
    return int(text)
