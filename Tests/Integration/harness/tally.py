"""Sums test reports in JUnit's XML: `python tally.py PASSED-SO-FAR FAILED-SO-FAR REPORT…` prints the closing line.

Exits 0 only if nothing failed and something passed.
"""

import sys
import xml.etree.ElementTree as ElementTree


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


def main() -> int:
    passed, failed = int(sys.argv[1]), int(sys.argv[2])
    skipped = 0
    for report in sys.argv[3:]:
        more = count(report)
        passed, failed, skipped = passed + more[0], failed + more[1], skipped + more[2]
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
