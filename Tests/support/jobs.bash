# Jobs: suites that wait more than they work, a few at a time beside each other and beside the builds, each in a process of
# its own with servers and a temporary folder of its own. What a job prints is shown when it is over, and what it counted is
# part of the sum.

# How many go on at once beside the builds and the Swift tests; when these are over, one more.
job_limit=${W2F_JOBS:-2}
jobs=()
workers=()

# queue NAME COMMAND…: a job to be started in its turn. The command's words have no blanks.
queue() {
    jobs+=("$*")
}

start_jobs() {
    [ ${#jobs[@]} != 0 ] || return 0
    mkdir -p "$work/jobs"
    echo 0 >"$work/jobs/next"
    say "Beside what follows, $job_limit at a time: ${jobs[*]%% *}"
    for _ in $(seq "$job_limit"); do start_worker; done
}

start_worker() {
    start_child work_through_jobs
    workers+=("$started")
}

# One worker: takes the next job until there is none.
work_through_jobs() {
    local next words
    children=() servers=
    trap end_children EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    while next=$(take_job); do
        read -r -a words <<<"${jobs[next]}"
        run_job "${words[@]}"
    done
}

# The number of the next job; fails if all are taken.
take_job() {
    local next
    exec {turn}<>"$work/jobs/next"
    flock "$turn"
    next=$(cat "$work/jobs/next")
    [ "$next" -lt ${#jobs[@]} ] || return 1
    echo $((next + 1)) >"$work/jobs/next"
    exec {turn}>&-
    echo "$next"
}

# run_job NAME COMMAND…: its output in NAME.log; its counts, and then its reports, a line each, in NAME.sum.
run_job() {
    local name=$1 folder=$work/jobs code=0
    shift
    passed=0 failed=0 reports=()
    mkdir -p "$folder/$name.tmp"
    chmod 711 "$folder/$name.tmp"
    TMPDIR=$folder/$name.tmp "$@" >"$folder/$name.log" 2>&1 || code=$?
    [ "$code" = 0 ] || { failed=$((failed + 1)); echo "$name ended early." >>"$folder/$name.log"; }
    printf '%s\n' "$passed $failed" "${reports[@]}" >"$folder/$name.draft"
    mv "$folder/$name.draft" "$folder/$name.sum"
    (flock 9; cat "$folder/$name.log") 9>"$folder/printing"
}

# Waits for all of them, and adds what they counted. A job that left no sum counts as one failure. Jobs that were not started
# are done here.
await_jobs() {
    local job name counts lines worker words
    if [ ${#workers[@]} = 0 ]; then
        for job in "${jobs[@]}"; do
            read -r -a words <<<"$job"
            "${words[@]:1}"
        done
        jobs=()
        return
    fi
    # What went on beside them is over.
    start_worker
    for worker in "${workers[@]}"; do await_child "$worker" || true; done
    workers=()
    for job in "${jobs[@]}"; do
        name=${job%% *}
        if [ -e "$work/jobs/$name.sum" ]; then
            mapfile -t lines <"$work/jobs/$name.sum"
            read -r -a counts <<<"${lines[0]}"
            passed=$((passed + counts[0])) failed=$((failed + counts[1]))
            reports+=("${lines[@]:1}")
        else
            echo "$name did not end." >&2
            [ ! -e "$work/jobs/$name.log" ] || cat "$work/jobs/$name.log"
            failed=$((failed + 1))
        fi
    done
    jobs=()
}

# The suites that were asked for, those that take longest first, and together what can share its servers.
queue_suites() {
    local group suite chosen
    [ "$people" = no ] || queue people people
    for group in "crash replicas" "selftest wire hostile differential" "proxies deploy tls"; do
        chosen=()
        for suite in $group; do
            case " ${suites[*]} " in *" $suite "*) chosen+=("$suite") ;; esac
        done
        [ ${#chosen[@]} = 0 ] || queue "${chosen[0]}" integration End-to-end "end-to-end-${chosen[0]}" "${chosen[@]}"
    done
    [ ${#over_tls[@]} = 0 ] || queue over-tls integration_over_tls "${over_tls[@]}"
}

integration_over_tls() {
    W2F_TEST_TLS=1 integration "End-to-end over TLS" integration-tls "$@"
}

# By themselves.
timing_tests() {
    integration "By the clock" timing timing
    # At times there are no such Swift suites, and nothing is built for them.
    grep -rqE "(struct|class|actor) [A-Za-z]*$timing_suites" Tests --include='*.swift' || return 0
    if step "Debug build" build_tests .build; then swift_timing_tests .build; fi
}
