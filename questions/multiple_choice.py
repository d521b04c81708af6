"""Several options out of a list, at most so many."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from core.i18n import _, lazy
from questions.base import (
    OPTIONS,
    Answers,
    Column,
    Counts,
    Item,
    Kind,
    Measure,
    Refused,
    Sent,
    Setting,
    Shape,
    Tally,
    bars,
    check_whole,
    find,
)
from questions.choices import SHUFFLE, TICKED, UNTICKED, Choice, own_texts, parted


class MultipleChoice(Choice):
    """Check boxes; the answer is the list of chosen values in the order of the options."""

    key = "multi"
    label = lazy("Multiple choice")
    hint = lazy("Several answers out of a list, as few and as many as you allow.")
    icon = "check2-square"
    order = 11
    aliases = ("multiple", "multiple_choice", "checkbox", "select_multiple")
    more_keys = ("options", "shuffle", "min", "max", "exclusive")
    settings = (
        Setting(
            "options",
            lazy("Options"),
            Kind.OPTIONS,
            lazy("An option such as “none of these” can be marked “exclusive”: it is never chosen with others."),
        ),
        SHUFFLE,
        Setting("min", lazy("At least"), Kind.WHOLE, lazy("How many must be chosen when any is."), low=1, high=OPTIONS),
        Setting("max", lazy("At most"), Kind.WHOLE, lazy("How many may be chosen."), low=1, high=OPTIONS),
    )
    page_shape = "list"

    def check(self, definition: Mapping[str, Any]) -> Iterable[str]:
        """Yield what is wrong with the options and their limits."""
        yield from super().check(definition)
        yield from check_whole(definition, "min", 1, OPTIONS)
        yield from check_whole(definition, "max", 1, OPTIONS)
        listed = definition.get("options")
        low, high = definition.get("min"), definition.get("max")
        if isinstance(low, int) and isinstance(listed, list):
            ceiling = min(high, len(listed)) if isinstance(high, int) else len(listed)
            if low > ceiling:
                yield _("“min” asks for more answers than can be chosen")
        alone = definition.get("exclusive")
        known = {str(entry.get("v")) for entry in listed if isinstance(entry, dict)} if isinstance(listed, list) else ()
        if alone is not None and (not isinstance(alone, list) or any(str(value) not in known for value in alone)):
            yield _("“exclusive” must list values of the options")

    def prepare(self, definition: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the options and the limits; `exclusive`: the options never chosen together with others."""
        prepared = super().prepare(definition)
        alone = {option.value for option in prepared["options"] if option.exclusive}
        return {
            **prepared,
            "min": definition.get("min"),
            "max": definition.get("max"),
            "exclusive": frozenset(alone.union(str(value) for value in definition.get("exclusive") or ())),
        }

    def read(self, sent: Sent, item: Item) -> Answers:
        """Return the ticked values and the words beside them."""
        ticked = [value for value in sent.getlist(item.name) if value]
        if not item.settings["allowed"].issuperset(ticked):
            raise Refused(_("Please choose only among the answers shown."))
        chosen = self._within_limits(ticked, item)
        return {item.name: chosen, **self.own_words(sent, item, chosen)} if chosen else {}

    def _within_limits(self, ticked: Sequence[str], item: Item) -> list[str]:
        chosen = [option.value for option in item.settings["options"] if option.value in ticked]
        most, least = item.settings["max"], item.settings["min"]
        if most and len(chosen) > most:
            raise Refused(_("Please choose at most %(most)s; %(count)s are chosen now.", most=most, count=len(chosen)))
        alone = item.settings["exclusive"].intersection(chosen)
        if chosen and least and len(chosen) < least and not alone:
            raise Refused(_("Please choose at least %(least)s.", least=least))
        if alone and len(chosen) > 1:
            raise Refused(
                _("“%(option)s” cannot be chosen together with others.", option=self.values(item)[min(alone)])
            )
        return chosen

    def columns(self, item: Item) -> tuple[str, ...]:
        """Return one column for the list, or one for each option."""
        each = (f"{item.name}.{option.value}" for option in item.settings["options"])
        return (*self.answer_keys(item), *each)

    def accept(self, value: Mapping[str, Any], item: Item) -> Answers:
        """Return the options a row lists (a list, or text parted by ; or |) or ticks column by column."""
        ticked = [*self._listed(value.get(item.name), item), *self._ticked(value, item)]
        chosen = self._within_limits(ticked, item)
        return {item.name: chosen, **self.words_in_row(value, item, chosen)} if chosen else {}

    def _listed(self, cell: Any, item: Item) -> Iterator[str]:
        if isinstance(cell, dict):
            raise Refused(_("A list of answers is expected here."))
        for part in parted(cell):
            yield find(part, item.settings["options"])

    def _ticked(self, row: Mapping[str, Any], item: Item) -> Iterator[str]:
        for option in item.settings["options"]:
            mark = str(row.get(f"{item.name}.{option.value}") or "").strip().casefold()
            if mark in TICKED or mark in (option.value.casefold(), option.label.casefold()):
                yield option.value
            elif mark not in UNTICKED:
                raise Refused(_("“%(mark)s” is neither ticked (1) nor empty (0).", mark=mark[:40]))

    def exported(self, item: Item) -> tuple[Column, ...]:
        """Return one column of 0 and 1 for each option, and one for each line of words."""
        ticks = {0: _("No"), 1: _("Yes")}
        return (
            *(
                Column(f"{item.name}.{option.value}", f"{item.title} – {option.label}", Measure.NOMINAL, ticks)
                for option in item.settings["options"]
            ),
            *self.text_columns(item),
        )

    def cells(self, answer: Mapping[str, Any], item: Item) -> tuple[Any, ...]:
        """Return 1 for each chosen option and 0 for the others, None for all when nothing was chosen."""
        chosen = answer.get(item.name)
        listed = item.settings["options"]
        if chosen is None:
            return (*[None] * len(listed), *self.text_cells(answer, item))
        return (*[1 if option.value in chosen else 0 for option in listed], *self.text_cells(answer, item))

    def counted(self, counts: Counts, item: Item) -> Tally:
        """Count each option among those who chose at least one."""
        most = item.settings["max"] or len(item.settings["options"])
        ticked = {
            option.value: counts.by[f"{item.name}.{option.value}"].get(1, 0) for option in item.settings["options"]
        }
        return Tally(
            Shape.PARTS if most == 1 else Shape.MARKS,
            counts.answered,
            counts.asked - counts.answered,
            counts.skipped,
            bars(item.settings["options"], ticked),
            texts=own_texts(counts),
            most=most,
        )
