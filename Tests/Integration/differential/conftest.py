"""A server that publishes to a file: what counts here is whether it takes a webhook."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.gateway import Gateway


@pytest.fixture(scope="session")
def gateway(scratch: Path) -> Iterator[Gateway]:
    directory = scratch / "differential"
    directory.mkdir()
    made = Gateway(directory, {"broker": {"file": str(directory / "messages.jsonl")}})
    made.migrate()
    made.start()
    yield made
    made.stop()
