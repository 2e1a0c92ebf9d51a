"""An OpenID provider that does as it is told: well-behaved by default, and each test bends what it is about."""

import base64
import hashlib
import json
import secrets
import ssl
import threading
import time
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

Document = dict[str, Any]

CLIENT = "w2fm"
SECRET = "scripted-client-secret"


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def half_hash(text: str) -> str:
    return base64url(hashlib.sha256(text.encode()).digest()[:16])


class Key:
    algorithm = "RS256"

    def __init__(self, identifier: str) -> None:
        self.identifier = identifier
        self._private = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def public(self) -> Document:
        numbers = self._private.public_key().public_numbers()
        return {
            "kty": "RSA", "use": "sig", "kid": self.identifier, "e": "AQAB",
            "n": base64url(numbers.n.to_bytes(256, "big")),
        }

    def sign(self, data: bytes) -> bytes:
        return self._private.sign(data, padding.PKCS1v15(), hashes.SHA256())


@dataclass
class Answer:
    """What goes over the wire; `delay` seconds before it, `pause` seconds after each of its bytes."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0
    pause: float = 0

    @staticmethod
    def json(document: Document, status: int = 200) -> "Answer":
        return Answer(status, json.dumps(document).encode(), {"Content-Type": "application/json"})


@dataclass
class Code:
    account: str
    nonce: str
    challenge: str
    redirect: str
    used: bool = False


class ScriptedProvider:
    """`authorize` plays the person at the provider; `answers` replaces what an endpoint says; `change_*` bends it."""

    def __init__(self, certificate: Path | None = None) -> None:
        """With a certificate (and its key, in one file), it speaks TLS."""
        handler = type("Handler", (_Handler,), {"provider": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            self._scheme = "https"
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self.issuer = f"{self._scheme}://localhost:{self.port}/openidc/"
        self._first = Key("key-1")
        self.reset()
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def reset(self) -> None:
        """Well-behaved again. Keys and tokens stay as they are."""
        self.key = self._first
        self.keys = [self.key]
        self.groups = ["packager"]
        self.answers: dict[str, Answer] = {}
        self.change_header: Callable[[Document], None] = lambda header: None
        self.change_claims: Callable[[Document], None] = lambda claims: None
        self.change_signature: Callable[[bytes], bytes] = lambda signature: signature
        self.change_userinfo: Callable[[Document], None] = lambda info: None
        self.change_metadata: Callable[[Document], None] = lambda metadata: None
        self.signs_userinfo = False
        self.requests: list[tuple[str, Document]] = []
        self.codes: dict[str, Code] = {}
        self.access: dict[str, str] = {}
        self.refresh: dict[str, str] = {}

    def count(self, endpoint: str) -> int:
        return sum(name == endpoint for name, _ in self.requests)

    # The person

    def authorize(self, url: str, account: str = "alice") -> str:
        """Logs `account` in and says yes: where the browser is sent back to."""
        query = self.query(url)
        assert query["response_type"] == "code" and query["code_challenge_method"] == "S256"
        code = f"code-{secrets.token_urlsafe(12)}"
        self.codes[code] = Code(account, query["nonce"], query["code_challenge"], query["redirect_uri"])
        return f"{query['redirect_uri']}?{urllib.parse.urlencode({'code': code, 'state': query['state']})}"

    def query(self, url: str) -> dict[str, str]:
        assert url.startswith(f"{self.issuer}Authorization?"), url
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query, strict_parsing=True))

    # The endpoints

    def answer(self, endpoint: str, form: Document, headers: Document) -> Answer:
        self.requests.append((endpoint, form))
        if endpoint in self.answers:
            return self.answers[endpoint]
        match endpoint:
            case ".well-known/openid-configuration":
                return Answer.json(self._metadata())
            case "Jwks":
                return Answer.json({"keys": [key.public for key in self.keys]})
            case "Token":
                return self._token(form)
            case "UserInfo":
                return self._userinfo(headers.get("Authorization", ""))
            case "Revoke":
                self.refresh.pop(form.get("token", ""), None)
                return Answer()
        return Answer(404)

    def _metadata(self) -> Document:
        document: Document = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}Authorization",
            "token_endpoint": f"{self.issuer}Token",
            "userinfo_endpoint": f"{self.issuer}UserInfo",
            "jwks_uri": f"{self.issuer}Jwks",
        }
        self.change_metadata(document)
        return document

    def _token(self, form: Document) -> Answer:
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            return Answer.json({"error": "invalid_client"}, 400)
        if form.get("grant_type") == "refresh_token":
            account = self.refresh.pop(form.get("refresh_token", ""), None)
            return Answer.json({"error": "invalid_grant"} if account is None else self._grant(account))
        code = self.codes.get(form.get("code", ""))
        verifier = base64url(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        # As Ipsilon: errors with status 200.
        if code is None or code.used or code.redirect != form.get("redirect_uri") or code.challenge != verifier:
            return Answer.json({"error": "invalid_grant"})
        code.used = True
        grant = self._grant(code.account)
        grant["id_token"] = self._id_token(code, form["code"])
        return Answer.json(grant)

    def _grant(self, account: str) -> Document:
        access, refresh = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        self.access[access] = account
        self.refresh[refresh] = account
        return {"access_token": access, "refresh_token": refresh, "token_type": "Bearer", "expires_in": 3600}

    def _id_token(self, code: Code, text: str) -> str:
        now = int(time.time())
        header: Document = {"alg": self.key.algorithm, "kid": self.key.identifier}
        claims: Document = {
            "iss": self.issuer, "sub": code.account, "aud": CLIENT, "azp": CLIENT, "nonce": code.nonce,
            "iat": now, "exp": now + 600, "auth_time": now, "c_hash": half_hash(text),
        }
        self.change_header(header)
        self.change_claims(claims)
        return self._sign(header, claims)

    def _sign(self, header: Document, claims: Document) -> str:
        data = f"{base64url(json.dumps(header).encode())}.{base64url(json.dumps(claims).encode())}"
        return f"{data}.{base64url(self.change_signature(self.key.sign(data.encode())))}"

    def _userinfo(self, authorization: str) -> Answer:
        scheme, _, token = authorization.partition(" ")
        account = self.access.get(token)
        if scheme != "Bearer" or account is None:
            return Answer.json({"error": "invalid_token"}, 400)
        info: Document = {
            "sub": account, "preferred_username": account, "nickname": account, "name": account.title(),
            "groups": self.groups,
        }
        self.change_userinfo(info)
        if self.signs_userinfo:
            header = {"alg": self.key.algorithm, "kid": self.key.identifier}
            token = self._sign(header, info | {"iss": self.issuer, "aud": CLIENT})
            return Answer(200, token.encode(), {"Content-Type": "application/jwt"})
        return Answer.json(info)


class _Handler(BaseHTTPRequestHandler):
    provider: ScriptedProvider
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._respond({})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        self._respond(dict(urllib.parse.parse_qsl(body, keep_blank_values=True)))

    def _respond(self, form: Document) -> None:
        endpoint = urllib.parse.urlsplit(self.path).path.removeprefix("/openidc/")
        answer = self.provider.answer(endpoint, form, dict(self.headers))
        time.sleep(answer.delay)
        try:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if not answer.pause:
                self.wfile.write(answer.body)
                return
            for byte in answer.body:
                self.wfile.write(bytes([byte]))
                time.sleep(answer.pause)
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *arguments: object) -> None:
        pass
