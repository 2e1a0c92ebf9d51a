# Processes that go on without us. Each is known by its id and the moment it began, so that another process which gets
# the same number later is never taken for it.
#
#   $folder/run/NAME    "PID START", START in the kernel's ticks since boot
#   $folder/log/NAME    what it says

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
    [ "$(began "$pid")" = "$start" ] && echo "$pid"
}

is_running() { process_id "$1" >/dev/null; }

# start_process NAME COMMAND…: in a session of its own, so that it outlives the terminal.
start_process() {
    local name=$1 pid
    shift
    setsid "$@" </dev/null >>"$folder/log/$name" 2>&1 9>&- &
    pid=$!
    printf '%s %s\n' "$pid" "$(began "$pid")" >"$folder/run/$name"
    disown "$pid"
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

log_tail() { tail -n 20 "$folder/log/$1" >&2; }

# write_file MODE PATH: standard input; tells in `changed` whether it says something new.
write_file() {
    local draft=$2.draft
    (umask 077; cat >"$draft")
    chmod "$1" "$draft"
    if cmp -s "$draft" "$2"; then
        rm -f "$draft"
    else
        mv "$draft" "$2"
        # Read by the script that calls the parts.
        # shellcheck disable=SC2034
        changed=yes
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
