"""Times that the server promises, on a machine that has other things to do."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_NAP = 0.01


class _Sleeper(threading.Thread):
    """Sleeps again and again, and measures the longest time by which it woke up late."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._over = threading.Event()
        self.late = 0.0

    def run(self) -> None:
        while not self._over.is_set():
            start = time.monotonic()
            time.sleep(_NAP)
            self.late = max(self.late, time.monotonic() - start - _NAP)

    def finish(self) -> float:
        self._over.set()
        self.join()
        return self.late


@contextmanager
def kept_within(seconds: float) -> Iterator[None]:
    """Fails if the block takes longer, and by more than somebody who only sleeps was held up meanwhile."""
    sleeper = _Sleeper()
    sleeper.start()
    start = time.monotonic()
    try:
        yield
    finally:
        passed, late = time.monotonic() - start, sleeper.finish()
    assert passed < seconds + late, f"it took {passed:.2f} s; nothing else was held up for more than {late:.2f} s"
