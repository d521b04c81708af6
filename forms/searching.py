"""The form of the search through notes."""

from collections.abc import Iterable

from wtforms import DateField, SearchField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from core.i18n import lazy
from forms.base import HouseForm

LONGEST = 80


def _narrowing(label: object) -> SelectField:
    """Return a filter; a choice nobody offered narrows nothing instead of being an error."""
    return SelectField(label, choices=[], default="", validate_choice=False)


class SearchForm(HouseForm):
    """What is looked for in the notes, and in which of them; filters left empty narrow nothing."""

    # A browser remembers what is typed into fields, and the next one at this desk would be offered it.
    words = SearchField(
        lazy("Words in notes and promises"),
        [InputRequired(lazy("Write what to look for.")), Length(max=LONGEST)],
        render_kw={"maxlength": LONGEST, "autocomplete": "off", "spellcheck": "false"},
    )
    group = _narrowing(lazy("Group"))
    interviewer = _narrowing(lazy("Interviewer"))
    since = DateField(lazy("From"), [Optional()])
    until = DateField(lazy("To"), [Optional()])

    def offer(self, *, groups: Iterable[tuple[int, str]], interviewers: Iterable[tuple[int, str]]) -> None:
        """Hand in what may be chosen."""
        for field, every, pairs in (
            (self.group, lazy("All groups"), groups),
            (self.interviewer, lazy("All interviewers"), interviewers),
        ):
            field.choices = [SelectChoice("", str(every)), *(SelectChoice(str(id_), name) for id_, name in pairs)]
