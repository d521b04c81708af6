"""People and groups, one by one."""

import pytest

from core.errors import BadInput, DomainError, NotFound
from core.terms import MemberCategory, Standing
from members import people, queries
from members.people import MemberDetails


def details(**changes: object) -> MemberDetails:
    values = {
        "number": "",
        "name": "新 人",
        "group_id": None,
        "category": MemberCategory.FULL,
        "standing": Standing.ACTIVE,
    }
    return MemberDetails(**{**values, **changes})


def test_a_person_without_a_number_gets_the_next_free_one(any_app, any_cast) -> None:
    first = people.add(details(joined_on="2001.5"), by=any_cast.secretary)
    second = people.add(details(), by=any_cast.secretary)
    assert (first.number, second.number) == ("001", "002")
    assert (first.name, first.joined_on) == ("新人", "2001-05")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"number": "A1"}, "number"),
        ({"joined_on": "某年"}, "joined_on"),
        ({"note": "110101199003070011"}, "note"),
    ],
)
def test_what_cannot_be_kept_is_said_at_its_field(any_app, any_cast, changes, field) -> None:
    with pytest.raises(BadInput) as no:
        people.add(details(**changes), by=any_cast.secretary)
    assert no.value.field == field
    if field == "number":
        with pytest.raises(BadInput):
            people.change(any_cast.aide, details(**changes), by=any_cast.secretary)


def test_another_organisation_s_group_is_not_ours(any_app, any_cast) -> None:
    with pytest.raises(NotFound):
        people.add(details(group_id=any_cast.east.id), by=any_cast.outsider)


def test_groups_are_made_renamed_and_removed_when_empty(any_app, any_cast) -> None:
    group = people.add_group(" 新 班 ", by=any_cast.secretary)
    people.rename_group(group, "南班", by=any_cast.secretary)
    with pytest.raises(BadInput):
        people.rename_group(group, "东班", by=any_cast.secretary)
    with pytest.raises(DomainError):
        people.remove_group(any_cast.east, by=any_cast.secretary)
    people.remove_group(group, by=any_cast.secretary)
    assert [each.name for each in queries.groups(any_cast.branch)] == ["东班", "西班"]
    assert people.add_group("东班", by=any_cast.outsider)
