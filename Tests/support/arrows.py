#!/usr/bin/env python3
"""Checks that modules, and folders within a module, use only what Sources/README.md lets them use.

    Tests/support/arrows.py            what is wrong, and exit 1; or one line
    Tests/support/arrows.py --planted  plants faults and checks that each is found
    Tests/support/arrows.py --graph    which folder uses which, by which types, and which folders need each other

Between modules an `import` is an arrow; between folders, the name of a type that is declared at the top of a file in
another one. It reads names, not meanings: members that an extension adds are not seen.
"""

import re
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[2] / "Sources"
TOOLCHAIN = {"Dispatch", "Glibc", "Synchronization"}  # What every module may import.
ALLOWED, KNOWN = "Allowed arrows", "Still to be untangled"

INSIDE = r"\\\((?:[^()\n]|\((?:[^()\n]|\([^()\n]*\))*\))*\)"  # An interpolation, two parentheses deep.
NO_CODE = re.compile(
    rf'//[^\n]*|/\*.*?\*/|(#+)".*?"\1|"""(?:{INSIDE}|.)*?"""|"(?:{INSIDE}|\\[^(\n]|[^"\\\n])*"', re.S)
IMPORT = re.compile(r"^\s*(?:@\w+\s+)*(?:\w+\s+)?import\s+(?:(?:struct|class|enum|protocol|func)\s+)?(\w+)", re.M)
TYPE = r"(?:struct|class|enum|actor|protocol|typealias)\s+(\w+)"
AT_THE_TOP = re.compile(rf"^(?!private|fileprivate)(?:@\w+(?:\([^)]*\))?\s+|[a-z]+\s+)*?{TYPE}", re.M)
ANYWHERE = re.compile(rf"\b(?:{TYPE}|associatedtype\s+(\w+))")
NAME = re.compile(r"(?<![\w.])[A-Z]\w*")

Arrows = dict[tuple[str, str], set[str]]


@cache
def scan(text: str) -> tuple[set[str], set[str], set[str]]:
    """A Swift file's imports, the types that it declares for others, and the names that it uses."""
    # Of a string, what is interpolated stays.
    code = NO_CODE.sub(lambda found: " ".join(re.findall(INSIDE, found[0])) if found[0][0] == '"' else " ", text)
    own = {name for pair in ANYWHERE.findall(code) for name in pair}
    return set(IMPORT.findall(code)), set(AT_THE_TOP.findall(code)), set(NAME.findall(code)) - own


def module_of(path: str) -> str:
    return path.partition("/")[0]


def place_of(path: str) -> str:
    """Module and first folder; `.` for a file beside the folders."""
    parts = path.split("/")
    return f"{parts[0]}/{parts[1] if len(parts) > 2 else '.'}"


def swift_files() -> dict[str, str]:
    return {str(path.relative_to(SOURCES)): path.read_text() for path in sorted(SOURCES.rglob("*.swift"))}


def drawn(files: dict[str, str]) -> Arrows:
    """The arrows of the code, with what draws each: `Gateway/Portal` → `Gateway/Keys` by `KeyRing`."""
    arrows: Arrows = defaultdict(set)
    homes: dict[tuple[str, str], str] = {}
    for path, text in files.items():
        for name in scan(text)[1]:
            homes.setdefault((module_of(path), name), place_of(path))
    for path, text in files.items():
        module, place = module_of(path), place_of(path)
        imports, _, names = scan(text)
        for name in imports - TOOLCHAIN:
            arrows[module, name].add("import")
        for name in names:
            home = homes.get((module, name), place)
            if home != place:
                arrows[place, home].add(name)
    return arrows


def listed(readme: str, heading: str, files: dict[str, str]) -> set[tuple[str, str]]:
    """The arrows under a heading: lines of `    Gateway/Portal → Accounts Keys`, where `*` is every folder of the module."""
    section = re.split(r"^## ", readme.split(f"\n## {heading}\n")[1], flags=re.M)[0]
    arrows = set()
    for source, targets in re.findall(r"^    (\S+) +→ +(.+)$", section, re.M):
        module, folder = module_of(source), "/" in source
        others = {place_of(path) for path in files if module_of(path) == module} - {source}
        for target in targets.split():
            ends = others if target == "*" else {f"{module}/{target}" if folder else target}
            arrows |= {(source, end) for end in ends}
    return arrows


def cycles(arrows: set[tuple[str, str]]) -> list[list[str]]:
    """The groups of places that all reach each other."""
    reach = {place: {b for a, b in arrows if a == place} for arrow in arrows for place in arrow}
    for middle in reach:
        for start in reach:
            if middle in reach[start]:
                reach[start] |= reach[middle]
    groups = {frozenset(b for b in reach[a] if a in reach[b]) for a in reach}
    return sorted(sorted(group) for group in groups if group)


def problems(files: dict[str, str], readme: str) -> list[str]:
    arrows, allowed, known = drawn(files), listed(readme, ALLOWED, files), listed(readme, KNOWN, files)
    places = {place for path in files for place in (module_of(path), place_of(path))}
    found = [f"{a} → {b} is not allowed: {', '.join(sorted(names))}"
             for (a, b), names in sorted(arrows.items()) if (a, b) not in allowed | known]
    found += [f"{a} → {b} is untangled: delete it from “{KNOWN}”" for a, b in sorted(known - set(arrows))]
    found += [f"{a} → {b} is both allowed and to be untangled" for a, b in sorted(known & allowed)]
    found += [f"{a} → {b}: there is no {end}" for a, b in sorted(allowed)
              for end in (a, b) if end not in places and (end == a or "/" in end)]
    return found + [f"allowed, but a cycle: {' ↔ '.join(group)}" for group in cycles(allowed)]


def planted(files: dict[str, str], readme: str) -> list[str]:
    """The faults that are planted here and not found."""
    accepted = listed(readme, ALLOWED, files) | listed(readme, KNOWN, files)
    homes = [(place_of(path), name) for path, text in files.items() for name in scan(text)[1]]
    low, place, home, name = next(
        (path, place_of(path), home, name) for path in files for home, name in homes
        if module_of(path) == module_of(home) and place_of(path) != home and name not in files[path]
        and (place_of(path), home) not in accepted)
    foundation = next(path for path in files if ("Gateway", module_of(path)) in accepted)
    module = module_of(foundation)

    def under(heading: str, line: str) -> str:
        return readme.replace(f"\n## {heading}\n", f"\n## {heading}\n\n    {line}\n")

    faults = [
        ({**files, foundation: files[foundation] + "\nimport Gateway\n"}, readme, f"{module} → Gateway is not allowed"),
        ({**files, low: files[low] + f"\nlet it: {name}? = nil\n"}, readme, f"{place} → {home} is not allowed: {name}"),
        (files, under(KNOWN, f"{module} → webhook2fedmsg"), f"{module} → webhook2fedmsg is untangled"),
        (files, under(ALLOWED, f"{module} → Gateway"), "allowed, but a cycle"),
    ]
    return [f"planted and not found: {message}" for tree, text, message in faults
            if not any(problem.startswith(message) for problem in problems(tree, text))]


def main() -> None:
    files, readme = swift_files(), (SOURCES / "README.md").read_text()
    if sys.argv[1:] == ["--graph"]:
        arrows = {arrow: names for arrow, names in drawn(files).items() if "/" in arrow[0]}
        known = listed(readme, KNOWN, files)
        for arrow, names in sorted(arrows.items()):
            print(f"{'back' if arrow in known else '    '} {arrow[0]} → {arrow[1]}: {', '.join(sorted(names))}")
        for group in cycles(set(arrows)):
            print(f"need each other ({len(group)}): {' '.join(group)}")
        return
    if sys.argv[1:] == ["--planted"]:
        found, fine = planted(files, readme), "Each planted fault is found."
    else:
        known = listed(readme, KNOWN, files)
        found, fine = problems(files, readme), f"{len(files)} files; {len(known)} arrows still to be untangled."
    print("\n".join(found) or fine)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
