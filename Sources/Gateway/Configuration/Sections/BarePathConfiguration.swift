/// `[bare_path]`: webhooks that are sent to `/<service>`, without a token's id.
public struct BarePathConfiguration: ConfigurationSection {
    /// A Boolean value that indicates whether they are taken.
    public var enabled = true
    /// Bytes of a body there.
    public var maxBodySize = 1 << 20
    /// Tokens that one webhook is tried with.
    public var maxCandidates = 8
    /// Of these, tokens of one owner.
    public var maxPerOwner = 2
    /// Tokens read from the database for one repository or secret, of which the candidates are chosen.
    public var maxMatches = 100
    /// Repositories and secrets whose candidates are held.
    public var indexEntries = 10_000
    /// Reads of candidates from the database at once.
    public var maxLookups = 2
    /// Webhooks being read or tried at once, over all loops.
    public var maxInFlight = 32
    /// Of these, kept for sources that are proven.
    public var reservedInFlight = 8
    /// Of these, of one source.
    public var maxInFlightPerSource = 4
    /// Webhooks that wait for their turn.
    public var maxWaiting = 256
    /// The time that one waits for its turn.
    public var waitTimeout = Duration.seconds(2)
    /// The time that a body may take.
    public var bodyTimeout = Duration.seconds(2)
    /// When a failure is answered, counted from the end of the body.
    public var failureTime = Duration.milliseconds(100)
    /// Failures in a row that a source has free.
    public var failureBurst = 20
    /// The time that until a source may fail once more.
    public var failureInterval = Duration.seconds(1)
    /// The factor for sources from which good webhooks come.
    public var provenFactor = 10
    /// The time that a source counts as such.
    public var provenTime = Duration.seconds(600)
    /// Sources that are kept account of.
    public var sources = 4096
    /// Percent of one core that failures may take, over all sources.
    public var cpuShare = 10

    /// The defaults.
    public init() {}

    static let documentation = [
        "Webhooks sent to /<service>, without a token's id: the token is found by the repository and proved by the",
        "secret. Whoever fails is slowed down; all of it costs no more than is said here.",
    ]

    static let keys = findKeys + loadKeys + sourceKeys

    private static let findKeys = [
        key("enabled", \.enabled, .boolean, "Whether such webhooks are taken at all (405 if not)."),
        key("max_body_size", \.maxBodySize, .size(1 << 10...25 << 20), "Bytes of a body there (413 above)."),
        key("max_candidates", \.maxCandidates, .integer(1...64), "Tokens that one webhook is tried with."),
        key("max_per_owner", \.maxPerOwner, .integer(1...64), "Of these, tokens of one owner at most."),
        key(
            "max_matches", \.maxMatches, .integer(1...1000),
            "Tokens read from the database for a repository or a secret, of which the candidates are chosen."),
        key(
            "index_entries", \.indexEntries, .integer(16...10_000_000),
            "Repositories and secrets whose candidates are held, for as long as cache.ttl and cache.negative_ttl say."),
        key("max_lookups", \.maxLookups, .integer(1...64), "Reads of candidates from the database at once."),
    ]

    private static let loadKeys = [
        key(
            "max_in_flight", \.maxInFlight, .integer(1...4096),
            "Webhooks being read or tried at once, over all loops."),
        key(
            "reserved_in_flight", \.reservedInFlight, .integer(0...4095),
            "Of these, kept for proven sources; and the same part of max_waiting and of cpu_share."),
        key(
            "max_in_flight_per_source", \.maxInFlightPerSource, .integer(1...4096),
            "Of these, of one source; and the same part of cpu_share."),
        key(
            "max_waiting", \.maxWaiting, .integer(0...100_000),
            "Webhooks that wait for their turn (401 above, as for any failure)."),
        key(
            "wait_timeout", \.waitTimeout, .duration(.zero ... .seconds(60)),
            "How long one waits for its turn (the same after that)."),
        key(
            "body_timeout", \.bodyTimeout, .duration(.milliseconds(10) ... .seconds(60)),
            "How long a body may take there (408), within ingest.deadline: it takes up a place meanwhile."),
        key(
            "failure_time", \.failureTime, .duration(.milliseconds(1) ... .seconds(5)),
            "When a failure is answered, from the end of its body: so that the time tells nothing. Longer work is "
                + "answered at the next multiple."),
        key(
            "cpu_share", \.cpuShare, .integer(1...100),
            "Percent of one core that failures may take, over all sources; above, what comes is refused unread (401)."),
    ]

    private static let sourceKeys = [
        key(
            "failure_burst", \.failureBurst, .integer(1...100_000),
            "Failures that a source (an IPv4 address, an IPv6 network of 64 bits; for each service) has free; after "
                + "these it gets 401 unread."),
        key(
            "failure_interval", \.failureInterval, .duration(.milliseconds(1) ... .seconds(3600)),
            "How long until a source may fail once more."),
        key(
            "proven_factor", \.provenFactor, .integer(1...1000),
            "How many times as much a source may fail from which good webhooks came within proven_time."),
        key(
            "proven_time", \.provenTime, .duration(.zero ... .seconds(86_400)),
            "How long after a good webhook its source counts as proven."),
        key("sources", \.sources, .integer(16...1_000_000), "Sources that are kept account of."),
    ]
}
