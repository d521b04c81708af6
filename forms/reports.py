"""Forms of the reports package."""

from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from core.i18n import LANGUAGES, lazy
from core.terms import PdfVariant, ReportStyle
from forms.base import HouseForm
from forms.fields import RevisionField

PASSAGE = 8000  # code points of one passage
STEPS = ("keep", "leave-out", "restore")
MOVES = ("save", "up", "down", "delete", "insert")


def _styles() -> list[SelectChoice]:
    return [SelectChoice(style.value, style.label) for style in ReportStyle]


def _languages() -> list[SelectChoice]:
    return [SelectChoice(code, name) for code, name in LANGUAGES.items()]


class IssueForm(HouseForm):
    """Which report to print."""

    style = RadioField(lazy("Layout"), [InputRequired()], choices=_styles(), default=ReportStyle.GONGWEN.value)
    language = SelectField(lazy("Language of the report"), [InputRequired()], choices=_languages())


class ShownForm(HouseForm):
    """Which report is looked at; read from the address or from hidden fields."""

    style = SelectField(lazy("Layout"), [InputRequired()], choices=_styles())
    language = SelectField(lazy("Language of the report"), [InputRequired()], choices=_languages())


class PassageForm(ShownForm):
    """A passage in somebody's words, left out, or given back to the program."""

    passage = StringField(widget=HiddenInput(), validators=[InputRequired(), Length(max=120)])
    step = SelectField(choices=[SelectChoice(step, step) for step in STEPS], default="keep")
    text = TextAreaField(lazy("Your wording"), [Length(max=PASSAGE)], default="")
    generated = TextAreaField(widget=HiddenInput(), validators=[Length(max=PASSAGE)], default="")
    revision = RevisionField()


class HeadForm(ShownForm):
    """What stands above and below the text of a report."""

    masthead = StringField(lazy("Name in the red head"), [Length(max=60)])
    number = StringField(lazy("Document number"), [Length(max=40)])
    addressee = StringField(lazy("Addressed to"), [Length(max=120)])
    copies_to = StringField(lazy("Copies to"), [Length(max=200)])
    printed_by = StringField(lazy("Printed by"), [Length(max=80)])
    signed_on = DateField(lazy("Date of signature"), [Optional()])
    contents = BooleanField(lazy("With a table of contents"))
    notes_at = RadioField(
        lazy("Where notes stand"),
        choices=[SelectChoice("page", lazy("at the foot of the page")), SelectChoice("end", lazy("at the end"))],
        default="end",
    )
    variant = SelectField(
        lazy("Kind of PDF"),
        choices=[SelectChoice(variant.value, variant.label) for variant in PdfVariant],
        default=PdfVariant.ACCESSIBLE.value,
    )
    revision = RevisionField()


class ClaimForm(HouseForm):
    """One line of what the secretary claims, and what it rests on."""

    part = SelectField(
        lazy("Part of the report"),
        [InputRequired()],
        choices=[SelectChoice(part, part) for part in ("causes", "proposals", "achievements")],
    )
    place = IntegerField(widget=HiddenInput(), validators=[Optional(), NumberRange(-1, 10_000)], default=-1)
    step = SelectField(choices=[SelectChoice(move, move) for move in MOVES], default="save")
    text = TextAreaField(lazy("Wording"), [Length(max=2000)], render_kw={"rows": 3, "maxlength": 2000})
    grounds = SelectMultipleField(lazy("Rests on"), validate_choice=False)
    revision = RevisionField()


class WithdrawForm(HouseForm):
    """Why an issued report is withdrawn."""

    reason = TextAreaField(
        lazy("Why it is withdrawn"), [InputRequired(), Length(max=500)], render_kw={"rows": 2, "maxlength": 500}
    )
