"""Free loopback ports for servers that have to be told their port before they start."""

import random
import socket

# Below the range from which Linux takes the ports of outgoing connections (32768 and up), so that no client can
# take the port of a server between its death and its restart.
_FIRST, _LAST = 15000, 32000
_taken: set[int] = set()


def free_port() -> int:
    """A loopback TCP port that nobody listens on now; never the same one twice in a process."""
    for _ in range(1000):
        port = random.randint(_FIRST, _LAST)
        if port in _taken:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        _taken.add(port)
        return port
    raise RuntimeError(f"no free port between {_FIRST} and {_LAST}")
