"""Forms of the reports package."""

from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from core.i18n import LANGUAGES, lazy
from core.terms import ReportStyle
from forms.base import HouseForm


class IssueForm(HouseForm):
    """Which report to print."""

    style = RadioField(
        lazy("Layout"),
        [InputRequired()],
        choices=[SelectChoice(style.value, style.label) for style in ReportStyle],
        default=ReportStyle.GONGWEN.value,
    )
    language = SelectField(
        lazy("Language of the report"),
        [InputRequired()],
        choices=[SelectChoice(code, name) for code, name in LANGUAGES.items()],
    )
