"""Front-end files of others: fetched once with npm at exact versions, committed, and described in VENDOR.json.

`tools/vendor.py` fetches them anew; `tools/vendor.py --check` tells whether the files still are what was fetched.
Nothing here runs on a customer's machine.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static" / "vendor"
RECORD = STATIC / "VENDOR.json"
LICENCES = STATIC / "LICENSES"

# Names of bootstrap-icons, one file each under static/vendor/icons: only what a page shows.
ICONS = """
    archive arrow-clockwise arrow-counterclockwise arrow-down arrow-left arrow-repeat arrow-right arrow-up arrows-move
    bar-chart bell bookmark box-arrow-in-right box-arrow-right box-arrow-up-right building calendar-check calendar3
    card-checklist chat-dots chat-left-quote chat-square-quote chat-square-text check-circle check-lg check2-square
    chevron-down chevron-left chevron-right chevron-up circle clipboard-check clipboard-data clock clock-history
    cloud-check cloud-slash collection copy dash-lg database diagram-3 download envelope exclamation-circle
    exclamation-triangle eye eye-slash file-earmark-arrow-up file-earmark-pdf file-earmark-spreadsheet
    file-earmark-text filter flag folder2-open funnel gear geo-alt globe grid grip-vertical hourglass-split house
    inbox info-circle journal-text key layers lightbulb link-45deg list list-check list-ol list-ul lock megaphone
    palette paperclip pencil pencil-square people person person-badge person-check person-lines-fill person-plus
    person-x phone pie-chart pin-angle play-fill plus-circle plus-lg printer qr-code question-circle save scissors
    search send shield-check shield-lock sliders sort-down speedometer2 star tag three-dots three-dots-vertical
    toggles translate trash union unlock upload x-circle x-lg
""".split()


@dataclass(frozen=True, slots=True)
class Package:
    """An npm package at an exact version; `files` maps a path inside it to the folder of ours it goes to."""

    name: str
    version: str
    files: dict[str, Path] = field(default_factory=dict)


PACKAGES = (
    Package(
        "bootstrap",
        "5.3.9",
        {"dist/css/bootstrap.min.css": STATIC, "dist/js/bootstrap.bundle.min.js": STATIC},
    ),
    Package("htmx.org", "2.0.11", {"dist/htmx.min.js": STATIC}),
    Package("sortablejs", "1.15.7", {"Sortable.min.js": STATIC}),
    Package("bootstrap-icons", "1.13.2", {f"icons/{name}.svg": STATIC / "icons" for name in ICONS}),
    Package("@fontsource-variable/inter", "5.3.0", {"files/inter-latin-wght-normal.woff2": STATIC}),
    # Tests alone use it, so it is never served.
    Package("axe-core", "4.14.1", {"axe.min.js": ROOT / "tests" / "vendor"}),
)


def fetch() -> None:
    """Write every file, VENDOR.json and LICENSES; remove files that are no longer listed.

    Exits when a version that was fetched before now has other content: published versions never change.
    """
    before = {(row["name"], row["version"], row["file"]): row["sha256"] for row in _recorded()}
    rows: list[dict[str, str]] = []
    contents: dict[Path, bytes] = {}
    licences: list[str] = []
    for package in PACKAGES:
        manifest, files, licence = _unpack(package)
        licences.append(f"{package.name} {package.version} ({manifest['license']})\n\n{licence.strip()}\n")
        for path, content in files.items():
            row = {
                "name": package.name,
                "version": package.version,
                "licence": manifest["license"],
                "file": path.relative_to(ROOT).as_posix(),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
            if before.get((row["name"], row["version"], row["file"]), row["sha256"]) != row["sha256"]:
                sys.exit(f"{row['file']}: {package.name} {package.version} is not what it was when first fetched.")
            rows.append(row)
            contents[path] = content
    for gone in {ROOT / row["file"] for row in _recorded()} - set(contents):
        gone.unlink(missing_ok=True)
    for path, content in contents.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    RECORD.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    LICENCES.write_text(f"\n{'=' * 78}\n\n".join(licences), encoding="utf-8")


def problems() -> Iterator[str]:
    """Yield one line for each vendored file that is missing, changed or not recorded."""
    rows = _recorded()
    wanted = {path.relative_to(ROOT).as_posix() for path in _targets()}
    recorded = {row["file"] for row in rows}
    for name in sorted(wanted - recorded):
        yield f"{name}: listed in tools/vendor.py but not fetched"
    for name in sorted(recorded - wanted):
        yield f"{name}: recorded but no longer listed in tools/vendor.py"
    for row in rows:
        path = ROOT / row["file"]
        if not path.is_file():
            yield f"{row['file']}: missing"
        elif hashlib.sha256(path.read_bytes()).hexdigest() != row["sha256"]:
            yield f"{row['file']}: changed since it was fetched"
    for folder in (STATIC, ROOT / "tests" / "vendor"):
        present = {path.relative_to(ROOT).as_posix() for path in folder.rglob("*") if path.is_file()}
        ours = {path.relative_to(ROOT).as_posix() for path in (RECORD, LICENCES)}
        for name in sorted(present - recorded - ours):
            yield f"{name}: not recorded in VENDOR.json"


def _recorded() -> list[dict[str, str]]:
    return json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.is_file() else []


def _targets() -> Iterator[Path]:
    for package in PACKAGES:
        for inside, folder in package.files.items():
            yield folder / Path(inside).name


def _unpack(package: Package) -> tuple[dict[str, str], dict[Path, bytes], str]:
    """Return the package's manifest, the content of each wanted file by its target, and the licence text."""
    with tempfile.TemporaryDirectory() as folder:
        # npm checks what it fetched against the digest that the registry signed for this version.
        subprocess.run(
            ["npm", "pack", "--silent", f"{package.name}@{package.version}"],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as bundle:

            def read(inside: str) -> bytes:
                member = bundle.extractfile(f"package/{inside}")
                assert member is not None, f"{inside} of {package.name} is not a file"
                return member.read()

            manifest = json.loads(read("package.json"))
            licence = next(
                name for name in bundle.getnames() if name.lower() in ("package/license", "package/license.md")
            )
            files = {folder / Path(inside).name: read(inside) for inside, folder in package.files.items()}
            return manifest, files, read(licence.removeprefix("package/")).decode("utf-8")


def main() -> int:
    """Fetch, or with --check compare; return the exit code."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--check", action="store_true", help="compare the files with VENDOR.json, fetch nothing")
    if not options.parse_args().check:
        fetch()
    found = list(problems())
    print("\n".join(found) or f"{len(_recorded())} vendored files are what was fetched.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
