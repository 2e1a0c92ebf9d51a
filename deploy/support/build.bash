# What the scripts of this folder share: what the machine must have, and the release build.

say() { printf '\n%s\n' "$*"; }
die() { printf '%s\n' "$@" >&2; exit 1; }

# W2F_BINARY names a program to be used instead of one built here.
given_binary=${W2F_BINARY:-}
binary=${given_binary:-$PWD/.build/release/webhook2fedmsg}

# Settings of another server in the environment are not ours.
for name in $(compgen -e | grep '^W2F_' || true); do unset "$name"; done
unset name

# Whether this is a machine whose packages are known, with a toolchain; the arguments are what would be installed.
check_system() {
    local ID='' VERSION_ID='' PRETTY_NAME='another system'
    # shellcheck disable=SC1091
    [ ! -r /etc/os-release ] || . /etc/os-release
    [ "$ID $VERSION_ID" = "debian 12" ] || die \
        "This is $PRETTY_NAME, and this script knows the packages of Debian 12 only." \
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
    swift build -c release --product webhook2fedmsg
}
