"""The form of a talk written on a phone, on a walk-round or without a connection."""

from wtforms import HiddenField
from wtforms.validators import Length

from core.terms import TalkMode
from forms.interviews import TalkForm


class WalkForm(TalkForm):
    """A record, and the mark its device gave it."""

    device_key = HiddenField(default="", validators=[Length(max=40)])
    edited = HiddenField(default="", validators=[Length(max=1)])  # changed after it was first sent

    def walk_round(self) -> None:
        """Take a record that does not say how it was held for a walk-round."""
        if not self.mode.data:
            self.mode.data = TalkMode.WALK_ROUND.value
