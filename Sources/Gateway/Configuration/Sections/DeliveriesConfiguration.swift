/// `[deliveries]`: what is written down about the webhooks of each token.
public struct DeliveriesConfiguration: ConfigurationSection {
    /// The number of times that what came in is written to the database.
    public var flushInterval = Duration.seconds(1)
    /// Deliveries that wait to be written.
    public var maxPending = 8192
    /// Tokens in one transaction.
    public var maxBatch = 256
    /// The longest pause between tries while the database is away.
    public var retryMax = Duration.seconds(15)
    /// The time that a writer is remembered that has been silent.
    public var writerRetention = Duration.seconds(30 * 86_400)
    /// The time that a shutdown tries to write what is left.
    public var shutdownTimeout = Duration.seconds(5)

    /// The defaults.
    public init() {}

    static let documentation = [
        "What is written down about the webhooks of each token: counters, and the last 25 accepted and refused ones."
    ]

    static let keys = [
        key(
            "flush_interval", \.flushInterval, .duration(.milliseconds(50) ... .seconds(60)),
            "How often what came in is written to the database."),
        key(
            "max_pending", \.maxPending, .integer(1...1_000_000),
            "Deliveries that wait to be written; further ones are only counted."),
        key("max_batch", \.maxBatch, .integer(1...2000), "Tokens whose deliveries are written in one transaction."),
        key(
            "retry_max", \.retryMax, .duration(.milliseconds(50) ... .seconds(3600)),
            "The longest pause between tries while the database is away; what came in is counted until then."),
        key(
            "writer_retention", \.writerRetention, .duration(.seconds(86_400) ... .seconds(315_360_000)),
            "How long it is remembered which batch a server wrote last that is gone since, so that none counts twice."),
        key(
            "shutdown_timeout", \.shutdownTimeout, .duration(.zero ... .seconds(300)),
            "How long a shutdown tries to write what is left."),
    ]
}
