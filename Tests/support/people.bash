# What the suite of people needs besides the others: Debian's Chromium, and a Python environment each for the tests, for
# Ipsilon and for canaille, whose requirements exclude each other.

people_packages=(chromium fonts-dejavu-core)
people_venv=$root/.build-venv/people

# make_people_venv FOLDER REQUIREMENTS: anew where the requirements changed.
make_people_venv() {
    local folder=$1 requirements=$2 stamp
    stamp=$(cat "$requirements" Tests/Integration/requirements.txt | sha256sum | cut -d' ' -f1)
    [ "$(cat "$folder/stamp" 2>/dev/null)" != "$stamp" ] || return 0
    say "Python environment in ${folder#"$root/"}"
    rm -rf "$folder"
    python3 -m venv "$folder" &&
        run_child persistently "$folder/bin/pip" --quiet --disable-pip-version-check install \
            --requirement "$requirements" &&
        printf '%s\n' "$stamp" >"$folder/stamp"
}

make_people_venvs() {
    mkdir -p "$root/.build-venv"
    exec {people_lock}>"$root/.build-venv/people.lock"
    flock "$people_lock"
    make_people_venv "$people_venv" Tests/Integration/people/requirements.txt &&
        make_people_venv "$root/.build-venv/ipsilon" deploy/support/stack/ipsilon-requirements.txt &&
        make_people_venv "$root/.build-venv/canaille" Tests/Integration/people/canaille.txt
    local code=$?
    exec {people_lock}>&-
    return "$code"
}

# The suite, with a report of its own: its environment is another one than that of the other suites. Its tests that fail are
# run once more, each on its own.
people() {
    local code=0 options=(-c Tests/Integration/pytest.ini --rootdir Tests/Integration)
    make_people_venvs
    say "End-to-end: people"
    run_child "$people_venv/bin/python" -m pytest "${options[@]}" -o junit_family=xunit1 \
        --junitxml "$work/people.xml" Tests/Integration/people || code=$?
    if [ "$code" = 1 ] && [ -s "$work/people.xml" ]; then
        PYTHONPATH=Tests/Integration run_child "$people_venv/bin/python" -m harness.again "$work/people.xml" "$kept/flaky" \
            "${options[@]}" && code=0
    fi
    take_report "End-to-end: people" "$work/people.xml" "$code"
}
