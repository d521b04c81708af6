"""Would you recommend us? 0 to 10, and the net promoter score."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.i18n import _, lazy
from questions.base import Bar, Counts, Figure, Item, Kind, Setting, Shape, Tally, lines
from questions.scale import Scale, check_labels, check_scale, points

PASSIVE, PROMOTER = 7, 9  # Reichheld 2003: 0-6 detractors, 7-8 passives, 9-10 promoters
RANGE = {"min": 0, "max": 10}


class Nps(Scale):
    """Points 0 to 10, told as three bands: published point by point, small groups could not be protected."""

    key = "nps"
    label = lazy("Recommendation (NPS)")
    hint = lazy("Would you recommend us, from 0 to 10; gives the net promoter score.")
    icon = "speedometer2"
    order = 24
    aliases = ("net_promoter",)
    more_keys = ("scale", "labels")
    settings = (Setting("labels", lazy("Words for the ends"), Kind.LINES, lazy("Two lines: for 0 and for 10.")),)

    def check(self, definition: Mapping[str, Any]) -> Iterable[str]:
        """Yield what is wrong with the scale, which may be left out but not be changed."""
        scale = definition.get("scale", RANGE)
        yield from check_scale(scale)
        yield from check_labels(definition.get("labels"), 11)
        if isinstance(scale, dict) and (scale.get("min"), scale.get("max")) != (0, 10):
            yield _("a recommendation question runs from 0 to 10")

    def prepare(self, definition: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the eleven points; without words of its own the ends have the usual ones."""
        scale = definition.get("scale", RANGE)
        said = lines(definition.get("labels")) or scale.get("labels") or [_("Not at all likely"), _("Very likely")]
        return points({**scale, "labels": said})

    def begin(self) -> dict[str, Any]:
        """Return nothing but the type: the usual words are filled in."""
        return {"type": self.key}

    def bar_of(self, value: str) -> str:
        """Return the band of a point."""
        number = int(value)
        return "promoters" if number >= PROMOTER else "passives" if number >= PASSIVE else "detractors"

    def counted(self, counts: Counts, item: Item) -> Tally:
        """Count the three bands; the score is promoters less detractors in percent of those who answered."""
        given = counts.by[item.name]
        detractors = sum(times for value, times in given.items() if value < PASSIVE)
        promoters = sum(times for value, times in given.items() if value >= PROMOTER)
        n = counts.answered
        bands = (
            Bar("detractors", _("Would not (0–6)"), detractors),
            Bar("passives", _("Undecided (7–8)"), n - detractors - promoters),
            Bar("promoters", _("Would recommend (9–10)"), promoters),
        )
        score = round(100 * (promoters - detractors) / n, 1) if n else None
        figures = (Figure("score", lazy("Net promoter score"), score),)
        return Tally(Shape.PARTS, n, counts.asked - n, counts.skipped, bands, figures=figures)
