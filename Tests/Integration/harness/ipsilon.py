"""Ipsilon, Fedora's own identity provider, from PyPI: SQLite, files, one worker, loopback, and a login that knows all.

Any name with the password `ipsilon` logs in; `NAME:groups=a,b` brings groups along. Settings of people who are to have
more stand in `people`.
"""

import json
import os
import subprocess
from pathlib import Path

import requests

from .corpus import REPOSITORY
from .ports import free_port
from .process import ManagedProcess

PASSWORD = "ipsilon"

_EXTENSION = '''\
from ipsilon.providers.openidc.plugins.common import OpenidCExtensionBase


class OpenidCExtension(OpenidCExtensionBase):
    name = "fedora-account"
    display_name = "Fedora Account Information"
    scopes = {
        "https://id.fedoraproject.org/scope/groups": {
            "display_name": "Fedora Account Group Memberships", "claims": ["groups"]},
        "https://id.fedoraproject.org/scope/agreements": {
            "display_name": "Fedora Account Signed Agreements", "claims": ["agreements"]},
    }
'''

# What infofas and infosssd do in production: attributes, here from a JSON file.
_INFORMATION = '''\
import json

import cherrypy
from ipsilon.info.common import InfoProviderBase


class InfoProvider(InfoProviderBase):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.name = "file"
        self.description = "Attributes from a JSON file"
        self.new_config(self.name)

    def get_user_attrs(self, user):
        with open(cherrypy.config.get("info.file"), encoding="utf-8") as file:
            return json.load(file).get(user, {})
'''

_KEYS = '''\
import sys

from jwcrypto.jwk import JWK, JWKSet

keys = JWKSet()
keys.add(JWK(generate="RSA", size=2048, use="sig", kid="w2f-sig"))
keys.add(JWK(generate="RSA", size=2048, use="enc", kid="w2f-enc"))
open(sys.argv[1], "w").write(keys.export())
'''

_SERVER = """\
[global]
debug = False
tools.log_request_response.on = False
template_dir = "templates"
cache_dir = "{run}/cache"
cleanup_interval = 30
db.conn.log = False
db.echo = False
base.dir = "{share}"
admin.config.db = "configfile://{run}/configuration.conf"
user.prefs.db = "sqlite:///{run}/userprefs.sqlite"
transactions.db = "sqlite:///{run}/transactions.sqlite"
tools.sessions.on = True
tools.sessions.name = "idp_ipsilon_session_id"
tools.sessions.storage_type = "file"
tools.sessions.storage_path = "{run}/sessions"
tools.sessions.path = "/"
tools.sessions.timeout = 30
tools.sessions.httponly = True
tools.sessions.secure = False
info.file = "{run}/people.json"
"""

_PROVIDER = """\
[login_config]
global enabled = testauth
[info_config]
global enabled = file
[authz_config]
global enabled = allow
[provider_config]
global enabled = openidc
openidc enabled extensions = fedora-account
openidc idp subject salt = 8862a4d9d31c4b4099331ce7625a9678
openidc endpoint url = {issuer}/
openidc idp key file = {run}/openidc/openidc.key
openidc idp sig key id = w2f-sig
openidc static database url = configfile://{run}/openidc.static.conf
openidc database url = sqlite:///{run}/openidc.sqlite
openidc documentation url = https://fedoraproject.org/wiki/Infrastructure/Authentication
openidc policy url = https://fedoraproject.org/wiki/Legal:PrivacyPolicy
openidc tos url = https://fedoraproject.org/wiki/Legal:PrivacyPolicy
openidc allow dynamic client registration = False
openidc default attribute mapping = [["*", "*"], ["_groups", "groups"], [["_extras", "cla"], "cla"], \
["fullname", "name"], ["_username", "nickname"], ["_username", "preferred_username"], ["fasIRCNick", "ircnick"], \
["fasLocale", "locale"], ["fasTimeZone", "zoneinfo"], ["fasTimeZone", "timezone"], ["fasWebsiteURL", "website"], \
["fasGPGKeyId", "gpg_keyid"], ["ipaSshPubKey", "ssh_key"], ["fasIsPrivate", "privacy"], ["fullname", "human_name"]]
"""

_CLIENT = """\
{id} client_name="Webhook To Fedora Messaging"
{id} client_secret={secret}
{id} redirect_uris={redirects}
{id} client_uri="http://localhost:8080/"
{id} ipsilon_internal={{"type":"static","client_id":"{id}","trusted":{trusted}}}
{id} contacts=["admin@fedoraproject.org"]
{id} client_id=null
{id} policy_uri="https://fedoraproject.org/wiki/Legal:PrivacyPolicy"
{id} grant_types="authorization_code"
{id} response_types="code"
{id} application_type="web"
{id} subject_type="public"
{id} logo_uri=null
{id} tos_uri=null
{id} jwks_uri=null
{id} jwks=null
{id} sector_identifier_uri=null
{id} request_uris=[]
{id} require_auth_time=null
{id} token_endpoint_auth_method="{authentication}"
{id} id_token_signed_response_alg="RS256"
{id} request_object_signing_alg="none"
{id} initiate_login_uri=null
{id} default_max_age=null
{id} default_acr_values=null
{id} client_secret_expires_at=0
"""


def environment() -> Path:
    """The Python environment with Ipsilon: W2F_IPSILON_ENVIRONMENT, or .build-venv/ipsilon."""
    path = Path(os.environ.get("W2F_IPSILON_ENVIRONMENT", REPOSITORY / ".build-venv" / "ipsilon"))
    if not (path / "bin" / "ipsilon").exists():
        raise FileNotFoundError(f"there is no Ipsilon in {path}: Tests/run --people installs it")
    return path


class Ipsilon:
    """`people` maps names to attributes (`fullname`, `_groups`, …); clients are added by `add_client`."""

    secret = "ipsilon-client-secret"

    def __init__(self, directory: Path, people: dict[str, dict[str, object]]) -> None:
        self.port = free_port()
        self.run = directory / "ipsilon"
        for folder in ("", "sessions", "cache", "openidc"):
            (self.run / folder).mkdir()
        self._environment = environment()
        self._share = self._environment / "share" / "ipsilon"
        (self.run / "ui").symlink_to(self._share / "ui")
        (self.run / "templates").symlink_to(self._share / "templates")
        self.people = people
        self.write_people()
        self._clients: list[str] = []
        self._install_plugins()
        self._write_configuration()
        self.process = ManagedProcess(
            "ipsilon", [str(self._python), str(self.run / "ipsilon_loopback.py")], self.run
        )

    @property
    def issuer(self) -> str:
        """As people configure it; the document's own has a slash at its end."""
        return f"http://localhost:{self.port}/openidc"

    @property
    def _python(self) -> Path:
        return self._environment / "bin" / "python"

    def write_people(self) -> None:
        """Makes a change of `people` known; it is read at each login and each UserInfo."""
        (self.run / "people.json").write_text(json.dumps(self.people))

    def add_client(
        self, name: str, redirect: str, authentication: str = "client_secret_post", trusted: bool = True
    ) -> None:
        """Static clients, in the format of Fedora's own; read again whenever the file changes."""
        self._clients.append(
            _CLIENT.format(
                id=name,
                secret=json.dumps(self.secret),
                redirects=json.dumps([redirect]),
                trusted=json.dumps(trusted),
                authentication=authentication,
            )
        )
        (self.run / "openidc.static.conf").write_text("[client]\n" + "".join(self._clients))

    def _install_plugins(self) -> None:
        """Into the environment: Ipsilon looks nowhere else. The same each time."""
        package = next(self._environment.glob("lib/python3*/site-packages/ipsilon"))
        for path, text in (
            (package / "providers" / "openidc" / "plugins" / "account_scopes.py", _EXTENSION),
            (package / "info" / "infofile.py", _INFORMATION),
        ):
            if not path.exists() or path.read_text() != text:
                path.write_text(text)

    def _write_configuration(self) -> None:
        run = self.run
        (run / "ipsilon.conf").write_text(_SERVER.format(run=run, share=self._share))
        (run / "configuration.conf").write_text(_PROVIDER.format(run=run, issuer=self.issuer))
        (run / "openidc.static.conf").write_text("[client]\n")
        subprocess.run([self._python, "-c", _KEYS, run / "openidc" / "openidc.key"], check=True)
        self._write_launcher()
        with (run / "upgrade.log").open("wb") as log:
            subprocess.run(
                [self._environment / "bin" / "ipsilon-upgrade-database", run / "ipsilon.conf"],
                check=True, cwd=run, stdout=log, stderr=log,
            )

    def _write_launcher(self) -> None:
        """Ipsilon's own script on loopback alone, with one worker thread and another pool: its SQLite pool crashes
        under parallel logins otherwise."""
        script = (self._environment / "bin" / "ipsilon").read_text()
        script = script.replace(
            "'server.socket_host': '0.0.0.0'",
            f"'server.socket_host': '127.0.0.1', 'server.socket_port': {self.port}, "
            "'engine.autoreload.on': False, 'server.thread_pool': 1",
        ).replace(
            "from ipsilon.util.data import AdminStore\n",
            "import ipsilon.util.data\nfrom sqlalchemy.pool import QueuePool\n"
            "ipsilon.util.data.SingletonThreadPool = QueuePool\nfrom ipsilon.util.data import AdminStore\n",
            1,
        )
        (self.run / "ipsilon_loopback.py").write_text(script)

    def start(self, timeout: float = 60) -> None:
        self.process.start()
        self.process.wait_ready(self.alive, timeout)

    def stop(self) -> None:
        self.process.stop()

    def alive(self) -> bool:
        try:
            return requests.get(f"{self.issuer}/.well-known/openid-configuration", timeout=5).status_code == 200
        except requests.RequestException:
            return False
