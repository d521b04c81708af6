"""Forms of the concerns package."""

from collections.abc import Iterable

from wtforms import DateField, HiddenField, IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from core.i18n import _, lazy
from core.terms import ActionState
from forms.base import HouseForm

UNGROUPED = 0  # the number that stands for no concern
NOT_CHOSEN = -1  # so that the Enter key moves nothing to wherever the list happens to begin


def _choices(concerns: Iterable[tuple[int, str]]) -> list[SelectChoice]:
    first = SelectChoice(NOT_CHOSEN, _("Choose a concern…"))
    return [first, *(SelectChoice(number, label) for number, label in concerns)]


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


class MergeForm(SeenForm):
    """Into which other concern this one goes."""

    into = SelectField(
        lazy("Merge into"), [NumberRange(1, message=lazy("Choose another concern to merge this one into."))], coerce=int
    )

    def offer(self, concerns: Iterable[tuple[int, str]]) -> None:
        """Offer concerns to choose from."""
        self.into.choices = _choices(concerns)


class PassagesForm(HouseForm):
    """Ticked passages, and what shall happen to them."""

    passages = SelectMultipleField(lazy("Passages"), coerce=int, validate_choice=False)
    to = SelectField(lazy("Move to"), coerce=int, validate_choice=False)
    label = StringField(
        lazy("Name of the new concern"), [Length(max=120)], id="new-label", render_kw={"maxlength": 120}
    )
    what = HiddenField()

    def offer(self, concerns: Iterable[tuple[int, str]], *, ungrouped: bool) -> None:
        """Offer concerns to move to, and the ungrouped passages if these are not there already."""
        self.to.choices = [*_choices(concerns), *([SelectChoice(UNGROUPED, _("(no concern)"))] if ungrouped else [])]


class StepForm(HouseForm):
    """The step the page offered to take back."""

    step = IntegerField(lazy("Step"), [InputRequired()])


class ActionForm(HouseForm):
    """What is done about a concern."""

    measure = TextAreaField(
        lazy("What is to be done"), [InputRequired(), Length(max=500)], render_kw={"rows": 2, "maxlength": 500}
    )
    owner = StringField(lazy("Who answers for it"), [InputRequired(), Length(max=80)], render_kw={"maxlength": 80})
    due_on = DateField(lazy("Until when"), [Optional()])
    state = SelectField(lazy("How far it has come"))
    outcome = TextAreaField(
        lazy("What came of it, or why it cannot be done"), [Length(max=500)], render_kw={"rows": 2, "maxlength": 500}
    )
    revision = HiddenField(default="0")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.state.choices = [SelectChoice(state.value, state.label) for state in ActionState]

    def seen(self) -> int:
        """Return the revision the page showed."""
        return int(self.revision.data) if str(self.revision.data).isdigit() else 0
