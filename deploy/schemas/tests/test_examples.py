"""What messages say, for payloads as the services document them."""

import pytest
from example import Example
from examples import EXAMPLES
from fedora_messaging import message


@pytest.fixture(params=EXAMPLES, ids=lambda example: example.name)
def example(request: pytest.FixtureRequest) -> Example:
    return request.param


@pytest.fixture
def made(example: Example) -> message.Message:
    """The message as a consumer finds its class: by the entry point."""
    return message.get_class(example.schema)(body=example.envelope, topic=example.topic)


def test_it_is_valid(made: message.Message, example: Example) -> None:
    made.validate()
    assert type(made) is not message.Message
    assert made._headers["fedora_messaging_schema"] == example.schema
    assert made._headers["fedora_messaging_schema_package"] == "webhook2fedmsg_messages"


def test_it_says_what_happened(made: message.Message, example: Example) -> None:
    assert str(made) == example.text
    assert made.summary == example.summary
    assert made.url == example.url


def test_it_says_what_it_is(made: message.Message, example: Example) -> None:
    assert made.event == example.event
    assert getattr(made, "delivery", None) == example.delivery
    assert made.app_name == example.app_name
    assert made.app_icon.startswith("https://")


def test_it_names_the_agent_alone(made: message.Message, example: Example) -> None:
    assert made.agent_name == example.agent
    assert made.usernames == example.usernames
    assert (made.agent_avatar is None) == (example.agent is None)


@pytest.mark.parametrize("known", [True, False])
def test_every_service_has_an_example_with_an_agent_and_one_without(known: bool) -> None:
    assert len({example.service for example in EXAMPLES if (example.agent is not None) == known}) == 14


@pytest.mark.parametrize("place", ["envelope", "payload"])
def test_nobody_else_is_told(example: Example, place: str) -> None:
    names = ("group", "groups", "package", "packages", "containers", "modules", "flatpaks", "usernames")
    more = {name: "sysadmin-main" for name in names[::2]} | {name: ["sysadmin-main"] for name in names[1::2]}
    envelope = example.envelope
    if place == "envelope":
        envelope = {**envelope, **more}
    else:
        key = message.get_class(example.schema).payload_key
        envelope[key] = {**envelope[key], **more}
    made = message.get_class(example.schema)(body=envelope, topic=example.topic)
    assert made.usernames == example.usernames
    assert [made.groups, made.packages, made.containers, made.modules, made.flatpaks] == [[], [], [], [], []]
