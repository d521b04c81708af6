"""The documents say what the code does."""

import json
import re
import sys

import pytest

from core.settings import ROOT

sys.path.insert(0, str(ROOT / "tools"))
import permissions  # noqa: E402
import vendor  # noqa: E402

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_permission_table_is_up_to_date(app) -> None:
    assert permissions.PAGE.read_text(encoding="utf-8") == permissions.table(app), "run tools/permissions.py"


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_the_readme_opens_with_a_picture_and_two_lines(name) -> None:
    lines = [line for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if line.strip()]
    picture = re.fullmatch(r"!\[.+\]\((.+)\)", lines[0])
    assert picture and (ROOT / picture[1]).stat().st_size > 20_000
    assert lines[2].startswith("./run") and lines[3].startswith("./test")


def test_every_link_of_the_documents_leads_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "README.zh.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_setting_is_documented() -> None:
    names = set()
    for path in (ROOT / "core" / "settings.py", ROOT / "core" / "sizing.py"):
        names |= set(re.findall(r'"(XINSHENG_[A-Z_]+|DATABASE_URL)"', path.read_text(encoding="utf-8")))
    told = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    for name in names:
        assert f"\n| `{name}` |" in told, name
    listed = set(re.findall(r"^\| `(XINSHENG_[A-Z_]+|DATABASE_URL)`", told + README, re.M))
    assert listed <= names, "a setting that nobody reads"


def test_vendored_files_are_the_pinned_ones() -> None:
    listed = json.loads((ROOT / "static" / "vendor" / "VENDOR.json").read_text(encoding="utf-8"))
    assert listed
    assert list(vendor.problems()) == []


def test_nothing_names_the_place_it_was_made_in() -> None:
    # Spelled in halves, so that this file does not find itself.
    forbidden = ["/work" + "/", "shared" + "/design", "shared" + "/sample", "farm" + "-bench", "registry." + "npmjs"]
    for path in ROOT.rglob("*"):
        if path.suffix not in {".py", ".md", ".txt", ".sh", ".html", ".css", ".js", ".toml", ".yaml", ".json", ".in"}:
            continue
        if {".venv", ".git", "vendor", "instance", "instance-demo", "node_modules"} & set(path.parts):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        for word in forbidden:
            assert word not in text, f"{path.relative_to(ROOT)} names {word}"
