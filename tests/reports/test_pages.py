"""The report on paper, seen before it is issued."""

import re

import pytest

from core import jobs
from core.db import db
from reports.models import Rendering

PNG = b"\x89PNG"


def address(cast) -> str:
    return f"/app/investigations/{cast.investigation.id}/report/pages"


def test_from_the_button_to_the_pages(app, cast, client_for) -> None:
    client = client_for("secretary")
    empty = client.get(address(cast))
    assert empty.status_code == 200 and "<img" not in empty.text.split("<h1", 1)[1]
    assert db.session.query(Rendering).count() == 0, "looking makes nothing"
    answer = client.post(address(cast), data={"style": "summary", "lang": "en"})
    assert answer.status_code == 302 and "style=summary" in answer.location and "lang=en" in answer.location
    jobs.run_inline()
    text = client.get(answer.location).text
    alternatives = re.findall(r'<img src="(/app/renderings/\d+/pages/(\d+)\.png)"[^>]* alt="([^"]+)"', text)
    assert len(alternatives) > 1
    for number, (url, page, alt) in enumerate(alternatives, start=1):
        assert page == str(number) and str(number) in alt and str(len(alternatives)) in alt
        assert f'href="#page-{number}"' in text and f'id="page-{number}"' in text
        assert client.get(url).data[:4] == PNG
    assert client.get(url.replace(f"/{page}.png", "/999.png")).status_code == 404


def test_a_change_asks_for_new_pages(app, cast, client_for) -> None:
    client = client_for("secretary")
    client.post(address(cast))
    jobs.run_inline()
    assert "/pages/1.png" in client.get(address(cast)).text
    cast.investigation.causes = "车位太少"
    db.session.commit()
    text = client.get(address(cast)).text
    assert "/pages/1.png" not in text and "data-at-once" in text


def test_while_it_is_printed_the_first_page_is_waited_for(app, cast, client_for, monkeypatch) -> None:
    monkeypatch.setattr(jobs, "run_inline", lambda: None)  # no worker is there yet
    client = client_for("secretary")
    client.post(address(cast))
    text = client.get(address(cast)).text
    assert "/pages/1.png" in text and "/pages/2.png" not in text
    assert 'class="job"' in text
    assert client.get(re.search(r'src="(/app/renderings/[^"]+)"', text)[1]).status_code == 204, "to be asked for again"


@pytest.mark.parametrize(
    ("role", "page", "picture"),
    [("secretary", 200, 200), ("committee_member", 200, 200), ("member", 403, 403), ("outsider", 404, 404)],
    ids=str,
)
def test_who_may_look(app, cast, client_for, role, page, picture) -> None:
    client_for("secretary").post(address(cast))
    jobs.run_inline()
    made = db.session.query(Rendering).one()
    client = client_for(role)
    assert client.get(address(cast)).status_code == page
    assert client.get(f"/app/renderings/{made.id}/pages/1.png").status_code == picture
    assert client.post(address(cast)).status_code in ((302,) if page == 200 else (page,))


def test_a_rendering_of_somebody_else_is_not_shown(app, cast, client_for) -> None:
    client_for("secretary").post(address(cast))
    made = db.session.query(Rendering).one()
    made.organisation_id = cast.elsewhere.id
    db.session.commit()
    assert client_for("secretary").get(f"{address(cast)}?rendering={made.id}").status_code == 404


@pytest.mark.parametrize("query", ["style=x&lang=y", "style=&lang=", "style=gongwen&lang=zh&rendering=x"])
def test_nonsense_shows_the_house_layout(cast, client_for, query) -> None:
    assert client_for("secretary").get(f"{address(cast)}?{query}").status_code == 200


def test_pictures_stay_out_of_caches(app, cast, client_for) -> None:
    client = client_for("secretary")
    client.post(address(cast))
    jobs.run_inline()
    made = db.session.query(Rendering).one()
    answer = client.get(f"/app/renderings/{made.id}/pages/1.png")
    assert answer.headers["Cache-Control"] == "no-store" and answer.mimetype == "image/png"
