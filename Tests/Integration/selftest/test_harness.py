"""The harness's own arithmetic, against published vectors: a suite that signs wrongly proves nothing."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness import again, flaky, tally
from harness.corpus import corpora, fixtures, payloads
from harness.fieldtable import Field, decode_table
from harness.promise import kept_within
from harness.rawhttp import Answer
from harness.signing import SIGNERS, discourse, github, hex_hmac


def test_github_vector() -> None:
    """GitHub's documentation, "Validating webhook deliveries"."""
    webhook = github("It's a Secret to Everybody", b"Hello, World!", "push")
    expected = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert webhook.headers["X-Hub-Signature-256"] == f"sha256={expected}"


def test_discourse_vector() -> None:
    webhook = discourse("my_lovely_secret_for_web_hook", b'{"ping":"OK"}', "ping.ping")
    expected = "162f107f6b5022353274eb1a7197885cfd35744d8d08e5bcea025d309386b7d6"
    assert webhook.headers["X-Discourse-Event-Signature"] == f"sha256={expected}"


def test_a_form_is_signed_as_it_is_sent() -> None:
    webhook = github("secret", b'{"a": "b c"}', "push", form=True)
    assert webhook.body == b"payload=%7B%22a%22%3A+%22b+c%22%7D"
    assert webhook.headers["X-Hub-Signature-256"] == "sha256=" + hex_hmac("secret", webhook.body)


def test_topics_keep_only_what_is_allowed() -> None:
    assert github("s", b"{}", "a b#*ü.c").topic == "github.a_b___.c"
    assert [github("s", b"{}", name).topic for name in (".", "..", ".a.", "a..b", "a.b")] == [
        "github._", "github.__", "github._a_", "github.a._b", "github.a.b",
    ]
    assert github("s", b"{}", "x" * 300).topic == "github." + "x" * 64


@pytest.mark.parametrize("service", SIGNERS)
def test_there_are_fixtures_for_every_service(service: str) -> None:
    assert len(fixtures(service)) >= 2


def test_every_payload_of_the_corpora_has_an_event() -> None:
    if corpora() is None:
        pytest.skip("no corpora beside the checkout")
    found = list(payloads())
    assert len(found) > 150
    assert all(isinstance(json.loads(sample.payload), dict) and sample.event for sample in found)


def test_field_tables() -> None:
    table = b"\x03one" + b"S\0\0\0\x02ab" + b"\x03two" + b"I\xff\xff\xff\xfe" + b"\x01t" + b"t\x01"
    decoded = decode_table(len(table).to_bytes(4, "big") + table)
    assert decoded == [Field("one", "S", "ab"), Field("two", "I", -2), Field("t", "t", True)]


def test_answers_are_cut_into_responses() -> None:
    data = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 400 Bad\r\n\r\n"
    assert [response.status for response in Answer(data, True).responses] == [202, 400]


def test_a_promise_is_kept_or_not() -> None:
    with kept_within(10):
        pass
    with pytest.raises(AssertionError, match="it took"):
        with kept_within(0.1):
            time.sleep(1)


def test_time_in_which_nobody_could_do_anything_does_not_count() -> None:
    with kept_within(0.05):
        # One step for the interpreter, which lets no other thread run meanwhile.
        sum(range(20_000_000))


LISTED = {"people/test_a.py::test_a": "the font comes late"}


def test_flaky_tests_are_told_with_their_reasons() -> None:
    seen = {"people/test_a.py::test_a": "timeout", "people/test_b.py::test_b[1]": "no such element"}
    lines, are_too_many = flaky.judge(seen, LISTED)
    assert lines == [
        "flaky people/test_a.py::test_a: the font comes late",
        "flaky people/test_b.py::test_b[1]: not in Tests/flaky.txt yet: no such element",
        "Both outputs of each are in .build-reports/flaky.",
    ]
    assert not are_too_many
    assert flaky.judge({}, LISTED) == ([], False)


def test_a_fourth_flaky_test_fails_the_run() -> None:
    lines, are_too_many = flaky.judge({f"people/test_b.py::test_{number}": "x" for number in range(3)}, LISTED)
    assert are_too_many and lines[-1].startswith("4 tests are flaky")


def test_the_list_of_flaky_tests_has_reasons(tmp_path: Path) -> None:
    assert len(flaky.known()) <= flaky.LIMIT
    bad = tmp_path / "flaky.txt"
    bad.write_text("# a comment\npeople/test_a.py::test_a\n")
    with pytest.raises(ValueError, match="has no reason"):
        flaky.known(bad)


FAILED = '<testcase file="{file}" name="test_{number}"><failure message="no such element">its output</failure></testcase>'
PASSED = '<testcase file="people/test_pages.py" name="test_good"/>'


def _again(report: Path, file: str, times: int = 1) -> int:
    """Of tests that pass the second time, as far as --version can fail."""
    cases = [FAILED.format(file=file, number=number) for number in range(times)]
    report.write_text(f"<testsuites><testsuite>{''.join(cases)}{PASSED}</testsuite></testsuites>")
    command = [sys.executable, "-m", "harness.again", str(report), str(report.parent / "kept"), "--version"]
    return subprocess.run(command, cwd=Path(again.__file__).parents[1], stdout=subprocess.DEVNULL).returncode


def test_what_passes_the_second_time_counts_and_is_told(tmp_path: Path) -> None:
    report = tmp_path / "people.xml"
    assert _again(report, "people/test_pages.py") == 0
    assert tally.count(str(report)) == (2, 0, 0)
    assert tally.passed_again(str(report)) == {"people/test_pages.py::test_0": "no such element"}
    kept = sorted(path.name for path in (tmp_path / "kept").iterdir())
    assert kept == ["people-test_pages.py-test_0.1.txt", "people-test_pages.py-test_0.2.txt"]
    assert "its output" in (tmp_path / "kept" / kept[0]).read_text()


@pytest.mark.parametrize("file, times", [("crash/test_broker.py", 1), ("people/test_replicas.py", 1), ("people/test_pages.py", 4)])
def test_nothing_else_is_run_again(tmp_path: Path, file: str, times: int) -> None:
    report = tmp_path / "report.xml"
    assert _again(report, file, times) == 1
    assert tally.count(str(report)) == (1, times, 0)
    assert not (tmp_path / "kept").exists()
