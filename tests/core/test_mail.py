"""Letters by SMTP: each on its own, wrong addresses passed over, a missing server told plainly."""

from dataclasses import replace

import pytest

from core import mail
from core.mail import Letter
from tests.core.smtp import listening


def use(app, address: str) -> None:
    settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(settings, mail=address, mail_from="desk@branch.example")


def letters(*addresses: str) -> list[Letter]:
    return [Letter(address, "问卷：\n职工意见", "请您作答。\n谢谢。") for address in addresses]


def test_each_gets_a_letter_of_their_own(app) -> None:
    with listening() as sink:
        use(app, sink.address)
        assert mail.available()
        assert mail.send(letters("a@x.example", "b@x.example")) == 2
    assert [to for to, _letter in sink.letters] == ["a@x.example", "b@x.example"]
    for to, letter in sink.letters:
        assert letter["To"] == to and letter["From"] == "desk@branch.example"
        assert letter["Subject"] == "问卷： 职工意见" and letter.get_content().split() == ["请您作答。", "谢谢。"]
        assert "Bcc" not in letter and letter["Message-ID"].endswith("@branch.example>")


@pytest.mark.parametrize(
    "wrong", ["gone@x.example", "nobody", "字@x.example", "a@x.example\nBcc: c@x.example", "", "<>"]
)
def test_a_wrong_address_keeps_nobody_from_their_letter(app, wrong) -> None:
    with listening(wrong=frozenset({"gone@x.example", "nobody", ""})) as sink:
        use(app, sink.address)
        assert mail.send(letters("a@x.example", wrong, "b@x.example")) == 2
    assert [to for to, _letter in sink.letters] == ["a@x.example", "b@x.example"]


def test_without_a_server_it_says_so(app) -> None:
    assert not mail.available()
    with pytest.raises(mail.NotSent):
        mail.send(letters("a@x.example"))


def test_a_server_that_is_not_there_is_told_plainly(app) -> None:
    use(app, "smtp://127.0.0.1:1")
    with pytest.raises(mail.NotSent, match="ConnectionRefusedError"):
        mail.send(letters("a@x.example"))


def test_a_server_that_goes_away_says_how_many_went_out(app) -> None:
    with listening(breaks_after=1) as sink:
        use(app, sink.address)
        with pytest.raises(mail.NotSent, match="1.*3|3.*1") as refused:
            mail.send(letters("a@x.example", "b@x.example", "c@x.example"))
    assert "@" not in str(refused.value)
