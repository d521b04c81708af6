"""What the pages of keys may send."""

from wtforms import BooleanField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from core.i18n import lazy
from forms.base import HouseForm

NEEDED = lazy("Please fill this in.")
TOO_LONG = lazy("At most %(max)d characters.")
TICK = lazy("Tick this if you mean it.")
LIMIT = 200


def _password(label: object, autocomplete: str) -> PasswordField:
    return PasswordField(
        label,
        [InputRequired(message=NEEDED), Length(max=LIMIT, message=TOO_LONG)],
        render_kw={"autocomplete": autocomplete, "maxlength": LIMIT},
    )


class UnlockForm(HouseForm):
    """The sign-in password."""

    passphrase = _password(lazy("Your password"), "current-password")


class EarlierPasswordForm(HouseForm):
    """The password before a reset, and the present one."""

    earlier = _password(lazy("The password before it was reset"), "off")
    present = _password(lazy("Your present sign-in password"), "current-password")


class RecoveryForm(HouseForm):
    """The signs of the printed sheet, and the present password."""

    code = StringField(
        lazy("Recovery key from the sheet"),
        [InputRequired(message=NEEDED), Length(max=80, message=TOO_LONG)],
        render_kw={
            "autocomplete": "off",
            "autocapitalize": "characters",
            "spellcheck": "false",
            "maxlength": 80,
            "placeholder": "XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX",
        },
    )
    present = _password(lazy("Your present sign-in password"), "current-password")


class StartAnewForm(HouseForm):
    """The present password, and that one has understood what is given up."""

    understood = BooleanField(
        lazy("I have understood: notes only I could read stay closed."), [InputRequired(message=TICK)]
    )
    present = _password(lazy("Your present sign-in password"), "current-password")


class ReuniteForm(HouseForm):
    """Something that opened an earlier key."""

    secret = _password(lazy("An earlier password, or the recovery key of that time"), "off")
