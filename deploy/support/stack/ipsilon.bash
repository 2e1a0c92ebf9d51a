# Ipsilon, Fedora's own identity provider: people log in with any name and the password `ipsilon`;
# `NAME:groups=a,b` brings groups along.

ipsilon_needs=(python3 python3-venv curl)
ipsilon_client=webhook2fedmsg

ipsilon_prepare() {
    local home=$folder/ipsilon stamp
    ipsilon_port=$(port_of ipsilon)
    server_port=$(port_of server 8080)
    mkdir -p "$home"
    chmod 700 "$home"
    stamp=$(sha256sum <deploy/support/stack/ipsilon-requirements.txt)
    if [ "$(cat "$home/environment/stamp" 2>/dev/null)" != "$stamp" ]; then
        echo "Installing Ipsilon from PyPI …"
        ipsilon_stop
        rm -rf "$home/environment"
        logged ipsilon python3 -m venv "$home/environment"
        logged ipsilon persistently "$home/environment/bin/pip" --quiet --disable-pip-version-check install \
            --requirement deploy/support/stack/ipsilon-requirements.txt
        printf '%s\n' "$stamp" >"$home/environment/stamp"
    fi
    secret_file "$folder/secrets/oidc" openssl rand -hex 24
    logged ipsilon "$home/environment/bin/python" deploy/support/stack/ipsilon_home.py "$home/environment" "$home/home" \
        "$ipsilon_port" "$ipsilon_client" "$folder/secrets/oidc" "http://localhost:$server_port/login/callback"
    write_file ipsilon "$home/checksums" ipsilon_checksums
}

# Of what it reads at its start. (The client it reads again by itself.)
ipsilon_checksums() {
    local home=$folder/ipsilon/home
    sha256sum "$home/ipsilon.conf" "$home/configuration.conf" "$home/ipsilon_loopback.py"
}

ipsilon_start() {
    (
        cd "$folder/ipsilon/home"
        start_process ipsilon "$folder/ipsilon/environment/bin/python" "$folder/ipsilon/home/ipsilon_loopback.py"
    )
}

ipsilon_ready() {
    curl -fsS -o "$folder/run/openid-configuration" "$(ipsilon_address)/.well-known/openid-configuration" 2>/dev/null
}

ipsilon_stop() { stop_process ipsilon TERM 20; rm -f "$folder/run/openid-configuration"; }

ipsilon_address() { echo "http://localhost:$(cat "$folder/ports/ipsilon")/openidc"; }
