"""The tests of the pages of which it is known that they fail now and then, and why: `Tests/flaky.txt`."""

from pathlib import Path

LIMIT = 3
LIST = Path(__file__).resolve().parents[2] / "flaky.txt"


def known(path: Path = LIST) -> dict[str, str]:
    """Reasons by tests' names; ValueError for a name without one."""
    found = {}
    for line in path.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, reason = line.partition(" ")
            if not reason.strip():
                raise ValueError(f"{path.name}: {name} has no reason")
            found[name] = reason.strip()
    return found


def judge(seen: dict[str, str], listed: dict[str, str]) -> tuple[list[str], bool]:
    """Lines that tell of the tests that passed only when they were run again, by name and message, and a Boolean value that
    indicates whether there are too many, those of the list included."""
    lines = [f"flaky {name}: {listed.get(name) or f'not in Tests/flaky.txt yet: {seen[name]}'}" for name in sorted(seen)]
    if seen:
        lines.append("Both outputs of each are in .build-reports/flaky.")
    names = seen.keys() | listed.keys()
    if len(names) > LIMIT:
        lines.append(f"{len(names)} tests are flaky, and at most {LIMIT} may be: {', '.join(sorted(names))}")
    return lines, len(names) > LIMIT
