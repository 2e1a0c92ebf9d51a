"""deploy/quickstart: what it leaves behind, and what it says when it fails."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest
import requests

from harness.corpus import REPOSITORY
from harness.gateway import binary
from harness.process import ManagedProcess, wait_until


def _environment(home: Path, program: str) -> dict[str, str]:
    return {**os.environ, "XDG_STATE_HOME": str(home), "TMPDIR": str(home), "W2F_BINARY": program}


def _left_running(home: Path) -> list[int]:
    """Servers with a configuration under the folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if str(home).encode() in command and b"serve" in command:
            found.append(int(process.name))
    return found


def _quickstart(home: Path, *options: str, program: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(REPOSITORY / "deploy" / "quickstart"), "--yes", *options],
        env=_environment(home, program or binary()),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
    )


def test_once_leaves_nothing(tmp_path: Path) -> None:
    result = _quickstart(tmp_path, "--once")
    assert result.returncode == 0, result.stdout
    assert "The message is right." in result.stdout
    assert list(tmp_path.iterdir()) == [] and _left_running(tmp_path) == []


def test_it_is_left_to_itself_and_stopped(tmp_path: Path) -> None:
    try:
        result = _quickstart(tmp_path)
        assert result.returncode == 0, result.stdout
        assert len(_left_running(tmp_path)) == 1
    finally:
        stopped = _quickstart(tmp_path, "--stop")
    assert stopped.returncode == 0 and _left_running(tmp_path) == []


def _stand_in(folder: Path, serve: str) -> str:
    """A program that does nothing but log, for `serve` as told."""
    program = folder / "stand-in"
    program.write_text(f'#!/bin/sh\n[ "$1" = serve ] || exit 0\necho "the stand-in says why"\n{serve}\n')
    program.chmod(0o755)
    return str(program)


@pytest.mark.parametrize("options", [[], ["--once"]])
def test_a_failure_shows_the_end_of_the_log(tmp_path: Path, options: list[str]) -> None:
    result = _quickstart(tmp_path, *options, program=_stand_in(tmp_path, "exit 1"))
    assert result.returncode == 1
    assert "The server did not start." in result.stdout and "the stand-in says why" in result.stdout


def test_a_server_whose_id_is_not_written_down_does_not_stay(tmp_path: Path) -> None:
    """Here because it cannot be; or because an interrupt came first."""
    (tmp_path / "webhook2fedmsg-quickstart" / "pid").mkdir(parents=True)
    result = _quickstart(tmp_path, program=_stand_in(tmp_path, "while :; do sleep 0.1; done"))
    left = _left_running(tmp_path)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert result.returncode == 1 and "Is a directory" in result.stdout
    assert left == []


@pytest.mark.parametrize("options", [[], ["--once"]])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted_it_leaves_nothing_running(tmp_path: Path, options: list[str], number: int) -> None:
    program = _stand_in(tmp_path, "while :; do sleep 0.1; done")
    quickstart = ManagedProcess(
        "quickstart",
        [str(REPOSITORY / "deploy" / "quickstart"), "--yes", *options],
        tmp_path,
        _environment(tmp_path, program),
        death_signal=signal.SIGTERM,
    )
    quickstart.start()
    try:
        wait_until(lambda: len(_left_running(tmp_path)) == 1, 30, "the server to start")
        quickstart.send(number)
        assert quickstart.wait(60) == 128 + (number if number != signal.SIGHUP else signal.SIGTERM)
        assert _left_running(tmp_path) == []
    finally:
        quickstart.stop()
        for pid in _left_running(tmp_path):
            os.kill(pid, signal.SIGKILL)


def _elsewhere(
    home: Path, *options: str, path: str | None = None, built: bool = True
) -> subprocess.CompletedProcess[str]:
    """On a system whose packages the script does not know; with a program that is there already, or from the sources."""
    release = home / "os-release"
    release.write_text('ID=fedora\nVERSION_ID=43\nPRETTY_NAME="Fedora Linux 43"\n')
    script = 'mount --make-rprivate / && mount --bind "$1" /etc/os-release && shift && exec "$@"'
    environment = _environment(home, binary())
    if not built:
        del environment["W2F_BINARY"]
    if path is not None:
        environment["PATH"] = path
    return subprocess.run(
        ["/usr/bin/unshare", "-m", "/bin/bash", "-c", script, "bash", str(release),
         str(REPOSITORY / "deploy" / "quickstart"), *options],
        env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120,
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make it another system")
def test_elsewhere_it_goes_on_where_everything_is_there(tmp_path: Path) -> None:
    result = _elsewhere(tmp_path, "--once")
    assert result.returncode == 0, result.stdout
    assert "Fedora Linux 43" in result.stdout and "The message is right." in result.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make it another system")
def test_elsewhere_it_says_what_is_not_there(tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("bash", "env", "dirname", "cat", "grep", "id", "mount", "readlink", "sed", "seq", "jq", "openssl"):
        for folder in ("/usr/bin", "/bin"):
            if (Path(folder) / name).exists():
                (tools / name).symlink_to(Path(folder) / name)
                break
    result = _elsewhere(tmp_path, "--once", path=str(tools))
    assert result.returncode == 1, result.stdout
    lines = [line.strip() for line in result.stdout.splitlines()]
    assert "curl" in lines and "jq" not in lines
    assert "Fedora Linux 43" in result.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make it another system")
def test_elsewhere_without_a_compiler_it_asks_for_one(tmp_path: Path) -> None:
    """Without one nobody can tell which headers are there: none of them is said to be missing."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("bash", "env", "dirname", "cat", "grep", "id", "mount", "readlink", "sed", "seq", "jq", "openssl", "curl"):
        (tools / name).symlink_to(Path("/usr/bin") / name)
    result = _elsewhere(tmp_path, "--once", path=str(tools), built=False)
    assert result.returncode == 1, result.stdout
    lines = [line.strip() for line in result.stdout.splitlines()]
    assert any(line.startswith("a C and C++ compiler") for line in lines), result.stdout
    assert "swift" in lines and "pkg-config" in lines
    assert not any(line.startswith(("lib", "OpenSSL", "SQLite", "xxHash", "simdjson")) for line in lines), result.stdout


def test_the_page_that_it_points_to_has_the_delivery(tmp_path: Path) -> None:
    try:
        result = _quickstart(tmp_path)
        assert result.returncode == 0, result.stdout
        state = tmp_path / "webhook2fedmsg-quickstart"
        address = next(line.strip() for line in result.stdout.splitlines() if "/tokens/" in line)
        tokens = subprocess.run(
            [binary(), "token", "list", "--json", "--config", str(state / "webhook2fedmsg.toml")],
            capture_output=True, text=True, check=True, timeout=60,
        )
        [token] = json.loads(tokens.stdout)
        assert address.endswith(token["id"])
        assert [owner.get("name", owner) if isinstance(owner, dict) else owner for owner in token["owners"]] == ["quickstart"]
        assert "log in as quickstart" in result.stdout
        with requests.Session() as browser:
            browser.trust_env = False
            server = address.partition("/tokens/")[0]
            browser.post(f"{server}/login/development", data={"account": "quickstart"}, timeout=30)
            identifier = json.loads((state / "messages.jsonl").read_text())["id"]

            def is_listed() -> bool:
                page = browser.get(address, timeout=30)
                assert page.status_code == 200
                return identifier in page.text

            # Deliveries are written about once a second.
            wait_until(is_listed, 60, "the delivery on its token's page")
    finally:
        _quickstart(tmp_path, "--stop")
