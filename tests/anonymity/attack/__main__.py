"""Run the attack on a deployment in a folder."""

import argparse
import json
import sys
from pathlib import Path

from tests.anonymity import attack
from tests.anonymity.attack.linkage import ALPHA
from tests.anonymity.attack.linkage import attack as run


def main() -> int:
    """Print what was found; return 1 for a leak."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.anonymity.attack",
        description=attack.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("hints", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--json", type=Path, help="write everything that was found to this file")
    parser.add_argument("--alpha", type=float, default=ALPHA)
    parser.add_argument("--perm", type=int, default=0, help="shuffled truths beside the real one (0)")
    chosen = parser.parse_args()
    hints, truth = json.loads(chosen.hints.read_text()), json.loads(chosen.truth.read_text())
    outcome = run(hints, truth, chosen.hints.resolve().parent, perm=chosen.perm)
    told = outcome.told()
    if chosen.json:
        chosen.json.write_text(json.dumps(told, indent=1))
    print(json.dumps({key: value for key, value in told.items() if key != "findings"}, indent=1))
    for finding in outcome.findings[:6]:
        print(f"   {finding.p:.2e}  hits {finding.hits:3d}/{finding.n}  z {finding.z:+.2f}  {finding.strategy}")
    return 1 if outcome.leaks(chosen.alpha) else 0


if __name__ == "__main__":
    sys.exit(main())
