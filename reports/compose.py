"""A report put together: sections in the order of the layout, chapters numbered by the drawing."""

from core.i18n import _, speaking
from core.terms import ReportStyle
from reports.blocks import Block, Document, Heading, KeyFigure, Signature
from reports.evidence import Evidence
from reports.sections import sections
from reports.sections.base import listing, share, signed


def compose(evidence: Evidence, *, style: ReportStyle) -> Document:
    """Return the report on an investigation in the evidence's language."""
    with speaking(evidence.language):
        investigation, organisation = evidence.investigation, evidence.organisation
        official = style is ReportStyle.GONGWEN
        return Document(
            title=_title(investigation.title) if official else investigation.title,
            organisation=organisation.name,
            date=evidence.today,
            language=evidence.language,
            blocks=tuple(_body(evidence, style)),
            contents=False,
            kicker="" if official else _("Research summary"),
            dek="" if official else _dek(evidence),
            key_figures=() if official else _key_figures(evidence),
        )


def _title(subject: str) -> str:
    return _("Report on the investigation “%(subject)s”", subject=subject)


def _body(evidence: Evidence, style: ReportStyle) -> list[Block]:
    """Return the blocks of every section that has something to say, the signature before the annexes."""
    body: list[Block] = []
    annexes: list[Block] = []
    chapter = None
    for section in sorted(sections.values(), key=lambda section: section.place(style)):
        blocks = list(section.blocks(evidence))
        if not blocks:
            continue
        if section.chapter is None:
            annexes += blocks
            continue
        if section.chapter is not chapter:
            chapter = section.chapter
            body.append(Heading(1, str(chapter)))
        if section.title:
            body.append(Heading(2, str(section.title)))
        body += blocks
    if style is ReportStyle.GONGWEN:
        body.append(Signature(evidence.organisation.name, evidence.today))
    return body + annexes


def _dek(evidence: Evidence) -> str:
    if not evidence.concerns:
        return evidence.investigation.purpose
    return _(
        "What people raise most: %(labels)s.",
        labels=listing([concern.label for concern in evidence.concerns[:3]]),
    )


def _key_figures(evidence: Evidence) -> tuple[KeyFigure, ...]:
    full = evidence.full_members.all
    figures = []
    for survey in evidence.surveys[:1]:
        rate = share(survey.answered, survey.asked) if survey.asked else ""
        figures.append(KeyFigure(str(survey.answered), _("answers to the survey"), rate))
        for _item, tally in survey.results:
            score = tally.figure("score")
            if score is not None:
                figures.append(KeyFigure(signed(score), _("net promoter score"), f"n = {tally.answered}"))
    if evidence.full_members.talks:
        heard = _("%(heard)s of %(total)s", heard=full.heard, total=full.total)
        figures.append(KeyFigure(heard, _("full members heard in talks"), share(full.heard, full.total)))
    if evidence.concerns:
        figures.append(KeyFigure(str(len(evidence.concerns)), _("concerns"), ""))
    return tuple(figures[:4])
