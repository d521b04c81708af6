"""One option out of a long list."""

from core.i18n import lazy
from questions.base import Item
from questions.choices import with_words
from questions.single_choice import SingleChoice
from questions.timing import CHOOSING, reading

LONGEST = 500
SCANNED = 12  # in a list opened to find what one already has in mind, about a screenful is read


class Dropdown(SingleChoice):
    """A native select, which every phone shows in its own way; the answer is the option's value."""

    key = "dropdown"
    label = lazy("Drop-down list")
    hint = lazy("One answer out of a list too long to show at once.")
    icon = "chevron-down"
    order = 12
    aliases = ("select",)
    grouped = False
    most = LONGEST

    def seconds(self, item: Item) -> float:
        """Return the time to read the question and a screenful of the list."""
        seen = [option.label for option in item.settings["options"][:SCANNED]]
        return reading(item.title, item.help, *seen) + CHOOSING

    def max_sent(self, item: Item) -> int:
        """Return the most bytes of a form: the longest value, every line full."""
        longest = max(len(option.value) for option in item.settings["options"])
        return len(item.name) + longest + 2 + super().max_sent(item) * bool(with_words(item))
