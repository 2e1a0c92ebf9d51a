"""The JSON Schemas that the server shows, that the program writes and that the consumer validates with are the same."""

import json
from importlib.metadata import distribution
from pathlib import Path

import pytest
import requests
from fedora_messaging import message
from wire.conftest import Wire

PACKAGE = "webhook2fedmsg-messages"
OURS = sorted(point.name for point in distribution(PACKAGE).entry_points if point.group == "fedora.messages")


def test_the_list_names_every_schema_and_its_package(wire: Wire) -> None:
    answer = requests.get(f"{wire.gateway.url}/schemas", timeout=10, verify=wire.gateway.trust)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    listed = {schema["name"]: schema for schema in answer.json()["schemas"]}
    assert sorted(name for name, schema in listed.items() if schema["package"] == PACKAGE) == OURS
    published = distribution("webhook-to-fedora-messaging-messages").entry_points
    others = {name: schema for name, schema in listed.items() if name not in OURS}
    assert sorted(others) == sorted(point.name for point in published)
    assert all(schema["package_url"].startswith("https://") and "url" not in schema for schema in others.values())


@pytest.mark.parametrize("name", OURS)
def test_a_schema_is_the_one_that_the_consumer_has(wire: Wire, name: str) -> None:
    url = f"{wire.gateway.url}/schemas/{name}"
    answer = requests.get(url, timeout=10, verify=wire.gateway.trust)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/schema+json")
    assert answer.json() == message.get_class(name).body_schema
    assert "public" in answer.headers["Cache-Control"]
    again = requests.get(url, headers={"If-None-Match": answer.headers["ETag"]}, timeout=10, verify=wire.gateway.trust)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == answer.headers["ETag"]
    head = requests.head(url, timeout=10, verify=wire.gateway.trust)
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(answer.content)))


def test_a_schema_that_is_not_here_is_404_and_says_where_it_is(wire: Wire) -> None:
    for name, code in (("discourse.event.v1", "schema_is_elsewhere"), ("no.such", "no_such_schema")):
        answer = requests.get(f"{wire.gateway.url}/schemas/{name}", timeout=10, verify=wire.gateway.trust)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, code)
    assert requests.post(f"{wire.gateway.url}/schemas", timeout=10, verify=wire.gateway.trust).status_code == 405


def test_the_command_writes_them(wire: Wire, tmp_path: Path) -> None:
    folder = tmp_path / "made" / "schemas"
    wire.gateway.program("schemas", "write", str(folder))
    written = {path.stem: json.loads(path.read_text()) for path in folder.iterdir()}
    assert written == {name: message.get_class(name).body_schema for name in OURS}
    listed = json.loads(wire.gateway.program("schemas", "--json").stdout)
    assert listed == requests.get(f"{wire.gateway.url}/schemas", timeout=10, verify=wire.gateway.trust).json()
    assert json.loads(wire.gateway.program("schemas", "show", OURS[0]).stdout) == written[OURS[0]]
    assert wire.gateway.program("schemas", "show", "no.such", check=False).returncode != 0
