"""`render` shows what the server publishes: all but the id and the time, which hang on the token and the clock."""

import json
import os
import subprocess

import pytest
from wire.conftest import Wire, cases

from harness.expectation import OWN_HEADERS
from harness.gateway import binary
from harness.services import SETTINGS

WITHOUT_A_QUERY = [name for name, (_, way) in cases().items() if way != "get" and "octokit" not in name]


@pytest.mark.parametrize("name", WITHOUT_A_QUERY)
def test_the_line_of_the_file_publisher(wire: Wire, name: str) -> None:
    one = wire.sent[name]
    options = ["--publish-private"]
    for header, value in one.webhook.headers.items():
        options += ["--header", f"{header}: {value}"]
    for key, value in SETTINGS.get(one.webhook.service, {}).items():
        options += ["--setting", f"{key}={value}"]
    made = wire.gateway.command(
        "render", "--service", one.webhook.service, *options, "--json", stdin=one.webhook.body.decode()
    )
    assert "filled in" not in made.stderr
    line, delivery = json.loads(made.stdout), one.deliveries[0]
    assert line["topic"] == delivery.routing_key
    assert line["body"] == json.loads(delivery.body)
    # It is for nobody's token.
    published = {field.name: field.value for field in delivery.headers if field.name not in OWN_HEADERS}
    assert line["headers"].pop("sent-at") and published.pop("sent-at")
    assert line["headers"] == published


def test_what_the_guard_would_keep(wire: Wire) -> None:
    private = '{"repository": {"private": true}}'
    made = wire.gateway.command("render", "--service", "github", "--event", "push", stdin=private)
    assert "not published unless the token allows it (private_repository)" in made.stderr
    assert ".github.push\n" in made.stdout


def test_an_unreadable_body_is_no_empty_one(wire: Wire) -> None:
    """Reading a folder fails with EISDIR."""
    folder = os.open(wire.gateway.directory, os.O_RDONLY)
    try:
        made = subprocess.run(
            [binary(), "render", "--service", "github", "--config", str(wire.gateway.configuration)],
            stdin=folder, capture_output=True, text=True, timeout=60,
        )
    finally:
        os.close(folder)
    assert made.returncode != 0 and made.stdout == ""
    assert "can't read standard input: Is a directory" in made.stderr


def test_what_is_filled_in_and_what_is_wrong(wire: Wire) -> None:
    made = wire.gateway.command("render", "--service", "github", "--event", "push", stdin="{}")
    assert "filled in: x-github-delivery: " in made.stderr
    assert ".github.push\n" in made.stdout
    for options, stdin, words in [
        (["--service", "githup"], "{}", 'Did you mean "github"?'), (["--service", "github"], "[]", "would answer 400"),
        (["--service", "pretix"], "{}", "instance_url"), (["--service", "quay", "--event", "x"], "{}", "leave out --event"),
        (["--service", "github", "--header", "x"], "{}", "Name: value"),
    ]:
        refused = wire.gateway.command("render", *options, stdin=stdin, check=False)
        assert refused.returncode != 0 and words in refused.stderr, refused.stderr
        assert refused.stdout == ""
