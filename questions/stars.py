"""Stars to give."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.i18n import lazy
from questions.base import Kind, Setting, check_whole
from questions.scale import Scale, check_labels, points

USUAL, FEWEST, MOST = 5, 3, 10


class Stars(Scale):
    """A row of stars; the answer is how many were given."""

    key = "stars"
    label = lazy("Stars")
    hint = lazy("A quick rating, as people know it from their phones.")
    icon = "star"
    order = 22
    aliases = ("star", "star_rating")
    more_keys = ("stars", "labels")
    settings = (
        Setting("stars", lazy("How many stars"), Kind.WHOLE, low=FEWEST, high=MOST),
        Setting(
            "labels",
            lazy("Words for the stars"),
            Kind.LINES,
            lazy("None, two lines for the ends, or one line for each star."),
        ),
    )

    def check(self, definition: Mapping[str, Any]) -> Iterable[str]:
        """Yield what is wrong with the number of stars and their words."""
        wrong = list(check_whole(definition, "stars", FEWEST, MOST))
        yield from wrong or check_labels(definition.get("labels"), definition.get("stars") or USUAL)

    def begin(self) -> dict[str, Any]:
        """Return five stars."""
        return {"type": self.key, "stars": USUAL}

    def prepare(self, definition: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a point for each star."""
        return points({"min": 1, "max": definition.get("stars") or USUAL, "labels": definition.get("labels")})
