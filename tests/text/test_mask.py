"""Masking: nobody can be told from a passage shown to others."""

import pytest

from text.mask import identifying, mask


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("请打13812345678", (), "请打〔电话〕"),
        ("电话 138-1234-5678 或 0731-88881234", (), "电话 〔电话〕 或 〔电话〕"),
        ("ring 000-0021 please", (), "ring [phone] please"),
        ("找我就行，姓高，100-0000-0021", (), "找我就行，姓某某，〔电话〕"),
        ("身份证110101199003071234", (), "身份证〔证件号〕"),
        ("车牌京A12345被刮", (), "车牌〔车牌〕被刮"),
        ("3栋2单元501室漏水", (), "〔住处〕漏水"),
        ("写信到 a.b@c.com", (), "写信到 〔邮箱〕"),
        ("表扬韩寒露，下着雨帮我推车", ("韩寒露",), "表扬某某，下着雨帮我推车"),
        ("王师傅天天骂人", (), "某某师傅天天骂人"),
        ("表扬小江，产后回来", (), "表扬某某，产后回来"),
        ("Bryony explains things", ("Bryony",), "[name] explains things"),
        ("Sageness is fine", ("Sage",), "Sageness is fine"),
        ("ask Mr. Finch", (), "ask Mr. [name]"),
    ],
)
def test_mask(text: str, names: tuple[str, ...], expected: str) -> None:
    assert mask(text, names) == expected


@pytest.mark.parametrize(
    "text", ["2026年10月31日开会，6号泵坏了", "工资涨了1200.50元", "One torque wrench for 2 teams", "减小高度", ""]
)
def test_plain_numbers_and_words_stay(text: str) -> None:
    assert mask(text) == text


def test_longest_name_wins_and_nothing_overlaps() -> None:
    found = identifying("张小寒和张小寒露", ("张小寒", "张小寒露"))
    assert [(each.start, each.end) for each in found] == [(0, 3), (4, 8)]


@pytest.mark.parametrize(
    ("text", "posts", "expected"),
    [
        ("档案员一个人忙不过来", ("档案员",), "〔岗位〕一个人忙不过来"),
        ("檔案員一個人忙不過來", ("档案员",), "〔岗位〕一個人忙不過來"),
        ("维护电工和电工", ("维护电工",), "〔岗位〕和电工"),
        ("统计数字不准", ("统计",), "统计数字不准"),  # everyday words
        ("秋分做统计，话不多", ("统计",), "秋分做〔岗位〕，话不多"),
        ("统计师傅说", ("统计",), "〔岗位〕师傅说"),
        ("仓储管理混乱", ("仓储管理",), "仓储管理混乱"),
        ("Ask the storekeeper", ("Storekeeper",), "Ask the [post]"),
        ("safety first", ("Safety",), "safety first"),
    ],
)
def test_a_post_that_one_person_holds(text: str, posts: tuple[str, ...], expected: str) -> None:
    assert mask(text, posts=posts) == expected
    assert mask(expected, posts=posts) == expected


def test_a_name_in_the_other_script() -> None:
    assert mask("請韓寒露來一趟", ("韩寒露",)) == "請某某來一趟"
    assert mask("请韩寒露来一趟", ("韓寒露",)) == "请某某来一趟"
