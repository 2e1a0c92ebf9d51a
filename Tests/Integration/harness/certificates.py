"""Certificates made for a test: authorities, and what they issue, as PEM files in a folder."""

import datetime
import ipaddress
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LOOPBACK = ("localhost", "127.0.0.1")


def tls_wanted() -> bool:
    """Whether the suites are to run over TLS: HTTPS to the gateway, amqps and a client certificate to the broker."""
    return os.environ.get("W2F_TEST_TLS", "") not in ("", "0")


@dataclass(frozen=True)
class Identity:
    """The files of a certificate and its key."""

    certificate: Path
    key: Path

    def copy_to(self, other: "Identity") -> None:
        """Puts these in the other's place, each file at once, as a renewal would."""
        for source, target in ((self.certificate, other.certificate), (self.key, other.key)):
            draft = target.with_suffix(".new")
            # With its mode: a key is nobody else's.
            shutil.copy(source, draft)
            draft.rename(target)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


class Authority:
    """A certificate authority; `certificate` is the file to trust."""

    def __init__(self, directory: Path, name: str = "authority") -> None:
        self.directory = directory
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._subject = _name(f"w2f tests: {name}")
        self.certificate = directory / f"{name}.crt"
        usage = x509.KeyUsage(
            digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
            key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
        )
        builder = (
            self._builder(self._subject, self._key, -1, 30)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False)
        )
        self._write(self.certificate, builder.sign(self._key, hashes.SHA256()))

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, first_day: float, last_day: float
    ) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + datetime.timedelta(days=first_day))
            .not_valid_after(now + datetime.timedelta(days=last_day))
        )

    @staticmethod
    def _write(path: Path, certificate: x509.Certificate) -> None:
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def issue(
        self,
        file: str,
        common_name: str = "localhost",
        names: tuple[str, ...] = LOOPBACK,
        *,
        client: bool = False,
        first_day: float = -1,
        last_day: float = 30,
    ) -> Identity:
        """A server's certificate for `names`, or with `client` one whose common name is a user of the broker."""
        key = ec.generate_private_key(ec.SECP256R1())
        purpose = ExtendedKeyUsageOID.CLIENT_AUTH if client else ExtendedKeyUsageOID.SERVER_AUTH
        builder = (
            self._builder(_name(common_name), key, first_day, last_day)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        )
        if names and not client:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False
            )
        issued = Identity(self.directory / f"{file}.crt", self.directory / f"{file}.key")
        self._write(issued.certificate, builder.sign(self._key, hashes.SHA256()))
        issued.key.touch(mode=0o600)
        issued.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return issued

    def expired(self, file: str, **options: object) -> Identity:
        """A certificate that was valid until yesterday."""
        return self.issue(file, first_day=-10, last_day=-1, **options)  # type: ignore[arg-type]


def serial_number(path: Path) -> int:
    """Of the first certificate in a file."""
    return x509.load_pem_x509_certificate(path.read_bytes()).serial_number
