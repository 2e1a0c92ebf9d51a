"""The ledger: many webhooks through each proxy, and what became of each."""

import contextlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from proxies import ledger
from proxies.conftest import LONG, PROXIED, two_servers
from proxies.sender import Plan, Run

from harness.certificates import Authority
from harness.gateway import Gateway
from harness.namespaces import Cable
from harness.ports import free_port
from harness.postgresql import PostgreSQL
from harness.process import ManagedProcess, wait_until
from harness.proxies import KINDS, Proxy

COUNT, RESTARTS = (30_000, 50) if LONG else (480, 4)
# Of idle connections: the server's and the proxies'. A machine that stands still for their difference is to be a rare one.
DIVISOR = 30 if LONG else 10
SERVERS, PROXIES = 75 / DIVISOR, 60 // DIVISOR
DIVIDED = {
    # It keeps no connection.
    "haproxy": {},
    "nginx": {"    keepalive_timeout 60s;": f"    keepalive_timeout {PROXIES}s;"},
    "httpd": {"ttl=60": f"ttl={PROXIES}"},
}


def write_to_file(gateway: Gateway) -> Path:
    """Messages go to a file of its own."""
    file = gateway.directory / "messages.jsonl"
    file.touch()
    with gateway.configuration.open("a") as configuration:
        configuration.write(f'[broker]\nfile = "{file}"\n')
    return file


def serves_all(gateway: Gateway) -> Callable[[], bool]:
    """Whether, from now on, a webhook of each proxy came to this server."""
    file = gateway.directory / "messages.jsonl"
    start = file.stat().st_size

    def look() -> bool:
        with file.open("rb") as messages:
            messages.seek(start)
            text = messages.read()
        return all(f'"mark":"{kind}"'.encode() in text.replace(b'": ', b'":') for kind in KINDS)

    return look


@pytest.mark.timeout(1800)
def test_restarts(scratch: Path, postgresql: PostgreSQL) -> None:
    """The files of deploy/proxies, pauses around the time-outs, early answers in between, and restarts: nothing is lost."""
    server = {**PROXIED, "idle_timeout": f"{SERVERS * 1000:g}ms", "drain_idle": "2s", "shutdown_delay": "3s"}
    directory = scratch / "ledger"
    finished = scratch / "ledger-finished"
    with contextlib.ExitStack() as stack:
        gateways = stack.enter_context(two_servers(directory, postgresql, "ledger", {"server": server}))
        files = [write_to_file(gateway) for gateway in gateways]
        token = gateways[0].create_token("github")
        for gateway in gateways:
            gateway.start()
        authority = Authority(directory, "ledger")
        addresses = [f"127.0.0.1:{gateway.port}" for gateway in gateways]
        runs = {}
        for kind in KINDS:
            proxy = Proxy(directory, kind, addresses, authority, changes=DIVIDED[kind])
            proxy.start()
            stack.callback(proxy.stop)
            plan = Plan(
                "localhost", proxy.port, str(authority.certificate), token.path, token.secret, kind, COUNT,
                clients=100 if LONG else 60, pauses=(0.8 * PROXIES, 1.3 * SERVERS), share=0.5 if LONG else 0.3, early=20,
                until=str(finished),
            )
            runs[kind] = Run(plan, directory / f"{kind}.outcomes")
            stack.callback(runs[kind].stop)
        for gateway in gateways:
            wait_until(serves_all(gateway), 60, "webhooks by each proxy")
        for number in range(RESTARTS):
            gateway = gateways[number % 2]
            assert gateway.stop(60) == 0
            # What comes now comes to the other one alone; then each proxy has learnt that this one is there again.
            again = serves_all(gateway)
            gateway.start()
            wait_until(again, 60, "webhooks by each proxy after a restart")
        finished.touch()
        outcomes = {kind: run.outcomes(900) for kind, run in runs.items()}
        messages = ledger.published(files)
    for kind in KINDS:
        line = ledger.Line(kind, "restarts", restarts=RESTARTS)
        ledger.settle(line, outcomes[kind], messages)
        assert line.sent + line.early >= COUNT
    assert all(line.is_clean for line in ledger.lines if line.scenario == "restarts")


# Connections closed with something unread.
UNREAD = "TcpExt.TCPAbortOnClose"
# As the proxies are without any settings but those that have them keep connections.
DEFAULTS = {
    "haproxy": (
        "defaults\n    mode http\n    timeout connect 5s\n    timeout client 60s\n    timeout server 60s\n"
        "frontend front\n    bind {place}\n    default_backend servers\n"
        "backend servers\n    server one {server}\n"
    ),
    "nginx": (
        "upstream servers {{ server {server}; keepalive 32; }}\n"
        "server {{ listen {place};\n"
        'location / {{ proxy_pass http://servers; proxy_http_version 1.1; proxy_set_header Connection ""; }} }}\n'
    ),
    "httpd": '<VirtualHost {place}>\nProxyPass "/" "http://{server}/"\n</VirtualHost>\n',
}


@pytest.mark.timeout(1800)
def test_defaults(scratch: Path) -> None:
    """Proxies that keep connections for longer than the server, which ends them after a second, and pauses around a second: no
    connection is ended over something unread. What is on its way when it ends is lost, and only a proxy's time-out helps."""
    made = []
    with contextlib.ExitStack() as stack:
        for kind in KINDS:
            directory = scratch / f"defaults-{kind}"
            directory.mkdir()
            cable = Cable.lay(directory)
            stack.callback(cable.cut)
            gateway = Gateway(directory, {}, tls=False)
            text = gateway.configuration.read_text()
            address = f"{cable.servers.address}:{gateway.port}"
            assert f'listen = ["127.0.0.1:{gateway.port}"]' in text
            gateway.configuration.write_text(
                text.replace(
                    f'listen = ["127.0.0.1:{gateway.port}"]',
                    f'listen = ["{address}"]\npublic_url = "http://{address}"\nidle_timeout = "1s"\n'
                    f'trusted_proxies = ["{cable.others.address}"]\nproxy_header = "x-forwarded-for"',
                )
            )
            file = write_to_file(gateway)
            gateway.migrate()
            token = gateway.create_token("github")
            gateway.process.command = [*cable.servers.enter, *gateway.process.command]
            gateway.process.start()
            stack.callback(gateway.stop)
            gateway.process.wait_ready(lambda: cable.servers.listens(gateway.port), 30)
            place = {"host": cable.others.address, "port": free_port()}
            text = DEFAULTS[kind].format(place=f"{place['host']}:{place['port']}", server=address)
            proxy = Proxy(directory, kind, [address, address], None, **place, text=text, network=cable.others)
            proxy.start()
            stack.callback(proxy.stop)
            plan = Plan(
                proxy.host, proxy.port, None, token.path, token.secret, kind, COUNT if LONG else 1500,
                # With the time that all take to be answered, around a second.
                clients=200 if LONG else 100, pauses=(0.92, 1.0), share=1, together=True,
            )
            unread = cable.servers.counter(UNREAD)
            watch = ManagedProcess(
                "crossings",
                [*cable.servers.enter, sys.executable, "-m", "harness.crossings", cable.servers.device, str(gateway.port)],
                directory,
                {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
            )
            watch.start()
            stack.callback(watch.kill)
            watch.wait_ready(lambda watch=watch: "ready" in watch.log_tail(), 10)
            run = Run(plan, directory / "outcomes", cable.others.enter)
            stack.callback(run.stop)
            made.append((kind, cable, unread, run, file, watch))
        for kind, cable, unread, run, file, watch in made:
            outcomes = run.outcomes(900)
            line = ledger.Line(kind, "defaults", unread=cable.servers.counter(UNREAD) - unread)
            ledger.settle(line, outcomes, ledger.published([file]), watch.log.read_text())
    assert all(line.is_clean for line in ledger.lines if line.scenario == "defaults")
