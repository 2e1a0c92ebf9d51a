#!/usr/bin/env python3
"""Compares the packages that were resolved, those that packages depend on included, with the list in versions.txt.

Package.resolved is not kept in the repository: a package of a package may change by itself, and that has to be seen.

    Tests/support/versions.py            says what differs; exits 1 if anything does
    Tests/support/versions.py --write    writes the list anew
"""

import difflib
import json
import sys
from pathlib import Path

LIST = Path(__file__).with_name("versions.txt")
RESOLVED = LIST.parents[2] / "Package.resolved"
ADVICE = """
A clean clone would get other packages (+) than those of Tests/support/versions.txt (-).
If Package.resolved here is old: swift package update
If the change is wanted: look at what changed, then Tests/support/versions.py --write, and commit the list."""


def resolved() -> list[str]:
    """A line a package: name, version and commit."""
    pins = json.loads(RESOLVED.read_text())["pins"]
    return sorted(f"{pin['identity']} {pin['state'].get('version', '-')} {pin['state']['revision']}\n" for pin in pins)


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--write"]):
        print(__doc__, file=sys.stderr)
        return 2
    if not RESOLVED.exists():
        print("There is no Package.resolved yet: swift package resolve", file=sys.stderr)
        return 1
    if arguments:
        LIST.write_text("".join(resolved()))
        return 0
    kept = LIST.read_text().splitlines(keepends=True)
    changes = [line for line in difflib.ndiff(kept, resolved()) if line[0] in "+-"]
    if changes:
        print("".join(changes), end="", file=sys.stderr)
        print(ADVICE, file=sys.stderr)
    return 1 if changes else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
