"""The process: what it does with descriptors, signals, crashes and a network of its own kind. No server is needed."""

import contextlib
import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from harness.gateway import Gateway, binary
from harness.process import wait_until


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    made = Gateway(tmp_path, {"broker": {"file": str(tmp_path / "messages.jsonl")}}, tls=False)
    yield made
    made.stop()


def _serve(gateway: Gateway, *prefix: str, environment: dict[str, str] | None = None, **options: object) -> subprocess.Popen:
    return subprocess.Popen(
        [*prefix, binary(), "serve", "--config", str(gateway.configuration)],
        env={**gateway.process.environment, **(environment or {})},
        **{"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **options},
    )


@contextlib.contextmanager
def _ended(process: subprocess.Popen) -> Iterator[subprocess.Popen]:
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(30)


def _with_a_warning(gateway: Gateway) -> None:
    """There is something to print before the log is there."""
    text = gateway.configuration.read_text().replace("[server]", '[server]\ntrusted_proxies = ["0.0.0.0/0"]')
    gateway.configuration.write_text(text)


# Standard descriptors


@pytest.mark.parametrize("kind", ["closed", "full", "gone", "unread"])
def test_standard_error_is_best_effort(gateway: Gateway, kind: str) -> None:
    _with_a_warning(gateway)
    if kind == "closed":
        process = _serve(gateway, "bash", "-c", 'exec "$@" 2>&-', "bash")
    elif kind == "full":
        with open("/dev/full", "wb") as full:
            process = _serve(gateway, stderr=full)
    else:
        read, write = os.pipe()
        if kind == "gone":
            os.close(read)
        else:
            os.set_blocking(write, False)
            with contextlib.suppress(BlockingIOError):
                while True:
                    os.write(write, b"x" * 4096)
            os.set_blocking(write, True)
        process = _serve(gateway, stderr=write)
        os.close(write)
    with _ended(process):
        wait_until(gateway.alive, 30, "the server")
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    if kind == "unread":
        os.close(read)


@pytest.mark.parametrize("command", [["token", "create", "--service", "nope"], ["token", "show", "xx"], ["bogus"], ["serve", "--x"]])
def test_a_failure_waits_for_no_reader(gateway: Gateway, command: list[str]) -> None:
    gateway.migrate()
    configuration = ["--config", str(gateway.configuration)] if command[0] == "token" else []
    read, write = os.pipe()
    os.set_blocking(write, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(write, b"x" * 4096)
    os.set_blocking(write, True)
    try:
        result = subprocess.run(
            [binary(), *command, *configuration], env=gateway.process.environment, stdout=subprocess.PIPE, stderr=write,
            timeout=30,
        )
    finally:
        os.close(write)
        os.close(read)
    assert result.returncode > 0
    told = subprocess.run([binary(), *command, *configuration], env=gateway.process.environment, capture_output=True, timeout=30)
    assert (told.returncode, told.stdout) == (result.returncode, b"")
    assert told.stderr.startswith(b"Error: ") and told.stderr.endswith(b"\n") and not told.stderr.endswith(b"\n\n")


@pytest.mark.parametrize("command", [["--help"], ["help", "token"], ["token", "create", "--help"]])
def test_help_is_a_result(gateway: Gateway, command: list[str]) -> None:
    result = subprocess.run([binary(), *command], env=gateway.process.environment, capture_output=True, timeout=30)
    assert (result.returncode, result.stderr) == (0, b"")
    assert b"USAGE:" in result.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="it is about root")
def test_running_as_root_is_told(gateway: Gateway, tmp_path: Path) -> None:
    assert gateway.command("check-config").stderr.count("running as root") == 1
    log = tmp_path / "root.log"
    with log.open("wb") as output:
        process = _serve(gateway, stderr=output)
    with _ended(process):
        wait_until(gateway.alive, 30, "the server")
    assert [json.loads(line)["level"] for line in log.read_text().splitlines() if "running as root" in line] == ["warning"]


def test_all_three_closed(gateway: Gateway) -> None:
    _with_a_warning(gateway)
    with _ended(_serve(gateway, "bash", "-c", 'exec "$@" <&- >&- 2>&-', "bash")) as process:
        wait_until(gateway.alive, 30, "the server")
        names = {number: os.readlink(f"/proc/{process.pid}/fd/{number}") for number in range(3)}
        assert set(names.values()) == {"/dev/null"}, names


def _tokens(gateway: Gateway) -> list[dict]:
    return json.loads(gateway.command("token", "list", "--json").stdout)


@pytest.mark.parametrize("json_flag", [[], ["--json"]])
@pytest.mark.parametrize("output", ["/dev/full", "closed", "pipe"])
def test_a_secret_that_cannot_be_told_is_not_made(gateway: Gateway, output: str, json_flag: list[str]) -> None:
    kept = gateway.create_token("github", "kept")
    redirection = {"/dev/full": ">/dev/full", "closed": ">&-", "pipe": "> >(exec true)"}[output]
    create = ["token", "create", "--service", "github", "--name", "lost", *json_flag]
    rotate = ["token", "rotate", kept.id, *json_flag]
    before = next(token for token in _tokens(gateway) if token["id"] == kept.id)
    for command in (create, rotate):
        script = f'"$@" {redirection}' if output != "pipe" else 'exec 3> >(exec true); wait $!; "$@" >&3'
        result = subprocess.run(
            ["bash", "-c", script, "bash", binary(), *command, "--config", str(gateway.configuration)],
            env=gateway.process.environment, capture_output=True, text=True, timeout=60,
        )
        assert result.returncode not in (0, -signal.SIGPIPE), (command, result.stderr)
        assert "standard output" in result.stderr
    tokens = _tokens(gateway)
    assert [token["name"] for token in tokens] == ["kept"]
    assert tokens[0] == before, "the secret was replaced by one that nobody knows"


@pytest.mark.parametrize(
    "command",
    [["schemas"], ["schemas", "--json"], ["--help"], ["check-config"], ["token", "list"], ["migrate"], ["keys", "status"]],
)
def test_a_result_that_cannot_be_written_is_a_failure(gateway: Gateway, command: list[str]) -> None:
    gateway.migrate()
    options = [] if command[0] in ("schemas", "--help") else ["--config", str(gateway.configuration)]
    with open("/dev/full", "wb") as full:
        result = subprocess.run(
            [binary(), *command, *options], env=gateway.process.environment, stdout=full, stderr=subprocess.PIPE, timeout=60
        )
    assert result.returncode != 0
    assert b"standard output" in result.stderr


# Signals


def test_process_1_ends_during_its_start(gateway: Gateway) -> None:
    """The kernel keeps from process 1 of a container what it has not asked for."""
    process = _serve(gateway, "unshare", "--pid", "--fork", "--mount-proc", "--kill-child")
    with _ended(process):
        child = _only_child(process.pid)
        status = Path(f"/proc/{child}/status")

        def takes_the_signal() -> bool:
            line = next(line for line in status.read_text().splitlines() if line.startswith("SigCgt"))
            return bool(int(line.split()[1], 16) >> (signal.SIGTERM - 1) & 1)

        wait_until(takes_the_signal, 10, "the process to take SIGTERM", interval=0.001)
        os.kill(child, signal.SIGTERM)
        # Once is enough, at whatever moment of the start.
        process.wait(15)


def test_process_1_ends_gracefully(gateway: Gateway) -> None:
    process = _serve(gateway, "unshare", "--pid", "--fork", "--mount-proc", "--kill-child")
    with _ended(process):
        wait_until(gateway.alive, 30, "the server")
        os.kill(_only_child(process.pid), signal.SIGTERM)
        assert process.wait(30) == 0


def _only_child(pid: int) -> int:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    wait_until(lambda: bool(children.read_text().split()), 10, "the child")
    return int(children.read_text().split()[0])


def test_requests_are_taken_while_the_balancer_learns_of_the_end(gateway: Gateway) -> None:
    token = gateway.create_token("github")
    process = _serve(gateway, environment={"W2F_SERVER_SHUTDOWN_DELAY": "3s"})
    with _ended(process):
        wait_until(gateway.ready, 30, "the server")
        process.send_signal(signal.SIGTERM)
        wait_until(lambda: not gateway.ready(), 5, "readyz to say no")
        # On a new connection, as a balancer that has not looked yet makes one.
        assert gateway.alive()
        assert requests.post(gateway.url + token.path, data=b"{}", timeout=10).status_code == 401
        assert process.wait(30) == 0


# Crashes


def _backtracer() -> str | None:
    """Swift's program that makes backtraces; where there is no toolchain there are none."""
    swift = shutil.which("swift")
    folder = Path(swift).resolve().parents[1] / "libexec/swift/linux" if swift else Path("/nonexistent")
    return next((str(path) for path in sorted(folder.glob("swift-backtrace*"))), None)


@pytest.mark.parametrize(
    "number", [signal.SIGABRT, signal.SIGQUIT, signal.SIGBUS, signal.SIGSEGV, signal.SIGILL, signal.SIGTRAP]
)
@pytest.mark.parametrize("setting", ["", "enable=yes", "enable=yes,registers=all,color=no"])
def test_a_crash_shows_no_memory(gateway: Gateway, tmp_path: Path, number: signal.Signals, setting: str) -> None:
    log = tmp_path / "crash.log"

    def cores() -> None:
        # What a shell starts in its background ignores it.
        signal.signal(signal.SIGQUIT, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    # A program with Swift's libraries in it does not find the one that makes backtraces by itself.
    backtracer = _backtracer() if setting else None
    if backtracer:
        setting += f",swift-backtrace={backtracer}"
    environment = {"SWIFT_BACKTRACE": setting} if setting else {}
    with log.open("wb") as output:
        process = _serve(gateway, environment=environment, stderr=output, stdout=output, cwd=tmp_path, preexec_fn=cores)
    with _ended(process):
        wait_until(gateway.alive, 30, "the server")
        limits = Path(f"/proc/{process.pid}/limits").read_text()
        line = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
        assert line.split()[4:6] == ["0", "0"]
        process.send_signal(number)
        wait_until(
            lambda: process.poll() is not None or b"Backtrace took" in log.read_bytes(), 300, "the crash, or its backtrace"
        )
        # It stands still until whoever made the backtrace has ended; before that, another signal could be taken for a fault
        # of the reading of its memory.
        wait_until(lambda: process.poll() is not None or gateway.alive(), 300, "the end, or the server's going on")
        # What was no fault of an instruction's does not happen again by itself after the backtrace.
        while process.poll() is None:
            process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(1)
        assert process.returncode == -number
    text = log.read_text(errors="replace")
    if backtracer:
        assert re.search(r"Thread \d+ .*crashed", text), "there is a backtrace, or the test would see nothing"
    assert "Registers" not in text and "rsp 0x" not in text
    assert not list(tmp_path.rglob("core*"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start it in another group")
def test_another_process_of_the_same_user_cannot_look_in(gateway: Gateway) -> None:
    """What is not dumpable belongs to root and its group under /proc, whoever runs it."""
    with _ended(_serve(gateway, group=65534)) as process:
        wait_until(gateway.alive, 30, "the server")
        assert os.stat(f"/proc/{process.pid}").st_gid == 65534
        assert os.stat(f"/proc/{process.pid}/mem").st_gid == 0


def _protected(pid: int) -> Iterator[tuple[int, int, bool]]:
    """The process's mappings that can be read: from, to, and whether they are left out of dumps."""
    place = None
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        words = line.split()
        if re.fullmatch(r"[0-9a-f]+-[0-9a-f]+", words[0]):
            begin, end = (int(word, 16) for word in words[0].split("-"))
            readable = words[1].startswith("r") and not line.endswith("[vvar]") and not line.endswith("[vsyscall]")
            place = (begin, end) if readable else None
        elif words[0] == "VmFlags:" and place is not None:
            yield (*place, "dd" in words)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can look in")
def test_pages_of_keys_are_left_out_of_dumps(gateway: Gateway) -> None:
    gateway.migrate()
    with _ended(_serve(gateway)) as process:
        wait_until(gateway.alive, 30, "the server")
        mappings = list(_protected(process.pid))
        assert any(is_left_out for _, _, is_left_out in mappings), "there are keys"
        key = bytes.fromhex((gateway.directory / "root.key").read_text())
        assert len(key) == 32
        seen = 0
        with open(f"/proc/{process.pid}/mem", "rb", buffering=0) as memory:
            for begin, end, is_left_out in mappings:
                try:
                    memory.seek(begin)
                    held = memory.read(end - begin)
                except (OSError, OverflowError, ValueError):
                    continue
                seen += len(held)
                assert is_left_out or key not in held, f"the root key is at {begin:x}"
        assert seen > 1 << 20


# Descriptors


def test_the_descriptor_limit_is_raised(gateway: Gateway) -> None:
    def low() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, 8192))

    with _ended(_serve(gateway, preexec_fn=low)) as process:
        wait_until(gateway.alive, 30, "the server")
        limits = Path(f"/proc/{process.pid}/limits").read_text()
        line = next(line for line in limits.splitlines() if line.startswith("Max open files"))
        assert line.split()[3:5] == ["8192", "8192"]


def test_few_descriptors_are_enough_for_fewer_connections(gateway: Gateway, tmp_path: Path) -> None:
    def few() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))

    log = tmp_path / "few.log"
    with log.open("wb") as output:
        process = _serve(gateway, preexec_fn=few, stderr=output)
    with _ended(process), contextlib.ExitStack() as stack:
        wait_until(gateway.alive, 30, "the server")
        assert b"max_connections" in log.read_bytes()
        for _ in range(400):
            stack.enter_context(socket.create_connection(("127.0.0.1", gateway.port), timeout=10))
        # All idle: whoever comes now takes the place of the one that has idled longest.
        wait_until(gateway.alive, 30, "an answer beside 400 idle connections")


def test_descriptors_that_run_out_end_nothing(gateway: Gateway, tmp_path: Path) -> None:
    log = tmp_path / "out.log"
    with log.open("wb") as output:
        process = _serve(gateway, stderr=output)
    with _ended(process):
        wait_until(gateway.alive, 30, "the server")
        used = len(list(Path(f"/proc/{process.pid}/fd").iterdir()))
        # The soft limit alone: only a privileged process may raise the hard one again.
        _, hard = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (used + 4, hard))
        with contextlib.ExitStack() as stack:
            for _ in range(60):
                stack.enter_context(socket.create_connection(("127.0.0.1", gateway.port), timeout=10))
            wait_until(lambda: b"no file descriptor" in log.read_bytes(), 30, "the log to tell")
            wait_until(gateway.alive, 60, "an answer beside idle connections")
        assert log.read_bytes().count(b"no file descriptor") == 1
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (used + 100, hard))
        wait_until(gateway.alive, 30, "an answer")


# The log


@pytest.mark.parametrize(
    ("path", "status", "level"),
    [
        ("/github/none", 404, "info"),
        ("/login/callback?code=x&state=y", 400, "info"),
        # Nobody answers for the provider.
        ("/login", 503, "info"),
        ("/login", 503, "warning"),
    ],
)
def test_a_flood_of_refusals_is_summed_up(gateway: Gateway, tmp_path: Path, path: str, status: int, level: str) -> None:
    log = tmp_path / "flood.log"
    if path.startswith("/login"):
        text = gateway.configuration.read_text()
        issuer = 'issuer = "http://127.0.0.1:9"\nclient_id = "w2f"\nclient_secret = "a-secret-of-a-client"\n'
        gateway.configuration.write_text(text + f"\n[oidc]\n{issuer}")
    gateway.process.environment["W2F_LOG_LEVEL"] = level
    with log.open("wb") as output:
        process = _serve(gateway, stderr=output)
    with _ended(process):
        wait_until(gateway.alive, 30, "the server")
        before = log.stat().st_size
        with requests.Session() as session:
            for _ in range(2000):
                if status == 404:
                    assert session.post(gateway.url + path, data=b"{}", timeout=10).status_code == 404
                else:
                    assert session.get(gateway.url + path, timeout=10).status_code == status
        # A line for each would be 570,000 bytes.
        assert log.stat().st_size - before < 60_000
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    sums = [line for line in lines if "summed" in line["message"]]
    refused = [line for line in lines if line["message"] == "request" and str(line.get("status")) == str(status)]
    assert sum(int(line["requests"]) for line in sums) + len(refused) == 2000


# Addresses


@pytest.mark.parametrize("host", ["*", "localhost", "[::]"])
def test_both_protocols(gateway: Gateway, host: str) -> None:
    text = gateway.configuration.read_text()
    text = text.replace(f'"127.0.0.1:{gateway.port}"', f'"{host}:{gateway.port}"')
    text = text.replace("[server]", '[server]\npublic_url = "https://w2f.example.org"')
    gateway.configuration.write_text(text)
    assert gateway.command("check-config").stdout.startswith("ok\n")
    families = [socket.AF_INET]
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        families.append(socket.AF_INET6)
    with _ended(_serve(gateway)):
        wait_until(gateway.alive, 30, "the server")
        for family in families:
            with socket.socket(family) as client:
                client.settimeout(10)
                client.connect(("127.0.0.1" if family == socket.AF_INET else "::1", gateway.port))


@pytest.mark.parametrize(
    ("listen", "words"),
    [("192.0.2.77:8080", "192.0.2.77"), ("no-such-host.invalid:8080", "no-such-host.invalid")],
)
def test_what_check_config_takes_starts(gateway: Gateway, listen: str, words: str) -> None:
    text = gateway.configuration.read_text().replace(f'"127.0.0.1:{gateway.port}"', f'"{listen}"')
    text = text.replace("[server]", '[server]\npublic_url = "https://w2f.example.org"')
    gateway.configuration.write_text(text)
    result = gateway.command("check-config", check=False)
    assert result.returncode == 1 and "server.listen" in result.stderr and words in result.stderr


@pytest.mark.parametrize("mode", [0o644, 0o606, 0o660])
def test_check_config_reads_the_root_key(gateway: Gateway, mode: int) -> None:
    key = gateway.directory / "root.key"
    key.chmod(mode)
    result = gateway.command("check-config", check=False)
    assert result.returncode == 1 and "keys.root_key_file" in result.stderr and "chmod 600" in result.stderr
    key.chmod(0o600)
    key.write_text("no key\n")
    result = gateway.command("check-config", check=False)
    assert result.returncode == 1 and "keys.root_key_file" in result.stderr


def test_kubernetes_variables_do_not_stop_the_start(gateway: Gateway) -> None:
    environment = {
        "W2F_SERVER_SERVICE_HOST": "172.30.1.2", "W2F_SERVER_SERVICE_PORT": "8080",
        "W2F_SERVER_PORT": "tcp://172.30.1.2:8080", "W2F_SERVER_PORT_8080_TCP": "tcp://172.30.1.2:8080",
        "W2F_SERVER_PORT_8080_TCP_PROTO": "tcp", "W2F_SERVER_PORT_8080_TCP_PORT": "8080",
        "W2F_SERVER_PORT_8080_TCP_ADDR": "172.30.1.2",
    }
    with _ended(_serve(gateway, environment=environment)):
        wait_until(gateway.alive, 30, "the server")


def test_one_clients_idle_connections_do_not_fill_the_server(tmp_path: Path) -> None:
    settings = {"broker": {"file": str(tmp_path / "messages.jsonl")}, "server": {"max_connections": 20}}
    gateway = Gateway(tmp_path, settings, tls=False)
    gateway.start()
    try:
        with contextlib.ExitStack() as stack:
            for number in range(60):
                client = stack.enter_context(socket.create_connection(("127.0.0.1", gateway.port), timeout=10))
                if number % 3 == 1:
                    client.sendall(b"GET /healthz HTTP/1.1\r\nHo")
                elif number % 3 == 2:
                    client.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            wait_until(gateway.alive, 15, "an answer beside idle connections")
    finally:
        gateway.stop()


@pytest.mark.parametrize("trickles", [False, True], ids=["silent", "trickling"])
@pytest.mark.parametrize("proxies", [[], ["127.0.0.0/8"]], ids=["counted", "proxied"])
def test_forms_that_stall_do_not_fill_the_server(tmp_path: Path, proxies: list[str], trickles: bool) -> None:
    """Nobody has to be logged in for that. One byte now and then does not make a connection a new one."""
    server = {"max_connections": 20, "trusted_proxies": proxies, "body_timeout": "10m"}
    gateway = Gateway(tmp_path, {"broker": {"file": str(tmp_path / "messages.jsonl")}, "server": server}, tls=False)
    gateway.start()
    try:
        with contextlib.ExitStack() as stack:
            clients = []
            for number in range(60):
                client = stack.enter_context(socket.create_connection(("127.0.0.1", gateway.port), timeout=10, source_address=(f"127.0.0.{number % 4 + 2}", 0)))
                client.sendall(b"POST /tokens/new HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n")
                client.setblocking(False)
                clients.append(client)

            def alive() -> bool:
                for client in clients if trickles else []:
                    with contextlib.suppress(OSError):
                        client.send(b"x")
                return gateway.alive()

            wait_until(alive, 30, "an answer beside forms that stall")
    finally:
        gateway.stop()


# The program's file


def test_a_release_is_bound_at_the_start_and_looks_nowhere_of_the_build_machine() -> None:
    if "release" not in Path(binary()).resolve().parts:
        pytest.skip("not a release build")
    dynamic = subprocess.run(["readelf", "--dynamic", "--wide", binary()], capture_output=True, text=True, check=True).stdout
    assert "BIND_NOW" in dynamic or "NOW" in dynamic.split("FLAGS_1", 1)[-1]
    assert "RUNPATH" not in dynamic and "RPATH" not in dynamic, dynamic
    assert "libswiftCore" not in dynamic, "Swift's libraries are only where a toolchain is"
