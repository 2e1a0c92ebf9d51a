#!/usr/bin/env python3
"""Makes a home for Ipsilon, Fedora's own identity provider: SQLite, files, one worker, loopback, and a login that knows all.

Any name with the password `ipsilon` logs in; `NAME:groups=a,b` brings groups along. The attributes of people who are to
have more stand in people.json, read at each login and each UserInfo. As a program, it makes a home with one client:

    ipsilon_home.py ENVIRONMENT HOME PORT CLIENT SECRET-FILE REDIRECT-URI
"""

import json
import subprocess
import sys
from pathlib import Path

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



def client(
    name: str, secret: str, redirect: str, authentication: str = "client_secret_post", trusted: bool = True
) -> str:
    """A static client, in the format of Fedora's own."""
    return _CLIENT.format(
        id=name,
        secret=json.dumps(secret),
        redirects=json.dumps([redirect]),
        trusted=json.dumps(trusted),
        authentication=authentication,
    )


def write_clients(home: Path, clients: list[str]) -> None:
    """Ipsilon reads them again whenever the file changes."""
    path = home / "openidc.static.conf"
    path.touch(mode=0o600)
    path.write_text("[client]\n" + "".join(clients))


def write_people(home: Path, people: dict[str, dict[str, object]]) -> None:
    """`people` maps names to attributes (`fullname`, `_groups`, …)."""
    (home / "people.json").write_text(json.dumps(people))


def issuer(port: int) -> str:
    """As people configure it; the document's own has a slash at its end."""
    return f"http://localhost:{port}/openidc"


def launcher(home: Path) -> Path:
    return home / "ipsilon_loopback.py"


def make_home(environment: Path, home: Path, port: int) -> None:
    """`environment` is a Python environment with Ipsilon in it. Keys and people that are there already stay."""
    share = environment / "share" / "ipsilon"
    for folder in ("sessions", "cache", "openidc"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    for name in ("ui", "templates"):
        if not (home / name).is_symlink():
            (home / name).symlink_to(share / name)
    if not (home / "people.json").exists():
        write_people(home, {})
    _install_plugins(environment)
    (home / "ipsilon.conf").write_text(_SERVER.format(run=home, share=share))
    (home / "configuration.conf").write_text(_PROVIDER.format(run=home, issuer=issuer(port)))
    key = home / "openidc" / "openidc.key"
    if not key.exists():
        key.touch(mode=0o600)
        subprocess.run([environment / "bin" / "python", "-c", _KEYS, key], check=True)
    _write_launcher(environment, home, port)
    upgrade = subprocess.run(
        [environment / "bin" / "ipsilon-upgrade-database", home / "ipsilon.conf"],
        cwd=home, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )
    if upgrade.returncode != 0:
        raise RuntimeError(f"Ipsilon's database could not be made:\n{upgrade.stdout}")


def _install_plugins(environment: Path) -> None:
    """Into the environment: Ipsilon looks nowhere else. The same each time."""
    package = next(environment.glob("lib/python3*/site-packages/ipsilon"))
    for path, text in (
        (package / "providers" / "openidc" / "plugins" / "account_scopes.py", _EXTENSION),
        (package / "info" / "infofile.py", _INFORMATION),
    ):
        if not path.exists() or path.read_text() != text:
            path.write_text(text)


def _write_launcher(environment: Path, home: Path, port: int) -> None:
    """Ipsilon's own script on loopback alone, with one worker thread and another pool: its SQLite pool crashes under
    parallel logins otherwise."""
    script = (environment / "bin" / "ipsilon").read_text()
    script = script.replace(
        "'server.socket_host': '0.0.0.0'",
        f"'server.socket_host': '127.0.0.1', 'server.socket_port': {port}, "
        "'engine.autoreload.on': False, 'server.thread_pool': 1",
    ).replace(
        "from ipsilon.util.data import AdminStore\n",
        "import ipsilon.util.data\nfrom sqlalchemy.pool import QueuePool\n"
        "ipsilon.util.data.SingletonThreadPool = QueuePool\nfrom ipsilon.util.data import AdminStore\n",
        1,
    )
    launcher(home).write_text(script)


if __name__ == "__main__":
    _, environment, home, port, name, secret, redirect = sys.argv
    make_home(Path(environment), Path(home), int(port))
    write_clients(Path(home), [client(name, Path(secret).read_text().strip(), redirect)])
