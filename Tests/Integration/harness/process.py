"""A child process in its own group, which dies with us and is only ever ended by its own id."""

import ctypes
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(death_signal: int = signal.SIGKILL) -> None:
    """Asks the kernel to send this process `death_signal` when the thread that started it ends."""
    _libc.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)


# Time-outs are those of a machine that does nothing else. A busy one gets so many times as long: a wait that comes to its end
# costs nothing more by that.
PATIENCE = 4


def wait_until(condition: Callable[[], bool], timeout: float, what: str, interval: float = 0.05) -> None:
    """Polls `condition` until it is true; fails with `what` after `timeout` seconds, or `PATIENCE` times as many."""
    timeout *= PATIENCE
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {timeout:g} s still waiting for {what}")
        time.sleep(interval)


class ManagedProcess:
    """Started from the main thread (the kernel ties the child's life to the starting thread)."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        directory: Path,
        environment: Mapping[str, str] | None = None,
        user: pwd.struct_passwd | None = None,
        death_signal: int = signal.SIGKILL,
    ) -> None:
        self.name = name
        self.command = list(command)
        self.directory = directory
        self.environment = dict(os.environ if environment is None else environment)
        self.log = directory / f"{name}.log"
        self._user = user
        self._death_signal = death_signal
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None, f"{self.name} was not started"
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        assert not self.running, f"{self.name} is already running"
        identity: dict[str, object] = {}
        if self._user is not None:
            identity = {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                cwd=self.directory,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=self._begin,
                **identity,  # type: ignore[arg-type]
            )

    def _begin(self) -> None:
        """In the child. What a shell starts in its background ignores SIGINT, and so do its children, unless told."""
        die_with_parent(self._death_signal)
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    def wait(self, timeout: float) -> int:
        """The exit code (minus the signal's number if one ended it); TimeoutExpired after `timeout` seconds."""
        assert self._process is not None, f"{self.name} was not started"
        return self._process.wait(timeout)

    def send(self, number: int) -> None:
        if self.running:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """kill -9 to the whole group, as when the machine's memory runs out."""
        if self._process is None:
            return
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait()

    def stop(self, number: int = signal.SIGTERM, timeout: float = 30) -> int | None:
        """Asks politely, then not; the exit code, or None if it was never started."""
        if self._process is None:
            return None
        self.send(number)
        try:
            self.wait(timeout)
        except subprocess.TimeoutExpired:
            pass
        code = self._process.poll()
        self.kill()
        return code if code is not None else -signal.SIGKILL

    def log_tail(self, lines: int = 30) -> str:
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return "(no log)"

    def wait_ready(self, condition: Callable[[], bool], timeout: float) -> None:
        """Waits for `condition`, but not for a process that has already ended."""

        def ended_or_ready() -> bool:
            return not self.running or condition()

        try:
            wait_until(ended_or_ready, timeout, f"{self.name} to be ready")
        except TimeoutError as error:
            raise TimeoutError(f"{error}; the end of its log:\n{self.log_tail()}") from None
        if not self.running:
            raise RuntimeError(f"{self.name} ended at its start; the end of its log:\n{self.log_tail()}")
