import AMQP
import FedoraMessaging

/// The destination of messages, and the connection there.
struct BrokerConfiguration: Sendable {
    /// The broker's URL.
    var amqpURL: String?
    /// The path of fedora-messaging's own configuration.
    var config: String?
    /// The path of a file to append messages to, in a broker's place.
    var file: String?
    /// The settings that fedora-messaging's own configuration has as well; once the configuration was loaded, with what
    /// comes from there.
    var settings = BrokerSettings()
    /// The connection, but for what ``settings`` says of it.
    var connection = ConnectionSettings()
    /// The bounds of each loop's publisher; of the one for a file, as far as they concern it.
    var limits = PublisherLimits()
}

/// The destination of messages, as the configuration names it.
public enum PublisherTarget: Sendable, Equatable, CustomStringConvertible {
    /// To a file, one JSON line each.
    case file(path: String)
    /// To a RabbitMQ.
    case broker(BrokerSettings)

    /// The destination, without a password.
    public var description: String {
        switch self {
        case .file(let path): "file:\(path)"
        case .broker(let settings): "\(settings)"
        }
    }
}

extension ConfigurationSection {
    /// `[broker]`
    static let broker = ConfigurationSection(
        "broker",
        documentation: [
            "Where messages go: one of amqp_url, config and file. By default, the file messages.jsonl in state_dir.",
            "Keys that fedora-messaging's own configuration has as well mean the same here. With config, those that",
            "differ from their default here go above that file, each by itself (those of tables, too).",
        ],
        keys: [
            key(
                "amqp_url", \.broker.amqpURL, .optionalString("a URL"), secret: true,
                "The broker: \"amqps://host/%2Fvhost\" for TLS with the files of [broker.tls], or "
                    + "\"amqp://user:password@host:5672/%2Fvhost\"; each part percent-encoded, several hosts with "
                    + "commas between, and pika's options behind a question mark. For a password's sake better given "
                    + "by W2F_BROKER_AMQP_URL_FILE."),
            key(
                "config", \.broker.config, .optionalString("a path"),
                "fedora-messaging's own configuration, such as \"/etc/fedora-messaging/config.toml\", to be used as "
                    + "it is."),
            key(
                "file", \.broker.file, .optionalString("a path"),
                "A file to append messages to, in the format that `fedora-messaging publish` reads."),
            key(
                "publish_exchange", \.broker.settings.publishExchange,
                .string("an exchange's name", emptyAllowed: false),
                "The exchange to publish to."),
            key(
                "topic_prefix", \.broker.settings.topicPrefix, .string(),
                "What goes before every topic, such as \"org.fedoraproject.prod\". With file, leave it empty if "
                    + "whoever publishes the file has it set."),
            key(
                "publish_priority", \.broker.settings.publishPriority, .optionalByte, example: "0",
                "The AMQP priority of messages, 0 to 255; by default they have none."),
            key(
                "passive_declares", \.broker.settings.passiveDeclares, .boolean,
                "Whether to ask the broker for the exchange (a passive declaration) when connecting; nothing is "
                    + "declared else."
            ),
            key(
                "mandatory", \.broker.connection.mandatory, .boolean,
                "Whether the broker is to say which messages no queue took: they are counted and logged (it confirms "
                    + "them all the same)."),
            key(
                "max_message_size", \.ingest.maxMessageSize, .size(64 << 10...512 << 20),
                "Bytes of a message (413 above); RabbitMQ's own limit is 16 MiB by default."),
            key(
                "window_messages", \.broker.limits.windowMessages, .integer(1...65_535),
                "Messages sent and not confirmed yet, for each loop (with file: in all)."),
            key(
                "window_bytes", \.broker.limits.windowBytes, .size(64 << 10...1 << 40),
                "Bytes sent and not confirmed yet, likewise; a larger message goes alone."),
            key(
                "confirm_timeout", \.broker.limits.confirmTimeout, .duration(.milliseconds(100) ... .seconds(300)),
                "How long a publish waits for its confirm; at most ingest.deadline."),
            key(
                "suspect_timeout", \.broker.limits.suspectTimeout, .duration(.seconds(1) ... .seconds(3600)),
                "How long the broker may confirm nothing, after a confirm came too late, before the connection is "
                    + "given up."
            ),
            key(
                "output_buffer_bytes", \.broker.limits.outputBufferBytes, .size(64 << 10...1 << 40),
                "Bytes that the socket has not taken yet; a larger message goes alone."),
            key(
                "connect_timeout", \.broker.connection.connectTimeout, .duration(.milliseconds(100) ... .seconds(300)),
                "How long connecting to one host may take, until messages can be published; the URL's stack_timeout "
                    + "goes above it."),
            key(
                "reconnect_min", \.broker.limits.backoffMinimum, .duration(.milliseconds(10) ... .seconds(3600)),
                "The first pause before connecting again; it doubles each time."),
            key(
                "reconnect_max", \.broker.limits.backoffMaximum, .duration(.milliseconds(10) ... .seconds(3600)),
                "The longest pause before connecting again."),
            key(
                "shutdown_timeout", \.broker.limits.shutdownTimeout, .duration(.zero ... .seconds(600)),
                "How long a shutdown waits for confirms."),
        ])

    /// `[broker.tls]`
    static let brokerTLS = ConfigurationSection(
        "broker.tls",
        documentation: [
            "The files for an amqps:// broker, in PEM. With certfile and keyfile the certificate logs in (SASL EXTERNAL) in the",
            "place of user and password. They are read whenever the server connects.",
        ],
        keys: [
            key(
                "ca_cert", \.broker.settings.tls.caCertificate, .optionalString("a path"),
                "Certificate authorities to trust; empty trusts the system's. The certificate must be for the URL's "
                    + "host."),
            key("certfile", \.broker.settings.tls.certificate, .optionalString("a path"), "The client's certificate."),
            key("keyfile", \.broker.settings.tls.key, .optionalString("a path"), "The certificate's key."),
        ])
}
