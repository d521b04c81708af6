"""Forms of the concerns package."""

from collections.abc import Iterable

from wtforms import HiddenField, IntegerField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from core.i18n import lazy
from core.numbers import LARGEST
from forms.base import HouseForm

UNGROUPED = 0  # the number that stands for no concern


def _row(text: object) -> int:
    """The number of a row; ValueError for one no database could hold."""
    if abs(number := int(str(text))) > LARGEST:
        raise ValueError(number)
    return number


class SeenForm(HouseForm):
    """A step on a concern as the page showed it."""

    revision = IntegerField(lazy("Revision"), [InputRequired()])


class LabelForm(HouseForm):
    """A concern's name and a person's summary of it."""

    label = StringField(lazy("Name of the concern"), [InputRequired(), Length(max=120)], render_kw={"maxlength": 120})
    summary = TextAreaField(
        lazy("In your own words (optional)"), [Length(max=1000)], render_kw={"rows": 3, "maxlength": 1000}
    )
    revision = HiddenField(default="0")

    def seen(self) -> int:
        """Return the revision the page showed."""
        return int(self.revision.data) if str(self.revision.data).isdigit() else 0


class CodeForm(HouseForm):
    """A concern's entry in the codebook."""

    theme = StringField(lazy("Theme"), [Length(max=60)], render_kw={"maxlength": 60, "list": "themes"})
    includes = TextAreaField(lazy("What belongs here"), [Length(max=2000)], render_kw={"rows": 4, "maxlength": 2000})
    excludes = TextAreaField(
        lazy("What does not belong here"), [Length(max=2000)], render_kw={"rows": 4, "maxlength": 2000}
    )
    revision = HiddenField(default="0")

    def seen(self) -> int:
        """Return the revision the page showed."""
        return int(self.revision.data) if str(self.revision.data).isdigit() else 0


class MergeForm(SeenForm):
    """Into which other concern this one goes."""

    into = RadioField(
        lazy("Merge into"),
        [NumberRange(1, message=lazy("Choose another concern to merge this one into."))],
        coerce=_row,
        validate_choice=False,
    )

    def offer(self, concerns: Iterable[tuple[int, str]]) -> None:
        """Offer concerns to choose from."""
        self.into.choices = [SelectChoice(number, label) for number, label in concerns]


class PassagesForm(HouseForm):
    """Ticked passages, and what shall happen to them."""

    passages = SelectMultipleField(lazy("Passages"), coerce=_row, validate_choice=False)
    to = IntegerField(lazy("Move to"), [Optional(), NumberRange(-1, LARGEST)])
    label = StringField(
        lazy("Name of the new concern"), [Length(max=120)], id="new-label", render_kw={"maxlength": 120}
    )
    what = HiddenField()


class RedactForm(HouseForm):
    """Words marked in a passage, each as the place where it begins and how it reads; `sure` after reading what goes."""

    words = SelectMultipleField(lazy("Words"), validate_choice=False)
    sure = HiddenField()

    def marked(self) -> list[tuple[int, str]]:
        """Return (place, word) pairs; what is not one is left out."""
        pairs = (value.partition("-") for value in self.words.data or ())
        return [(int(place), word) for place, _dash, word in pairs if place.isdecimal() and len(place) < 7 and word]


class StepForm(HouseForm):
    """The step the page offered to take back."""

    step = IntegerField(lazy("Step"), [InputRequired()])
