# Fuzzing with libFuzzer (Tests/Fuzz): a build of its own, which knows of each branch that an input takes.

fuzz_scratch=.build-fuzz
fuzz=
# The most that a target may take, in MB.
fuzz_memory=2048
# How soon a planted fault has to be found, in seconds.
proof_limit=300

# build_fuzz SCRATCH OPTION…: the program, in a scratch path of its own.
build_fuzz() {
    local -x W2F_FUZZ=1
    local scratch=$1
    shift
    run_child persistently swift package --scratch-path "$scratch" resolve || return 1
    # ld.gold, the default, crashes on what the sanitizer adds.
    build --scratch-path "$scratch" -c release --product fuzz "$@" -Xswiftc -enable-testing -Xswiftc -use-ld=lld ||
        return 1
    fuzz=$scratch/release/fuzz
}

# Reads and writes outside of what was allocated are findings, too: what unsafe buffers and the C++ shim of simdjson do.
build_fuzz_asan() {
    build_fuzz "$fuzz_scratch-asan" -Xswiftc -sanitize=fuzzer,address -Xcc -fsanitize=address || return 1
    export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1
    fuzz_memory=4096
}

build_fuzz_coverage() {
    build_fuzz "$fuzz_scratch-coverage" -Xswiftc -sanitize=fuzzer -Xswiftc -profile-generate -Xswiftc -profile-coverage-mapping
}

# fuzz_target FOLDER TARGET SECONDS [--planted]: fuzzes a target, from the corpus of the repository and, unless a fault is
# planted, what earlier runs found. What libFuzzer says is in FOLDER/TARGET.log; one line for the table in FOLDER/TARGET.row.
fuzz_target() {
    local folder=$1 target=$2 seconds=$3 start=$EPOCHREALTIME found code=0 taken findings=0
    shift 3
    found=$fuzz_scratch/corpus/$target
    [ $# = 0 ] || found=$folder/$target
    mkdir -p "$found" "$fuzz_scratch/findings"
    "$fuzz" --words "$target" >"$folder/$target.words"
    TMPDIR=$folder SWIFT_BACKTRACE=enable=no "$fuzz" "$target" "$@" "$found" "Tests/Fuzz/Corpus/$target" \
        -dict="$folder/$target.words" -max_total_time="$seconds" -max_len=4096 -timeout=20 -rss_limit_mb="$fuzz_memory" \
        -print_final_stats=1 -artifact_prefix="$fuzz_scratch/findings/$target-" >"$folder/$target.log" 2>&1 || code=$?
    taken=$(awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')
    [ "$code" = 0 ] || findings=1
    printf '%-15s %12s %8s %9s %9s\n' "$target" \
        "$(sed -n 's/^stat::number_of_executed_units: *//p' "$folder/$target.log" | tail -n 1)" \
        "$(grep -oE 'cov: [0-9]+' "$folder/$target.log" | tail -n 1 | cut -d' ' -f2)" "$taken" "$findings" \
        >"$folder/$target.row"
    return "$code"
}

# Every second target, one after the other.
fuzz_share() {
    local place=$1 target number=0
    shift
    while read -r target; do
        if [ $((number % 2)) = "$place" ]; then fuzz_target "$work/fuzz" "$target" "$@" || true; fi
        number=$((number + 1))
    done <"$work/fuzz/targets"
}

# All targets, two at a time, and the table.
fuzz_all() {
    local first second
    rm -rf "$work/fuzz"
    mkdir "$work/fuzz"
    "$fuzz" --list >"$work/fuzz/targets" || return 1
    start_child fuzz_share 0 "$@"
    first=$started
    start_child fuzz_share 1 "$@"
    second=$started
    await_child "$first"
    await_child "$second"
    printf '%-15s %12s %8s %9s %9s\n' target executions edges seconds findings
    while read -r target; do cat "$work/fuzz/$target.row"; done <"$work/fuzz/targets"
}

# fuzz_for SECONDS: each target so long. Fails if something was found; the input is kept.
fuzz_for() {
    local target code=0
    fuzz_all "$1" || return 1
    while read -r target; do
        awk '{ exit $NF != 0 }' "$work/fuzz/$target.row" && continue
        code=1
        printf '\n%s found something; the input is in %s/findings:\n' "$target" "$fuzz_scratch"
        grep -E '^(finding|==[0-9]+== ERROR|SUMMARY|Fatal error|artifact_prefix)|Fatal error' "$work/fuzz/$target.log" || true
    done <"$work/fuzz/targets"
    return "$code"
}

# Each target with a fault planted: fails if one is not found in time.
fuzz_proof() {
    local target code=0
    fuzz_all "$proof_limit" --planted || return 1
    while read -r target; do
        if awk '{ exit $NF != 0 }' "$work/fuzz/$target.row" || ! grep -q '^finding: ' "$work/fuzz/$target.log"; then
            printf '\nThe planted fault of %s was not found in %s s.\n' "$target" "$proof_limit"
            code=1
        fi
    done <"$work/fuzz/targets"
    rm -f "$fuzz_scratch"/findings/*
    return "$code"
}

# For each target the lines that its corpus reaches, the repository's and what earlier runs found, of all lines of the files
# in which it reaches any (those of Tests/Fuzz are left out).
fuzz_coverage() {
    local target folder=$work/fuzz-coverage
    mkdir "$folder"
    printf '%-15s %9s %9s %9s %6s\n' target inputs covered lines percent
    "$fuzz" --list >"$folder/targets" || return 1
    while read -r target; do
        mkdir -p "$fuzz_scratch/corpus/$target"
        LLVM_PROFILE_FILE=$folder/$target.profraw SWIFT_BACKTRACE=enable=no TMPDIR=$folder \
            "$fuzz" "$target" -runs=0 "$fuzz_scratch/corpus/$target" "Tests/Fuzz/Corpus/$target" \
            >"$folder/$target.log" 2>&1 || return 1
        llvm_tool profdata merge -sparse "$folder/$target.profraw" -o "$folder/$target.profdata" || return 1
        llvm_tool cov export -format=text -summary-only "$fuzz" -instr-profile="$folder/$target.profdata" \
            -ignore-filename-regex='Tests/|checkouts/|DerivedSources' >"$folder/$target.json" || return 1
        python3 - "$target" "$folder/$target.json" "$(find "$fuzz_scratch/corpus/$target" "Tests/Fuzz/Corpus/$target" -type f | wc -l)" <<'END'
import json, sys
files = json.load(open(sys.argv[2]))["data"][0]["files"]
lines = [f["summary"]["lines"] for f in files if f["summary"]["lines"]["covered"]]
covered, count = sum(l["covered"] for l in lines), sum(l["count"] for l in lines)
print(f"{sys.argv[1]:15} {sys.argv[3]:>9} {covered:9} {count:9} {100 * covered / max(count, 1):6.1f}")
END
    done <"$folder/targets"
}

# The LLVM tools that came with the Swift toolchain, whose profiles they have to read.
llvm_tool() {
    local tool=$1
    shift
    "$(dirname "$(readlink -f "$(command -v swift)")")/llvm-$tool" "$@"
}
