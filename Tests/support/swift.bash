# Lint, builds and test runs of the Swift package. Reports go to $work, and their names to `reports`.

reports=()

need_swift() {
    command -v swift >/dev/null && return
    echo "There is no swift in PATH. Install the Swift 6.3 toolchain for Debian 12: https://www.swift.org/install/linux/" >&2
    return 1
}

# From the scripts that are started, through all that they read. (It does not see which names are read indirectly.)
lint_scripts() {
    run_child shellcheck --external-sources --check-sourced --exclude=SC2034 deploy/stack deploy/quickstart Tests/run \
        Tests/hooks/pre-commit .ci/run
}

lint_python() {
    make_venv || return 1
    run_child "$venv/bin/ruff" check --no-cache --select E4,E7,E9,F deploy Tests
}

lint() {
    run_child swift format lint --strict --recursive --parallel Sources Tests Benchmarks
}

# Modules and folders use what Sources/README.md lets them use; first, that the check finds what it is there for.
check_arrows() {
    python3 Tests/support/arrows.py --planted && python3 Tests/support/arrows.py
}

# The output of a build without its hundreds of progress lines, whole in a file. What is tested meanwhile goes first.
swift_build() {
    nice -n 5 swift build -j "$(nproc)" "$@" 2>&1 | tee "$work/build.log" | { grep -vE '^\[[0-9]+/[0-9]+\]' || true; }
}

# Takes a warning in our own sources for a failure. Files with warnings are touched, so that the next build, which would
# leave them alone, warns again.
build() {
    run_child swift_build "$@" || return 1
    local files
    mapfile -t files < <(
        sed -nE "s#^($PWD/(Sources|Tests|Benchmarks)/[^:]+):[0-9]+:[0-9]+: warning:.*#\1#p" "$work/build.log" | sort -u
    )
    [ ${#files[@]} != 0 ] || return 0
    echo "Warnings in our own files: ${files[*]#"$PWD/"}" >&2
    touch "${files[@]}"
    return 1
}

build_tests() {
    local scratch=$1
    shift
    run_child persistently swift package --scratch-path "$scratch" resolve || return 1
    build --scratch-path "$scratch" --build-tests "$@"
}

# Of all packages, by the list in the repository.
same_versions() {
    run_child Tests/support/versions.py
}

build_release() {
    run_child persistently swift package resolve || return 1
    build -c release --static-swift-stdlib --disable-local-rpath --product webhook2fedmsg
}

# Adds a report to the sum; what ended without one, or badly in spite of it, counts as one failure.
take_report() {
    local what=$1 report=$2 code=$3
    if [ -s "$report" ] && ! grep -q '<testcase' "$report"; then
        echo "$what ran no test." >&2
        failed=$((failed + 1))
    elif [ -s "$report" ]; then
        reports+=("$report")
        [ "$code" = 0 ] || grep -qE '<(failure|error)' "$report" || failed=$((failed + 1))
    else
        echo "$what ended without a report (exit code $code)." >&2
        failed=$((failed + 1))
    fi
}

# What has threads of its own, or crosses them.
# (The sanitizer does not see Synchronization.Mutex; with the definition, EventLoop's lock is a pthread_mutex_t.)
tsan_options=(--sanitize=thread -Xswiftc -DW2F_TSAN)
threaded_tests='EventLoopTests|AMQPTests|DatabaseTests|HTTPServerTests|GatewayTests'

# Suites without servers, threads and deadlines, which are run all at once; but for those that compare CPU times.
pure_tests='^(Cryptography|Encodings|FedoraMessaging|Fuzz|OIDC|WebPages|WebhookServices|Bench)Tests\.(?!.*Growth)'
# What is measured in shares of a core or by the clock is for Tests/run --timing.
timing_suites='TimingTests'

# What the tests say, without a line for each that begins or passes.
run_swift_tests() {
    LSAN_OPTIONS=suppressions=$PWD/Tests/support/leaks.supp:print_suppressions=0 \
        TMPDIR=$work/tmp swift test --skip-build "$@" 2>&1 | { grep -vE '^(◇|✔ (Test|Suite) .* passed|\[[0-9]+/[0-9]+\])' || true; }
}

# swift_test TITLE SCRATCH NAME [OPTION…]: one at a time, unless `order` is empty: all at once, those with servers and
# deadlines wait for each other on a small machine.
swift_test() {
    local title=$1 scratch=$2 name=$3 order=${order---no-parallel} code=0
    shift 3
    say "$title"
    run_child run_swift_tests --scratch-path "$scratch" ${order:+"$order"} --xunit-output "$work/$name.xml" "$@" || code=$?
    # NAME.xml is for XCTest, of which there is none here.
    take_report "$title" "$work/$name-swift-testing.xml" "$code"
}

# swift_tests SCRATCH: all but those by the clock.
swift_tests() {
    order='' swift_test "Swift tests without servers" "$1" swift-pure --filter "$pure_tests" --skip "$timing_suites"
    swift_test "Swift tests" "$1" swift --skip "$pure_tests" --skip "$timing_suites"
}

# Those by the clock, of a build that stands.
swift_timing_tests() {
    swift_test "Swift tests by the clock" "$1" swift-timing --filter "$timing_suites"
}
