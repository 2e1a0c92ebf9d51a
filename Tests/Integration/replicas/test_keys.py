"""The root key is changed while both replicas run."""

import json
from pathlib import Path

from harness.gateway import Gateway, Token
from harness.process import wait_until

from .conftest import Pair, status, write_key


def _keys(gateway: Gateway, root: Path, former: Path | None) -> None:
    """Writes other keys into the configuration."""
    lines = gateway.configuration.read_text().splitlines()
    lines = [line for line in lines if not line.startswith("former_key_files")]
    place = next(index for index, line in enumerate(lines) if line.startswith("root_key_file"))
    lines[place] = f"root_key_file = {json.dumps(str(root))}"
    if former is not None:
        lines.insert(place + 1, f"former_key_files = {json.dumps([str(former)])}")
    gateway.configuration.write_text("\n".join(lines) + "\n")


def _restart(pair: Pair, root: Path, former: Path | None) -> None:
    """One after the other, as an upgrade does."""
    for gateway in (pair.one, pair.two):
        _keys(gateway, root, former)
        assert gateway.stop() == 0
        gateway.start()
        wait_until(gateway.ready, 30, "the gateway to be ready")


def _all_accept(pair: Pair, tokens: list[Token]) -> None:
    for gateway in (pair.one, pair.two):
        assert [status(gateway, token) for token in tokens] == [202] * len(tokens)


def test_rotation_from_beginning_to_end(pair: Pair, scratch: Path) -> None:
    new = write_key(scratch / f"{pair.name}-new.key")
    tokens = [pair.one.create_token("github", f"token {number}") for number in range(5)]
    pair.change("rotate", tokens[0].id, "--grace", "1h")
    _all_accept(pair, tokens)

    # Both replicas learn both keys, and go on sealing with the old one.
    _restart(pair, new, pair.key)
    _all_accept(pair, tokens)
    tokens.append(pair.two.create_token("github", "in between"))

    before = json.loads(pair.one.command("keys", "status", "--json").stdout)
    rotated = json.loads(pair.one.command("keys", "rotate", "--json").stdout)
    assert rotated["from"] != rotated["to"] and rotated["resealed"] >= len(tokens) and rotated["failed"] == []
    assert json.loads(pair.one.command("keys", "status", "--json").stdout) != before
    # The tokens' ids and secrets are the same.
    _all_accept(pair, tokens)
    tokens.append(pair.two.create_token("github", "after"))
    assert json.loads(pair.two.command("keys", "rotate", "--json").stdout)["resealed"] == 0

    # The old key can go.
    _restart(pair, new, None)
    _all_accept(pair, tokens)
    for table in ("token", "kept_key"):
        assert pair.execute(f"SELECT DISTINCT key_id FROM {table}") == [(rotated["to"],)], table


def test_wrong_and_missing_keys_stop_the_start(pair: Pair, scratch: Path) -> None:
    pair.one.create_token("github")
    assert pair.two.stop() == 0
    wrong = write_key(scratch / f"{pair.name}-wrong.key")
    _keys(pair.two, wrong, None)
    refused = pair.two.command("serve", check=False)
    assert refused.returncode == 1 and "root key" in refused.stderr
    assert wrong.read_text().strip() not in refused.stderr
    _keys(pair.two, scratch / "no-such.key", None)
    refused = pair.two.command("serve", check=False)
    assert refused.returncode == 1 and "no-such.key" in refused.stderr
    _keys(pair.two, pair.key, None)
    pair.two.start()
