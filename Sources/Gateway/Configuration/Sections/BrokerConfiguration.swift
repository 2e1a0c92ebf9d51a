import FedoraMessaging

/// `[broker]`: where messages go. The keys of fedora-messaging's own configuration have their names here.
public struct BrokerConfiguration: ConfigurationSection {
    /// The broker's URL.
    public var amqpURL: String?
    /// The path of fedora-messaging's own configuration.
    public var config: String?
    /// The path of a file to append messages to, in a broker's place.
    public var file: String?
    /// The exchange to publish to.
    public var publishExchange = "amq.topic"
    /// The prefix of every topic.
    public var topicPrefix = ""
    /// The AMQP priority of messages.
    public var publishPriority: UInt8?
    /// A Boolean value that indicates whether to check that the exchange is there.
    public var passiveDeclares = false
    /// A Boolean value that indicates whether messages that no queue takes come back.
    public var mandatory = false
    /// Bytes of a message.
    public var maxMessageSize = 16 << 20
    /// Messages in flight to the broker, for each loop (for the file: in all).
    public var windowMessages = 1024
    /// Bytes in flight, likewise.
    public var windowBytes = 32 << 20
    /// The time that a publish waits for its confirm.
    public var confirmTimeout = Duration.seconds(5)
    /// The time that the broker may confirm nothing before the connection is given up.
    public var suspectTimeout = Duration.seconds(30)
    /// Bytes that the socket hasn't taken yet.
    public var outputBufferBytes = 16 << 20
    /// The first pause before connecting again.
    public var reconnectMin = Duration.milliseconds(200)
    /// The longest pause before connecting again.
    public var reconnectMax = Duration.seconds(15)
    /// The time that connecting to one address may take.
    public var connectTimeout = Duration.seconds(10)
    /// The time that a shutdown waits for confirms.
    public var shutdownTimeout = Duration.seconds(10)
    /// `[broker.tls]`
    public var tls = BrokerTLSConfiguration()
    /// `[broker.client_properties]`
    public var clientProperties = BrokerSettings().clientProperties

    /// The defaults.
    public init() {}

    static let documentation = [
        "Where messages go: one of amqp_url, config and file. By default, the file messages.jsonl in state_dir.",
        "Keys that fedora-messaging's own configuration has as well mean the same here. With config, those that",
        "differ from their default here go above that file, each by itself (those of tables, too).",
    ]

    static let keys = targetKeys + windowKeys + connectionKeys

    private static let targetKeys = [
        key(
            "amqp_url", \.amqpURL, .optionalString("a URL"), secret: true,
            "The broker: \"amqps://host/%2Fvhost\" for TLS with the files of [broker.tls], or "
                + "\"amqp://user:password@host:5672/%2Fvhost\"; each part percent-encoded, several hosts with commas "
                + "between, and pika's options behind a question mark. For a password's sake better given by "
                + "W2F_BROKER_AMQP_URL_FILE."),
        key(
            "config", \.config, .optionalString("a path"),
            "fedora-messaging's own configuration, such as \"/etc/fedora-messaging/config.toml\", to be used as it is."),
        key(
            "file", \.file, .optionalString("a path"),
            "A file to append messages to, in the format that `fedora-messaging publish` reads."),
        key(
            "publish_exchange", \.publishExchange, .string("an exchange's name", emptyAllowed: false),
            "The exchange to publish to."),
        key(
            "topic_prefix", \.topicPrefix, .string(),
            "What goes before every topic, such as \"org.fedoraproject.prod\". With file, leave it empty if whoever "
                + "publishes the file has it set."),
        key(
            "publish_priority", \.publishPriority, .optionalByte, example: "0",
            "The AMQP priority of messages, 0 to 255; by default they have none."),
        key(
            "passive_declares", \.passiveDeclares, .boolean,
            "Whether to ask the broker for the exchange (a passive declaration) when connecting; nothing is declared else."
        ),
        key(
            "mandatory", \.mandatory, .boolean,
            "Whether the broker is to say which messages no queue took: they are counted and logged (it confirms them all "
                + "the same)."),
        key(
            "max_message_size", \.maxMessageSize, .size(64 << 10...512 << 20),
            "Bytes of a message (413 above); RabbitMQ's own limit is 16 MiB by default."),
    ]

    private static let windowKeys = [
        key(
            "window_messages", \.windowMessages, .integer(1...65_535),
            "Messages sent and not confirmed yet, for each loop (with file: in all)."),
        key(
            "window_bytes", \.windowBytes, .size(64 << 10...1 << 40),
            "Bytes sent and not confirmed yet, likewise; a larger message goes alone."),
        key(
            "confirm_timeout", \.confirmTimeout, .duration(.milliseconds(100) ... .seconds(300)),
            "How long a publish waits for its confirm; at most ingest.deadline."),
        key(
            "suspect_timeout", \.suspectTimeout, .duration(.seconds(1) ... .seconds(3600)),
            "How long the broker may confirm nothing, after a confirm came too late, before the connection is given up."
        ),
        key(
            "output_buffer_bytes", \.outputBufferBytes, .size(64 << 10...1 << 40),
            "Bytes that the socket has not taken yet; a larger message goes alone."),
    ]

    private static let connectionKeys = [
        key(
            "connect_timeout", \.connectTimeout, .duration(.milliseconds(100) ... .seconds(300)),
            "How long connecting to one host may take, until messages can be published; the URL's stack_timeout goes above "
                + "it."),
        key(
            "reconnect_min", \.reconnectMin, .duration(.milliseconds(10) ... .seconds(3600)),
            "The first pause before connecting again; it doubles each time."),
        key(
            "reconnect_max", \.reconnectMax, .duration(.milliseconds(10) ... .seconds(3600)),
            "The longest pause before connecting again."),
        key(
            "shutdown_timeout", \.shutdownTimeout, .duration(.zero ... .seconds(600)),
            "How long a shutdown waits for confirms."),
    ]
}
