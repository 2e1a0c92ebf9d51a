# PostgreSQL: data in $folder/postgresql, on loopback, nobody but its one user.

postgresql_needs=(postgresql)

# Debian keeps the server's programs out of PATH; the newest version's. (Not the cluster that the package makes.)
postgresql_program() { printf '%s\n' /usr/lib/postgresql/*/bin/"$1" | sort -V | tail -n 1; }

# Its programs refuse to run as root: then as the user that the package makes. (A command, to stand before another.)
postgresql_user=()
[ "$(id -u)" != 0 ] || postgresql_user=(setpriv --reuid=postgres --regid=postgres --clear-groups)

# Whether that user gets to the folder, through all that are above it.
postgresql_reaches() {
    local above=$1
    [ "$(id -u)" = 0 ] || return 0
    while [ ! -d "$above" ]; do above=$(dirname "$above"); done
    setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$above"
}

postgresql_prepare() {
    local home=$folder/postgresql
    postgresql_port=$(port_of postgresql)
    mkdir -p "$home"
    secret_file "$folder/secrets/postgresql" openssl rand -hex 24
    [ -s "$home/data/PG_VERSION" ] && return
    rm -rf "$home/data"
    (umask 077; cat "$folder/secrets/postgresql" >"$home/password")
    [ "$(id -u)" != 0 ] || chown -R postgres: "$home"
    (
        cd "$home"
        logged postgresql "${postgresql_user[@]}" "$(postgresql_program initdb)" -D "$home/data" -U webhook2fedmsg \
            --pwfile "$home/password" --auth scram-sha-256 -E UTF8 --locale C.UTF-8
    ) || { rm -rf "$home/data"; return 1; }
    rm -f "$home/password"
}

postgresql_start() {
    (
        cd "$folder/postgresql"
        start_process postgresql "${postgresql_user[@]}" "$(postgresql_program postgres)" -D "$folder/postgresql/data" \
            -p "$postgresql_port" -c listen_addresses=127.0.0.1 -c unix_socket_directories=
    )
}

postgresql_ready() {
    "$(postgresql_program pg_isready)" -q -h 127.0.0.1 -p "$postgresql_port" -d postgres && postgresql_database
}

# psql takes the password from the environment, which other users cannot see.
postgresql_query() {
    PGPASSWORD=$(cat "$folder/secrets/postgresql") "$(postgresql_program psql)" -X -q -A -t -h 127.0.0.1 \
        -p "$postgresql_port" -U webhook2fedmsg -d "$1" -c "$2"
}

postgresql_database() {
    local there
    there=$(postgresql_query postgres "SELECT 1 FROM pg_database WHERE datname = 'webhook2fedmsg'" 2>/dev/null) || return 1
    [ -n "$there" ] || postgresql_query postgres 'CREATE DATABASE webhook2fedmsg'
}

# SIGINT is its fast shutdown.
postgresql_stop() { stop_process postgresql INT 60; }

postgresql_address() { echo "postgresql://webhook2fedmsg@127.0.0.1:$(cat "$folder/ports/postgresql")/webhook2fedmsg"; }
