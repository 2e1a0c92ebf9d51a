"""Bodies that are signed and yet not right."""

import json
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from hostile.conftest import Target

from harness.corpus import json_suite
from harness.expectation import expected_body
from harness.services import PRETIX_INSTANCE
from harness.signing import SIGNERS, hex_hmac

MAX_DEPTH = 64


def _is_object(path: Path) -> bool:
    return isinstance(json.loads(path.read_bytes()), dict)


def test_the_json_suite_is_there() -> None:
    if not json_suite():
        pytest.skip("no corpora beside the checkout: JSONTestSuite was not sent")
    assert len(json_suite()) > 300


@pytest.mark.parametrize("path", [path for path in json_suite() if path.name.startswith("y_")], ids=lambda path: path.stem)
def test_valid_documents(target: Target, path: Path) -> None:
    webhook = target.webhook("github", path.read_bytes(), "push")
    response = target.post(webhook)
    if _is_object(path):
        delivery = target.published(response)
        assert json.loads(delivery.body) == expected_body(webhook)
        assert webhook.payload.strip() in delivery.body
    else:
        target.refused(response, 400)


@pytest.mark.parametrize("path", [path for path in json_suite() if path.name.startswith("n_")], ids=lambda path: path.stem)
def test_invalid_documents(target: Target, path: Path) -> None:
    target.refused(target.post(target.webhook("github", path.read_bytes(), "push")), 400)


@pytest.mark.parametrize("path", [path for path in json_suite() if path.name.startswith("i_")], ids=lambda path: path.stem)
def test_documents_on_which_parsers_differ(target: Target, path: Path) -> None:
    """Either, but whatever is accepted must be readable for the consumer."""
    response = target.post(target.webhook("github", path.read_bytes(), "push"))
    if response.status == 202:
        assert isinstance(json.loads(target.published(response).body), dict)
    else:
        target.refused(response, 400)


# Files with an escape from \\ud800 on.
_HALVES = [
    path for path in json_suite() if path.name.startswith("i_") and b"\\ud" in path.read_bytes().lower()
]


@pytest.mark.parametrize("path", _HALVES, ids=lambda path: path.stem)
def test_halves_of_surrogate_pairs(target: Target, path: Path) -> None:
    """RFC 8259 lets them stand, and so does Python: published as they came."""
    payload = b'{"a":' + path.read_bytes() + b"}"
    delivery = target.published(target.post(target.webhook("github", payload, "push")))
    assert payload in delivery.body
    assert json.loads(delivery.body)["body"] == json.loads(payload)


@pytest.mark.parametrize("opening, closing", [('{"a":', "}"), ('{"a":[', "]}")])
def test_depth(target: Target, opening: str, closing: str) -> None:
    """The outermost object is the first level."""
    levels = opening.count("{") + opening.count("[")
    deepest = (opening * (MAX_DEPTH // levels) + "1" + closing * (MAX_DEPTH // levels)).encode()
    target.published(target.post(target.webhook("github", deepest, "push")))
    over = b'{"b":' + deepest + b"}"
    target.refused(target.post(target.webhook("github", over, "push")), 400)


@pytest.mark.parametrize("levels", [1_000, 100_000])
def test_depth_that_would_end_the_consumer(target: Target, levels: int) -> None:
    payload = b'{"a":' + b"[" * levels + b"]" * levels + b"}"
    target.refused(target.post(target.webhook("github", payload, "push")), 400)


@pytest.mark.parametrize("number", ["9223372036854775807", "-9223372036854775808", "18446744073709551615", "1e300", "0.1"])
def test_numbers_that_fit(target: Target, number: str) -> None:
    target.published(target.post(target.webhook("github", f'{{"n":{number}}}'.encode(), "push")))


@pytest.mark.parametrize("number", ["18446744073709551616", "-9223372036854775809", "1" * 5000, "-" + "1" * 5000, "NaN", "Infinity"])
def test_numbers_that_do_not(target: Target, number: str) -> None:
    target.refused(target.post(target.webhook("github", f'{{"a":[{{"n":{number}}}]}}'.encode(), "push")), 400)


@pytest.mark.parametrize(
    "payload",
    [
        b"{}", b'{"sender":5,"repository":null}', b'{"sender":{"login":null}}', b'{"sender":[],"repository":[]}',
        b'{"repository":{"full_name":{"a":1}}}', b'{"a":1,"a":2,"sender":1,"sender":{"login":"x"}}', b'{"run":7}',
        b'{"sender":{"login":"' + b"x" * 300 + b'"}}', b'{"sender":{"login":"a\\u0000b\\n\\u001b[31m"}}',
        '{"sender":{"login":"☃😀"}}'.encode(), b'{"sender":{"login":""}}',
    ],
)
@pytest.mark.parametrize("service", SIGNERS)
def test_authentic_oddities_are_published(target: Target, service: str, payload: bytes) -> None:
    """Services disable hooks that get 4xx; what cannot be told from the payload is simply not said."""
    webhook = target.webhook(service, payload)
    if service == "pretix":
        # Its schema asks for more: taken, but nothing can be published.
        response = target.post_unpublished(webhook)
        assert response == {"published": False, "reason": "incomplete"}
        target.nothing_published()
        return
    if service == "discourse":
        # The class names whom a like concerns, and has no name for nobody; a post is as good without its author.
        assert target.post_unpublished(webhook) == {"published": False, "reason": "unsafe_for_consumers"}
        target.nothing_published()
        webhook = target.webhook(service, payload, "post.post_created")
    delivery = target.published(target.post(webhook))
    key = "webhook_body" if service == "discourse" else "body"
    assert json.loads(delivery.body)[key] == json.loads(payload)
    assert all(len(field.name.encode()) <= 255 for field in delivery.headers)


@pytest.mark.parametrize(
    "name, fits",
    [
        *(("x" * 233, True), ("☃", True), ("a b", True), ("x" * 234, False), ("x" * 300, False), ("a\u0000b", False)),
        *(("", False), ("\n", False), ("a\u009bb", False), ("☃" * 78, False), (5, False), ({"a": 1}, False), (True, False)),
    ],
)
def test_user_names_that_make_odd_headers(target: Target, name: object, fits: bool) -> None:
    """Consumers index the author of a post, whom its class finds in the payload: what cannot be a name is cut out there."""
    payload = json.dumps({"post": {"id": 1, "username": name}}).encode()
    delivery = target.published(target.post(target.webhook("discourse", payload, "post.post_created")))
    assert json.loads(delivery.body)["webhook_body"] == (json.loads(payload) if fits else {"post": {"id": 1}})
    assert not any(field.name.startswith("fedora_messaging_user_") for field in delivery.headers)
    # `fedora_messaging_user_NAME` is a short string on the wire, 255 bytes; without its one user the class names nobody `None`.
    payload = json.dumps({"solved": {"id": 1, "username": name}}).encode()
    webhook = target.webhook("discourse", payload, "solved.accepted_solution")
    if not fits:
        assert target.post_unpublished(webhook) == {"published": False, "reason": "incomplete"}
        target.nothing_published()
        return
    delivery = target.published(target.post(webhook))
    users = [field.name for field in delivery.headers if field.name.startswith("fedora_messaging_user_")]
    assert users == [f"fedora_messaging_user_{name}"]


REQUIRED = {
    "github": ["X-GitHub-Event", "X-GitHub-Delivery", "X-GitHub-Hook-Installation-Target-ID", "X-GitHub-Hook-Installation-Target-Type"],
    "gitlab": ["X-Gitlab-Event", "X-Gitlab-Webhook-UUID", "X-Gitlab-Event-UUID"],
    "forgejo": ["X-Forgejo-Event", "X-Forgejo-Delivery"],
    "discourse": ["X-Discourse-Instance", "X-Discourse-Event-Id", "X-Discourse-Event-Type", "X-Discourse-Event"],
    "gitea": ["X-Gitea-Event", "X-Gitea-Delivery"],
    "bitbucket": ["X-Event-Key"],
    "pagure": ["X-Pagure-Topic"],
    "sentry": ["Sentry-Hook-Resource"],
}


@pytest.mark.parametrize("service, header", [(service, header) for service, names in REQUIRED.items() for header in names])
def test_a_header_that_the_schema_requires_is_missing(target: Target, service: str, header: str) -> None:
    # Where there is no event, its type is taken for it: neither is there.
    missing = [header, f"{header}-Type"] if service in ("forgejo", "gitea") else [header]
    webhook = target.webhook(service).with_headers(**{name.replace("-", "_"): None for name in missing})
    target.refused(target.post(webhook), 400)


@pytest.mark.parametrize("content_type", ["text/plain", "text/xml", "multipart/form-data; boundary=x", "application/jsonx", "nonsense", "; charset=utf-8"])
def test_content_types_that_are_not_taken(target: Target, content_type: str) -> None:
    target.refused(target.post(target.webhook("github").with_headers(Content_Type=content_type)), 415)


@pytest.mark.parametrize("content_type", [None, ""])
def test_no_content_type_means_json(target: Target, content_type: str | None) -> None:
    target.published(target.post(target.webhook("github").with_headers(Content_Type=content_type)))


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "APPLICATION/JSON", "application/json;charset=\"UTF-8\""])
def test_content_types_that_are_json(target: Target, content_type: str) -> None:
    target.published(target.post(target.webhook("github").with_headers(Content_Type=content_type)))


def _form(target: Target, body: bytes):
    webhook = target.webhook("github", b"{}", "push", form=True).with_body(body)
    digest = hex_hmac(target.tokens["github"].secret, body)
    target.secrets.add(digest)
    return webhook.with_headers(X_Hub_Signature_256=f"sha256={digest}")


@pytest.mark.parametrize(
    "body", [b"", b"payload", b"payload=", b"other=%7B%7D", b"payload=%7B", b"payload=%7", b"payload=%zz%7B%7D", b"payload=%5B%5D"]
)
def test_forms_without_a_document(target: Target, body: bytes) -> None:
    target.refused(target.post(_form(target, body)), 400)


def test_a_form_with_two_payloads(target: Target) -> None:
    """Which one is meant nobody can know."""
    body = b"payload=" + quote_plus('{"first":1}').encode() + b"&payload=" + quote_plus('{"second":2}').encode()
    target.refused(target.post(_form(target, body)), 400)


def test_a_form_signed_over_its_document(target: Target) -> None:
    """GitHub signs the form's bytes; Forgejo the document. One must not pass for the other."""
    webhook = target.webhook("github", b'{"a":"b c"}', "push", form=True)
    digest = hex_hmac(target.tokens["github"].secret, webhook.payload)
    target.refused(target.post(webhook.with_headers(X_Hub_Signature_256=f"sha256={digest}")), 401)


def test_discourse_texts_are_cut_out_wherever_they_are_repeated(target: Target) -> None:
    payload = b'{"post":{"raw":"never","id":1,"raw":"on","cooked":{"a":["the"]}},"post":{"cooked":"bus","username":"alice"}}'
    delivery = target.published(target.post(target.webhook("discourse", payload, "post.post_created")))
    document = json.loads(delivery.body)
    assert document["webhook_body"]["post"] == {"username": "alice"}
    for text in (b'"never"', b'"on"', b'"the"', b'"bus"', b'"raw"', b'"cooked"'):
        assert text not in delivery.body


def test_a_delivery_id_of_odd_bytes(target: Target) -> None:
    delivery_id = "żółw ; DROP TABLE \"tokens\" --".encode().decode("latin-1")
    response = target.post(target.webhook("github", delivery_id=delivery_id))
    if response.status == 202:
        assert isinstance(json.loads(target.published(response).body)["headers"]["x-github-delivery"], str)
    else:
        target.refused(response, 400)


def test_docker_hubs_address_for_answers_is_cut_out(target: Target) -> None:
    payload = b'{"callback_url":"https://never","a":{"callback_url":1},"c\\u0061llback_url":"https://on-the-bus"}'
    delivery = target.published(target.post(target.webhook("dockerhub", payload)))
    assert json.loads(delivery.body)["body"] == {"a": {"callback_url": 1}}
    assert b"https://" not in delivery.body


def test_a_pretix_cannot_say_where_it_is(target: Target) -> None:
    payload = (
        b'{"instance_url":"https://forged","notification_id":%d,"organizer":"f","event":"e","action":"pretix.x",'
        b'"inst\\u0061nce_url":"https://forged"}' % 987654321
    )
    delivery = target.published(target.post(target.webhook("pretix", payload)))
    assert json.loads(delivery.body)["body"]["instance_url"] == PRETIX_INSTANCE
    assert b"forged" not in delivery.body
