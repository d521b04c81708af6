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
