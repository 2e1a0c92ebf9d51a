"""What messages say, for payloads as the services document them."""

import pytest
from examples import EXAMPLES, Example
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
    assert made.summary == example.summary
    assert made.url == example.url
    text = str(made)
    assert text.splitlines()[0] == example.summary
    assert example.url is None or example.url in text


def test_it_names_the_agent_alone(made: message.Message, example: Example) -> None:
    assert made.agent_name == example.agent
    assert made.usernames == ([example.agent] if example.agent else [])
    assert (made.agent_avatar is None) == (example.agent is None)
    assert made.groups == []
    assert [made.packages, made.containers, made.modules, made.flatpaks] == [[], [], [], []]


def test_its_application_has_a_name_and_an_icon(made: message.Message) -> None:
    assert made.app_name
    assert made.app_icon.startswith("https://")
