"""The cast on each database engine, and the roster of the sample."""

import csv
from types import SimpleNamespace

import pytest
from flask import Flask

from core.clock import now
from core.db import db
from core.terms import MemberCategory, OrganisationKind, Role, Standing
from members.models import Account, Group, Member, Organisation
from tests.conftest import SAMPLE, people

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
    db.session.add(account)
    db.session.commit()
    return SimpleNamespace(branch=branch, secretary=account)
