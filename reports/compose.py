"""A report put together: sections in the order of the layout, a person's words over the program's, the head around."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from core.i18n import _, speaking
from core.terms import ReportStyle
from reports import traces
from reports.blocks import (
    Annex,
    Block,
    Document,
    Heading,
    Imprint,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Signature,
)
from reports.evidence import Evidence
from reports.sections import sections
from reports.sections.base import listing, share, signed


def compose(
    evidence: Evidence,
    *,
    style: ReportStyle,
    head: Mapping[str, Any] | None = None,
    wordings: Mapping[str, str] | None = None,
) -> Document:
    """Return the report on an investigation in the evidence's language.

    `head`: what stands around the text, by the names of `reports.drafts.Head`; what is missing is left out.
    `wordings`: key of a passage -> what a person wants to stand there, "" leaves it out.
    """
    head = head or {}
    with speaking(evidence.language):
        official = style is ReportStyle.GONGWEN
        signed_on = _day(head.get("signed_on")) or evidence.today
        figures = () if official else _key_figures(evidence)
        body, annexes = _parts(evidence, style)
        if official:
            body.append(Signature(evidence.organisation.name, signed_on))
        blocks = _tidied(_worded(_named_once([*body, *annexes]), wordings or {}))
        opening: list[Block] = [KeyFigures(figures)] if figures else []
        for section in _in_order(style):
            blocks += section.after(evidence, [*opening, *blocks])
        if official and (head.get("copies_to") or head.get("printed_by")):
            blocks.append(Imprint(head.get("copies_to") or "", head.get("printed_by") or "", signed_on))
        title = evidence.investigation.title
        return Document(
            title=_title(title) if official else title,
            organisation=evidence.organisation.name,
            date=signed_on,
            language=evidence.language,
            blocks=tuple(blocks),
            kicker="" if official else _("Research summary"),
            dek="" if official else _dek(evidence),
            key_figures=figures,
            notes_at=head.get("notes_at") or "end",
            contents=bool(head.get("contents")),
            **{name: head.get(name) or "" for name in ("masthead", "number", "addressee", "copies_to", "printed_by")},
        )


def passages(blocks: Sequence[Block]) -> dict[str, str]:
    """Return what the numbers say now in every passage that may be worded anew, by its key."""
    return {block.key: block.generated or block.text for block in blocks if isinstance(block, Paragraph) and block.key}


def _title(subject: str) -> str:
    return _("Report on the investigation “%(subject)s”", subject=subject)


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else value or None


def _in_order(style: ReportStyle) -> list[Any]:
    found = [section for section in sections.values() if style in section.styles]
    return sorted(found, key=lambda section: (section.place(style), section.key))


def _parts(evidence: Evidence, style: ReportStyle) -> tuple[list[Block], list[Block]]:
    """Return the blocks of every section that has something to say: those of the body, and the annexes."""
    body: list[Block] = []
    annexes: list[Block] = []
    chapter = None
    for section in _in_order(style):
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
    return body, annexes


def _named_once(blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield the blocks, no two passages under one key: questions may be told apart by capitals alone."""
    seen: dict[str, int] = {}
    for block in blocks:
        if isinstance(block, Paragraph) and block.key:
            seen[block.key] = times = seen.get(block.key, 0) + 1
            yield block if times == 1 else replace(block, key=f"{block.key}.{times}")
        else:
            yield block


def _worded(blocks: Iterator[Block], wordings: Mapping[str, str]) -> Iterator[Block]:
    """Yield the blocks with a person's words where there are some; passages left out are gone."""
    for block in blocks:
        if not isinstance(block, Paragraph) or not block.key or block.key not in wordings:
            yield block
        elif words := wordings[block.key].strip():
            yield block if words == block.text else replace(block, text=words, generated=block.text)


def _tidied(blocks: Iterator[Block]) -> list[Block]:
    """Return the blocks without headings nothing is left under."""
    kept: list[Block] = []
    for block in [*blocks]:
        if isinstance(block, Heading | Annex | Signature):
            level = block.level if isinstance(block, Heading) else 0
            while kept and isinstance(kept[-1], Heading) and kept[-1].level >= level:
                kept.pop()
        kept.append(block)
    while kept and isinstance(kept[-1], Heading):
        kept.pop()
    return kept


def _dek(evidence: Evidence) -> str:
    if not evidence.concerns:
        return evidence.investigation.purpose
    return _(
        "What people raise most: %(labels)s.",
        labels=listing([concern.label for concern in evidence.concerns[:3]]),
    )


def _key_figures(evidence: Evidence) -> tuple[KeyFigure, ...]:
    return tuple(_figures(evidence))[:4]


def _figures(evidence: Evidence) -> Iterator[KeyFigure]:
    for survey in [survey for survey in evidence.surveys if not survey.again][:1]:
        rate = share(survey.answered, survey.asked) if survey.asked else ""
        trace = traces.survey(survey.id, survey.title)
        yield KeyFigure(str(survey.answered), _("answers to the survey"), rate, (trace,))
        for item, tally in survey.results:
            score = tally.figure("score")
            if score is not None:
                trace = traces.question(survey.id, survey.title, item)
                yield KeyFigure(signed(score), _("net promoter score"), f"n = {tally.answered}", (trace,))
    full, talked = evidence.full_members.all, evidence.coverage
    if talked.talks and full.total:
        heard = _("%(heard)s of %(total)s", heard=full.heard, total=full.total)
        trace = traces.heard(talked.since, talked.until, full=True)
        yield KeyFigure(
            heard, _("heard in talks (%(full)s)", full=evidence.full_word), share(full.heard, full.total), (trace,)
        )
    if evidence.concerns:
        trace = traces.concerns(evidence.investigation.id)
        yield KeyFigure(str(len(evidence.concerns)), _("concerns"), "", (trace,))
    if evidence.ledger:
        trace = traces.ledger(evidence.words.ledger, evidence.investigation.id)
        yield KeyFigure(str(len(evidence.ledger)), _("measures in the ledger"), "", (trace,))
