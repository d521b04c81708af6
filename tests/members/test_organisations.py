"""The first organisation, and those under it."""

import pytest

from core.db import db
from core.errors import BadInput, DomainError, NotFound
from core.terms import OrganisationKind
from members import organisations, queries
from members.organisations import OrganisationDetails, SecretaryDetails

BRANCH = OrganisationDetails("青石支部", OrganisationKind.PARTY_BRANCH, "zh")
LEAD = SecretaryDetails("甲", "jia", "long enough password")


def test_set_up_happens_once(any_app) -> None:
    account = organisations.found(BRANCH, LEAD)
    db.session.commit()
    assert account.role == "secretary" and not account.must_change and queries.any_organisation()
    with pytest.raises(DomainError):
        organisations.found(BRANCH, SecretaryDetails("乙", "yi", "long enough password"))


@pytest.mark.parametrize(
    ("organisation", "secretary", "field"),
    [
        (OrganisationDetails(" ", OrganisationKind.UNION, "zh"), LEAD, "name"),
        (OrganisationDetails("x", OrganisationKind.UNION, "fr"), LEAD, "language"),
        (BRANCH, SecretaryDetails("甲", "jia jia", "long enough password"), "username"),
        (BRANCH, SecretaryDetails("甲", "jia", "short"), "password"),
    ],
)
def test_set_up_says_what_is_wrong(app, organisation, secretary, field) -> None:
    with pytest.raises(BadInput) as no:
        organisations.found(organisation, secretary)
    assert no.value.field == field


def test_a_sub_organisation_is_closed_to_its_parent(any_app, any_cast) -> None:
    account = organisations.add_sub_organisation(
        any_cast.branch, OrganisationDetails("分支", OrganisationKind.VILLAGE, "zh"), LEAD, by=any_cast.secretary
    )
    below = account.organisation
    assert account.must_change and below.parent_id == any_cast.branch.id
    assert [each.name for each in queries.sub_organisations(any_cast.branch)] == ["分支"]
    assert queries.sub_organisations(any_cast.elsewhere) == []
    assert account not in queries.accounts(any_cast.branch)
    with pytest.raises(NotFound):
        queries.account(account.id, any_cast.branch)
    with pytest.raises(NotFound):
        queries.member(any_cast.boss.id, below)
