"""What becomes of a roster file: shown first, then written, again and again."""

import pytest

from core.db import db
from core.errors import NotFound
from core.i18n import speaking
from core.terms import MemberCategory, OrganisationKind, Standing
from members import organisations, people, queries, roster, roster_file
from members.models import RosterDraft
from members.organisations import OrganisationDetails, SecretaryDetails
from members.people import MemberDetails
from members.roster import Fate
from tests.conftest import SAMPLE


@pytest.fixture
def lead(any_app):
    """The secretary of an organisation with nobody on its roster."""
    branch = OrganisationDetails("青石支部", OrganisationKind.PARTY_BRANCH, "zh")
    return organisations.found(branch, SecretaryDetails("甲", "jia", "long enough password"))


def bring(lead, content: bytes | str, name: str = "花名册.csv"):
    """Read, keep, preview and write a file, as the pages do; return the preview that was shown."""
    content = content.encode() if isinstance(content, str) else content
    draft = roster.keep_draft(roster.parse(content, name), lead.organisation)
    shown = roster.preview(roster.parsed_from(draft), lead.organisation)
    roster.write(draft, by=lead)
    db.session.commit()
    return shown


def fates(shown) -> tuple[int, int, int]:
    return tuple(len(shown.of(fate)) for fate in (Fate.NEW, Fate.CHANGED, Fate.UNCHANGED))


def test_the_sample_is_written_once_and_changes_nothing_twice(lead) -> None:
    content = (SAMPLE / "members.csv").read_bytes()
    first = bring(lead, content)
    assert fates(first) == (60, 0, 0) and len(first.new_groups) == 7
    assert len(queries.groups(lead.organisation)) == 7
    assert queries.category_sizes(lead.organisation)[MemberCategory.FULL] == 38
    assert fates(bring(lead, content)) == (0, 0, 60)


def test_a_changed_cell_is_listed_and_updated(lead) -> None:
    text = (SAMPLE / "members.csv").read_text("utf-8-sig")
    bring(lead, text)
    changed = text.replace("M024,冯大寒,男,1966,机修一班", "M024,冯大寒,男,1966,机修三班").replace(
        "M028,姚连翘,女,1988,运行甲班,化验员,,预备党员", "M028,姚连翘,女,1988,运行甲班,化验员,,正式党员"
    )
    shown = bring(lead, changed)
    assert fates(shown) == (0, 2, 58) and shown.new_groups == ("机修三班",)
    moved, promoted = shown.of(Fate.CHANGED)
    assert [(change.old, change.new) for change in moved.changes] == [("机修一班", "机修三班")]
    assert [(change.old, change.new) for change in promoted.changes] == [("预备党员", "正式党员")]
    members = queries.by_number(lead.organisation)
    assert members["M024"].group.name == "机修三班" and members["M024"].standing is Standing.RETIRED
    assert members["M028"].category is MemberCategory.FULL
    assert fates(bring(lead, changed)) == (0, 0, 60)


def test_nobody_is_removed_and_columns_a_file_lacks_stay(lead) -> None:
    bring(lead, "编号,姓名,班组,岗位,电话\nA1,甲,一班,钳工,123\nA2,乙,一班,焊工,\n")
    shown = bring(lead, "编号,姓名,岗位\nA1,甲,车工\n")
    assert [member.number for member in shown.missing] == ["A2"]
    members = queries.by_number(lead.organisation)
    assert set(members) == {"A1", "A2"}
    assert (members["A1"].post, members["A1"].phone, members["A1"].group.name) == ("车工", "123", "一班")


def test_an_empty_cell_says_nothing_about_membership_or_standing(lead) -> None:
    bring(lead, "编号,姓名,政治面貌,状态\nA1,甲,正式党员,退休\nA2,乙,,\n")
    members = queries.by_number(lead.organisation)
    assert members["A2"].category is MemberCategory.NONE and members["A2"].standing is Standing.ACTIVE
    assert fates(bring(lead, "编号,姓名,政治面貌,状态\nA1,甲,,\n")) == (0, 0, 1)
    assert members["A1"].category is MemberCategory.FULL


def test_a_file_without_numbers_finds_people_by_name(lead) -> None:
    text = "序号,姓名,班组\n1,甲,一班\n2,乙,一班\n3,同名,一班\n4,同名,二班\n"
    bring(lead, text)
    assert set(queries.by_number(lead.organisation)) == {"1", "2", "3", "4"}
    again = bring(lead, "序号,姓名,班组\n1,新人,一班\n2,甲,二班\n3,同名,二班\n4,同名,三班\n")
    assert fates(again) == (1, 1, 1) and len(again.refused) == 1
    members = queries.by_number(lead.organisation)
    assert members["1"].name == "甲" and members["1"].group.name == "二班"
    assert members["001"].name == "新人"


def test_numbers_are_made_when_a_file_has_none(lead) -> None:
    bring(lead, "姓名,班组\n甲,一班\n乙,一班\n")
    assert set(queries.by_number(lead.organisation)) == {"001", "002"}
    assert fates(bring(lead, "姓名,班组\n乙,一班\n甲,一班\n")) == (0, 0, 2)


def test_refused_rows_are_kept_in_the_draft_and_not_written(lead) -> None:
    shown = bring(lead, "编号,姓名,民族,住址\nA1,甲,汉,x\n,乙,汉,y\n")
    assert len(shown.refused) == 1 and shown.unused == ("民族",) and shown.dropped == ("住址",)
    assert set(queries.by_number(lead.organisation)) == {"A1"}


def test_a_draft_is_written_once_and_only_by_its_organisation(any_app, any_cast) -> None:
    draft = roster.keep_draft(roster.parse("编号,姓名\nZ1,甲\n".encode(), "x.csv"), any_cast.branch)
    with pytest.raises(NotFound):
        roster.draft(draft.id, any_cast.elsewhere)
    roster.write(roster.draft(draft.id, any_cast.branch), by=any_cast.secretary)
    with pytest.raises(NotFound):
        roster.draft(draft.id, any_cast.branch)
    assert db.session.query(RosterDraft).count() == 0
    assert "Z1" not in queries.by_number(any_cast.elsewhere)


def test_two_organisations_may_use_the_same_numbers(any_app, any_cast) -> None:
    done = roster.write_parsed(roster.parse("编号,姓名\nA1,外人\n".encode(), "x.csv"), any_cast.elsewhere)
    assert fates(done) == (1, 0, 0)
    assert queries.by_number(any_cast.branch)["A1"].name == "书记甲"


def test_the_export_reads_back_unchanged_in_both_languages(any_app, any_cast) -> None:
    for at, standing in enumerate(Standing):
        for category in MemberCategory:
            people.add(
                MemberDetails(
                    number=f"X{at}{category.value}",
                    name=f"人{at}{category.value}",
                    group_id=any_cast.east.id,
                    category=category,
                    standing=standing,
                    birth_year=1980,
                    joined_on="2016-09",
                    duty="组长",
                    phone="13900000000",
                ),
                by=any_cast.secretary,
            )
    with any_app.test_request_context("/app/"):
        for language in ("zh", "en"):
            for any_cast.branch.kind in OrganisationKind:
                with speaking(language):
                    content = roster_file.export(queries.everybody(any_cast.branch), any_cast.branch)
                    shown = roster.preview(roster.parse(content, "x.xlsx"), any_cast.branch)
                assert not shown.refused and not shown.missing
                assert [(line.member.name, line.changes) for line in shown.of(Fate.CHANGED)] == []


def test_twenty_thousand_people_are_the_most(app) -> None:
    rows = "\n".join(f"{at},人{at}" for at in range(20_001))
    with pytest.raises(Exception, match="20000"):
        roster.parse(f"编号,姓名\n{rows}".encode(), "x.csv")


def test_a_member_of_another_organisation_is_never_touched(any_app, any_cast) -> None:
    roster.write_parsed(roster.parse("编号,姓名\nB1,换了名\n".encode(), "x.csv"), any_cast.branch)
    assert queries.by_number(any_cast.elsewhere)["B1"].name == "外人丁"
    assert queries.by_number(any_cast.branch)["B1"].name == "换了名"
