"""Wrong proofs: 401, nothing published, nothing learnt."""

import base64
import os
import time

import pytest
from hostile.conftest import PROOFLESS, Target

from harness import services
from harness.gateway import Token
from harness.services import gitlab_signed
from harness.signing import SIGNERS, hex_hmac
from harness.webhook import Webhook

# Those that sign the body in hexadecimal digits, and what stands before these.
SIGNED = {
    "github": "sha256=", "forgejo": "sha256=", "discourse": "sha256=", "gitea": "sha256=", "bitbucket": "sha256=",
    "example": "sha256=", "pagure": "", "sentry": "",
}
HEADERS = {
    "github": "X-Hub-Signature-256",
    "forgejo": "X-Hub-Signature-256",
    "discourse": "X-Discourse-Event-Signature",
    "gitea": "X-Hub-Signature-256",
    "bitbucket": "X-Hub-Signature",
    "example": "X-Example-Signature",
    "pagure": "X-Pagure-Signature-256",
    "sentry": "Sentry-Hook-Signature",
    "gitlab": "X-Gitlab-Token",
    "pretix": "Authorization",
    "standard": "webhook-signature",
    "weblate": "webhook-signature",
}
signed_services = pytest.mark.parametrize("service", SIGNED)
every_service = pytest.mark.parametrize("service", HEADERS)


def proof(webhook: Webhook) -> str:
    return webhook.headers[HEADERS[webhook.service]]


def with_proof(webhook: Webhook, value: str | None) -> Webhook:
    """That one header changed, and every other proof that Forgejo and Gitea send taken out."""
    lone = webhook.with_headers(
        X_Forgejo_Signature=None, X_Gitea_Signature=None, X_Gogs_Signature=None, X_Hub_Signature=None
    )
    return lone.with_headers(**{HEADERS[webhook.service].replace("-", "_"): value})


@every_service
def test_with_the_right_proof_it_goes_through(target: Target, service: str) -> None:
    webhook = target.webhook(service)
    target.published(target.post(with_proof(webhook, proof(webhook))))


@signed_services
@pytest.mark.parametrize("position", [0, 20, -2])
def test_one_byte_changed_in_the_body(target: Target, service: str, position: int) -> None:
    webhook = target.webhook(service)
    body = bytearray(webhook.body)
    body[position] ^= 1
    target.refused(target.post(webhook.with_body(bytes(body))), 401)


@signed_services
def test_a_byte_more_or_less_in_the_body(target: Target, service: str) -> None:
    webhook = target.webhook(service)
    target.refused(target.post(webhook.with_body(webhook.body + b" ")), 401)
    target.refused(target.post(webhook.with_body(webhook.body[:-1])), 401)


@every_service
@pytest.mark.parametrize("position", [7, 30, -1])
def test_one_byte_changed_in_the_proof(target: Target, service: str, position: int) -> None:
    webhook = target.webhook(service)
    if service == "pretix" and position == 7:
        # There it is the user's name, which proves nothing.
        position = -8
    value = proof(webhook)
    position %= len(value)
    changed = value[:position] + ("0" if value[position] != "0" else "1") + value[position + 1 :]
    target.refused(target.post(with_proof(webhook, changed)), 401)


@every_service
def test_no_proof(target: Target, service: str) -> None:
    target.refused(target.post(with_proof(target.webhook(service), None)), 401)


@every_service
def test_an_empty_proof(target: Target, service: str) -> None:
    target.refused(target.post(with_proof(target.webhook(service), "")), 401)


@signed_services
@pytest.mark.parametrize("digest", ["", "0" * 64, "zz" * 32, "0" * 63, "=", "," * 64])
def test_a_digest_that_is_none(target: Target, service: str, digest: str) -> None:
    target.refused(target.post(with_proof(target.webhook(service), SIGNED[service] + digest)), 401)


@every_service
def test_the_proof_twice(target: Target, service: str) -> None:
    webhook = target.webhook(service)
    again = [(HEADERS[service], proof(webhook))]
    target.refused(target.post(with_proof(webhook, proof(webhook)), extra=again), 400, 401)


@every_service
def test_a_right_proof_beside_a_wrong_one(target: Target, service: str) -> None:
    webhook = target.webhook(service)
    wrong = SIGNED[service] + "0" * 64 if service in SIGNED else "wrong"
    right = [(HEADERS[service], proof(webhook))]
    target.refused(target.post(with_proof(webhook, wrong), extra=right), 400, 401)


@every_service
def test_the_proof_of_another_token(target: Target, service: str) -> None:
    target.refused(target.post(target.webhook(service), token=target.others[service]), 401)


@signed_services
@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha512", "sha384", "sha3_256"])
def test_an_algorithm_of_the_senders_choosing(target: Target, service: str, algorithm: str) -> None:
    webhook = target.webhook(service)
    digest = hex_hmac(target.tokens[service].secret, webhook.body, algorithm)
    target.secrets.add(digest)
    target.refused(target.post(with_proof(webhook, f"{algorithm}={digest}")), 401)


FORMS = ["{digest}", "sha256={digest}", "sha256:{digest}", "sha256={digest}00", "sha256={short}", "x sha256={digest}"]


@pytest.mark.parametrize(
    "service, form",
    [(service, form) for service in SIGNED for form in FORMS if form != SIGNED[service] + "{digest}"],
)
def test_the_right_digest_in_the_wrong_form(target: Target, service: str, form: str) -> None:
    webhook = target.webhook(service)
    digest = proof(webhook).removeprefix("sha256=")
    value = form.format(digest=digest, short=digest[:-2])
    target.refused(target.post(with_proof(webhook, value)), 401)


@signed_services
def test_upper_case_hex_is_right(target: Target, service: str) -> None:
    webhook = target.webhook(service)
    digest = proof(webhook).removeprefix("sha256=").upper()
    target.secrets.add(digest)
    target.published(target.post(with_proof(webhook, SIGNED[service] + digest)))


@signed_services
def test_signed_with_an_empty_secret(target: Target, service: str) -> None:
    webhook = target.webhook(service)
    target.refused(target.post(with_proof(webhook, SIGNED[service] + hex_hmac("", webhook.body))), 401)


def test_sha1_alone_is_no_proof(target: Target) -> None:
    webhook = target.webhook("github")
    target.refused(target.post(webhook.with_headers(X_Hub_Signature_256=None)), 401)


def test_forgejos_own_header_is_proof_enough(target: Target) -> None:
    webhook = target.webhook("forgejo")
    target.published(target.post(webhook.with_headers(X_Hub_Signature=None, X_Hub_Signature_256=None)))


def test_giteas_header_is_no_proof_for_forgejo(target: Target) -> None:
    webhook = target.webhook("forgejo").with_headers(
        X_Hub_Signature=None, X_Hub_Signature_256=None, X_Forgejo_Signature=None
    )
    target.refused(target.post(webhook), 401)


def test_forgejo_without_a_secret_sends_an_empty_digest(target: Target) -> None:
    webhook = target.webhook("forgejo").with_headers(X_Hub_Signature_256="sha256=", X_Forgejo_Signature="")
    target.refused(target.post(webhook), 401)


def test_gitlabs_signature_must_verify_where_it_is_present(target: Target) -> None:
    webhook = target.webhook("gitlab").with_headers(
        webhook_id="msg_1", webhook_timestamp="1795455986", webhook_signature="v1," + "A" * 43 + "="
    )
    target.refused(target.post(webhook), 401)


def test_gitlab_signs_and_nothing_else_counts_then(target: Target) -> None:
    secret = "whsec_" + base64.b64encode(os.urandom(32)).decode()
    token = target.gateway.create_token("gitlab", "signed", secret)
    target.secrets.add(secret)

    def webhook(**changes: str | None) -> Webhook:
        made = gitlab_signed(secret, target.webhook("gitlab")).with_headers(**changes)
        target.secrets.update(made.secrets)
        return made

    target.published(target.post(webhook(), token))
    target.published(target.post(webhook(X_Gitlab_Token="another"), token))
    target.refused(target.post(webhook(webhook_timestamp=str(int(time.time()) - 400)), token), 401)
    for wrong in ("", "v1,", "v1," + "A" * 43 + "=", "v2,x"):
        target.refused(target.post(webhook(webhook_signature=wrong, X_Gitlab_Token=secret), token), 401)
    target.refused(target.post(webhook(webhook_id=None, X_Gitlab_Token=secret), token), 401)
    # Without a signature the token alone counts, whatever id and timestamp are there.
    target.published(target.post(webhook(webhook_signature=None, X_Gitlab_Token=secret), token))


@pytest.mark.parametrize("service", ["standard", "weblate"])
@pytest.mark.parametrize("seconds", [-400, 400])
def test_a_timestamp_too_far_from_now(target: Target, service: str, seconds: int) -> None:
    token = target.tokens[service]
    at = time.time() + seconds
    webhook = services._standard(service, token.secret, b'{"type":"a","action":"a"}', "a", None, at, False)
    target.refused(target.post(webhook), 401)


@pytest.mark.parametrize("service", ["standard", "weblate"])
@pytest.mark.parametrize("part", ["body", "webhook_id", "webhook_timestamp"])
def test_all_that_a_standard_webhook_signs_counts(target: Target, service: str, part: str) -> None:
    webhook = target.webhook(service)
    if part == "body":
        changed = webhook.with_body(webhook.body + b" ")
    else:
        value = webhook.headers[part.replace("_", "-")]
        changed = webhook.with_headers(**{part: value[:-8] + ("1" if value[-8] != "1" else "2") + value[-7:]})
    target.refused(target.post(changed), 401)


def test_the_password_is_what_proves_a_pretix(target: Target) -> None:
    secret = target.tokens["pretix"].secret

    def basic(text: str) -> str:
        return "Basic " + base64.b64encode(text.encode()).decode()

    webhook = target.webhook("pretix")
    target.published(target.post(webhook.with_headers(Authorization=basic(f"anybody:{secret}"))))
    for wrong in (basic(secret), basic(f"{secret}:webhook"), basic("webhook:"), "Bearer " + secret, basic(f"webhook:{secret} ")):
        target.secrets.add(wrong)
        target.refused(target.post(target.webhook("pretix").with_headers(Authorization=wrong)), 401)


@pytest.mark.parametrize("service", PROOFLESS)
def test_the_address_alone_proves_what_is_never_signed(target: Target, service: str) -> None:
    """At the token's own address, which nobody can guess; not at the one that all share."""
    target.published(target.post(target.webhook(service)))
    token = target.tokens[service]
    shared = Token(token.id, service, token.secret, f"/{service}")
    target.refused(target.post(target.webhook(service), token=shared), 401, 405)


@pytest.mark.parametrize("service", ["forgejo", "gitea"])
def test_a_get_with_a_payload_is_signed_too(target: Target, service: str) -> None:
    token = target.tokens[service]
    webhook = SIGNERS[service](token.secret, b'{"ref":"refs/heads/asked"}', "push", get=True)
    target.secrets |= webhook.secrets
    assert target.gateway.post(token, webhook).status_code == 202
    (delivery,) = target.wiretap.drain()
    assert webhook.payload in delivery.body
    forged = webhook.with_headers(X_Hub_Signature_256="sha256=" + "0" * 64)
    assert target.gateway.post(token, forged).status_code == 401
    target.nothing_published()


def test_the_answer_does_not_say_what_would_have_been_right(target: Target) -> None:
    webhook = target.webhook("github")
    response = target.post(with_proof(webhook, "sha256=" + "0" * 64))
    assert proof(webhook).removeprefix("sha256=").encode() not in response.body
    assert target.tokens["github"].secret.encode() not in response.body
