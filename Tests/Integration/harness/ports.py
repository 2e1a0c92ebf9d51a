"""Free loopback ports for servers that have to be told their port before they start."""

import random
import socket

# Below the range from which Linux takes the ports of outgoing connections (32768 and up), so that no client can
# take the port of a server between its death and its restart.
_FIRST, _LAST = 15000, 32000
# A name in Linux's abstract namespace for each port that was given out: other test runs on the machine see it, and it goes
# with this process.
_taken: dict[int, socket.socket] = {}


def _take(port: int) -> bool:
    name = socket.socket(socket.AF_UNIX)
    try:
        name.bind(f"\0w2f-test-port-{port}")
    except OSError:
        name.close()
        return False
    _taken[port] = name
    return True


def free_port() -> int:
    """A loopback TCP port that nobody listens on now; never the same one twice while this process lives."""
    for _ in range(1000):
        port = random.randint(_FIRST, _LAST)
        if port in _taken or not _take(port):
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise RuntimeError(f"no free port between {_FIRST} and {_LAST}")
