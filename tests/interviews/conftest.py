"""The cast on each database engine, and the roster of the sample."""

import csv
from types import SimpleNamespace

import pytest
from flask import Flask

from core.clock import now
from core.db import db
from core.terms import MemberCategory, OrganisationKind, Role, Standing
from members.models import Account, Group, Member, Organisation
from tests.conftest import PASSWORD, SAMPLE, people
from vault import keys

CATEGORIES = {
    "正式党员": MemberCategory.FULL,
    "预备党员": MemberCategory.PROBATIONARY,
    "入党积极分子": MemberCategory.APPLICANT,
}
STANDINGS = {"在岗": Standing.ACTIVE, "病假": Standing.SICK, "返聘": Standing.REHIRED}


@pytest.fixture
def any_cast(any_app: Flask) -> SimpleNamespace:
    """The cast on each database engine."""
    return people(any_app)


@pytest.fixture
def sample(any_app: Flask) -> SimpleNamespace:
    """The sample's sixty people in their seven groups, and their secretary, who is on the roster too."""
    branch = Organisation(name="样例", kind=OrganisationKind.PARTY_BRANCH, language="zh", rules={}, created_at=now())
    db.session.add(branch)
    db.session.flush()
    groups: dict[str, Group] = {}
    for row in csv.DictReader((SAMPLE / "members.csv").read_text("utf-8-sig").splitlines()):
        if row["班组"] not in groups:
            groups[row["班组"]] = Group(organisation_id=branch.id, name=row["班组"])
            db.session.add(groups[row["班组"]])
            db.session.flush()
        db.session.add(
            Member(
                organisation_id=branch.id,
                number=row["编号"],
                name=row["姓名"],
                group_id=groups[row["班组"]].id,
                category=CATEGORIES.get(row["政治面貌"], MemberCategory.NONE),
                standing=STANDINGS.get(row["在岗状态"], Standing.RETIRED),
                standing_note=row["在岗状态"],
            )
        )
    db.session.flush()
    boss = db.session.query(Member).filter_by(number="M001", organisation_id=branch.id).one()
    account = Account(
        organisation_id=branch.id,
        member_id=boss.id,
        username="sample",
        name=boss.name,
        password="-",
        role=Role.SECRETARY,
        language="zh",
    )
    # One note is for its interviewer alone: nobody could open it before she has a key.
    alone = db.session.query(Member).filter_by(number="M011", organisation_id=branch.id).one()
    interviewer = Account(
        organisation_id=branch.id,
        member_id=alone.id,
        username="alone",
        name=alone.name,
        password="-",
        role=Role.COMMITTEE,
        language="zh",
    )
    db.session.add_all([account, interviewer])
    db.session.flush()
    for holder in (account, interviewer):
        holder.keyring = keys.make(holder, PASSWORD)
    db.session.commit()
    return SimpleNamespace(branch=branch, secretary=account, interviewer=interviewer)
