"""The form of the search through passages."""

from collections.abc import Iterable
from typing import Any

from wtforms import SearchField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from core.i18n import lazy
from core.terms import ExcerptKind, SourceKind
from forms.base import HouseForm

LONGEST = 80
Choices = Iterable[tuple[Any, Any]]


def _narrowing(label: object) -> SelectField:
    """Return a filter; a choice nobody offered narrows nothing instead of being an error."""
    return SelectField(label, choices=[], default="", validate_choice=False)


class PassageSearchForm(HouseForm):
    """What is looked for in passages, and in which of them; filters left empty narrow nothing."""

    # A browser remembers what is typed into fields, and the next one at this desk would be offered it.
    words = SearchField(
        lazy("Words in passages"),
        [InputRequired(lazy("Write what to look for.")), Length(max=LONGEST)],
        render_kw={"maxlength": LONGEST, "autocomplete": "off", "spellcheck": "false"},
    )
    source = _narrowing(lazy("Said in"))
    kind = _narrowing(lazy("Kind of passage"))

    def offer(self) -> None:
        """Fill in what may be chosen."""
        self.source.choices = [SelectChoice("", str(lazy("Everywhere"))), *_offered((s, s.label) for s in SourceKind)]
        self.kind.choices = [SelectChoice("", str(lazy("All kinds"))), *_offered((k, k.label) for k in ExcerptKind)]


def _offered(pairs: Choices) -> list[SelectChoice]:
    return [SelectChoice(str(value), str(label)) for value, label in pairs]
