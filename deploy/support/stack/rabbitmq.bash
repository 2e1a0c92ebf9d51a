# RabbitMQ as Fedora runs it: TLS alone, users told by their certificates, a publisher that may do nothing but publish
# under its topics to amq.topic. A node of its own beside any other: own name, own epmd, own folders.
#
# A durable queue, `stack`, keeps the newest 1,000 messages for whoever reads them.

rabbitmq_needs=(rabbitmq-server)
rabbitmq_publisher=webhook2fedmsg.stack
rabbitmq_consumer=consumer.stack
topic_prefix=org.fedoraproject.stack

# The node's own script: Debian's in /usr/sbin would switch to the user rabbitmq.
rabbitmq_program() { printf '%s\n' /usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/"$1" | sort -V | tail -n 1; }

rabbitmq_prepare() {
    local home=$folder/rabbitmq
    rabbitmq_port=$(port_of rabbitmq)
    rabbitmq_distribution_port=$(port_of rabbitmq.distribution)
    epmd_port=$(port_of epmd)
    mkdir -p "$home"
    chmod 700 "$home"
    certificate rabbitmq broker localhost serverAuth DNS:localhost,IP:127.0.0.1
    certificate server publisher "$rabbitmq_publisher" clientAuth
    certificate nobody consumer "$rabbitmq_consumer" clientAuth
    write_file rabbitmq "$home/rabbitmq.conf" rabbitmq_settings
    write_file rabbitmq "$home/definitions.json" rabbitmq_definitions
    write_file rabbitmq "$home/enabled_plugins" echo '[rabbitmq_auth_mechanism_ssl].'
    write_file nobody "$folder/consumer.toml" rabbitmq_consumer_settings
}

rabbitmq_settings() {
    cat <<SETTINGS
# Written by deploy/stack.
listeners.tcp = none
listeners.ssl.1 = 127.0.0.1:$rabbitmq_port
ssl_options.cacertfile = $folder/certificates/ca.crt
ssl_options.certfile = $folder/certificates/broker.crt
ssl_options.keyfile = $folder/certificates/broker.key
ssl_options.verify = verify_peer
ssl_options.fail_if_no_peer_cert = true
ssl_options.versions.1 = tlsv1.3
ssl_options.versions.2 = tlsv1.2
auth_mechanisms.1 = EXTERNAL
ssl_cert_login_from = common_name
load_definitions = $folder/rabbitmq/definitions.json
disk_free_limit.absolute = 50MB
log.console = true
log.console.level = info
log.file = false
SETTINGS
}

# Users without a password: certificates alone let them in.
rabbitmq_definitions() {
    # A dot of a regular expression, and its backslash as JSON has it.
    local topics=${topic_prefix//./'\\.'}
    cat <<DEFINITIONS
{
  "vhosts": [{"name": "/pubsub"}],
  "users": [
    {"name": "$rabbitmq_publisher", "password_hash": "", "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": []},
    {"name": "$rabbitmq_consumer", "password_hash": "", "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": []}
  ],
  "permissions": [
    {"user": "$rabbitmq_publisher", "vhost": "/pubsub", "configure": "^$", "write": "^amq\\\\.topic$", "read": "^$"},
    {"user": "$rabbitmq_consumer", "vhost": "/pubsub", "configure": ".*", "write": ".*", "read": ".*"}
  ],
  "topic_permissions": [
    {"user": "$rabbitmq_publisher", "vhost": "/pubsub", "exchange": "amq.topic",
     "write": "^$topics\\\\..*$", "read": "^$"}
  ],
  "queues": [
    {"name": "stack", "vhost": "/pubsub", "durable": true, "auto_delete": false, "arguments": {"x-max-length": 1000}}
  ],
  "bindings": [
    {"source": "amq.topic", "vhost": "/pubsub", "destination": "stack", "destination_type": "queue",
     "routing_key": "#", "arguments": {}}
  ]
}
DEFINITIONS
}

# For fedora-messaging's own consumer.
rabbitmq_consumer_settings() {
    cat <<SETTINGS
# Written by deploy/stack. fedora-messaging --conf THIS-FILE consume
amqp_url = "amqps://localhost:$rabbitmq_port/%2Fpubsub"
passive_declares = false
callback = "fedora_messaging.example:printer"

[tls]
ca_cert = "$folder/certificates/ca.crt"
certfile = "$folder/certificates/consumer.crt"
keyfile = "$folder/certificates/consumer.key"

[client_properties]
app = "webhook2fedmsg stack"

[queues.stack]
durable = true
auto_delete = false
exclusive = false
[queues.stack.arguments]
"x-max-length" = 1000

[[bindings]]
queue = "stack"
exchange = "amq.topic"
routing_keys = ["#"]
SETTINGS
}

# For a subshell: nothing is set back.
rabbitmq_environment() {
    local home=$folder/rabbitmq name
    for name in $(compgen -e | grep -E '^(RABBITMQ|ERL)_'); do unset "$name"; done
    export HOME=$home LC_ALL=C.UTF-8
    export ERL_EPMD_PORT=$epmd_port ERL_EPMD_ADDRESS=127.0.0.1
    export RABBITMQ_CONF_ENV_FILE=/dev/null
    # The name is no other node's, for the epmd is ours alone; the data depend on it.
    export RABBITMQ_NODENAME=webhook2fedmsg@localhost
    export RABBITMQ_DIST_PORT=$rabbitmq_distribution_port
    export RABBITMQ_CONFIG_FILE=$home/rabbitmq.conf RABBITMQ_ENABLED_PLUGINS_FILE=$home/enabled_plugins
    export RABBITMQ_MNESIA_BASE=$home/mnesia
    export RABBITMQ_LOG_BASE=$home/log RABBITMQ_PID_FILE=$home/pid
    # The script becomes the server instead of watching over it, so that signals reach the server.
    export RABBITMQ_ALLOW_INPUT=1 RABBITMQ_SERVER_START_ARGS=-noinput
    # Idle schedulers that spin would take the cores from the rest.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1} "
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS+="+sbwt none +sbwtdcpu none +sbwtdio none"
    export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS
}

rabbitmq_start() {
    (
        rabbitmq_environment
        cd "$folder/rabbitmq"
        is_running epmd || start_process epmd "$(command -v epmd)" -port "$epmd_port" -address 127.0.0.1
        start_process rabbitmq "$(rabbitmq_program rabbitmq-server)"
    )
}

# A TLS handshake with our certificate: its listener is the last thing that it starts.
rabbitmq_ready() {
    local at=$folder/certificates
    timeout 5 openssl s_client -connect "localhost:$rabbitmq_port" -servername localhost -verify_return_error \
        -verify_hostname localhost -CAfile "$at/ca.crt" -cert "$at/publisher.crt" -key "$at/publisher.key" \
        </dev/null >/dev/null 2>&1
}

rabbitmq_stop() {
    stop_process rabbitmq TERM 60
    stop_process epmd TERM 5
}

rabbitmq_address() { echo "amqps://localhost:$(cat "$folder/ports/rabbitmq")/%2Fpubsub"; }
