"""Asking people again: whether an answer satisfies them, and whether what it answers still stands.

The questions go into the surveys' own machinery: an instrument, fielded with codes, counted and suppressed as every
other. Nothing here knows who answered, nor who raised the concern.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from flask import current_app
from sqlalchemy import select

from concerns.models import Concern, Reply, ReplyQuestion
from concerns.replies import family
from core.db import db
from core.errors import BadInput, DomainError
from core.i18n import _, speaking
from core.terms import ReplyState, SurveyState
from investigations.models import Investigation
from members import rules
from members.models import Account, Organisation
from questions.base import Tally
from surveys import designing, drafts, fielding, tallies
from surveys.definitions import Definition
from surveys.models import Instrument, Survey, Version
from surveys.tallies import Results

MOST = 30  # replies asked about at once
QUOTED = 90  # characters of a reply in a question
FLOORS = ("cell_floor", "results_floor", "texts_floor")
CACHED = 64  # closed surveys whose results are kept at hand


class Question(StrEnum):
    """What is asked about a reply."""

    SATISFIED = "satisfied"
    STANDS = "stands"


_TITLES = {
    Question.SATISFIED: lambda: _("Are you satisfied with our answers?"),
    Question.STANDS: lambda: _("How is it now?"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One survey that asked about a reply; `tally` is None while it runs, and where so few answered that nothing shows.

    `said` are the words that were asked about: the reply may have been replaced since.
    """

    survey_id: int
    title: str
    state: SurveyState
    closed_on: date | None
    reply_id: int
    said: str
    question: str
    tally: Tally | None
    shown: bool  # False while it runs or is being counted


def ask(
    replies: Sequence[Reply], question: Question, *, of: Investigation, within: Organisation, by: Account
) -> Survey:
    """Set up a draft survey with one question about each of these published replies; raise `BadInput`, `DomainError`.

    It answers to codes; who is invited is decided on its own page.
    """
    _check(replies)
    with speaking(within.language):
        definition: Definition = {
            "lang": within.language,
            "title": _("Are you satisfied with our answers?")
            if question is Question.SATISFIED
            else _("How is it now?"),
            "intro": _(
                "You raised these points, and we answered them. Please tell us what you think of it. "
                "No name is asked; only totals are shown, and small groups are not."
            ),
            "sections": [{"id": "s1", "title": "", "items": []}],
        }
        items = [_item(reply, question) for reply in replies]
    for number, item in enumerate(items, start=1):
        definition["sections"][0]["items"].append({"id": f"r{number}", **item})
    made = designing.begin(definition, within=within, by=by)
    _tie(made, replies, [f"r{number}" for number in range(1, len(items) + 1)])
    version = designing.publish(made, within=within, by=by)
    return fielding.create(of, version, within=within, by=by)


def add_to(instrument: Instrument, replies: Sequence[Reply], question: Question, *, within: Organisation) -> list[str]:
    """Put one question about each reply at the end of a questionnaire being designed; return their ids.

    Raises `BadInput` when there is none to ask about, `Stale` when somebody changes the questionnaire at the same time.
    """
    _check(replies)
    where = drafts.copied(instrument.definition)["sections"][-1]["id"]
    with speaking(instrument.language):
        items = [_item(reply, question) for reply in replies]
    names = [designing.insert_item(instrument, instrument.revision, item, where=where) for item in items]
    _tie(instrument, replies, names)
    return names


def results(concern: Concern, *, within: Organisation) -> list[Asked]:
    """Return what surveys asked about a concern's replies, the newest first, suppressed as all results are."""
    rows = db.session.execute(
        select(ReplyQuestion, Reply, Survey)
        .join(Reply, Reply.id == ReplyQuestion.reply_id)
        .join(Version, Version.instrument_id == ReplyQuestion.instrument_id)
        .join(Survey, Survey.version_id == Version.id)
        .where(Reply.concern_id.in_(family(concern)), Survey.organisation_id == within.id)
        .order_by(Survey.id.desc(), ReplyQuestion.id)
    ).all()
    found = []
    for asked, reply, survey in rows:
        words = _words(survey.version.definition, asked.item)
        if words is None:
            continue  # the question was taken out of the questionnaire before this version
        tally, shown = _counted(survey, asked.item, within)
        found.append(
            Asked(
                survey_id=survey.id,
                title=survey.version.title,
                state=survey.state,
                closed_on=survey.closed_on,
                reply_id=reply.id,
                said=reply.said,
                question=words,
                tally=tally,
                shown=shown,
            )
        )
    return found


def instruments(within: Organisation) -> list[Instrument]:
    """Return the questionnaires a question can be added to."""
    return designing.listed(within=within)


def _counted(survey: Survey, item: str, within: Organisation) -> tuple[Tally | None, bool]:
    if survey.state is not SurveyState.CLOSED:
        return None, False
    # What a closed survey says never changes; only the organisation's floors do, which the key holds.
    cache: dict[tuple[Any, ...], Results] = current_app.extensions.setdefault("satisfaction", {})
    key = (survey.public_id, *(rules.value(within, f"suppression.{floor}") for floor in FLOORS))
    counted = cache.get(key)
    if counted is None:
        try:
            counted = tallies.results(survey, within=within)
        except DomainError:  # closed, and still being counted
            return None, False
        if len(cache) >= CACHED:
            cache.clear()
        cache[key] = counted
    return counted.tally(item), True


def _words(definition: Definition, name: str) -> str | None:
    """The title of an item in a frozen definition, None when it is not there."""
    for item in drafts.items(drafts.copied(definition)):
        if item["id"] == name:
            title: Any = item["title"]
            return title if isinstance(title, str) else next(iter(title.values()), "")
    return None


def _check(replies: Sequence[Reply]) -> None:
    if not replies:
        raise BadInput(_("Tick at least one answer to ask about."), field="replies")
    if len(replies) > MOST:
        raise BadInput(_("Ask about at most %(most)s answers at once.", most=MOST), field="replies")
    if any(reply.state is not ReplyState.PUBLISHED for reply in replies):
        raise BadInput(_("Only answers that stand on the board can be asked about."), field="replies")


def _item(reply: Reply, question: Question) -> dict[str, Any]:
    said, did = _short(reply.said, QUOTED), _short(reply.did, 4 * QUOTED)
    if question is Question.SATISFIED:
        title = _("On “%(said)s”: are you satisfied with the answer?", said=said)
        options = (
            ("A", _("Fully satisfied")),
            ("B", _("Satisfied")),
            ("C", _("Partly satisfied")),
            ("D", _("Not satisfied")),
        )
    else:
        title = _("On “%(said)s”: how is it now?", said=said)
        options = (
            ("A", _("Settled by now")),
            ("B", _("Better than before")),
            ("C", _("As before")),
            ("D", _("Worse than before")),
        )
    return {
        "type": "single",
        "title": title,
        "help": _("Our answer: %(did)s", did=did),
        "options": [{"v": value, "t": words} for value, words in options],
    }


def _short(text: str, most: int) -> str:
    """Words of a reply as a question quotes them: on one line, without the braces that would pipe answers in."""
    plain = " ".join(text.split()).replace("{", "（").replace("}", "）").rstrip("。. ")
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"


def _tie(instrument: Instrument, replies: Sequence[Reply], names: Sequence[str]) -> None:
    db.session.flush()
    db.session.add_all(
        ReplyQuestion(reply_id=reply.id, instrument_id=instrument.id, item=name)
        for reply, name in zip(replies, names, strict=True)
    )
    db.session.flush()
