"""Rosters as people keep them: titles above, odd headers, odd dates, odd bytes."""

import io
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from core import spreadsheet
from core.errors import BadInput
from core.i18n import speaking
from core.terms import OrganisationKind
from members import cells, columns, roster, roster_file
from tests.conftest import SAMPLE, words_of_errors

ANYHOW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def csv_of(*lines: str) -> bytes:
    return "\n".join(lines).encode("utf-8")


def xlsx_of(*rows: tuple) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def only(content: bytes, name: str = "花名册.csv") -> dict:
    parsed = roster.parse(content, name)
    assert not parsed.refused, parsed.refused
    (row,) = parsed.rows
    return row.values


@pytest.fixture(autouse=True)
def words():
    with words_of_errors():
        yield


def test_the_sample_is_sixty_people_in_seven_groups() -> None:
    parsed = roster.parse((SAMPLE / "members.csv").read_bytes(), "members.csv")
    assert len(parsed.rows) == 60 and not parsed.refused and not parsed.dropped
    assert len({row.values["group"] for row in parsed.rows}) == 7
    assert sum(row.values["category"] == "full" for row in parsed.rows) == 38
    by_number = {row.values["number"]: row.values for row in parsed.rows}
    assert by_number["M024"]["standing"] == "retired" and by_number["M024"]["standing_note"] == "退休（2026-05）"
    assert by_number["M045"]["standing"] == "rehired" and by_number["M046"]["standing"] == "sick"
    assert by_number["M007"]["duty"] == "班长、第一党小组组长" and by_number["M001"]["duty"] == "支部书记"
    assert by_number["M001"]["joined_on"] == "2016-09" and by_number["M001"]["birth_year"] == 1978


def test_the_english_sample_is_twenty_four() -> None:
    parsed = roster.parse((SAMPLE / "en" / "members.csv").read_bytes(), "members.csv")
    assert len(parsed.rows) == 24 and not parsed.refused and not parsed.unused
    assert parsed.rows[0].values["category"] == "full" and parsed.rows[0].values["post"] == "Secretary"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_usual_encoding(encoding) -> None:
    text = "编号,姓名,班组\r\nA1,李𠮷,一班\r\n"
    assert only(text.encode(encoding)) == {"number": "A1", "name": "李𠮷", "group": "一班"}


def test_titles_above_the_header_and_headers_as_people_write_them() -> None:
    content = xlsx_of(
        ("青石支部党员花名册", None, None, None),
        ("填表人：王某", None, "2026年10月", None),
        (None, None, None, None),
        ("序 号", "姓 名*", "所在班组", "出生年月\n（如1990.01）", "联系电话"),
        (1, "王 伟", "一班", "1990.01", 13900000000),
    )
    parsed = roster.parse(content, "x.xlsx")
    (row,) = parsed.rows
    assert row.line == 5 and row.place == "1"
    assert row.values == {"name": "王伟", "group": "一班", "birth_year": 1990, "phone": "13900000000"}


def test_a_column_of_numbers_wins_over_one_of_places() -> None:
    values = only(csv_of("序号,工号,姓名", "1,G7,甲"))
    assert values["number"] == "G7"


def test_unknown_columns_are_named_and_private_ones_left_out() -> None:
    parsed = roster.parse(
        csv_of(
            "编号,姓名,身份证号码,家庭住址,民族,银行卡号,备注",
            "A1,甲,110101199003070011,某路1号,汉,6222020200112233445,身份证11010119900307001X请核对",
        ),
        "x.csv",
    )
    assert parsed.dropped == ("身份证号码", "家庭住址", "银行卡号") and parsed.unused == ("民族",)
    (row,) = parsed.rows
    assert row.values["note"] == "身份证请核对" and len(row.remarks) == 1
    for secret in ("110101199003070011", "11010119900307001X", "某路1号", "6222020200112233445", "汉"):
        assert secret not in str(parsed.rows)


def test_an_id_card_number_is_nobody_s_number() -> None:
    parsed = roster.parse(csv_of("编号,姓名", "110101199003070011,甲"), "x.csv")
    assert not parsed.rows and "110101" not in str(parsed)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1998.07", "1998-07"),
        ("199807", "1998-07"),
        ("1998年7月", "1998-07"),
        ("1998年7月1日", "1998-07-01"),
        ("1998/7/1", "1998-07-01"),
        ("1998-07-01 00:00:00", "1998-07-01"),
        ("19980701", "1998-07-01"),
        ("１９９８．０７", "1998-07"),
        ("1998", "1998"),
        ("35977", "1998-07-01"),
        ("—", ""),
        ("不详", ""),
    ],
)
def test_dates_however_they_are_written(written, read) -> None:
    assert cells.period(written, "x") == read


@pytest.mark.parametrize("written", ["1998.13", "昨天", "31.12.1998", "1800", "199900", "2999"])
def test_what_is_no_date_is_refused(written) -> None:
    with pytest.raises(BadInput):
        cells.period(written, "x")


def test_dates_of_a_spreadsheet() -> None:
    content = xlsx_of(
        ("编号", "姓名", "出生日期", "入党时间"),
        ("A1", "甲", date(1990, 1, 31), 1998.07),
        ("A2", "乙", datetime(1991, 2, 3), 1998.1),
        ("A3", "丙", 1992, 1998.12),
    )
    rows = roster.parse(content, "x.xlsx").rows
    assert [row.values["birth_year"] for row in rows] == [1990, 1991, 1992]
    assert [row.values["joined_on"] for row in rows] == ["1998-07", "1998-10", "1998-12"]


def test_formulas_are_refused_and_their_text_kept_out() -> None:
    parsed = roster.parse(csv_of("编号,姓名,备注", 'A1,甲,"=HYPERLINK(""http://x"")"', 'A2,"=""乙""",无'), "x.csv")
    assert [no.line for no in parsed.refused] == [2] and parsed.rows[0].values["name"] == "乙"
    parsed = roster.parse(xlsx_of(("编号", "姓名"), ("A1", "=A9"), ("A2", "乙")), "x.xlsx")
    assert [row.values["name"] for row in parsed.rows] == ["乙"] and len(parsed.refused) == 1


def test_rows_that_cannot_be_taken_say_why() -> None:
    parsed = roster.parse(
        csv_of(
            "编号,姓名,政治面貌,入党时间",
            "A1,甲,正式党员,2001.5",
            "A1,乙,正式党员,",
            ",丙,正式党员,",
            "A4,,正式党员,",
            "A5,戊,外星人,",
            "A6,己,群众,某年",
            "合计,合计,,",
            "编号,姓名,政治面貌,入党时间",
            f"A7,{'长' * 81},群众,",
        ),
        "x.csv",
    )
    assert [row.values["number"] for row in parsed.rows] == ["A1"]
    assert [no.line for no in parsed.refused] == [3, 4, 5, 6, 7, 8, 10]
    assert all(no.why for no in parsed.refused)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("中共党员", "full"),
        ("党员", "full"),
        ("会员", "full"),
        ("中共预备党员", "probationary"),
        ("入党积极分子", "applicant"),
        ("发展对象", "applicant"),
        ("群众", "none"),
        ("共青团员", "none"),
        ("非党员", "none"),
        ("Member", "full"),
        ("non-member", "none"),
        ("Not a member", "none"),
    ],
)
def test_membership_in_the_words_people_use(written, value) -> None:
    assert cells.category(written) == value


@pytest.mark.parametrize(
    ("written", "value", "note"),
    [
        ("在岗", "active", ""),
        ("退休（2026-05）", "retired", "退休（2026-05）"),
        ("退休返聘", "rehired", "退休返聘"),
        ("借调县里", "away", "借调县里"),
        ("病假", "sick", ""),
        ("病假（三个月）", "sick", "病假（三个月）"),
        ("某种情况", "active", "某种情况"),
        ("Active", "active", ""),
    ],
)
def test_standing_keeps_the_file_s_words(written, value, note) -> None:
    assert cells.standing(written) == (value, note)


def test_an_unknown_standing_is_said() -> None:
    (row,) = roster.parse(csv_of("编号,姓名,状态", "A1,甲,某种情况"), "x.csv").rows
    assert row.values["standing"] == "active" and row.remarks


def test_our_own_headers_come_back(app, cast) -> None:
    with app.test_request_context("/app/"):
        for language in ("zh", "en"):
            for cast.branch.kind in OrganisationKind:
                with speaking(language):
                    heads = roster_file.headers(cast.branch)
                    rows = spreadsheet.read(roster_file.template(cast.branch), "x.xlsx")
                    parsed = roster.parse(roster_file.template(cast.branch), "x.xlsx")
                found, _place = columns.find(rows, "x.xlsx")
                assert set(found.at) == set(roster_file.EXPORTED) and len(found.at) == len(heads)
                assert len(parsed.rows) == 1 and not parsed.unused


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\1\2",
        b"PK\3\4 not a zip",
        b"\xd0\xcf\x11\xe0old",
        b"\xff\xfe\x00",
        b"\x81\xff\xff",
        csv_of("just some text", "without a table"),
        csv_of("姓名", "甲"),
        csv_of("编号,姓名"),
        csv_of('编号,"姓名', "x"),
        xlsx_of(("甲", "乙"), ("丙", "丁")),
    ],
)
def test_what_is_no_roster_is_refused_in_words(content) -> None:
    with pytest.raises(BadInput) as no:
        roster.parse(content, "坏文件.csv")
    assert str(no.value)


def test_a_broken_spreadsheet_is_refused_in_words() -> None:
    whole = xlsx_of(("编号", "姓名"), ("A1", "甲"))
    for cut in range(0, len(whole), 97):
        broken = bytearray(whole)
        broken[cut : cut + 9] = b"\xff" * 9
        for content in (bytes(broken), whole[:cut]):
            try:
                roster.parse(content, "x.xlsx")
            except BadInput:
                continue


def test_a_zip_of_something_else_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("hello.txt", "hello")
    with pytest.raises(BadInput):
        roster.parse(out.getvalue(), "x.xlsx")


@ANYHOW
@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(content) -> None:
    with words_of_errors():
        try:
            roster.parse(content, "x.csv")
        except BadInput as no:
            assert str(no)


@ANYHOW
@given(
    st.lists(
        st.lists(
            st.one_of(
                st.text(max_size=12),
                st.sampled_from(
                    [word for words in columns.SYNONYMS.values() for word in words[:2]]
                    + ["身份证号", "1998.07", "=1+1", "正式党员", "退休", "110101199003070011", "99999.9"]
                ),
            ),
            min_size=1,
            max_size=8,
        ),
        max_size=8,
    )
)
def test_no_table_breaks_the_reader(table) -> None:
    content = spreadsheet.write_csv(["编号", "姓名", "出生年月", "入党时间", "政治面貌", "状态"], table)
    with words_of_errors():
        try:
            parsed = roster.parse(content, "x.csv")
        except BadInput:
            return
        for row in parsed.rows:
            assert row.values["name"] and row.values["number"]
            assert not cells.IDENTITY.search(str(row.values))


@pytest.mark.parametrize("header", ["邮箱", "电子邮箱", "邮箱地址", "Email", "E-mail address"])
def test_mail_addresses_are_read_and_what_is_none_is_left_out(header) -> None:
    found = roster.parse(f"姓名,班组,{header}\n王伟,一班,wang@x.example\n李强,一班,没有\n".encode(), "m.csv")
    first, second = found.rows
    assert first.values["email"] == "wang@x.example" and not found.dropped
    assert "email" not in second.values and any("没有" in remark for remark in second.remarks)
