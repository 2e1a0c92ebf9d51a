# Everything that takes long runs in a process group of its own, so that a signal to us ends all of it, and nothing else.

children=()

# Starts a command in the background, in a group of its own; its id is then in `started`.
start_child() {
    set -m
    "$@" </dev/null &
    started=$!
    set +m
    children+=("$started")
}

# Waits for a command that was started so, and returns its exit code.
await_child() {
    local pid=$1 code=0 left=() other
    wait "$pid" || code=$?
    for other in "${children[@]}"; do
        [ "$other" = "$pid" ] || left+=("$other")
    done
    children=("${left[@]}")
    return "$code"
}

# Runs a command so and waits for it: unlike a plain command, it doesn't delay our traps.
run_child() {
    start_child "$@"
    await_child "$started"
}

# Ends one: politely, so that it can end what it started itself (real servers among it), for a minute at most; then
# whatever is left of its group.
end_child() {
    kill -TERM -- "-$1" 2>/dev/null || true
    for _ in $(seq 600); do
        kill -0 "$1" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL -- "-$1" 2>/dev/null || true
    await_child "$1" 2>/dev/null || true
}

end_children() {
    local pid
    for pid in "${children[@]}"; do
        end_child "$pid"
    done
}
