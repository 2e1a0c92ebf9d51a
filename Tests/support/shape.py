#!/usr/bin/env python3
"""Measures the shape of the code: how long files are, and how many of them one thing walks through.

    Tests/support/shape.py              the table, for the Swift files in Sources
    Tests/support/shape.py --tree DIR   the same for another checkout, such as a `git worktree` of an older commit
    .build-venv/environment/bin/python Tests/support/shape.py --walks [--list]
                                        the walks, and with --list their files (`Tests/run --wire` makes the environment)

A walk is the Swift files here with a function whose count rises while one thing is done, in a debug build that counts (in
`.build-walks`, made first): one GitHub webhook is answered (connection open, token cached, broker connected), one
edit of a token is saved on its page, one more setting is read from the file (and, for comparison, all that check-config runs).
The first two are done several times, and what does not rise each time was not part of it. It needs the packages of `Tests/run --wire`.
"""

import argparse
import html
import itertools
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SCRATCH = ROOT / ".build-walks"
COUNTING = ["-profile-generate", "-profile-coverage-mapping", "-Xllvm", "-runtime-counter-relocation"]
TIMES = 7
TYPE = re.compile(r"^\s*(?:@\w+(?:\([^)]*\))?\s+|[a-z]+\s+)*?(?:struct|class|enum|actor|protocol)\s+[A-Z]", re.M)
DOC_COMMENT = re.compile(r"(?:^[ \t]*///.*\n)+", re.M)
OPENING = re.compile(r"\s*///\s*(What|Whether|How|Where|Who)\b")


def table(tree: Path) -> None:
    texts = [path.read_text() for path in (tree / "Sources").rglob("*.swift")]
    lines = sorted(len(text.splitlines()) for text in texts)
    types = sum(len(TYPE.findall(re.sub(r"//[^\n]*", "", text))) for text in texts)
    comments = [found for text in texts for found in DOC_COMMENT.findall(text)]
    openings = sum(bool(OPENING.match(comment)) for comment in comments)
    rows = [
        ("source files / lines", f"{len(lines)} / {sum(lines)}"),
        ("median / p90 / max lines", f"{statistics.median(lines):g} / {lines[len(lines) * 9 // 10]} / {lines[-1]}"),
        ("types a file", f"{types / len(lines):.2f}"),
        ("files under 40 lines", f"{sum(count < 40 for count in lines) / len(lines):.1%}"),
        ("doc comments opening with What/Whether/How/Where/Who", f"{openings / len(comments):.1%} of {len(comments)}"),
    ]
    print("\n".join(f"| {name} | {value} |" for name, value in rows))


class Profile:
    """The counters of a program that was built to count."""

    def __init__(self, program: Path) -> None:
        swift = Path(shutil.which("swift") or "swift").resolve().parent
        self.program, self.profdata, self.cov = program, swift / "llvm-profdata", swift / "llvm-cov"
        self._files: dict[str, set[str]] = {}

    def counts(self, raw: Path) -> Counter[str]:
        """How often each function was entered."""
        text = subprocess.run(
            [self.profdata, "merge", "--text", "--sparse", raw, "-o", "-"], check=True, capture_output=True, text=True
        ).stdout
        # Blocks of name, hash, number of counters, counters; the first counter is the function's.
        found = re.findall(r"^(.+)\n# Func Hash:\n\d+\n# Num Counters:\n\d+\n# Counter Values:\n(\d+)", text, re.M)
        return Counter({name: int(count) for name, count in found})

    def files(self, rises: set[str], any_raw: Path) -> set[str]:
        """The files here that these functions are in."""
        if not self._files:
            merged = any_raw.with_suffix(".profdata")
            subprocess.run([self.profdata, "merge", "--sparse", any_raw, "-o", merged], check=True)
            exported = subprocess.run(
                [self.cov, "export", "-instr-profile", merged, self.program], check=True, capture_output=True
            ).stdout
            for function in json.loads(exported)["data"][0]["functions"]:
                self._files.setdefault(function["name"], set()).update(function["filenames"])
        sources = f"{ROOT}/Sources/"
        # A private function's name has its file's before it here, and not there.
        paths = {path for name in rises for path in self._files[name.rpartition(":")[2]]}
        return {path.removeprefix(sources) for path in paths if path.startswith(sources)}

    def walk(self, raw: Path, act: Callable[[], None], prepare: Callable[[], None] = lambda: None) -> set[str]:
        """The files of what rises each time that `act` is done by the process that counts into `raw`."""
        before, after = raw.with_suffix(".before"), raw.with_suffix(".after")
        rises = []
        for _ in range(TIMES):
            prepare()
            shutil.copyfile(raw, before)
            act()
            shutil.copyfile(raw, after)
            rises.append(set(self.counts(after) - self.counts(before)))
        return self.files(set.intersection(*rises), after)


def build() -> Path:
    options = [word for option in COUNTING for word in ("-Xswiftc", option)]
    command = ["swift", "build", "--scratch-path", str(SCRATCH), "--product", "webhook2fedmsg", *options]
    subprocess.run(command, cwd=ROOT, check=True, stdout=sys.stderr)
    return SCRATCH / "debug" / "webhook2fedmsg"


def post(connection: Any, path: str, headers: Mapping[str, str], body: bytes) -> Any:
    """The response to a request that goes out in one piece, so that the server never waits for its rest."""
    from harness.rawhttp import request_bytes

    framing = [("Host", "127.0.0.1"), ("Content-Length", str(len(body)))]
    rest = [(name, value) for name, value in headers.items() if name.lower() not in ("host", "content-length", "connection")]
    connection.send(request_bytes("POST", path, framing + rest, body))
    return connection.read_response()


def of_webhook(profile: Profile, directory: Path) -> set[str]:
    from harness.corpus import fixtures
    from harness.gateway import Gateway
    from harness.process import wait_until
    from harness.rabbitmq import RabbitMQ
    from harness.rawhttp import Connection
    from harness.signing import github

    sample = next(one for one in fixtures("github") if one.event == "push")
    broker = RabbitMQ(directory)
    try:
        broker.start()
        broker.wait_ready()
        settings = {"broker": {"amqp_url": broker.url(broker.publisher), "topic_prefix": "org.fedoraproject"}}
        gateway = Gateway(directory, settings, "webhook")
        gateway.migrate()
        token = gateway.create_token("github")
        gateway.start()
        try:
            wait_until(gateway.ready, 30, "the broker's connection")
            connection = Connection(gateway.port)

            def send() -> None:
                webhook = github(token.secret, sample.payload, sample.event)
                answer = post(connection, token.path, webhook.headers, webhook.body)
                assert answer.status == 202 and b"message_id" in answer.body, answer

            send()
            return profile.walk(directory / f"{gateway.process.pid}.profraw", send)
        finally:
            gateway.stop()
    finally:
        broker.stop()


def of_edit(profile: Profile, directory: Path) -> set[str]:
    import requests
    from harness.gateway import Gateway
    from harness.rawhttp import Connection

    gateway = Gateway(directory, {"broker": {"amqp_url": f"file:{directory}/messages.jsonl"}}, "edit")
    gateway.migrate()
    gateway.process.command.insert(2, "--dev-login")
    gateway.start()
    people = requests.Session()

    def form(page: str, action: str) -> dict[str, str]:
        """What a page's form sends as it stands."""
        text = people.get(gateway.url + page, timeout=30).text
        inside = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', text, re.S)
        assert inside, f"{page} has no form for {action}"
        inputs = [dict(re.findall(r'([\w-]+)="([^"]*)"', tag)) for tag in re.findall(r"<input[^>]*>", inside[0])]
        fields = {one["name"]: html.unescape(one.get("value", "")) for one in inputs
                  if "name" in one and one.get("type") not in ("checkbox", "radio")}
        return fields

    def send(action: str, fields: dict[str, str]) -> str:
        answer = people.post(gateway.url + action, data=fields, allow_redirects=False, timeout=30)
        assert answer.status_code == 303, (answer.status_code, answer.text[-2000:])
        return answer.headers["Location"]

    try:
        send("/login/development", {"account": "alice"})
        new = form("/tokens/new?service=github", "/tokens/new")
        page = send("/tokens/new", {**new, "service": "github", "name": "walk 0"}).removesuffix("/secret")
        names = itertools.count(1)
        fields: dict[str, str] = {}
        connection = Connection(gateway.port)

        def prepare() -> None:
            fields.update(form(page, f"{page}/settings"), name=f"walk {next(names)}")

        def save() -> None:
            request = people.prepare_request(requests.Request("POST", f"{gateway.url}{page}/settings", data=fields))
            answer = post(connection, f"{page}/settings", request.headers, str(request.body).encode())
            assert answer.status == 303, answer

        prepare()
        save()
        return profile.walk(directory / f"{gateway.process.pid}.profraw", save, prepare)
    finally:
        gateway.stop()


def of_setting(profile: Profile, directory: Path) -> tuple[set[str], set[str]]:
    """What reads one more setting, and what reads and checks a file with one."""
    from harness.gateway import Gateway

    def checked(name: str, values: dict[str, object]) -> Path:
        gateway = Gateway(directory, {"server": values}, name)
        known = set(directory.glob("*.profraw"))
        gateway.command("check-config")
        (raw,) = set(directory.glob("*.profraw")) - known
        return raw

    few, more = checked("few", {"head_timeout": "9s"}), checked("more", {"head_timeout": "9s", "idle_timeout": "70s"})
    counts = profile.counts(more)
    return profile.files(set(counts - profile.counts(few)), more), profile.files(set(counts), more)


def walks(names_files: bool) -> None:
    sys.path.insert(0, str(ROOT / "Tests" / "Integration"))
    from harness.scratch import scratch_directory

    program = build()
    profile = Profile(program)
    os.environ["W2F_BINARY"] = str(program)
    with scratch_directory("w2f-walks-") as directory:
        # %c: the counters are the file's own memory, so that a copy of it tells how they stand.
        os.environ["LLVM_PROFILE_FILE"] = f"{directory}/%p%c.profraw"
        setting, configuration = of_setting(profile, directory)
        for name, files in (
            ("one webhook answered", of_webhook(profile, directory)),
            ("one edit saved", of_edit(profile, directory)),
            ("one more setting read", setting),
            ("check-config in all", configuration),
        ):
            modules = Counter(path.split("/")[0] for path in sorted(files)).most_common()
            print(f"| {name} | {len(files)} | {', '.join(f'{module} {count}' for module, count in modules)} |")
            for path in sorted(files) if names_files else ():
                print(f"    {path}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tree", type=Path, default=ROOT, metavar="DIR")
    parser.add_argument("--walks", action="store_true")
    parser.add_argument("--list", action="store_true")
    arguments = parser.parse_args()
    if arguments.walks:
        walks(arguments.list)
    else:
        table(arguments.tree)


if __name__ == "__main__":
    main()
