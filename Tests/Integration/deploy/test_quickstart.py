"""deploy/quickstart: what it leaves behind, and what it says when it fails."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

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
