"""Would you recommend us? 0 to 10, and the net promoter score."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.i18n import _, lazy
from questions.base import Bar, Figure, Item, Shape, Tally
from questions.scale import Scale, check_scale, points

PASSIVE, PROMOTER = 7, 9  # Reichheld 2003: 0-6 detractors, 7-8 passives, 9-10 promoters
RANGE = {"min": 0, "max": 10}


class Nps(Scale):
    """Points 0 to 10, told as three bands: published point by point, small groups could not be protected."""

    key = "nps"
    label = lazy("Recommendation (NPS)")
    order = 40
    aliases = ("net_promoter",)

    def check(self, definition: Mapping[str, Any]) -> Iterable[str]:
        """Yield what is wrong with the scale, which may be left out but not be changed."""
        scale = definition.get("scale", RANGE)
        yield from check_scale(scale)
        if isinstance(scale, dict) and (scale.get("min"), scale.get("max")) != (0, 10):
            yield _("a recommendation question runs from 0 to 10")

    def prepare(self, definition: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the eleven points."""
        return points(definition.get("scale", RANGE))

    def bar_of(self, value: str) -> str:
        """Return the band of a point."""
        number = int(value)
        return "promoters" if number >= PROMOTER else "passives" if number >= PASSIVE else "detractors"

    def tally(self, answers: Sequence[Mapping[str, Any]], item: Item, *, skipped: int = 0) -> Tally:
        """Count the three bands; the score is promoters less detractors in percent of those who answered."""
        given = [answer[item.name] for answer in answers if item.name in answer]
        detractors = sum(value < PASSIVE for value in given)
        promoters = sum(value >= PROMOTER for value in given)
        bands = (
            Bar("detractors", _("Would not (0–6)"), detractors),
            Bar("passives", _("Undecided (7–8)"), len(given) - detractors - promoters),
            Bar("promoters", _("Would recommend (9–10)"), promoters),
        )
        score = round(100 * (promoters - detractors) / len(given), 1) if given else None
        figures = (Figure("score", lazy("Net promoter score"), score),)
        return Tally(Shape.PARTS, len(given), len(answers) - len(given), skipped, bands, figures=figures)
