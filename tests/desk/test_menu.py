"""The menu marks where the reader is, also on pages whose address begins otherwise."""

import re

import pytest

MARKED = re.compile(r'href="([^"]+)" aria-current="page"')


@pytest.mark.parametrize(
    ("path", "marked"),
    [
        ("/app/", "/app/"),
        ("/app/talks", "/app/talks"),
        ("/app/coverage", "/app/coverage"),
        ("/app/promises", "/app/talks"),
        ("/app/archive", "/app/talks"),
        ("/app/guides", "/app/talks"),
        ("/app/instruments", "/app/instruments"),
        ("/app/ledger", "/app/ledger"),
        ("/app/board/settings", "/app/board"),
    ],
)
def test_one_line_of_the_menu_is_marked(client_for, path, marked) -> None:
    menu = client_for("secretary").get(path).text.partition("<main")[0]
    assert MARKED.findall(menu) == [marked]


def test_no_line_is_marked_where_none_fits(client_for) -> None:
    assert MARKED.findall(client_for("secretary").get("/app/keys").text.partition("<main")[0]) == []
