"""deploy/stack as a person uses it: its commands, what they print, and the consumer that they tell of."""

import json
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

from harness.corpus import REPOSITORY
from harness.gateway import binary
from harness.process import ManagedProcess, wait_until

PARTS = ("postgresql", "rabbitmq", "ipsilon", "server")


class Stack:
    """One under a folder of its own. The program is the one under test, or what `program` names; nothing is built."""

    def __init__(self, folder: Path, program: str | None = None) -> None:
        self.folder = folder
        self.program = program or binary()
        self.environment: dict[str, str] = {}

    def run(self, command: str, *options: str, timeout: float = 240) -> subprocess.CompletedProcess[str]:
        """`deploy/stack COMMAND --folder …`; standard error goes where standard output goes."""
        return subprocess.run(
            [str(REPOSITORY / "deploy" / "stack"), command, "--yes", "--folder", str(self.folder), *options],
            env={**os.environ, "W2F_BINARY": self.program, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
        )

    def up(self) -> str:
        """Starts what does not run; what it prints."""
        result = self.run("up")
        assert result.returncode == 0, result.stdout
        return result.stdout

    def process_ids(self) -> dict[str, int]:
        """Of the parts, as `status` tells them."""
        lines = re.findall(r"^(\w+) +running, process (\d+)", self.run("status").stdout, re.MULTILINE)
        return {name: int(pid) for name, pid in lines}

    def left_running(self) -> list[str]:
        """Processes on this machine that have to do with the folder, by their command lines and environments."""
        found = []
        for process in Path("/proc").iterdir():
            if not process.name.isdigit() or int(process.name) == os.getpid():
                continue
            try:
                command, environment = (process / "cmdline").read_bytes(), (process / "environ").read_bytes()
            except OSError:
                continue
            if str(self.folder).encode() in command + environment:
                found.append(f"{process.name}: {command.decode(errors='replace')[:200]}")
        return found


def printed_command(output: str, part: str = "curl") -> str:
    """The one command with `part` in it of those that `up` printed (indented by two, over several lines maybe)."""
    lines = output.splitlines()
    start = next(index for index, line in enumerate(lines) if re.match("  [^ ]", line) and f"{part} " in f"{line} ")
    end = next(index for index in range(start, len(lines)) if not lines[index].endswith("\\"))
    return "\n".join(lines[start : end + 1])


def run_printed(command: str, directory: Path | str = "/", timeout: float = 300) -> str:
    """Runs it in a shell, as a person would paste it, wherever that person is; its standard output."""
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=timeout, cwd=directory)
    assert result.returncode == 0, result.stderr
    return result.stdout


def send(command: str) -> dict[str, Any]:
    """The printed curl; the server's answer."""
    return json.loads(run_printed(command))


class StackConsumer:
    """fedora-messaging's own consumer by the commands that `up` prints: TLS, and a certificate for a password."""

    def __init__(self, output: str, directory: Path) -> None:
        run_printed(printed_command(output, "python3 -m venv"))
        run_printed(printed_command(output, "pip install"))
        command = shlex.split(printed_command(output, "consume"))
        self.process = ManagedProcess("stack-consumer", command, directory, {**os.environ, "PYTHONUNBUFFERED": "1"})

    def wait_for(self, identifier: str, timeout: float = 60) -> str:
        """The message of that id, as it is printed."""

        def arrived() -> bool:
            assert self.process.running, f"the consumer died:\n{self.process.log_tail()}"
            # The line that follows the whole message.
            consumed = rf"Successfully consumed message .*\(message id {re.escape(identifier)}\)"
            return re.search(consumed, self.process.log.read_text()) is not None

        wait_until(arrived, timeout, "the message to arrive", interval=0.2)
        return self.process.log.read_text()
