"""ID tokens that the package `cryptography` signs: taken in every algorithm; what JOSE does not allow is refused."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from people.browser import Browser
from people.conftest import settings
from people.provider import Document, ScriptedProvider, base64url

from harness.gateway import Gateway

HASHES: dict[str, hashes.HashAlgorithm] = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
CURVES: dict[str, ec.EllipticCurve] = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}
ALGORITHMS = [f"{family}{size}" for family in ("RS", "PS", "ES") for size in HASHES] + ["EdDSA"]
Sign = Callable[[bytes], bytes]
Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey


def numbers(public: object) -> Document:
    """A public key as a set shows it."""
    match public:
        case rsa.RSAPublicKey():
            n, e = public.public_numbers().n, public.public_numbers().e
            return {"kty": "RSA", "n": integer(n), "e": integer(e)}
        case ec.EllipticCurvePublicKey():
            count, point = (public.key_size + 7) // 8, public.public_numbers()
            return {
                "kty": "EC", "crv": f"P-{public.key_size}", "x": integer(point.x, count), "y": integer(point.y, count),
            }
        case ed25519.Ed25519PublicKey():
            return {"kty": "OKP", "crv": "Ed25519", "x": base64url(public.public_bytes_raw())}
        case ed448.Ed448PublicKey():
            return {"kty": "OKP", "crv": "Ed448", "x": base64url(public.public_bytes_raw())}
    raise TypeError(public)


def integer(value: int, count: int | None = None) -> str:
    return base64url(value.to_bytes(count or (value.bit_length() + 7) // 8, "big"))


def pss(digest: hashes.HashAlgorithm, salt: int | None = None, mask: hashes.HashAlgorithm | None = None) -> padding.PSS:
    return padding.PSS(padding.MGF1(mask or digest), digest.digest_size if salt is None else salt)


def halves(encoded: bytes, count: int) -> bytes:
    return b"".join(half.to_bytes(count, "big") for half in decode_dss_signature(encoded))


@dataclass
class Key:
    """A key of the scripted provider. `change` bends how the set shows it."""

    identifier: str
    algorithm: str
    private: Private
    sign: Sign
    change: Callable[[Document], object] = lambda document: None

    @property
    def public(self) -> Document:
        document = {"use": "sig", "kid": self.identifier, **numbers(self.private.public_key())}
        self.change(document)
        return document


def key(identifier: str, algorithm: str, private: Private | None = None) -> Key:
    """A key that signs as RFC 7518 and RFC 8037 have it."""
    family, digest = algorithm[:2], HASHES.get(algorithm[2:])
    if family == "Ed":
        edwards = private or ed25519.Ed25519PrivateKey.generate()
        return Key(identifier, algorithm, edwards, edwards.sign)
    if family == "ES":
        curve = private or ec.generate_private_key(CURVES[algorithm])
        count = (curve.key_size + 7) // 8
        return Key(identifier, algorithm, curve, lambda data: halves(curve.sign(data, ec.ECDSA(digest)), count))
    pair = private or rsa.generate_private_key(65537, 2048)
    padded = padding.PKCS1v15() if family == "RS" else pss(digest)
    return Key(identifier, algorithm, pair, lambda data: pair.sign(data, padded, digest))


def is_valid(made: Key, signature: bytes, data: bytes) -> bool:
    """What `cryptography` says of it."""
    public, digest = made.private.public_key(), HASHES.get(made.algorithm[2:])
    try:
        match made.algorithm[:2]:
            case "RS":
                public.verify(signature, data, padding.PKCS1v15(), digest)
            case "PS":
                public.verify(signature, data, pss(digest), digest)
            case "Ed":
                public.verify(signature, data)
            case _:
                count = len(signature) // 2
                r, s = (int.from_bytes(half, "big") for half in (signature[:count], signature[count:]))
                public.verify(encode_dss_signature(r, s), data, ec.ECDSA(digest))
    except InvalidSignature:
        return False
    return True


def good_keys() -> Iterator[Key]:
    for algorithm in ALGORITHMS:
        yield key(algorithm, algorithm)
    for bits in (2048, 3072, 4096):
        for exponent in (3, 65537):
            yield key(f"RSA {bits} {exponent}", "RS256", rsa.generate_private_key(exponent, bits))
    padded = key("a zero before the modulus", "RS256")
    n = padded.private.public_key().public_numbers().n
    yield replace(padded, change=lambda document: document.update(n=integer(n, 257)))
    for algorithm, curve in CURVES.items():
        while True:
            private = ec.generate_private_key(curve)
            if private.public_key().public_numbers().x.bit_length() <= private.key_size - 9:
                break
        yield key(f"{algorithm} with zeros in front", algorithm, private)
    operations = key("for verification", "RS256")
    yield replace(operations, change=lambda document: document.update(key_ops=["verify"]))
    yield replace(operations, identifier="for all", change=lambda document: document.update(key_ops=[]))


def bad_keys() -> Iterator[Key]:
    """Keys that nothing is to be verified with, though what they sign may be right."""
    for size in (1024, 1536, 2040):
        yield key(f"RSA of {size} bits", "RS256", rsa.generate_private_key(65537, size))
    wide = ed448.Ed448PrivateKey.generate()
    yield Key("Ed448", "EdDSA", wide, wide.sign)
    yield Key("Ed448 as Ed25519", "EdDSA", wide, wide.sign, lambda document: document.update(crv="Ed25519"))
    koblitz = key("secp256k1 as P-256", "ES256", ec.generate_private_key(ec.SECP256K1()))
    yield koblitz
    yield replace(koblitz, identifier="secp256k1", change=lambda document: document.update(crv="secp256k1"))
    for algorithm, parts in {"RS256": "ne", "ES256": "xy", "EdDSA": "x"}.items():
        good = key(algorithm, algorithm)
        for part in parts:
            for name, value in {
                "none": None, "empty": "", "no text": 3, "zero": "AA", "one": "AQ", "not base64url": "?",
                "huge": "_" * 2000, "another": base64url(bytes(range(32))),
            }.items():
                yield replace(
                    good, identifier=f"{part} of {algorithm} is {name}",
                    change=lambda document, part=part, value=value: document.update({part: value}),
                )
    good = key("an even modulus", "RS256")
    even = good.private.public_key().public_numbers().n - 1
    yield replace(good, change=lambda document: document.update(n=integer(even)))
    for name, members in {"encryption": {"use": "enc"}, "other operations": {"key_ops": ["encrypt"]}}.items():
        yield replace(good, identifier=name, change=lambda document, members=members: document.update(members))


GOOD = {made.identifier: made for made in good_keys()}
BAD = {made.identifier: made for made in bad_keys()}


@pytest.fixture(scope="module")
def provider() -> Iterator[ScriptedProvider]:
    made = ScriptedProvider()
    yield made
    made.close()


@pytest.fixture(scope="module")
def server(provider: ScriptedProvider, make_gateway) -> Gateway:
    made = make_gateway("oidc", settings(provider, oidc={"id_token_algorithms": ALGORITHMS}))
    made.start()
    return made


def is_taken(server: Gateway, provider: ScriptedProvider, made: Key) -> bool:
    """Logs in with an ID token that this key signed, one of a set of all of them."""
    provider.reset()
    provider.key, provider.keys = made, [*GOOD.values(), *BAD.values()]
    # The provider makes it by SHA-256.
    provider.change_claims = lambda claims: claims.pop("c_hash")
    browser = Browser(server)
    answer = browser.get(browser.callback(provider))
    assert answer.status_code in (303, 502), answer.text
    assert (browser.cookie is not None) == (answer.status_code == 303)
    assert provider.count("UserInfo") == (answer.status_code == 303)
    return answer.status_code == 303


def test_there_are_no_more_keys_than_are_read() -> None:
    assert len(GOOD) + len(BAD) <= 100


@pytest.mark.parametrize("name", GOOD)
def test_what_is_signed_is_taken(server: Gateway, provider: ScriptedProvider, name: str) -> None:
    """Often enough that some numbers of signatures begin with zeros."""
    for _ in range(20):
        assert is_taken(server, provider, GOOD[name])


@pytest.mark.parametrize("name", BAD)
def test_keys_that_are_none(server: Gateway, provider: ScriptedProvider, name: str) -> None:
    assert not is_taken(server, provider, BAD[name])


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_random_changes(server: Gateway, provider: ScriptedProvider, algorithm: str) -> None:
    """One bit of the signature, wherever it is."""
    chance = random.Random(20261123)
    made = GOOD[algorithm]
    for _ in range(25):
        judged: list[bool] = []

        def changed(data: bytes, judged: list[bool] = judged) -> bytes:
            signature = bytearray(made.sign(data))
            signature[chance.randrange(len(signature))] ^= 1 << chance.randrange(8)
            judged.append(is_valid(made, bytes(signature), data))
            return bytes(signature)

        assert not is_taken(server, provider, replace(made, sign=changed))
        assert judged == [False]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_signatures_of_another_length(server: Gateway, provider: ScriptedProvider, algorithm: str) -> None:
    made = GOOD[algorithm]
    for change in (
        lambda signature: signature[:-1], lambda signature: signature[1:], lambda signature: signature + b"\0",
        lambda signature: b"\0" + signature, lambda signature: b"", lambda signature: signature * 2,
        lambda signature: bytes(len(signature)), lambda signature: b"\xff" * len(signature),
        lambda signature: signature[len(signature) // 2 :] + signature[: len(signature) // 2],
    ):
        bent = replace(made, sign=lambda data, change=change: change(made.sign(data)))
        assert not is_taken(server, provider, bent)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_one_algorithm_for_another(server: Gateway, provider: ScriptedProvider, algorithm: str) -> None:
    """A token that says it is of another algorithm than its signature, or than its key."""
    for other in ALGORITHMS:
        if other == algorithm:
            continue
        assert not is_taken(server, provider, replace(GOOD[other], algorithm=algorithm)), other
        if algorithm[:2] in ("RS", "PS") and other[:2] in ("RS", "PS"):
            made = replace(GOOD[algorithm], sign=key("", other, GOOD[algorithm].private).sign)
            assert not is_taken(server, provider, made), other


def test_what_jose_leaves_no_choice_in(server: Gateway, provider: ScriptedProvider) -> None:
    sha256, pair, curve = hashes.SHA256(), GOOD["PS256"].private, GOOD["ES256"].private
    assert isinstance(pair, rsa.RSAPrivateKey) and isinstance(curve, ec.EllipticCurvePrivateKey)
    for padded in (
        pss(sha256, 0), pss(sha256, 20), pss(sha256, 31), pss(sha256, 33), pss(sha256, 222),
        pss(sha256, mask=hashes.SHA1()), pss(sha256, mask=hashes.SHA512()),
    ):
        made = replace(GOOD["PS256"], sign=lambda data, padded=padded: pair.sign(data, padded, sha256))
        assert not is_taken(server, provider, made)
    for digest in (hashes.SHA1(), hashes.SHA224(), hashes.SHA512(), hashes.SHA3_256()):
        made = replace(
            GOOD["PS256"], algorithm="RS256", sign=lambda data, digest=digest: pair.sign(data, padding.PKCS1v15(), digest)
        )
        assert not is_taken(server, provider, made), digest.name
    for sign in (
        lambda data: curve.sign(data, ec.ECDSA(sha256)),
        lambda data: halves(curve.sign(data, ec.ECDSA(hashes.SHA512())), 32),
    ):
        assert not is_taken(server, provider, replace(GOOD["ES256"], sign=sign))
