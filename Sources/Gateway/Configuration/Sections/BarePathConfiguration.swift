/// `[bare_path]`: webhooks that are sent to `/<service>`, without a token's id.
public struct BarePathConfiguration: ConfigurationSection {
    /// A Boolean value that indicates whether they are taken.
    public var enabled = true
    /// The maximum size of a body, in bytes.
    public var maxBodySize = 1 << 20
    /// The maximum number of tokens that one webhook is tried with.
    public var maxCandidates = 8
    /// The maximum number of keys whose candidates are held, and of sources that failures are counted by.
    public var entries = 10_000
    /// The maximum number of webhooks that are read or tried at once, over all loops.
    public var maxInFlight = 32
    /// The time that a webhook waits for its turn, and the time that its body may take.
    public var bodyTimeout = Duration.seconds(2)
    /// The time at which a failure is answered, from the end of the body.
    public var failureTime = Duration.milliseconds(100)
    /// The number of failures that a source may have in a minute.
    public var maxFailuresPerMinute = 60
    /// The bytes of work that failures may take in a second, over all sources.
    public var failureBudget = 64 << 20

    /// Creates the defaults.
    public init() {}

    static let documentation = [
        "Webhooks sent to /<service>, without a token's id: the token is found by the repository and proved by the",
        "secret. Whoever fails is slowed down; all of it costs no more than is said here.",
    ]

    static let keys = [
        key("enabled", \.enabled, .boolean, "Whether such webhooks are taken at all (405 if not)."),
        key("max_body_size", \.maxBodySize, .size(1 << 10...25 << 20), "Bytes of a body there (413 above)."),
        key(
            "max_candidates", \.maxCandidates, .integer(1...64),
            "Tokens that one webhook is tried with; of one owner, two."),
        key(
            "entries", \.entries, .integer(16...1_000_000),
            "Repositories and secrets whose tokens are held in memory, for as long as cache.ttl and cache.negative_ttl say; "
                + "and sources whose failures are counted."),
        key(
            "max_in_flight", \.maxInFlight, .integer(1...4096),
            "Webhooks being read or tried at once, over all loops: of one source an eighth, and a quarter is kept for "
                + "proven sources, from which good webhooks came in the last ten minutes. Eight times as many wait for "
                + "their turn (401 above, as for any failure)."),
        key(
            "body_timeout", \.bodyTimeout, .duration(.milliseconds(10) ... .seconds(60)),
            "How long one waits for its turn (401), and then a body may take (408), within ingest.deadline: it takes up a "
                + "place meanwhile."),
        key(
            "failure_time", \.failureTime, .duration(.milliseconds(1) ... .seconds(5)),
            "When a failure is answered, from the end of its body: so that the time tells nothing. Longer work is "
                + "answered at the next multiple."),
        key(
            "max_failures_per_minute", \.maxFailuresPerMinute, .integer(1...1_000_000),
            "Failures that a source (an IPv4 address, an IPv6 network of 64 bits; for each service) may have in a minute, a "
                + "proven one ten times as many; after these it gets 401 unread."),
        key(
            "failure_budget", \.failureBudget, .size(64 << 10...1 << 40),
            "Bytes of work a second that failures may take, over all sources; above, what comes is refused unread (401). "
                + "A failure counts 8 KiB and its body 2 + max_candidates times. Of one source an eighth, and a quarter "
                + "is kept for proven ones."),
    ]
}
