"""What may be asked of the operations record."""

from wtforms import DateField, IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, NumberRange, Optional

from core.i18n import _, lazy
from core.terms import TrailKind
from forms.base import HouseForm


class TrailForm(HouseForm):
    """Which lines are wanted; an empty field wants all."""

    kind = SelectField(lazy("What about"), choices=[], default="", validate_choice=False)
    account = SelectField(lazy("Who"), choices=[], default="", validate_choice=False)
    since = DateField(lazy("From"), validators=[Optional()])
    until = DateField(lazy("Until"), validators=[Optional()])

    def offer(self, accounts: list[tuple[int, str]]) -> None:
        """Offer everyone who has or had an account."""
        kinds = [SelectChoice(kind.value, str(kind.label)) for kind in TrailKind]
        people = [SelectChoice(str(number), name) for number, name in accounts]
        self.kind.choices = [SelectChoice("", _("Everything")), *kinds]
        self.account.choices = [SelectChoice("", _("Everybody")), *people]


class KeptSealForm(HouseForm):
    """A seal that was printed or written down once."""

    lines = IntegerField(lazy("Number of lines"), validators=[Optional(), NumberRange(min=1, max=10**9)])
    seal = StringField(lazy("Seal"), validators=[Optional(), Length(max=100)])
