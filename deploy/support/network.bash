# What asks servers elsewhere, which now and then do not answer.

# persistently COMMAND…: up to three times, with pauses: one failure says little.
persistently() {
    local pause
    for pause in 5 20; do
        "$@" && return
        echo "This failed, and is tried again in $pause seconds: $*" >&2
        sleep "$pause"
    done
    "$@"
}
