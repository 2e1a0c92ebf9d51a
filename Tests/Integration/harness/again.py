"""Runs failed tests of the pages once more, each on its own: `python -m harness.again REPORT FOLDER PYTEST-OPTION…`.

A browser on a busy machine fails now and then. A test that passes on its own is marked as flaky in the report, and counts as
passed; both outputs are kept in the folder. Exits 0 if all that had failed passed. Nothing is run again where more failed
than may be flaky, or where what failed is no test of the pages.
"""

import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

from .flaky import LIMIT

SUITES = Path(__file__).resolve().parents[1]
# What two replicas lose is lost.
NEVER = ("people/test_replicas.py",)


@dataclass
class Failure:
    """A test by its name for pytest, with its entries in the report: a test and its teardown may fail both."""

    name: str
    cases: list[ElementTree.Element] = field(default_factory=list)

    @property
    def may_run_again(self) -> bool:
        return self.name.startswith("people/") and not self.name.startswith(NEVER)

    @property
    def output(self) -> str:
        """What the report says of it."""
        return "\n".join(part for case in self.cases for element in case for part in _texts(element))

    @property
    def message(self) -> str:
        """The first line of why it failed."""
        elements = [element for case in self.cases for element in case if element.tag in ("failure", "error")]
        return next((line for element in elements for line in element.get("message", "").splitlines() if line), "failed")

    def mark(self) -> None:
        """Has its entries count as passed, and tell why they had not."""
        value = f"{self.name}\n{self.message}"
        for case in self.cases:
            for element in [element for element in case if element.tag in ("failure", "error")]:
                case.remove(element)
            properties = ElementTree.SubElement(case, "properties")
            ElementTree.SubElement(properties, "property", {"name": "flaky", "value": value})


def _texts(element: ElementTree.Element) -> list[str]:
    return [f"-- {element.tag}", element.get("message", ""), element.text or ""]


def failures(report: ElementTree.ElementTree) -> list[Failure]:
    found: dict[str, Failure] = {}
    for case in report.iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            name = f"{case.get('file', '')}::{case.get('name', '')}"
            found.setdefault(name, Failure(name)).cases.append(case)
    return list(found.values())


def _passes(failure: Failure, folder: Path, options: list[str]) -> bool:
    name = re.sub(r"[^\w.-]+", "-", failure.name)
    (folder / f"{name}.1.txt").write_text(failure.output)
    with (folder / f"{name}.2.txt").open("w") as second:
        command = [sys.executable, "-m", "pytest", *options, str(SUITES / failure.name)]
        return subprocess.run(command, stdout=second, stderr=subprocess.STDOUT).returncode == 0


def main() -> int:
    path, folder, options = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
    report = ElementTree.parse(path)
    failed = failures(report)
    if len(failed) > LIMIT or not all(failure.may_run_again for failure in failed):
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    left = 0
    for failure in failed:
        print(f"Once more, on its own: {failure.name}", flush=True)
        if _passes(failure, folder, options):
            failure.mark()
        else:
            left += 1
    report.write(path, encoding="utf-8", xml_declaration=True)
    return 0 if failed and left == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
