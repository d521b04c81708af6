"""Forms of the surveys package."""

from collections.abc import Iterable, Sequence

from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from core.i18n import _, lazy
from core.terms import Channel
from forms.base import HouseForm
from forms.fields import UploadField

FILE = "file"
ROSTERLESS = "0"  # the members who are in no group
PLACES = (Channel.PAPER, Channel.PHONE, Channel.COMPUTER, Channel.IMPORTED)


class NewSurveyForm(HouseForm):
    """A survey from a shipped instrument or from a file."""

    source = RadioField(lazy("Questionnaire"), [InputRequired()])
    definition = UploadField(lazy("Definition file"), render_kw={"accept": ".yaml,.yml,.json"})
    opens_on = DateField(lazy("First day"), [Optional()])
    closes_on = DateField(lazy("Last day"), [Optional()])

    def offer(self, samples: Iterable[tuple[str, str]]) -> None:
        """Set the instruments to choose from."""
        listed = [SelectChoice(key, title) for key, title in samples]
        self.source.choices = [*listed, SelectChoice(FILE, _("From a file of my own (YAML or JSON)"))]
        if not self.source.data and not self.is_submitted():
            self.source.data = listed[0].value

    def validate_definition(self, field: UploadField) -> None:
        """Ask for the file when it is to come from one."""
        if self.source.data == FILE and not (field.data and field.data.filename):
            raise ValidationError(_("Please choose the file."))


class InviteForm(HouseForm):
    """Whom to make codes for."""

    groups = SelectMultipleField(
        lazy("Members"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(), validate_choice=True
    )
    spares = IntegerField(
        lazy("Spare slips"), [InputRequired(), NumberRange(0, 2000)], default=0, render_kw={"min": 0, "max": 2000}
    )
    address = StringField(
        lazy("Address printed on the slips"),
        [
            InputRequired(),
            Length(max=200),
            Regexp(r"^https?://[^\s/#?]+/?$", message=lazy("Like http://192.168.1.20:5000")),
        ],
    )

    def offer(self, groups: Sequence[tuple[int | None, str]]) -> None:
        """Set the groups, all ticked at first."""
        self.groups.choices = [SelectChoice(str(key or ROSTERLESS), title) for key, title in groups]
        if not self.is_submitted():
            self.groups.data = [choice.value for choice in self.groups.choices]

    def chosen(self) -> list[int | None]:
        """Return the ids of the chosen groups; None stands for members in no group."""
        return [int(key) or None for key in self.groups.data or ()]


class ImportForm(HouseForm):
    """A file of responses."""

    file = UploadField(lazy("File"), render_kw={"accept": ".csv,.tsv,.xlsx,.jsonl"})
    channel = SelectField(lazy("How these people answered, where the file does not say"))
    leave_out = BooleanField(lazy("Leave out the faulty rows and take the others"))

    def __init__(self) -> None:
        super().__init__()
        self.channel.choices = [SelectChoice(place.value, place.label) for place in PLACES]

    def validate_file(self, field: UploadField) -> None:
        """Ask for the file."""
        if not (field.data and field.data.filename):
            raise ValidationError(_("Please choose the file."))


class CloseForm(HouseForm):
    """The last word before a survey is closed for good."""

    understood = BooleanField(
        lazy("I understand: afterwards nobody can answer, and it cannot be opened again."), [InputRequired()]
    )
