/// `[ingest]`: what becomes of webhooks.
public struct IngestConfiguration: ConfigurationSection {
    /// Bytes of a webhook's body.
    public var maxBodySize = 25 << 20
    /// Arrays and objects in each other.
    public var maxDepth = 64
    /// From the end of a request's head to its answer at the latest.
    public var deadline = Duration.seconds(8)
    /// When a sender that got 503 may try again.
    public var retryAfter = Duration.seconds(5)
    /// Deliveries remembered, so that one that is sent again is not published again.
    public var deduplicationEntries = 65_536
    /// The time that a delivery is remembered.
    public var deduplicationWindow = Duration.seconds(900)
    /// Webhooks of one token in a minute.
    public var maxMessagesPerMinute = 6000
    /// Bytes of one token's webhooks in a minute.
    public var maxBytesPerMinute = 512 << 20
    /// Webhooks of all tokens of one account in a minute.
    public var maxMessagesPerAccount = 30_000
    /// Bytes of all webhooks of one account's tokens in a minute.
    public var maxBytesPerAccount = 2 << 30

    /// The defaults.
    public init() {}

    static let documentation = ["What becomes of webhooks."]

    static let keys = [
        key(
            "max_body_size", \.maxBodySize, .size(1 << 10...1 << 30),
            "Bytes of a webhook's body (413 above); GitHub sends up to 25 MB."),
        key(
            "max_depth", \.maxDepth, .integer(4...500),
            "How deep arrays and objects may stand in each other (400 above); consumers in Python die at 1000."),
        key(
            "deadline", \.deadline, .duration(.milliseconds(500) ... .seconds(300)),
            "From the end of a request's head to its answer: body, token, database and publisher share it (503); GitHub "
                + "waits 10 seconds."
        ),
        key(
            "retry_after", \.retryAfter, .duration(.seconds(1) ... .seconds(3600)),
            "What Retry-After says in a 503, in whole seconds."),
        key(
            "deduplication_entries", \.deduplicationEntries, .integer(0...10_000_000),
            "Deliveries remembered, over all loops, so that one that is sent again is not published again."),
        key(
            "deduplication_window", \.deduplicationWindow, .duration(.zero ... .seconds(86_400)),
            "How long a delivery is remembered."),
        key(
            "max_messages_per_minute", \.maxMessagesPerMinute, .integer(0...1_000_000_000),
            "Authentic webhooks of one token in a minute (429 above), at each replica; 0 takes any number."),
        key(
            "max_bytes_per_minute", \.maxBytesPerMinute, .size(0...1 << 50),
            "Bytes of one token's webhooks in a minute (429 above), at each replica; 0 takes any number."),
        key(
            "max_messages_per_account", \.maxMessagesPerAccount, .integer(0...1_000_000_000),
            "Authentic webhooks in a minute of all tokens that one account made (of a token of the command line: its first "
                + "owner), at each replica; 0 takes any number."),
        key(
            "max_bytes_per_account", \.maxBytesPerAccount, .size(0...1 << 50),
            "Bytes of these webhooks in a minute (429 above), at each replica; 0 takes any number."),
    ]
}
