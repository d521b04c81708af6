"""Forms about blank ballot slips: who drew one, and that the rest were destroyed."""

from collections.abc import Sequence

from wtforms import BooleanField, DateField, IntegerField, SelectChoice, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from core.i18n import lazy
from forms.base import HouseForm


class DrawnForm(HouseForm):
    """The members who drew a slip."""

    members = SelectMultipleField(
        lazy("Members who drew a slip"),
        [InputRequired(lazy("Tick at least one member."))],
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def offer(self, members: Sequence[tuple[int, str]]) -> None:
        """Set who may be ticked."""
        self.members.choices = [SelectChoice(key, name) for key, name in members]


class BackForm(HouseForm):
    """A slip comes back into the envelope."""

    unused = BooleanField(
        lazy("The slip lies before me, its code was not used, and it goes back into the envelope."), [InputRequired()]
    )


class MoreForm(HouseForm):
    """Further blank slips, and the address printed on them."""

    count = IntegerField(
        lazy("Further blank slips"), [InputRequired(), NumberRange(1, 2000)], render_kw={"min": 1, "max": 2000}
    )
    address = StringField(
        lazy("Address printed on the slips"),
        [
            InputRequired(),
            Length(max=200),
            Regexp(r"^https?://[^\s/#?]+/?$", message=lazy("Like http://192.168.1.20:5000")),
        ],
    )


class DestroyedForm(HouseForm):
    """How many unused slips were destroyed, when, and before whom."""

    destroyed = IntegerField(
        lazy("Unused slips destroyed"), [InputRequired(), NumberRange(0, 100_000)], render_kw={"min": 0}
    )
    destroyed_on = DateField(lazy("Day"), [InputRequired()])
    first = StringField(lazy("First witness"), [InputRequired(), Length(max=90)], render_kw={"maxlength": 90})
    second = StringField(lazy("Second witness"), [InputRequired(), Length(max=90)], render_kw={"maxlength": 90})
