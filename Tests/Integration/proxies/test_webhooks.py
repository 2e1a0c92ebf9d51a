"""The rest of the hostile suite through each proxy: what is forged or broken in a webhook is refused as it is without one,
and what is right gets through in the bytes that came."""

# ruff: noqa: F403
import pytest
from hostile.test_event_names import *
from hostile.test_json import *
from hostile.test_public_by_service import *
from hostile.test_secrets import *
from hostile.test_signatures import *
from hostile.test_tokens import *
from proxies.conftest import ProxyTarget

# What a proxy does to a request that makes it another one, and a right one.
MENDED = {
    ("httpd", "test_the_proof_twice[httpd-standard]"): "a field that is there twice becomes a list, as which it is right",
    ("httpd", "test_a_right_proof_beside_a_wrong_one[httpd-standard]"): "a list, one of which is to be right",
    ("httpd", "test_the_proof_twice[httpd-weblate]"): "a list",
    ("httpd", "test_a_right_proof_beside_a_wrong_one[httpd-weblate]"): "a list, one of which is to be right",
    ("httpd", "test_an_address_that_leads_nowhere[httpd-//github/{id}]"): "slashes at the beginning become one",
}


@pytest.fixture(autouse=True)
def _as_it_was_sent(target: ProxyTarget, request: pytest.FixtureRequest) -> None:
    assert target.proxy
    if reason := MENDED.get((target.proxy.kind, request.node.name)):
        pytest.skip(reason)
