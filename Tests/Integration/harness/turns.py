"""How long the turns of a server's event loops take, in CPU time of their threads, as the kernel counts it."""

import re
import threading
import time
from pathlib import Path
from types import TracebackType


class LoopThread:
    """One loop's thread. It sleeps between two turns unless there is more to do at once, and the kernel counts that."""

    def __init__(self, task: Path) -> None:
        self._task = task
        self._began, self._sleeps = self._look()
        self._last = self._began
        self.longest = 0

    def _look(self) -> tuple[int, int]:
        """CPU time in nanoseconds, and how often the thread went to sleep by itself."""
        cpu = int((self._task / "schedstat").read_text().split()[0])
        sleeps = re.search(r"^voluntary_ctxt_switches:\s+(\d+)", (self._task / "status").read_text(), re.MULTILINE)
        assert sleeps
        return cpu, int(sleeps[1])

    def sample(self) -> None:
        cpu, sleeps = self._look()
        if sleeps != self._sleeps:
            # The turn that goes on now began after the last look at the earliest.
            self._sleeps, self._began = sleeps, self._last
        self._last = cpu
        self.longest = max(self.longest, cpu - self._began)


class Turns:
    """Watches while it is entered. What it says is an upper bound: what lies between two looks counts as one turn, and so do
    turns without a sleep between them."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._loops: list[LoopThread] = []
        self._is_over = False
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Turns":
        tasks = [task for task in Path(f"/proc/{self._pid}/task").iterdir()
                 if re.fullmatch(r"loop-\d+\n", (task / "comm").read_text())]
        assert tasks, "no thread is called as a loop's are"
        self._loops = [LoopThread(task) for task in tasks]
        self._thread.start()
        return self

    def _watch(self) -> None:
        while not self._is_over:
            for loop in self._loops:
                loop.sample()
            time.sleep(0.0002)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        # The last turn may still be on.
        time.sleep(0.01)
        self._is_over = True
        self._thread.join()

    @property
    def longest(self) -> float:
        """Milliseconds."""
        return max(loop.longest for loop in self._loops) / 1e6
