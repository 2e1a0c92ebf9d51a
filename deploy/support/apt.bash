# Debian packages: only what is missing, and no daemon of a package is started.

# What a Swift toolchain, unpacked and nothing else, needs to run and to link on a Debian without anything.
toolchain_packages=(
    binutils ca-certificates git libc6-dev libcurl4 libedit2 libncurses6 libsqlite3-0 libstdc++-12-dev libxml2 tzdata
)
# To build: headers and libraries.
build_packages=(
    "${toolchain_packages[@]}" libcurl4-openssl-dev libev-dev libpq-dev libsqlite3-dev libssl-dev libsimdjson-dev
    libxxhash-dev pkg-config
)
# To add up what the tests say, to check scripts and Python, and to test with the real servers.
sum_packages=(python3)
lint_packages=(shellcheck python3-venv)
server_packages=(pgbouncer postgresql rabbitmq-server python3-venv curl jq openssl)
# Stand before the server in a test.
proxy_packages=(apache2 haproxy iproute2 nginx)

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# Names of those among its arguments that are not installed.
missing_packages() {
    local name
    for name in "$@"; do
        [ "$(dpkg-query -W -f '${Status}' "$name" 2>/dev/null)" = "install ok installed" ] || printf '%s\n' "$name"
    done
}

# Debian asks /usr/sbin/policy-rc.d before it starts a daemon: ours says no, unless there is one already.
forbid_daemons() {
    [ -e /usr/sbin/policy-rc.d ] && return
    printf '#!/bin/sh\nexit 101\n' | as_root install -m 755 /dev/stdin /usr/sbin/policy-rc.d
    forbade_daemons=yes
}
allow_daemons() {
    [ "${forbade_daemons:-no}" = no ] || as_root rm -f /usr/sbin/policy-rc.d
    forbade_daemons=no
}

install_packages() {
    local missing
    mapfile -t missing < <(missing_packages "$@")
    if [ ${#missing[@]} = 0 ]; then
        echo "All packages are there."
        return
    fi
    echo "Installing: ${missing[*]}"
    if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
        echo "Not root, and there is no sudo. Have them installed: apt-get install ${missing[*]}" >&2
        return 1
    fi
    local failure=0
    # Waits for another apt instead of failing.
    local options=(-o DPkg::Lock::Timeout=300 -o APT::Get::Assume-Yes=true)
    # Whatever ends the script meanwhile, the file goes: with it, the machine would start no daemon on installation
    # again. The caller's own traps come after that, and are there again afterwards.
    local old_traps old_exit=''
    old_traps=$(trap -p EXIT INT TERM HUP)
    old_exit=$(trap -p EXIT)
    if [ -n "$old_exit" ]; then
        eval "set -- $old_exit"
        old_exit=$3
    fi
    # shellcheck disable=SC2064
    trap "allow_daemons; $old_exit" EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    forbid_daemons
    as_root env DEBIAN_FRONTEND=noninteractive apt-get "${options[@]}" -qq update || failure=$?
    [ "$failure" != 0 ] ||
        as_root env DEBIAN_FRONTEND=noninteractive apt-get "${options[@]}" -qq install --no-install-recommends \
            "${missing[@]}" >/dev/null || failure=$?
    allow_daemons
    trap - EXIT INT TERM HUP
    eval "$old_traps"
    return "$failure"
}
