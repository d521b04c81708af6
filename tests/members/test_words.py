"""Every kind of organisation has every word, in both languages."""

from core.i18n import speaking
from core.terms import MemberCategory, OrganisationKind, Role
from members import words


def test_every_kind_has_the_same_words(app) -> None:
    keys = {frozenset(kind) for kind in words.table().values()}
    assert len(keys) == 1 and set(words.table()) == {kind.value for kind in OrganisationKind}
    assert {role.value for role in Role} <= set(*keys)
    assert {f"category.{category.value}" for category in MemberCategory} <= set(*keys)
    for kind in words.table().values():
        assert all(set(each) == {"zh", "en"} and all(each.values()) for each in kind.values())


def test_words_follow_kind_and_language(app, cast) -> None:
    with app.test_request_context("/app/"):
        with speaking("zh"):
            assert words.word(cast.branch, "member") == "党员"
            assert words.role_word(cast.elsewhere, Role.SECRETARY) == "主席"
        with speaking("en"):
            assert words.category_word(cast.branch, MemberCategory.FULL) == "Full member"
