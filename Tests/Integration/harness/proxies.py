"""HAProxy, nginx and Apache by the files of deploy/proxies, with other addresses and certificates in the places of theirs."""

import os
import shutil
import signal
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import rawhttp
from .certificates import Authority, Identity
from .corpus import REPOSITORY
from .namespaces import Network
from .ports import free_port
from .process import ManagedProcess

FOLDER = REPOSITORY / "deploy" / "proxies"
KINDS = ("haproxy", "nginx", "httpd")
_APACHE_MODULES = Path("/usr/lib/apache2/modules")
# What the file of Apache names as needed, and what every distribution's own configuration loads.
_APACHE_NEEDS = (
    "mpm_event", "authz_core", "deflate", "filter", "headers", "http2", "lbmethod_byrequests", "proxy", "proxy_balancer",
    "proxy_hcheck", "proxy_http", "reqtimeout", "slotmem_shm", "socache_shmcb", "ssl",
)

Changes = Mapping[str, str]


@dataclass(frozen=True)
class Place:
    """Where a proxy listens, and with which certificate; without one it speaks no TLS."""

    host: str
    port: int
    identity: Identity | None


def _program(name: str) -> str:
    return shutil.which(name) or f"/usr/sbin/{name}"


def _haproxy(folder: Path, place: Place) -> tuple[Changes, list[str]]:
    tls = "ssl crt /etc/haproxy/webhook2fedmsg.pem alpn h2,http/1.1"
    changes = {f"bind :443 {tls}": f"bind {place.host}:{place.port}"}
    if place.identity:
        both = folder / "proxy.pem"
        both.touch(mode=0o600)
        both.write_bytes(place.identity.certificate.read_bytes() + place.identity.key.read_bytes())
        changes = {"bind :443 ssl": f"bind {place.host}:{place.port} ssl", "/etc/haproxy/webhook2fedmsg.pem": str(both)}
    return changes, [_program("haproxy"), "-db", "-f", str(folder / "haproxy.cfg")]


def _nginx(folder: Path, place: Place) -> tuple[Changes, list[str]]:
    changes = {"listen 443 ssl http2;": f"listen {place.host}:{place.port};"}
    if place.identity:
        changes["listen 443 ssl http2;"] = f"listen {place.host}:{place.port} ssl http2;"
        changes |= {
            "/etc/nginx/webhook2fedmsg.crt": str(place.identity.certificate),
            "/etc/nginx/webhook2fedmsg.key": str(place.identity.key),
        }
    else:
        files = (("", "crt"), ("_key", "key"))
        changes |= {f"    ssl_certificate{end} /etc/nginx/webhook2fedmsg.{file};\n": "" for end, file in files}
    paths = "".join(f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    # One worker: its idle connections to the servers are everybody's.
    user = "user root;\n" if os.geteuid() == 0 else ""
    main = folder / "main.conf"
    main.write_text(
        f"{user}worker_processes 1;\ndaemon off;\npid {folder}/nginx.pid;\nevents {{ worker_connections 4096; }}\n"
        f"http {{\naccess_log off;\n{paths}include {folder}/nginx.conf;\n}}\n"
    )
    return changes, [_program("nginx"), "-p", str(folder), "-e", "stderr", "-c", str(main)]


def _httpd(folder: Path, place: Place) -> tuple[Changes, list[str]]:
    changes = {"<VirtualHost *:443>": f"<VirtualHost {place.host}:{place.port}>"}
    if place.identity:
        changes |= {
            "/etc/httpd/webhook2fedmsg.crt": str(place.identity.certificate),
            "/etc/httpd/webhook2fedmsg.key": str(place.identity.key),
        }
    else:
        files = (("File", "crt"), ("KeyFile", "key"))
        changes |= {"SSLEngine on": "SSLEngine off"}
        changes |= {f'    SSLCertificate{end} "/etc/httpd/webhook2fedmsg.{file}"\n': "" for end, file in files}
    modules = "".join(f"LoadModule {name}_module {_APACHE_MODULES}/mod_{name}.so\n" for name in _APACHE_NEEDS)
    user = "User www-data\nGroup www-data\n" if os.geteuid() == 0 else ""
    main = folder / "main.conf"
    main.write_text(
        f"ServerRoot {folder}\nDefaultRuntimeDir {folder}\nPidFile {folder}/httpd.pid\nListen {place.host}:{place.port}\n"
        f"ServerName localhost\n{user}{modules}ErrorLog {folder}/error.log\nLogLevel warn\n"
        # One child, whose idle connections to the servers are everybody's.
        "ServerLimit 1\nStartServers 1\nThreadLimit 250\nThreadsPerChild 250\nMaxRequestWorkers 250\n"
        f"Include {folder}/httpd.conf\n"
    )
    return changes, [_program("apache2"), "-D", "FOREGROUND", "-f", str(main)]


_MAKERS: dict[str, tuple[str, Callable[[Path, Place], tuple[Changes, list[str]]]]] = {
    "haproxy": ("haproxy.cfg", _haproxy), "nginx": ("nginx.conf", _nginx), "httpd": ("httpd.conf", _httpd),
}


class Proxy:
    """`kind` is one of KINDS; it listens on `port` and passes on to `backends`, two addresses "host:port".

    `changes` are further ones of the file's text, each of which has to be in it; `text` takes the place of the file. It runs
    in `network`, where one is given.
    """

    def __init__(
        self,
        directory: Path,
        kind: str,
        backends: Sequence[str],
        authority: Authority | None,
        *,
        host: str = "127.0.0.1",
        port: int | None = None,
        name: str | None = None,
        changes: Changes | None = None,
        text: str | None = None,
        network: Network | None = None,
    ) -> None:
        self.kind = kind
        self._network = network
        self.host = host
        self.port = port or free_port()
        self.folder = directory / (name or kind)
        self.folder.mkdir()
        self.authority = authority
        identity = authority.issue(f"{name or kind}-proxy", names=("localhost", host)) if authority else None
        file, make = _MAKERS[kind]
        known, command = make(self.folder, Place(host, self.port, identity))
        known = {**known, "192.0.2.11:8080": backends[0], "192.0.2.12:8080": backends[1], **(changes or {})}
        written = (FOLDER / file).read_text() if text is None else text
        for old, new in known.items():
            assert text is not None or old in written, f"{file} has no {old!r} any more"
            written = written.replace(old, new)
        (self.folder / file).write_text(written)
        if authority:
            rawhttp.tls_ports[self.port] = authority.certificate
        self.process = ManagedProcess(kind, [*(network.enter if network else []), *command], self.folder, death_signal=signal.SIGTERM)

    def start(self) -> None:
        self.process.start()
        self.process.wait_ready(self.listens, 30)

    def listens(self) -> bool:
        if self._network:
            return self._network.listens(self.port)
        try:
            socket.create_connection((self.host, self.port), timeout=5).close()
        except OSError:
            return False
        return True

    def stop(self) -> None:
        self.process.stop(signal.SIGTERM, 3)

    @property
    def url(self) -> str:
        """By the name that the certificate has."""
        return f"{'https' if self.authority else 'http'}://localhost:{self.port}"

    def tls_context(self, *protocols: str) -> ssl.SSLContext:
        assert self.authority
        context = ssl.create_default_context(cafile=str(self.authority.certificate))
        if protocols:
            context.set_alpn_protocols(list(protocols))
        return context

    def log(self) -> str:
        """What it said, for a test that failed."""
        errors = self.folder / "error.log"
        return self.process.log_tail() + ("\n" + errors.read_text()[-4000:] if errors.exists() else "")
