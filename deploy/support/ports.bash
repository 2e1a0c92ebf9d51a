# Loopback ports on which nobody answers.

port_is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# The first free one from the given port on, below 8180.
free_port() {
    local port
    for port in $(seq "${1:-8080}" 8179); do
        port_is_taken "$port" || { echo "$port"; return; }
    done
    return 1
}

# Whether it was chosen for a part of the stack that may not listen yet.
port_is_chosen() { [ -n "${folder:-}" ] && grep -qx "$1" "$folder"/ports/* 2>/dev/null; }

# Any free one below the range from which Linux takes the ports of outgoing connections, so that no client takes
# the port of a server that is down for a moment.
random_port() {
    local port
    for _ in $(seq 1000); do
        port=$((15000 + (RANDOM * 32768 + RANDOM) % 17000))
        port_is_chosen "$port" || port_is_taken "$port" || { echo "$port"; return; }
    done
    return 1
}
