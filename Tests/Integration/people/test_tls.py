"""The provider's certificate is checked: by the authorities that are configured, and for its name."""

import datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from .browser import Browser
from .conftest import settings
from .provider import ScriptedProvider


def certificate(folder: Path, name: str, days: int = 1) -> Path:
    """Self-signed, for `name`, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=2))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}-{days}.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return path


@pytest.mark.parametrize(
    ("case", "name", "days", "trusted"),
    [
        ("good", "localhost", 1, True),
        ("unknown", "localhost", 1, False),
        ("name", "id.example.org", 1, True),
        ("over", "localhost", -1, True),
    ],
)
def test_certificates(make_gateway, tmp_path: Path, case: str, name: str, days: int, trusted: bool) -> None:
    path = certificate(tmp_path, name, days)
    provider = ScriptedProvider(path)
    gateway = make_gateway(case, settings(provider, oidc={"ca_file": str(path)} if trusted else {}))
    gateway.start()
    browser = Browser(gateway)
    if case == "good":
        assert browser.log_in(provider).status_code == 303
    else:
        assert browser.get("/login").status_code == 503
        assert not provider.requests
    gateway.stop()
    provider.close()
