"""What the pages of results may be asked for."""

from collections.abc import Sequence

from wtforms import SelectField, StringField
from wtforms.validators import Length, Optional

from core.i18n import lazy
from forms.base import HouseForm

Choices = Sequence[tuple[str, str]]


class GroupsForm(HouseForm):
    """Which two questions stand in the rows and in the columns."""

    rows = SelectField(lazy("Groups (rows)"), validators=[Optional()], choices=[])
    columns = SelectField(lazy("Answers (columns)"), validators=[Optional()], choices=[])

    def offer(self, axes: Choices) -> None:
        """Set the questions to choose from."""
        self.rows.choices = self.columns.choices = [("", "—"), *axes]


class AmongForm(HouseForm):
    """Whose answers are shown: those who gave one answer to one question."""

    who = SelectField(lazy("Only those who answered"), validators=[Optional()], choices=[])

    def offer(self, answers: Choices) -> None:
        """Set the answers to choose from."""
        self.who.choices = [("", "—"), *answers]


class EarlierForm(HouseForm):
    """The survey to compare with."""

    earlier = SelectField(lazy("Earlier survey"), validators=[Optional()], choices=[])

    def offer(self, surveys: Choices) -> None:
        """Set the surveys to choose from."""
        self.earlier.choices = [("", "—"), *surveys]


class WordForm(HouseForm):
    """A word to look for in answers in people's own words."""

    word = StringField(lazy("Word"), validators=[Optional(), Length(max=40)])
