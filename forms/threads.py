"""Forms of concerns that recur."""

from collections.abc import Iterable

from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import Length

from core.i18n import _, lazy
from forms.base import HouseForm

NOT_CHOSEN = "0"


class ThreadForm(HouseForm):
    """What a person says of a concern's thread; `thread` is the one the page showed."""

    to = SelectField(lazy("The same concern in another investigation"), choices=[], validate_choice=False)
    label = StringField(
        lazy("Its name across investigations"), [Length(max=120)], id="thread-label", render_kw={"maxlength": 120}
    )
    what = HiddenField()
    thread = HiddenField(default="0")

    def offer(self, others: Iterable[tuple[str, list[tuple[int, str]]]]) -> None:
        """Offer concerns by the title of their investigation."""
        found: dict[str, list[tuple[str, str]]] = {"": [(NOT_CHOSEN, _("Choose a concern…"))]}
        for title, concerns in others:
            found.setdefault(title, []).extend((str(number), label) for number, label in concerns)
        self.to.choices = found

    def chosen(self) -> int:
        """Return the concern to tie to, 0 for none."""
        return _number(self.to.data)

    def seen(self) -> int:
        """Return the thread the page showed, 0 for none."""
        return _number(self.thread.data)


def _number(text: object) -> int:
    plain = str(text or "")
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 10 else 0
