"""deploy/support/stack/processes.bash: what counts as running, and what is told when something fails."""

import subprocess
from pathlib import Path

import pytest

from harness.corpus import REPOSITORY

_SCRIPT = """\
set -euo pipefail
cd "$1"
folder=$2
. deploy/support/build.bash
. deploy/support/stack/processes.bash
eval "$3"
"""


class Shell:
    """Runs commands where the file was read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("run", "log"):
            (folder / name).mkdir()

    def run(self, commands: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-c", _SCRIPT, "bash", str(REPOSITORY), str(self.folder), commands],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        )


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.mark.parametrize("moment", ["", "sleep 0.01;"])
def test_what_ends_at_once_does_not_run(shell: Shell, moment: str) -> None:
    result = shell.run(f"start_process part bash -c 'echo no such thing; {moment} exit 1'; echo went on")
    assert result.returncode == 1 and result.stdout == ""
    assert "part ended at once" in result.stderr and "no such thing" in result.stderr
    assert f"{shell.folder}/log/part" in result.stderr
    assert shell.run("is_running part").returncode == 1


def test_what_goes_on_runs_until_it_is_stopped(shell: Shell) -> None:
    assert shell.run("start_process part sleep 60").returncode == 0
    assert shell.run("is_running part").returncode == 0
    assert shell.run("stop_process part TERM 5").returncode == 0
    assert shell.run("is_running part").returncode == 1


@pytest.mark.parametrize("written", ["", "4194304", "4194304 ", "4194304 1", "1 1", "x y"])
def test_no_process_of_that_id_and_moment(shell: Shell, written: str) -> None:
    (shell.folder / "run" / "part").write_text(f"{written}\n")
    assert shell.run("is_running part").returncode == 1


def test_another_text_asks_for_a_new_start_and_the_same_does_not(shell: Shell) -> None:
    write = "write_file part $folder/settings echo "
    answer = "; if must_start_anew part; then echo anew; else echo same; fi"
    assert shell.run(write + "one" + answer).stdout == "anew\n"
    # It stays so until the start, even if something else failed before.
    assert shell.run(write + "one" + answer).stdout == "anew\n"
    assert shell.run("start_process part sleep 60").returncode == 0
    try:
        assert shell.run(write + "one" + answer).stdout == "same\n"
        assert shell.run(write + "two" + answer).stdout == "anew\n"
    finally:
        shell.run("stop_process part TERM 5")
    assert (shell.folder / "settings").read_text() == "two\n"
    assert (shell.folder / "settings").stat().st_mode & 0o777 == 0o600


def test_what_could_not_be_written_leaves_what_was_there(shell: Shell) -> None:
    shell.run("write_file part $folder/settings echo one")
    result = shell.run("write_file part $folder/settings bash -c 'echo half; exit 1'; echo went on")
    assert result.returncode == 1 and result.stdout == ""
    assert f"{shell.folder}/settings could not be written" in result.stderr
    assert (shell.folder / "settings").read_text() == "one\n"
    assert [path.name for path in shell.folder.iterdir() if path.is_file()] == ["settings"]


def test_a_failed_step_tells_its_command_and_the_end_of_its_log(shell: Shell) -> None:
    assert shell.run("logged part echo quiet").stdout == ""
    result = shell.run("logged part bash -c 'echo why; exit 3'; echo went on")
    assert result.returncode == 1 and result.stdout == ""
    assert "exit" in result.stderr and "why" in result.stderr and f"{shell.folder}/log/part" in result.stderr
