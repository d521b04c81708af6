"""The figures of an investigation as lines for a terminal."""

from collections.abc import Iterator

from questions.base import Shape
from reports.evidence import Evidence


def lines(evidence: Evidence) -> Iterator[str]:
    """Yield coverage, response, scores and concerns, one line each, in plain English for people and scripts."""
    full, everyone = evidence.full_members.all, evidence.coverage.all
    yield f"coverage: {full.heard} of {full.total} full members, {everyone.heard} of {everyone.total} people"
    for name, part in evidence.coverage.by_group.items():
        yield f"  {name or '-'}: {part.heard} of {part.total}"
    for quarter, count in evidence.coverage.by_quarter.items():
        yield f"  talks {quarter}: {count}"
    for survey in evidence.surveys:
        yield f"survey: {survey.answered} responses, {survey.complete} complete"
        for item, tally in survey.results:
            score = tally.figure("score")
            if score is not None:
                bands = {bar.value: bar.count for bar in tally.bars}
                yield (
                    f"  {item.name} NPS {score:+.1f} (n={tally.answered}, promoters {bands['promoters']}, "
                    f"detractors {bands['detractors']})"
                )
            elif tally.shape is Shape.TEXTS:
                yield f"  {item.name} texts: {tally.answered}"
            else:
                yield f"  {item.name} answered: {tally.answered}, skipped: {tally.skipped}"
    for concern in evidence.concerns:
        yield f"concern: {concern.label} ({concern.voices})"
