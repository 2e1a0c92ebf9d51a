# What the scripts of this folder share: what the machine must have, and the release build.

say() { printf '\n%s\n' "$*"; }
die() { printf '%s\n' "$@" >&2; exit 1; }

# W2F_BINARY names a program to be used instead of one built here.
given_binary=${W2F_BINARY:-}
# Swift's own libraries go into the program, so that it runs where there is no toolchain, and looks for nothing where this
# machine has one.
release_options=(-c release --static-swift-stdlib --disable-local-rpath)
binary=${given_binary:-$PWD/.build/release/webhook2fedmsg}

# Settings of another server in the environment are not ours.
for name in $(compgen -e | grep '^W2F_' || true); do unset "$name"; done
unset name

# Names the system, and says whether its packages are known here.
read_system() {
    local ID='' VERSION_ID='' PRETTY_NAME='another system'
    # shellcheck disable=SC1091
    [ ! -r /etc/os-release ] || . /etc/os-release
    system_name=$PRETTY_NAME
    [ "$ID $VERSION_ID" = "debian 12" ]
}

# A C compiler: the system's, or that of the Swift toolchain.
c_compiler() {
    local name
    for name in cc clang gcc "$(dirname "$(readlink -f "$(command -v swift)")" 2>/dev/null)/clang"; do
        if command -v "$name" >/dev/null; then echo "$name"; return; fi
    done
    return 1
}

has_header() {
    local compiler
    compiler=$(c_compiler) || return 1
    printf '#include <%s>\n' "$1" | "$compiler" "${@:2}" -E -o /dev/null - 2>/dev/null
}

has_library() { pkg-config --exists "$1" 2>/dev/null; }

# What a program of C takes from other projects.
check_headers() {
    if ! c_compiler >/dev/null; then
        # Without one, nobody can tell which of the headers are there.
        missing+=("a C and C++ compiler: cc, clang or gcc (Debian: clang or g++, Fedora: clang or gcc-c++)")
        return
    fi
    has_header ev.h || missing+=("libev, with its headers (Debian: libev-dev, Fedora: libev-devel)")
    has_header curl/curl.h || missing+=("libcurl, likewise (libcurl4-openssl-dev, libcurl-devel)")
    has_header openssl/ssl.h || missing+=("OpenSSL 3, likewise (libssl-dev, openssl-devel)")
    has_header xxhash.h || missing+=("xxHash, likewise (libxxhash-dev, xxhash-devel)")
    has_header simdjson.h -x c++ -std=c++17 || missing+=("simdjson, likewise (libsimdjson-dev, simdjson-devel)")
}

# On a system whose packages nobody here knows: goes on where everything is there, and else says what is not.
check_parts() {
    local name missing=()
    for name in curl jq openssl; do command -v "$name" >/dev/null || missing+=("$name"); done
    if [ -z "$given_binary" ]; then
        for name in swift git pkg-config; do command -v "$name" >/dev/null || missing+=("$name"); done
        check_headers
        # Likewise without pkg-config, which is in the list then.
        if command -v pkg-config >/dev/null; then
            has_library libpq || missing+=("libpq, with its headers and pkg-config file (libpq-dev, libpq-devel)")
            has_library sqlite3 || missing+=("SQLite, likewise (libsqlite3-dev, sqlite-devel)")
        fi
    fi
    if [ ${#missing[@]} = 0 ]; then
        say "This is $system_name; everything that is needed is there."
        return
    fi
    say "This is $system_name, whose packages this script does not know. What is not there:" >&2
    printf '  %s\n' "${missing[@]}" >&2
    die "" "Install these, and run this again. (On Debian 12 it would install: $*)"
}

# Whether this is a machine whose packages are known, with a toolchain; the arguments are what would be installed.
check_system() {
    read_system || die \
        "This is $system_name, and this script knows the packages of Debian 12 only." \
        "What it would install there: $*" \
        "With those of your system, build with: swift build -c release"
    [ -z "$given_binary" ] || return 0
    command -v swift >/dev/null || die \
        "There is no swift in PATH. Install the Swift 6.3 toolchain for Debian 12:" \
        "https://www.swift.org/install/linux/ (then put its usr/bin into PATH and run this again)"
}

# Installs those of its arguments that are missing; asks before, unless yes=yes.
install_what_is_missing() {
    local missing answer
    mapfile -t missing < <(missing_packages "$@")
    [ ${#missing[@]} != 0 ] || return 0
    say "To be installed with apt-get$([ "$(id -u)" = 0 ] || echo ", through sudo"): ${missing[*]}"
    if [ "${yes:-no}" = no ]; then
        [ -t 0 ] || die "Nobody is there to ask. Run it with --yes to have them installed."
        read -r -p "Install them? [Y/n] " answer
        case $answer in '' | [Yy]*) ;; *) die "Nothing was installed." ;; esac
    fi
    install_packages "${missing[@]}"
}

# The release build in `binary`, unless a program was given.
build_server() {
    if [ -n "$given_binary" ]; then
        [ -x "$binary" ] || die "W2F_BINARY names $binary, which is no program."
        return
    fi
    say "Building (the first time takes some minutes) …"
    persistently swift package resolve
    swift build "${release_options[@]}" --product webhook2fedmsg
}
