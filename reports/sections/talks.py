"""Who has been heard in talks."""

from collections.abc import Iterator

from core.i18n import _, lazy
from reports import traces
from reports.blocks import Block, Paragraph, Table
from reports.evidence import Evidence
from reports.sections.base import Chapter, Section, share


class Talks(Section):
    """Coverage by group, without a league table of talkers."""

    key = "talks"
    chapter = Chapter.FACTS
    title = lazy("Coverage of the talks")
    order = 30
    summary_order = 72

    def blocks(self, evidence: Evidence) -> Iterator[Block]:
        """Yield how many were heard, by group, and what became of the promises."""
        everyone = evidence.coverage
        if not everyone.talks:
            return
        heard = traces.heard(everyone.since, everyone.until)
        full = traces.heard(everyone.since, everyone.until, full=True)
        yield Paragraph(_heard(evidence), "talks.coverage", traces=(heard, full))
        rows = [
            (name or _("Without a group"), str(part.total), str(part.heard), share(part.heard, part.total))
            for name, part in everyone.by_group.items()
        ]
        total = everyone.all
        rows.append((_("Total"), str(total.total), str(total.heard), share(total.heard, total.total)))
        yield Table(
            caption=_("Coverage of the talks by group"),
            columns=(_("Group"), _("On the roster"), _("Heard"), _("Share")),
            rows=tuple(rows),
            align="lrrr",
            widths=(40, 20, 20, 20),
            total=True,
            traces=(heard,),
        )
        if evidence.promises.made:
            said = _(
                "%(made)s promises were made in the talks; %(kept)s have been kept and %(refused)s could not be, "
                "each with its reason.",
                made=evidence.promises.made,
                kept=evidence.promises.kept,
                refused=evidence.promises.refused,
            )
            yield Paragraph(said, "talks.promises", traces=(traces.promises(),))


def _heard(evidence: Evidence) -> str:
    everyone, full = evidence.coverage, evidence.full_members
    return _(
        "%(talks)s talks were held. Heard were %(heard)s of %(total)s (%(full)s, %(rate)s), and %(heard_all)s "
        "of all %(everyone)s people on the roster (%(rate_all)s).",
        talks=everyone.talks,
        full=evidence.full_word,
        total=full.all.total,
        heard=full.all.heard,
        rate=share(full.all.heard, full.all.total),
        everyone=everyone.all.total,
        heard_all=everyone.all.heard,
        rate_all=share(everyone.all.heard, everyone.all.total),
    )
