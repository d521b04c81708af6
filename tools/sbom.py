"""Writes sbom.json, the list of everything shipped, in the CycloneDX form: `python tools/sbom.py [FILE]`.

Made from the lock file, so it names what `./run` installs, with the hashes it accepts. Licences are read from the
packages that are installed here; a package for another system (a marker keeps it away) has none to read. Prints how
many packages bear which licence.
"""

import importlib.metadata as metadata
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.txt"
UNKNOWN = "not installed here"
# Old packages tell their licence by a classifier alone.
CLASSIFIER = "License :: OSI Approved :: "

# Read in the licence file each brings along: its metadata say nothing.
READ = {"huey": "MIT", "pyrage": "MIT", "pyxform": "BSD-2-Clause", "resvg-py": "MIT"}


def licence(name: str) -> str:
    """Return the licence an installed package declares, `UNKNOWN` when it is not installed."""
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return UNKNOWN
    named = [each.removeprefix(CLASSIFIER) for each in told.get_all("Classifier") or () if each.startswith(CLASSIFIER)]
    written = (told.get("License") or "").strip().split("\n")[0]
    return told.get("License-Expression") or " AND ".join(named) or written[:80] or READ.get(name, "not declared")


def made(lock: Path = LOCK) -> dict[str, Any]:
    """Return the list for a lock file; raises `CalledProcessError` when cyclonedx-py cannot read it."""
    options = ["--output-reproducible", "--no-validate", "--sv", "1.6", "--of", "JSON"]
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", str(lock), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    bom: dict[str, Any] = json.loads(done.stdout)
    bom["metadata"]["component"] = {"type": "application", "name": "xinsheng", "bom-ref": "xinsheng"}
    for component in bom["components"]:
        component["licenses"] = [{"license": {"name": licence(component["name"])}}]
    return bom


def main() -> None:
    """Write the file and print the licences."""
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "sbom.json"
    bom = made()
    place.write_text(json.dumps(bom, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    counted = Counter(component["licenses"][0]["license"]["name"] for component in bom["components"])
    for name, count in counted.most_common():
        print(f"{count:4}  {name}")
    print(f"{len(bom['components'])} packages in {place}")


if __name__ == "__main__":
    main()
