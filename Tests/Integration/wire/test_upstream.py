"""The patch in deploy/upstream: it applies to the published package, its tests pass, and it changes no good text."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import webhook_to_fedora_messaging_messages
from fedora_messaging.message import Message

from harness.corpus import REPOSITORY, payloads
from harness.expectation import CLASSES, expected_body
from harness.signing import SIGNERS

PATCH = REPOSITORY / "deploy" / "upstream" / "0001-Let-messages-answer-for-every-payload.patch"
PUBLISHED = ("github", "gitlab", "forgejo", "discourse", "pretix")
MEMBERS = ("summary", "text", "agent_name", "usernames", "groups", "app_name", "app_icon")

# Run with the patched package in front of the published one: reads messages, writes what they say.
_ASK = """
import importlib, json, sys
for line in sys.stdin:
    module, name, body = json.loads(line)
    made = getattr(importlib.import_module(module), name)(body=body, topic="x")
    made.validate()
    print(json.dumps({
        member: str(made) if member == "text" else getattr(made, member) for member in %r
    }))
""" % (MEMBERS,)


def _run(folder: Path, *command: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, input=text, capture_output=True, text=True, timeout=240
    )


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published package in a folder of its own, as its sdist has it."""
    folder = tmp_path_factory.mktemp("published")
    name = webhook_to_fedora_messaging_messages.__name__
    published = Path(webhook_to_fedora_messaging_messages.__file__).parent
    shutil.copytree(published, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture(scope="module")
def patched(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("patched")
    shutil.copytree(package, folder, dirs_exist_ok=True)
    subprocess.run(["git", "apply", "-p1", str(PATCH)], cwd=folder, check=True, timeout=60)
    return folder


def _tests(folder: Path) -> subprocess.CompletedProcess[str]:
    return _run(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), "tests")


def test_its_tests_pass_with_it_and_fail_without(package: Path, patched: Path) -> None:
    with_it = _tests(patched)
    assert with_it.returncode == 0, with_it.stdout[-3000:]
    shutil.copytree(patched / "tests", package / "tests", dirs_exist_ok=True)
    assert _tests(package).returncode == 1


def _said(message: Message) -> dict[str, Any]:
    """What the published class says, without what it raises on, and without the text that tells an id and a time."""
    said = {}
    for member in MEMBERS:
        if member == "text" and type(message).__str__ is Message.__str__:
            continue
        try:
            said[member] = str(message) if member == "text" else getattr(message, member)
        except Exception:
            continue
    return said


def test_what_complete_payloads_say_stays_the_same(patched: Path) -> None:
    lines, expected = [], []
    for sample in payloads():
        if sample.service not in PUBLISHED:
            continue
        cls = CLASSES[sample.service]
        for agent in (None, "alice"):
            body = expected_body(SIGNERS[sample.service]("secret", sample.payload, sample.event))
            if "agent" in body:
                body["agent"] = agent
            lines.append(json.dumps([cls.__module__, cls.__name__, body]))
            expected.append(_said(cls(body=body, topic="x")))
    answered = _run(patched, "-c", _ASK, text="\n".join(lines))
    assert answered.returncode == 0, answered.stderr[-3000:]
    told = [json.loads(line) for line in answered.stdout.splitlines()]
    assert len(told) == len(expected) > 20
    assert sum(len(before) == len(MEMBERS) for before in expected) > len(told) // 2
    for before, after in zip(expected, told, strict=True):
        assert before == {member: after[member] for member in before}
