"""Two networks of our own with a cable between them: what the kernel counts in one is of its processes alone."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .process import ManagedProcess, wait_until


def _inode(pid: int | str, kind: str) -> int:
    return os.stat(f"/proc/{pid}/ns/{kind}").st_ino


class Network:
    """One side; `enter` is a command's beginning that runs the rest in it."""

    def __init__(self, directory: Path, name: str, address: str, outer: "Network | None" = None) -> None:
        self.address = address
        self.device = "lo"
        self._root = os.geteuid() == 0
        # Whoever is not root gets a user namespace, in which they are.
        begin = ["unshare", "--net"] if self._root else ["unshare", "--user", "--map-root-user", "--net"]
        if outer and not self._root:
            begin = [*outer.enter, "unshare", "--net"]
        before = _inode(outer.process.pid if outer else "self", "net")
        self.process = ManagedProcess(f"network-{name}", [*begin, "sleep", "infinity"], directory)
        self.process.start()
        self.process.wait_ready(lambda: _inode(self.process.pid, "net") not in (before, _inode("self", "net")), 10)

    @property
    def enter(self) -> list[str]:
        users = [] if self._root else ["--user", "--preserve-credentials"]
        return ["nsenter", "--target", str(self.process.pid), *users, "--net", "--"]

    def run(self, *command: str) -> None:
        subprocess.run([*self.enter, *command], check=True)

    def counter(self, name: str) -> int:
        """As "TcpExt.TCPAbortOnClose", of this side's connections since it is there."""
        group, _, wanted = name.partition(".")
        for file in ("netstat", "snmp"):
            lines = Path(f"/proc/{self.process.pid}/net/{file}").read_text().splitlines()
            for names, values in zip(lines[::2], lines[1::2], strict=True):
                if names.startswith(f"{group}:") and wanted in names.split():
                    return int(values.split()[names.split().index(wanted)])
        raise KeyError(name)

    def listens(self, port: int) -> bool:
        """Whether something there listens on a TCP port."""
        lines = Path(f"/proc/{self.process.pid}/net/tcp").read_text().splitlines()[1:]
        return any(line.split()[3] == "0A" and line.split()[1].endswith(f":{port:04X}") for line in lines)

    def stop(self) -> None:
        self.process.kill()


@dataclass
class Cable:
    """The servers' side and that of everybody else."""

    servers: Network
    others: Network

    @classmethod
    def lay(cls, directory: Path) -> "Cable":
        others = Network(directory, "others", "10.99.0.1")
        servers = Network(directory, "servers", "10.99.0.2", others)
        others.run("ip", "link", "add", "w2f0", "type", "veth", "peer", "name", "w2f1", "netns", str(servers.process.pid))
        others.device, servers.device = "w2f0", "w2f1"
        for side in (others, servers):
            side.run("ip", "address", "add", f"{side.address}/24", "dev", side.device)
            side.run("ip", "link", "set", side.device, "up")
            side.run("ip", "link", "set", "lo", "up")
        made = cls(servers, others)
        wait_until(made._is_up, 10, "the cable")
        return made

    def _is_up(self) -> bool:
        ping = [*self.others.enter, "ip", "route", "get", self.servers.address]
        return subprocess.run(ping, stdout=subprocess.DEVNULL).returncode == 0

    def cut(self) -> None:
        self.servers.stop()
        self.others.stop()
