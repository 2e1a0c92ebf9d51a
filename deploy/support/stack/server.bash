# webhook2fedmsg itself, with the settings that a server in Fedora's infrastructure has.

server_needs=(curl jq openssl)

server_prepare() {
    server_port=$(port_of server 8080)
    secret_file "$folder/secrets/root.key" openssl rand -base64 32
    write_file server "$folder/webhook2fedmsg.toml" server_settings
    write_file server "$folder/server/program.sha256" sha256sum "$binary"
}

server_settings() {
    local database_password client_secret
    database_password=$(cat "$folder/secrets/postgresql") || return
    client_secret=$(cat "$folder/secrets/oidc") || return
    cat <<SETTINGS
# Written by deploy/stack.
state_dir = "$folder/server"

[server]
listen = ["127.0.0.1:$server_port"]
public_url = "http://localhost:$server_port"

[database]
url = "postgresql://webhook2fedmsg:$database_password@127.0.0.1:$postgresql_port/webhook2fedmsg"

[keys]
root_key_file = "$folder/secrets/root.key"

[oidc]
issuer = "$(ipsilon_address)"
client_id = "$ipsilon_client"
client_secret = "$client_secret"

[services]
enabled = [
    "github", "gitlab", "forgejo", "discourse", "gitea", "bitbucket", "pagure", "pretix", "weblate", "sentry", "quay",
    "dockerhub", "standard",
]

[sessions]
admin_groups = ["sysadmin-main"]

[broker]
amqp_url = "amqps://localhost:$rabbitmq_port/%2Fpubsub"
topic_prefix = "$topic_prefix"

[broker.tls]
ca_cert = "$folder/certificates/ca.crt"
certfile = "$folder/certificates/publisher.crt"
keyfile = "$folder/certificates/publisher.key"
SETTINGS
}

server_start() {
    start_process server "$binary" serve --config "$folder/webhook2fedmsg.toml"
}

# The server answers for itself: a foreign one on that port would not end when ours does.
server_ready() {
    is_running server && curl -fsS -o "$folder/run/readyz" "http://127.0.0.1:$server_port/readyz" 2>/dev/null
}

server_stop() { stop_process server TERM 60; rm -f "$folder/run/readyz"; }

server_address() { echo "http://localhost:$(cat "$folder/ports/server")"; }

# A token of the command line's making, kept with its secret, for the command that is shown.
server_token() {
    local token=$folder/secrets/token.json
    if ! { [ -s "$token" ] && "$binary" token show "$(jq -r .id "$token")" \
        --config "$folder/webhook2fedmsg.toml" >/dev/null 2>&1; }; then
        (
            umask 077
            "$binary" token create --service github --name stack --json \
                --config "$folder/webhook2fedmsg.toml" >"$token.draft"
        )
        mv "$token.draft" "$token"
    fi
    jq -r "$1" "$token"
}

# A push as GitHub sends it; each time that it runs it is another delivery.
server_curl() {
    local payload=$root/Tests/Fixtures/payloads/github/push/three_commits.json id secret signature
    id=$(server_token .id)
    secret=$(server_token .secret)
    signature=$(hmac_sha256 "$secret" <"$payload")
    cat <<CURL
  curl -sS --data-binary @$(printf %q "$payload") \\
    -H 'Content-Type: application/json' -H 'X-GitHub-Event: push' \\
    -H 'X-GitHub-Hook-Installation-Target-Type: repository' -H 'X-GitHub-Hook-Installation-Target-ID: 79929171' \\
    -H "X-GitHub-Delivery: \$(cat /proc/sys/kernel/random/uuid)" \\
    -H 'X-Hub-Signature-256: sha256=$signature' \\
    http://127.0.0.1:$(cat "$folder/ports/server")/github/$id
CURL
}
