# Processes that go on without us. Each is known by its id and the moment it began, so that another process which gets
# the same number later is never taken for it.
#
#   $folder/run/NAME          "PID START", START in the kernel's ticks since boot
#   $folder/run/NAME.changed  there while it runs with settings that are no longer the ones on disk
#   $folder/log/NAME          what it says

began() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    # The second field is the program's name, which may hold anything; the third, the state, is our first.
    stat=${stat##*) }
    # shellcheck disable=SC2086
    set -- $stat
    [ "$1" != Z ] && echo "${20}"
}

# The id of a process that runs.
process_id() {
    local pid start
    read -r pid start 2>/dev/null <"$folder/run/$1" || return 1
    [ -n "$start" ] && [ "$(began "$pid")" = "$start" ] && echo "$pid"
}

is_running() { process_id "$1" >/dev/null; }

# start_process NAME COMMAND…: in a session of its own, so that it outlives the terminal.
start_process() {
    local name=$1 pid start
    shift
    rm -f "$folder/run/$name.changed"
    setsid "$@" </dev/null >>"$folder/log/$name" 2>&1 9>&- &
    pid=$!
    start=$(began "$pid") || failed "$name" "$name ended at once"
    printf '%s %s\n' "$pid" "$start" >"$folder/run/$name"
    disown "$pid"
    # What cannot run at all mostly says so in this time.
    for _ in 1 2 3; do
        sleep 0.1
        is_running "$name" || { rm -f "$folder/run/$name"; failed "$name" "$name ended at once"; }
    done
}

group_is_alive() { kill -0 -- "-$1" 2>/dev/null; }

# stop_process NAME SIGNAL SECONDS: politely, and whatever is left of its session after that time.
stop_process() {
    local name=$1 signal=$2 seconds=$3 pid
    if pid=$(process_id "$name"); then
        kill "-$signal" "$pid" 2>/dev/null || true
        for _ in $(seq $((seconds * 10))); do
            group_is_alive "$pid" || break
            # What the first process leaves behind gets a moment, not all the time.
            is_running "$name" || { sleep 1; break; }
            sleep 0.1
        done
        kill -KILL -- "-$pid" 2>/dev/null || true
    fi
    rm -f "$folder/run/$name"
}

# failed NAME WHAT: gives up, with the end of NAME's log.
failed() {
    printf '%s. The end of its log, %s:\n' "$2" "$folder/log/$1" >&2
    tail -n 20 "$folder/log/$1" | sed 's/^/    /' >&2
    exit 1
}

# logged NAME COMMAND…: what it says goes into NAME's log alone, unless it fails.
logged() {
    local name=$1
    shift
    "$@" </dev/null >>"$folder/log/$name" 2>&1 || failed "$name" "This failed: $(printf '%q ' "$@")"
}

# A file, and no variable: it is there for the next time, too, if we do not get as far as starting it anew.
has_changed() { [ "$1" = nobody ] || touch "$folder/run/$1.changed"; }
must_start_anew() { [ -e "$folder/run/$1.changed" ]; }

# write_file NAME PATH COMMAND…: what the command prints, for no other user to read. If that says something new, NAME (it
# may be nobody) has to start anew. No pipe into it: the command's failure would come too late.
write_file() {
    local name=$1 path=$2
    shift 2
    (umask 077; "$@" >"$path.draft") || { rm -f "$path.draft"; die "$path could not be written."; }
    if cmp -s "$path.draft" "$path"; then
        rm -f "$path.draft"
    else
        has_changed "$name"
        mv "$path.draft" "$path"
    fi
}

# Passwords and keys are made once: secret_file PATH COMMAND…
secret_file() {
    local path=$1
    shift
    [ -s "$path" ] || { (umask 077; "$@" >"$path.draft") && mv "$path.draft" "$path"; }
}

# port_of NAME [FIRST]: the port that NAME had last time, or a new one if somebody else has it now.
port_of() {
    local name=$1 first=${2:-} port
    port=$(cat "$folder/ports/$name" 2>/dev/null) || port=
    if [ -z "$port" ] || { ! is_running "${name%%.*}" && port_is_taken "$port"; }; then
        if [ -n "$first" ]; then port=$(free_port "$first"); else port=$(random_port); fi || return 1
        echo "$port" >"$folder/ports/$name"
    fi
    echo "$port"
}
