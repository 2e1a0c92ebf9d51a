"""What was sent, answered and published, held against each other."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from proxies.sender import Outcome

# Of all runs, for the end.
lines: "list[Line]" = []


@dataclass
class Line:
    """A proxy in a scenario. Webhooks: `lost` had no 202; `wrong` had one with an id that is not theirs, or another answer than
    the early one; `doubled` are there under two ids; `copies` more than once under one.

    `crossed` and `unseen` had no 202 because they met our closing, which only a proxy with longer time-outs lets happen: they came
    after the end had gone out, or in the microseconds between the last look and that."""

    proxy: str
    scenario: str
    sent: int = 0
    early: int = 0
    lost: int = 0
    wrong: int = 0
    doubled: int = 0
    copies: int = 0
    crossed: int = 0
    unseen: int = 0
    # Connections that the server closed with something unread.
    unread: int = 0
    restarts: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        # Without the last look it was one in 200, and more where the server had more to do.
        few = self.unseen <= 3 + self.sent // 3000
        return few and not (self.lost or self.wrong or self.doubled or self.unread)


COLUMNS = ("sent", "early", "restarts", "lost", "wrong", "doubled", "copies", "crossed", "unseen", "unread")


def table() -> str:
    rows = [("proxy", "scenario", *COLUMNS)]
    rows += [(line.proxy, line.scenario, *(str(getattr(line, name)) for name in COLUMNS)) for line in lines]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows)


def published(files: Iterable[Path]) -> list[tuple[str, str]]:
    """Message id and delivery of each message, as often as it is there."""
    found = []
    for file in files:
        for text in file.read_text().splitlines():
            message = json.loads(text)
            found.append((message["id"], message["body"]["body"]["delivery"]))
    return found


def settle(line: Line, outcomes: list[Outcome], messages: list[tuple[str, str]], watched: str = "") -> None:
    """Fills the line. What had no 202 and was not published met our closing, as far as that was `watched` (harness.crossings)."""
    copies = Counter(messages)
    ids: dict[str, set[str]] = {}
    for identifier, delivery in copies:
        ids.setdefault(delivery, set()).add(identifier)
    missed = 0
    for outcome in outcomes:
        if outcome.expected != 202:
            line.early += 1
            line.wrong += outcome.status != outcome.expected
        else:
            line.sent += 1
            known = ids.get(outcome.id, set())
            line.doubled += len(known) > 1
            line.copies += sum(copies[identifier, outcome.id] - 1 for identifier in known)
            if outcome.status == 202:
                line.wrong += outcome.message_id not in known
            elif known:
                line.lost += 1
            else:
                missed += 1
        if outcome.status != outcome.expected:
            line.examples.append(f"{outcome.status} for {outcome.expected}: {outcome.error}")
    line.crossed = min(missed, watched.count("crossed"))
    line.unseen = min(missed - line.crossed, watched.count("unseen"))
    line.lost += missed - line.crossed - line.unseen
    lines.append(line)
