"""What the page that passes notes on may send."""

from collections.abc import Iterable

from wtforms import SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from core.i18n import lazy
from core.numbers import row_number
from forms.base import HouseForm

CHOOSE = lazy("Choose one of these.")


class HandingForm(HouseForm):
    """Which talks, and to whom."""

    talks = SelectMultipleField(
        lazy("Talks"),
        [InputRequired(message=lazy("Tick at least one talk."))],
        coerce=row_number,
        invalid_value_message=CHOOSE,
        invalid_choice_message=CHOOSE,
    )
    to = SelectField(
        lazy("Pass on to"),
        [InputRequired(message=CHOOSE)],
        coerce=row_number,
        invalid_value_message=CHOOSE,
        invalid_choice_message=CHOOSE,
    )

    def offer(self, talks: Iterable[int], accounts: Iterable[tuple[int, str]]) -> None:
        """Say which talks can be passed on, and to whom."""
        self.talks.choices = [SelectChoice(str(each), str(each)) for each in talks]
        self.to.choices = [SelectChoice("", lazy("Choose")), *(SelectChoice(str(key), name) for key, name in accounts)]
