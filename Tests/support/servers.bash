# The Python environment, the servers for the Swift tests, and the end-to-end suites.

venv=$root/.build-venv/environment
servers=

create_venv() {
    rm -rf "$venv"
    python3 -m venv "$venv" &&
        persistently "$venv/bin/pip" --quiet --disable-pip-version-check install \
            --requirement Tests/Integration/requirements.txt
}

make_venv() {
    local code=0
    mkdir -p "$root/.build-venv"
    exec {lock}>"$root/.build-venv/lock"
    flock "$lock"
    fill_venv || code=$?
    exec {lock}>&-
    return "$code"
}

# No stamp is written for what failed, also where errexit is off.
fill_venv() {
    local stamp
    stamp=$(sha256sum Tests/Integration/requirements.txt | cut -d' ' -f1)
    if [ "$(cat "$venv/stamp" 2>/dev/null)" != "$stamp" ]; then
        say "Python environment in ${venv#"$root/"}"
        run_child create_venv || return 1
        printf '%s\n' "$stamp" >"$venv/stamp"
    fi
    stamp=$(find deploy/schemas -type f ! -path '*/__pycache__/*' -print0 | sort -z | xargs -0 sha256sum | sha256sum)
    if [ "$(cat "$venv/schemas-stamp" 2>/dev/null)" != "$stamp" ]; then
        run_child install_schemas || return 1
        printf '%s\n' "$stamp" >"$venv/schemas-stamp"
    fi
}

# The package as it stands here, for the consumer of the suites; built by the hatchling of the requirements.
install_schemas() {
    "$venv/bin/pip" --quiet --disable-pip-version-check install --no-deps --no-build-isolation --force-reinstall \
        ./deploy/schemas
}

# What the wire suite runs besides: datanommer, and a consumer without the package of schemas here.
make_archive_venv() {
    local folder=$root/.build-venv/archive requirements=Tests/Integration/wire/archive-requirements.txt code=0 stamp
    exec {archive_lock}>"$root/.build-venv/archive.lock"
    flock "$archive_lock"
    stamp=$(sha256sum "$requirements" | cut -d' ' -f1)
    if [ "$(cat "$folder/stamp" 2>/dev/null)" != "$stamp" ]; then
        say "Python environment in ${folder#"$root/"}"
        rm -rf "$folder"
        python3 -m venv "$folder" &&
            run_child persistently "$folder/bin/pip" --quiet --disable-pip-version-check install --no-deps \
                --requirement "$requirements" &&
            printf '%s\n' "$stamp" >"$folder/stamp" || code=$?
    fi
    exec {archive_lock}>&-
    return "$code"
}

schema_tests() {
    local code=0
    make_venv || return 1
    say "Message schemas in Python"
    run_child "$venv/bin/python" -m pytest -q -c deploy/schemas/pyproject.toml --rootdir deploy/schemas \
        --junitxml "$work/schemas.xml" deploy/schemas/tests || code=$?
    take_report "Message schemas" "$work/schemas.xml" "$code"
}

# The closing line; any Python will do, and without one there is no report to be read.
sum() {
    say "Sum"
    if ! command -v python3 >/dev/null; then
        echo "$1 passed, $2 failed, 0 skipped"
        return 1
    fi
    python3 Tests/Integration/harness/tally.py "$@"
}

start_servers() {
    [ -z "$servers" ] || return 0
    make_venv || return 1
    say "PostgreSQL and RabbitMQ"
    local environment=$work/servers.env
    PYTHONPATH=$root/Tests/Integration start_child "$venv/bin/python" -m harness.servers "$environment"
    servers=$started
    while [ ! -e "$environment" ]; do
        kill -0 "$servers" 2>/dev/null || { echo "The servers did not start." >&2; return 1; }
        sleep 0.2
    done
    # shellcheck disable=SC1090
    . "$environment"
    echo "Ready."
}

stop_servers() {
    [ -n "$servers" ] || return 0
    end_child "$servers"
    servers=
    unset W2F_TEST_POSTGRES_URL W2F_TEST_AMQP_URL
}

# integration TITLE NAME SUITE…
integration() {
    local title=$1 name=$2 code=0
    shift 2
    make_venv || return 1
    case " $* " in *" wire "*) make_archive_venv || return 1 ;; esac
    say "$title: $*"
    run_child "$venv/bin/python" -m pytest -c Tests/Integration/pytest.ini --rootdir Tests/Integration \
        --junitxml "$work/$name.xml" "${@/#/Tests/Integration/}" || code=$?
    take_report "$title" "$work/$name.xml" "$code"
}
