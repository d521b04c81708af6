"""Asks whether a pinned package has a known hole: `python tools/dependency_audit.py [--database FOLDER] [LOCK...]`.

Without a folder pip-audit asks the public advisory service for what requirements.txt pins, and nothing is installed.
With `--database` nothing leaves this machine: the folder holds advisories somebody downloaded, in the OSV form, as JSON
or YAML (a copy of the PyPA advisory database, or an OSV export unpacked). Prints one line per hole and ends with 0
(none), 1 (holes) or 2 (it could not be asked).
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).resolve().parent.parent
LOCKS = (ROOT / "requirements.txt", ROOT / "requirements-dev.txt")
PIN = re.compile(r"^([A-Za-z0-9][\w.\-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.M)
SOUND, HOLES, UNASKED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Hole:
    """One advisory that covers one pin."""

    package: str
    version: str
    id: str
    mended: str  # the first version without it, "" when there is none
    summary: str


def pins(lock: str) -> set[tuple[str, str]]:
    """Return name and version of everything a lock file pins, names in their one spelling."""
    return {(canonicalize_name(name), version) for name, version in PIN.findall(lock)}


def advisories(folder: Path) -> Iterator[Mapping[str, Any]]:
    """Yield every advisory below `folder`; files of another kind are passed over."""
    for path in sorted(folder.rglob("*")):
        if path.suffix not in (".json", ".yaml", ".yml") or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8")
        told = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
        if isinstance(told, Mapping) and "id" in told and "affected" in told and not told.get("withdrawn"):
            yield told


def holes(pinned: set[tuple[str, str]], told: Iterator[Mapping[str, Any]]) -> list[Hole]:
    """Return the holes of what is pinned, by package."""
    versions: dict[str, list[str]] = {}
    for name, version in pinned:
        versions.setdefault(name, []).append(version)
    found = set()
    for advisory in told:
        for affected in advisory["affected"]:
            package = affected.get("package", {})
            name = canonicalize_name(str(package.get("name", "")))
            if package.get("ecosystem") != "PyPI" or name not in versions:
                continue
            for version in versions[name]:
                if _covers(affected, version):
                    summary = str(advisory.get("summary") or advisory.get("details") or "").strip().split("\n")[0][:100]
                    found.add(Hole(name, version, str(advisory["id"]), _mended(affected, version), summary))
    return sorted(found, key=lambda hole: (hole.package, hole.id, hole.version))


def _events(affected: Mapping[str, Any]) -> Iterator[list[tuple[str, str]]]:
    for stretch in affected.get("ranges", ()):
        if stretch.get("type") == "ECOSYSTEM":
            yield [(kind, str(value)) for event in stretch.get("events", ()) for kind, value in event.items()]


def _covers(affected: Mapping[str, Any], version: str) -> bool:
    """Say whether a version is listed, or lies in a stretch from where the hole came to where it was mended."""
    if version in map(str, affected.get("versions", ())):
        return True
    wanted = Version(version)
    for events in _events(affected):
        inside = False
        for kind, value in events:
            try:
                edge = Version("0" if value == "0" else value)
            except InvalidVersion:
                continue
            if kind == "introduced" and wanted >= edge:
                inside = True
            elif (kind == "fixed" and wanted >= edge) or (kind == "last_affected" and wanted > edge):
                inside = False
        if inside:
            return True
    return False


def _mended(affected: Mapping[str, Any], version: str) -> str:
    fixed = [Version(value) for events in _events(affected) for kind, value in events if kind == "fixed"]
    later = [each for each in fixed if each > Version(version)]
    return str(min(later)) if later else ""


def ask_service(lock: Path) -> int:
    """Have pip-audit ask about one lock file; return the exit status."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(lock), "--require-hashes", "--disable-pip"]
    done = subprocess.run([*command, "--progress-spinner", "off"], capture_output=True, text=True, check=False)
    print(done.stdout, end="")
    if done.returncode == 0:
        return SOUND
    # pip-audit ends with 1 both for holes and for a service it could not reach; only holes come with a table.
    if "Found " in done.stderr and "vulnerabilit" in done.stderr:
        print(done.stderr, end="")
        return HOLES
    lines = done.stderr.strip().splitlines()
    print(f"{lock.name}: the advisory service gave no answer ({lines[-1][:160] if lines else 'no reason'}).")
    print("Give a downloaded copy of the advisories: --database FOLDER.")
    return UNASKED


def main(arguments: list[str] | None = None) -> int:
    """Ask about each lock file; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", type=Path, help="a folder of advisories in the OSV form")
    parser.add_argument("locks", nargs="*", type=Path, default=list(LOCKS))
    told = parser.parse_args(arguments)
    if told.database is None:
        return max(ask_service(lock) for lock in told.locks)
    if not told.database.is_dir():
        print(f"{told.database} is no folder.")
        return UNASKED
    known = list(advisories(told.database))
    if not known:
        print(f"{told.database} holds no advisory in the OSV form.")
        return UNASKED
    pinned = set().union(*(pins(lock.read_text(encoding="utf-8")) for lock in told.locks))
    found = holes(pinned, iter(known))
    for hole in found:
        print(f"{hole.package} {hole.version}: {hole.id}, mended in {hole.mended or 'no version'}. {hole.summary}")
    print(f"{len(pinned)} pins, {len(known)} advisories, {len(found)} holes.")
    return HOLES if found else SOUND


if __name__ == "__main__":
    sys.exit(main())
