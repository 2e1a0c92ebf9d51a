"""Sums test reports in JUnit's XML: `python tally.py PASSED-SO-FAR FAILED-SO-FAR REPORT…` prints the closing lines: what is
flaky, and then the sum.

Exits 0 only if nothing failed and something passed.
"""

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from harness import flaky  # noqa: E402


def count(report: str) -> tuple[int, int, int]:
    """Passed, failed and skipped test cases of one report."""
    passed = failed = skipped = 0
    for case in ElementTree.parse(report).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is not None:
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def passed_again(report: str) -> dict[str, str]:
    """Names of the tests that passed only when they were run again, and why they had failed."""
    marks = ElementTree.parse(report).iter("property")
    values = [mark.get("value", "") for mark in marks if mark.get("name") == "flaky"]
    return dict(value.split("\n", 1) for value in values)


def main() -> int:
    passed, failed = int(sys.argv[1]), int(sys.argv[2])
    skipped = 0
    seen: dict[str, str] = {}
    for report in sys.argv[3:]:
        more = count(report)
        passed, failed, skipped = passed + more[0], failed + more[1], skipped + more[2]
        seen |= passed_again(report)
    try:
        lines, are_too_many = flaky.judge(seen, flaky.known())
    except (OSError, ValueError) as error:
        lines, are_too_many = [str(error)], True
    for line in lines:
        print(line)
    failed += are_too_many
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
