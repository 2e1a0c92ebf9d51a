"""The root key is changed while both replicas run."""

import json
import os
import random
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import requests

from harness.gateway import Gateway, Token, binary
from harness.process import wait_until

from .conftest import Pair, reads, status, write_key


def _keys(gateway: Gateway, root: Path, former: Path | None) -> None:
    """Writes other keys into the configuration."""
    lines = gateway.configuration.read_text().splitlines()
    lines = [line for line in lines if not line.startswith("former_key_files")]
    place = next(index for index, line in enumerate(lines) if line.startswith("root_key_file"))
    lines[place] = f"root_key_file = {json.dumps(str(root))}"
    if former is not None:
        lines.insert(place + 1, f"former_key_files = {json.dumps([str(former)])}")
    gateway.configuration.write_text("\n".join(lines) + "\n")


def _restart(pair: Pair, root: Path, former: Path | None, only: Gateway | None = None) -> None:
    """One after the other, as an upgrade does."""
    for gateway in [only] if only else [pair.one, pair.two]:
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


def _root_key(gateway: Gateway) -> dict[str, object]:
    """How it stands, as /readyz tells it."""
    return requests.get(f"{gateway.url}/readyz", timeout=5).json()["parts"]["root_key"]


def test_a_replica_without_the_new_key_says_so(pair: Pair, scratch: Path) -> None:
    new = write_key(scratch / f"{pair.name}-new.key")
    token = pair.one.create_token("github")
    assert (status(pair.one, token), status(pair.two, token)) == (202, 202)
    _restart(pair, new, pair.key, only=pair.one)
    rotated = json.loads(pair.one.command("keys", "rotate", "--json").stdout)

    wait_until(lambda: not pair.two.ready(), 10, "the second one to miss the key")
    missing = _root_key(pair.two)
    assert missing["ready"] is False
    assert rotated["to"] in str(missing["detail"]) and "keys.root_key_file" in str(missing["detail"])
    assert rotated["to"].encode() in pair.two.log, "it is said in the log, too"
    with pair.database.statements(pair.name) as statements:
        start = time.monotonic()
        assert {status(pair.two, token) for _ in range(30)} == {503}
        passed = time.monotonic() - start
        count = len(reads(statements()))
    # `cache.stale_retry` is a second.
    assert 0 < count <= 2 + passed, f"{count} reads in {passed:.1f} s"
    assert pair.one.ready() and _root_key(pair.one)["ready"] is True
    assert status(pair.one, token) == 202

    _restart(pair, new, pair.key, only=pair.two)
    assert status(pair.two, token) == 202


def test_a_running_replica_follows(pair: Pair, scratch: Path) -> None:
    """It is told, and nobody asks /readyz, which would look, too."""
    new = write_key(scratch / f"{pair.name}-new.key")
    _restart(pair, new, pair.key)
    with pair.database.statements(pair.name) as statements:
        pair.one.command("keys", "rotate")
        current = "SELECT key_id FROM root_key WHERE slot = 'current'"
        # Of both; the command itself locks the row.
        wait_until(
            lambda: len([each for each in statements() if each.rstrip().endswith(current)]) >= 2, 10, "both to look"
        )


def _all_read_anew(pair: Pair, tokens: list[Token]) -> None:
    """What the caches hold is checked before it is used."""
    pair.execute("SELECT pg_notify('w2f_token', '')")
    time.sleep(0.2)
    _all_accept(pair, tokens)


def test_a_rotation_that_is_killed_again_and_again(pair: Pair, scratch: Path) -> None:
    new = write_key(scratch / f"{pair.name}-new.key")
    with ThreadPoolExecutor(2) as pool:
        tokens = list(pool.map(lambda number: pair.one.create_token("github", f"token {number}"), range(150)))
    for token in tokens[:20]:
        pair.change("rotate", token.id, "--grace", "1h")
    old = pair.execute("SELECT DISTINCT key_id FROM token")[0][0]
    _restart(pair, new, pair.key)

    command = [binary(), "keys", "rotate", "--batch", "1", "--config", str(pair.one.configuration)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("W2F_")}
    middles = 0
    url = pair.database.url(pair.name)
    with psycopg.connect(url) as holder, psycopg.connect(url, autocommit=True) as connection:
        # A rotation goes by the rows, and the last one is held: none is through before it is killed.
        holder.execute("SELECT 1 FROM token ORDER BY uuid DESC LIMIT 1 FOR NO KEY UPDATE")

        def resealed() -> int:
            return connection.execute("SELECT COUNT(*) FROM token WHERE key_id <> %s", (old,)).fetchone()[0]

        def kill_after(end: int) -> None:
            with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment) as rotation:
                wait_until(lambda: resealed() >= end or rotation.poll() is not None, 60, f"{end} secrets", interval=0)
                rotation.kill()

        for end in sorted(random.sample(range(len(tokens) // 2), 5)):
            kill_after(end)
            middles += 0 < resealed() < len(tokens)
            _all_read_anew(pair, random.sample(tokens, 15))
    assert middles, "it was never killed in the middle"
    _all_read_anew(pair, tokens)

    rotated = json.loads(pair.one.command("keys", "rotate", "--json").stdout)
    assert rotated["failed"] == [] and rotated["left"] == 0
    _all_read_anew(pair, tokens)
    keys = "SELECT key_id FROM token UNION SELECT previous_key_id FROM token WHERE previous_key_id IS NOT NULL"
    assert pair.execute(f"{keys} UNION SELECT key_id FROM kept_key") == [(rotated["to"],)]
    _restart(pair, new, None)
    _all_accept(pair, tokens)


def test_status_changes_nothing(scratch: Path) -> None:
    gateway = Gateway(scratch, {}, "keys-status")
    database = gateway.directory / "tokens.sqlite"
    status = gateway.command("keys", "status")
    assert "there is no database" in status.stdout and not database.exists()
    gateway.create_token("github")
    before = {path.name: path.read_bytes() for path in gateway.directory.iterdir() if path.is_file()}
    assert "sealed under" in gateway.command("keys", "status").stdout
    assert {path.name: path.read_bytes() for path in gateway.directory.iterdir() if path.is_file()} == before
