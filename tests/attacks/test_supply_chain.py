"""What others wrote and we ship: pinned with hashes, installed with them checked, listed, and asked about."""

import json
import re
import sys

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from core.settings import ROOT

sys.path.insert(0, str(ROOT / "tools"))
import dependency_audit  # noqa: E402
import sbom  # noqa: E402

LOCKS = ("requirements.txt", "requirements-dev.txt", "tools/uv.txt")
ADVISORY = {
    "id": "INVENTED-2026-1",
    "summary": "An invented hole",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "Flask_WTF"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "1.0"}, {"fixed": "1.3.0"}]}],
        }
    ],
}


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_hashes(name) -> None:
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert len(lines) >= (1 if name.startswith("tools") else 80)
    for line in lines:
        assert re.match(r"[A-Za-z0-9][\w.\-]*(\[[\w,-]+\])?==\S+", line), line[:80]
        assert "--hash=sha256:" in line, line[:80]
        assert "://" not in line and " @ " not in line, f"{line[:80]} comes from a place of its own"


def test_every_installation_checks_them() -> None:
    for name in (
        "run",
        "test",
        "fuzz",
        "tools/setup.sh",
        *(str(p) for p in (ROOT / "deploy").rglob("*") if p.is_file()),
    ):
        text = (ROOT / name).read_text(encoding="utf-8", errors="replace").replace("\\\n", " ")
        for line in re.findall(r"^.*\bpip install\b.*$", text, re.M):
            assert line.lstrip().startswith("#") or "--require-hashes" in line, f"{name}: {line.strip()}"


def test_the_list_of_what_is_shipped_is_sound_and_complete() -> None:
    bom = sbom.made()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bom)) is None
    listed = {(component["name"].lower(), component["version"]) for component in bom["components"]}
    pinned = dependency_audit.pins((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    assert {(name.replace("_", "-").replace(".", "-"), version) for name, version in listed} == pinned
    for component in bom["components"]:
        assert component["purl"].startswith("pkg:pypi/")
        assert any(reference.get("hashes") for reference in component["externalReferences"]), component["name"]
    licences = {component["licenses"][0]["license"]["name"] for component in bom["components"]}
    assert "not declared" not in licences
    assert not any("AGPL" in name or name.startswith("GPL") for name in licences), "may not be shipped with ours"


@pytest.mark.parametrize(
    ("version", "found"), [("0.9", False), ("1.0", True), ("1.2.9", True), ("1.3.0rc1", True), ("1.3.0", False)]
)
def test_an_advisory_covers_what_lies_in_its_stretch(tmp_path, capsys, version, found) -> None:
    (tmp_path / "a.json").write_text(json.dumps(ADVISORY))
    (tmp_path / "readme.json").write_text("[]")
    lock = tmp_path / "lock.txt"
    lock.write_text(f"flask-wtf=={version} ; python_version > '3' \\\n    --hash=sha256:00\nother==1\n")
    status = dependency_audit.main(["--database", str(tmp_path), str(lock)])
    told = capsys.readouterr().out
    assert status == (dependency_audit.HOLES if found else dependency_audit.SOUND)
    assert ("flask-wtf" in told and "mended in 1.3.0" in told) is found and "2 pins, 1 advisories" in told


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told.update(withdrawn="2026-01-01T00:00:00Z"),
        lambda told: told["affected"][0]["package"].update(ecosystem="npm"),
        lambda told: told["affected"][0].update(ranges=[{"type": "GIT", "events": [{"introduced": "0"}]}]),
    ],
    ids=["withdrawn", "of another world", "of commits alone"],
)
def test_what_does_not_concern_us_is_passed_over(tmp_path, change) -> None:
    told = json.loads(json.dumps(ADVISORY))
    change(told)
    assert dependency_audit.holes({("flask-wtf", "1.2")}, dependency_audit.advisories(_kept(tmp_path, told))) == []


def _kept(folder, told):
    import yaml

    (folder / "PYSEC-1.yaml").write_text(yaml.safe_dump(told))
    return folder


def test_no_answer_is_not_taken_for_a_sound_one(tmp_path, monkeypatch, capsys) -> None:
    assert dependency_audit.main(["--database", str(tmp_path / "nowhere")]) == dependency_audit.UNASKED
    assert dependency_audit.main(["--database", str(tmp_path)]) == dependency_audit.UNASKED
    # No such service on this machine: what pip-audit cannot ask must not look like "no holes".
    monkeypatch.setenv("PIP_AUDIT_VULNERABILITY_SERVICE", "osv")
    monkeypatch.setenv("PIP_AUDIT_OSV_URL", "http://127.0.0.1:1/")
    lock = tmp_path / "lock.txt"
    lock.write_text("other==1 --hash=sha256:" + "0" * 64 + "\n")
    assert dependency_audit.main([str(lock)]) == dependency_audit.UNASKED
    assert "no answer" in capsys.readouterr().out
