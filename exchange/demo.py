"""The sample investigation, loaded so that every page has something to show."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from flask import current_app

from concerns import actions, board, replies, satisfaction
from concerns import queries as concerns
from concerns.models import Concern
from concerns.satisfaction import Question
from core import clock
from core.db import db
from core.errors import DomainError
from core.i18n import _, speaking
from core.settings import ROOT
from core.terms import (
    ActionState,
    BoardAccess,
    FollowUpState,
    OrganisationKind,
    ReplyOutcome,
    ReplyState,
    Role,
    TalkState,
)
from exchange import chain
from exchange.chain import Tell
from interviews import follow_ups, guides, talks
from interviews.models import Talk
from interviews.talks import PlannedTalk, Promise
from investigations import plans
from investigations.models import Investigation
from members import accounts
from members import queries as members
from members.models import Account
from members.organisations import OrganisationDetails, SecretaryDetails
from surveys import bank, closing, designing, fielding, instruments, invitations, library
from surveys import imports as response_imports

SAMPLE = ROOT / "exchange" / "sample"
SIGN_INS = "demo-sign-ins.txt"
DESIGNED = "stay"  # the ready instrument that stands on the designer's desk
INVITED = 12  # slips of the survey that is open to try
# What may be told of an action besides what is done, by whom, and how far it is.
TOLD = ("unit", "due_on", "outcome", "evidence", "checker", "closed_on", "reason", "review_on")
ASKED_AGAIN = 24  # people asked whether the answers satisfy; all but one answer, and no figure is too small to be shown
SAID_AGAIN = tuple(
    "".join(option * count for option, count in zip("ABCD", counts, strict=True))
    for counts in ((7, 6, 5, 5), (5, 8, 5, 5), (5, 6, 7, 5))
)
SHUFFLE = 7  # so that the second and third answers do not go with the first
NEXT_TALK = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class Person:
    """A demo account: the member it belongs to and what it may do."""

    username: str
    number: str
    role: Role


@dataclass(frozen=True, slots=True)
class Sample:
    """A language's sample: where its files are, and who is who."""

    folder: Path
    kind: OrganisationKind
    people: tuple[Person, ...]


SAMPLES = {
    "zh": Sample(
        SAMPLE,
        OrganisationKind.PARTY_BRANCH,
        (
            Person("shuji", "M001", Role.SECRETARY),
            Person("weiyuan", "M005", Role.COMMITTEE),
            # She held the one talk whose notes are for its interviewer alone.
            Person("zhizhang", "M011", Role.COMMITTEE),
            Person("dangyuan", "M017", Role.MEMBER),
        ),
    ),
    "en": Sample(
        SAMPLE / "en",
        OrganisationKind.UNION,
        (
            Person("secretary", "P01", Role.SECRETARY),
            Person("committee", "P02", Role.COMMITTEE),
            Person("member", "P10", Role.MEMBER),
        ),
    ),
}


def load(*, language: str, tell: Tell) -> Iterator[str]:
    """Load the sample once; yield the sign-ins, the same at every call.

    Raises `DomainError` when the database holds an organisation that is not the demo.
    """
    kept = current_app.config["SETTINGS"].data / SIGN_INS
    if not members.any_organisation():
        with speaking(language):
            kept_lines = _load(language, tell)
        _keep_private(kept, kept_lines)
    elif not kept.exists():
        raise DomainError(_("This database is in use. The demo is loaded into an empty one only (./run --demo)."))
    yield from kept.read_text(encoding="utf-8").splitlines()


def _load(language: str, tell: Tell) -> list[str]:
    sample, words = SAMPLES[language], _words(language)
    secretary, *others = sample.people
    passwords = {person.username: accounts.temporary_password() for person in sample.people}
    account = chain.open_house(
        OrganisationDetails(name=words["organisation"], kind=sample.kind, language=language),
        SecretaryDetails(name=secretary.username, username=secretary.username, password=passwords[secretary.username]),
    )
    folder = sample.folder
    files = chain.Files(
        folder / "members.csv", folder / "survey.yaml", folder / "responses.jsonl", folder / "talk_notes.jsonl"
    )
    investigation = chain.run(
        files, _plan(words), by=account, tell=tell, known=lambda: _name_people(account, others, passwords, sample)
    )
    investigation.starts_on, investigation.ends_on = chain.dates_of_talks(investigation)
    for part in ("findings", "causes", "proposals"):
        setattr(investigation, part, words[part])
    _promise(words, account)
    guides.adopt_all(within=account.organisation, by=account)
    db.session.commit()
    chain.group(investigation, by=account)
    _decide(investigation, words, account)
    _put_up(words, account)
    _ask_again(investigation, account)
    _plan_talk(investigation, account)
    link, code = _open_survey(investigation, words, sample, account)
    _design(account)
    db.session.commit()
    lines = [f"{role_words(person)}: {person.username} / {passwords[person.username]}" for person in sample.people]
    return [*lines, _("open survey to try: %(link)s (code %(code)s)", link=link, code=code)]


def role_words(person: Person) -> str:
    """Return what a demo account is, for the terminal."""
    return str(person.role.label)


def _words(language: str) -> dict[str, Any]:
    return yaml.safe_load((SAMPLE / "demo.yaml").read_text(encoding="utf-8"))[language]


def _plan(words: dict[str, Any]) -> plans.Plan:
    today = clock.today()
    return plans.Plan(
        starts_on=today,
        ends_on=today,
        **{
            name: words[name]
            for name in (
                "title", "purpose", "population", "population_size", "guiding_idea", "arrangement", "emphasis"
            )
        },
    )  # fmt: skip


def _name_people(account: Account, others: list[Person], passwords: dict[str, str], sample: Sample) -> None:
    """Tie the secretary's account to a member, and open the other accounts."""
    roster = members.by_number(account.organisation)
    account.member_id, account.name = roster[sample.people[0].number].id, roster[sample.people[0].number].name
    for person in others:
        member = roster[person.number]
        details = accounts.AccountDetails(name=member.name, role=person.role, member=member)
        accounts.make(
            account.organisation, person.username, passwords[person.username], details, language=account.language
        )


def _promise(words: dict[str, Any], account: Account) -> None:
    """Write down what was promised in some of the talks."""
    roster = members.by_number(account.organisation)
    for entry in words["promises"]:
        talk = db.session.query(Talk).filter_by(organisation_id=account.organisation_id, number=entry["talk"]).one()
        promise = Promise(entry["promise"], roster[entry["owner"]].id, entry["due_on"])
        state, outcome = FollowUpState(entry["state"]), entry.get("outcome", "")
        follow_ups.give(talk, promise, state=state, outcome=outcome, by=account)


def _decide(investigation: Investigation, words: dict[str, Any], account: Account) -> None:
    """Put an action on the first concern that speaks of each thing."""
    found = concerns.concerns(investigation, within=account.organisation)
    taken: set[int] = set()
    for entry in words["actions"]:
        for line in found:
            if line.id not in taken and any(word in f"{line.label} {' '.join(line.terms)}" for word in entry["words"]):
                told = {name: entry[name] for name in TOLD if name in entry}
                plan = actions.Plan(entry["measure"], entry["owner"], state=ActionState(entry["state"]), **told)
                concern = concerns.concern(line.id, within=account.organisation)
                actions.add(concern, plan, by=account)
                _answer(concern, entry.get("reply"), account)
                taken.add(line.id)
                break


def _answer(concern: Concern, entry: dict[str, Any] | None, account: Account) -> None:
    """Write a reply and bring it as far as the sample says; the second person is of the committee."""
    if entry is None:
        return
    wording = replies.Wording(entry["said"], entry["did"], ReplyOutcome(entry["outcome"]))
    reply, state = replies.draft(concern, wording, by=account), ReplyState(entry["state"])
    if state is not ReplyState.DRAFT:
        replies.hand_in(reply, seen=reply.revision, by=account)
    if state is ReplyState.PUBLISHED:
        second = next(one for one in members.accounts(account.organisation) if one.role is Role.COMMITTEE)
        ticked = {one.key for one in replies.check(reply, within=account.organisation)}
        replies.approve(reply, ticked, seen=reply.revision, by=second)


def _put_up(words: dict[str, Any], account: Account) -> None:
    """Open the board to everybody with the link."""
    board.set_up(
        account.organisation,
        access=BoardAccess.LINK,
        title="",
        introduction=words["board_introduction"],
        seen=0,
        by=account,
    )


def _ask_again(investigation: Investigation, account: Account) -> None:
    """Ask invented people whether the answers on the board satisfy them, and close the survey: its results show."""
    within = account.organisation
    out = [replies.reply(line.id, within=within) for line in board.lines(within)]
    if not out:
        return
    survey = satisfaction.ask(out, Question.SATISFIED, of=investigation, within=within, by=account)
    people = members.everybody(within)[:ASKED_AGAIN]
    invitations.invite(survey, members=people, spares=0, within=within, by=account)
    fielding.open_(survey, within=within, by=account)
    said = [SAID_AGAIN[number % len(SAID_AGAIN)] for number in range(len(out))]
    rows = (
        {f"r{number + 1}": one[at * SHUFFLE**number % len(one)] for number, one in enumerate(said)}
        for at in range(len(said[0]))
    )
    content = "\n".join(json.dumps({"answers": row}) for row in rows)
    response_imports.import_responses(content.encode(), "answers.jsonl", survey, within=within, by=account)
    db.session.commit()
    closing.close(survey, by=account)


def _plan_talk(investigation: Investigation, account: Account) -> None:
    """Plan the next talk of whoever was talked with longest ago: it opens with what was answered."""
    within = account.organisation
    last = (
        db.session.query(Talk)
        .filter_by(organisation_id=within.id, investigation_id=investigation.id, state=TalkState.RECORDED)
        .filter(Talk.member_id != account.member_id)
        .order_by(Talk.held_on, Talk.id)
        .first()
    )
    if last is not None and account.member_id is not None:
        planned = PlannedTalk(last.member_id, account.member_id, clock.today() + NEXT_TALK)
        talks.plan(planned, within=within, by=account)


def _open_survey(
    investigation: Investigation, words: dict[str, Any], sample: Sample, account: Account
) -> tuple[str, str]:
    """Open a second survey that can be answered; return its address and one code."""
    definition = dict(instruments.read((sample.folder / "survey.yaml").read_bytes(), "survey.yaml"))
    definition["title"] = words["survey_open"]
    survey = fielding.create(investigation, definition, within=account.organisation, by=account)
    people = members.everybody(account.organisation)[:INVITED]
    slips = invitations.invite(survey, members=people, spares=2, within=account.organisation, by=account)
    fielding.open_(survey, within=account.organisation, by=account)
    return f"/s/{survey.public_id}", slips[-1].code


def _design(account: Account) -> None:
    """Begin a questionnaire from the library, and keep one of its questions in the bank."""
    draft = designing.begin(library.found(DESIGNED).definition, within=account.organisation, by=account)
    name = next(item["id"] for item in draft.definition["sections"][0]["items"] if item["type"] != "note")
    bank.keep(draft, name, within=account.organisation, by=account)


def _keep_private(path: Path, lines: list[str]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
