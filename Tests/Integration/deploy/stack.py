"""deploy/stack as a person uses it: its commands, what they print, and the consumer that they tell of."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from harness.corpus import REPOSITORY
from harness.gateway import binary
from harness.process import ManagedProcess, wait_until

PARTS = ("postgresql", "rabbitmq", "ipsilon", "server")


class Stack:
    """One under a folder of its own. The program is the one under test; nothing is built."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, command: str, *options: str, timeout: float = 240) -> subprocess.CompletedProcess[str]:
        """`deploy/stack COMMAND --folder …`; standard error goes where standard output goes."""
        return subprocess.run(
            [str(REPOSITORY / "deploy" / "stack"), command, "--yes", "--folder", str(self.folder), *options],
            env={**os.environ, "W2F_BINARY": binary()},
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


def printed_command(output: str) -> str:
    """The curl command in what `up` printed."""
    lines = output.splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith("  curl "))
    end = next(index for index in range(start, len(lines)) if not lines[index].endswith("\\"))
    return "\n".join(lines[start : end + 1])


def send(command: str) -> dict[str, Any]:
    """Runs the command in a shell, as a person would paste it; the server's answer."""
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


class StackConsumer:
    """fedora-messaging's own consumer with the configuration that `up` wrote: TLS, and a certificate for a password."""

    def __init__(self, stack: Stack, directory: Path) -> None:
        self._record = directory / "stack.jsonl"
        self._record.touch()
        callback = REPOSITORY / "Tests" / "Integration" / "harness" / "record_message.py"
        self.process = ManagedProcess(
            "stack-consumer",
            [
                str(Path(sys.executable).with_name("fedora-messaging")),
                *("--conf", str(stack.folder / "consumer.toml"), "consume", "--callback-file", f"{callback}:record"),
            ],
            directory,
            {**os.environ, "W2F_RECORD": str(self._record)},
        )

    def wait_for(self, identifier: str, timeout: float = 60) -> dict[str, Any]:
        """The message of that id."""

        def arrived() -> dict[str, Any] | None:
            complete = self._record.read_bytes().rpartition(b"\n")[0]
            return next((m for line in complete.splitlines() if (m := json.loads(line))["id"] == identifier), None)

        def there_or_dead() -> bool:
            assert self.process.running, f"the consumer died:\n{self.process.log_tail()}"
            return arrived() is not None

        wait_until(there_or_dead, timeout, "the message to arrive", interval=0.2)
        message = arrived()
        assert message is not None
        return message
