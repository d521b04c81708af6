"""Files of talk notes: what is said once for all of a file."""

from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from core.i18n import lazy
from core.terms import Visibility
from forms.interviews import TalksFileForm


class TalkNotesForm(TalksFileForm):
    """A file of talk notes, and who may read those that do not say it themselves: chosen, never by default."""

    visibility = SelectField(
        lazy("Who may read notes that do not say so"),
        choices=lambda: [
            SelectChoice("", str(lazy("Nobody has decided: leave such notes out"))),
            *(SelectChoice(level.value, str(level.label)) for level in Visibility),
        ],
        default="",
    )
