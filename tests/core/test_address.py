"""Links for others are made with the address that is set, whatever a request says it asked for."""

from dataclasses import replace

import pytest
from flask import request, url_for

from app import create_app
from core import address
from core.settings import Settings, WrongSetting, read


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8443", "survey.example.org", "[::1]:1", "x/../y"])
def test_a_forged_host_names_nothing(tmp_path, host) -> None:
    settings = Settings(
        data=tmp_path, database=f"sqlite:///{tmp_path / 'x.db'}", queue="inline", address="https://survey.example.org"
    )
    app = create_app(settings, TESTING=True)
    told = []
    app.before_request(
        lambda: told.append((url_for("surveys.scrutineer", _external=True), request.host_url, address.origin()))
    )
    app.test_client().get("/scrutineer", headers={"Host": host, "X-Forwarded-Host": "evil.example"})
    assert told == [
        ("https://survey.example.org/scrutineer", "https://survey.example.org/", "https://survey.example.org")
    ]


def test_without_the_setting_it_is_what_the_request_says(app) -> None:
    with app.test_request_context("/", base_url="http://here:5000"):
        assert address.origin() == "http://here:5000"
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], https=True)
    with app.test_request_context("/", base_url="http://here:5000"):
        assert address.origin() == "https://here:5000", "a proxy in front speaks TLS"


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("XINSHENG_ADDRESS", "https://survey.example.org/", "survey.example.org"),
        ("XINSHENG_ADDRESS", "http://192.168.1.5:5000", "https://a/b"),
        ("XINSHENG_ADDRESS", "http://[fd00::5]:5000", "https://a b"),
        ("XINSHENG_SECOND_FACTOR", "secretaries", "yes"),
        ("XINSHENG_IDLE_MINUTES", "30", "5"),
        ("XINSHENG_PROXIES", "1", "٢"),
    ],
)
def test_settings_of_signing_in_are_checked(tmp_path, name, good, bad) -> None:
    data = {"XINSHENG_DATA": str(tmp_path)}
    assert read(data | {name: good})
    with pytest.raises(WrongSetting, match=name):
        read(data | {name: bad})
    assert read(data | {"XINSHENG_ADDRESS": "https://a.example"}).https
    plain = read(data)
    assert (plain.address, plain.second_factor, plain.idle, plain.proxies) == ("", "optional", 120, 0)
