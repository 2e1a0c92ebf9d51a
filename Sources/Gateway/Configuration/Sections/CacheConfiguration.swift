/// `[cache]`: the tokens held in memory.
public struct CacheConfiguration: ConfigurationSection {
    /// Tokens held.
    public var entries = 10_000
    /// The time that a token is used before it is read again.
    public var timeToLive = Duration.seconds(10)
    /// Ids held of which it is known that there is no token.
    public var negativeEntries = 4096
    /// The time that such an id is refused before it is looked for again.
    public var negativeTimeToLive = Duration.seconds(10)
    /// The time that a token is used before it is read again while changes aren't heard of.
    public var staleAfter = Duration.seconds(1)
    /// The time that a request waits for a token that may have changed to be read again.
    public var recheckWait = Duration.milliseconds(500)
    /// The time that a token is used while the database can't be asked.
    public var staleTimeToLive = Duration.seconds(3600)
    /// The time that a token is used without asking again, after the database couldn't be asked.
    public var staleRetry = Duration.seconds(1)
    /// Locked parts.
    public var shards = 16
    /// Ids read from the database at once.
    public var maxLoads = 64
    /// Requests that wait for reads.
    public var maxWaiters = 4096

    /// The defaults.
    public init() {}

    static let documentation = ["Tokens held in memory, so that a webhook asks the database nothing."]

    static let keys = [
        key("entries", \.entries, .integer(1...10_000_000), "Tokens held."),
        key(
            "ttl", \.timeToLive, .duration(.milliseconds(100) ... .seconds(86_400)),
            "How long a token is used before it is read again."),
        key(
            "negative_entries", \.negativeEntries, .integer(1...10_000_000),
            "Ids held of which it is known that there is no token, and as many whose token can't be read."),
        key(
            "negative_ttl", \.negativeTimeToLive, .duration(.milliseconds(100) ... .seconds(86_400)),
            "How long such an id is refused before it is looked for again."),
        key(
            "stale_after", \.staleAfter, .duration(.milliseconds(10) ... .seconds(86_400)),
            "How long a token is used, or an id refused, before it is read again while changes aren't heard of (the "
                + "connection that listens to PostgreSQL is down)."),
        key(
            "recheck_wait", \.recheckWait, .duration(.zero ... .seconds(60)),
            "How long a request waits for a token that may have changed to be read again, before the known one is used."
        ),
        key(
            "stale_ttl", \.staleTimeToLive, .duration(.zero ... .seconds(604_800)),
            "How long a token is used while the database can't be asked, from when it was last read."),
        key(
            "stale_retry", \.staleRetry, .duration(.milliseconds(10) ... .seconds(3600)),
            "How long a token is used without asking again, after the database couldn't be asked; or refused, if what the "
                + "database holds of it can't be read."),
        key(
            "shards", \.shards, .integer(1...256),
            "Locked parts that ids are spread over; rounded up to a power of two."),
        key(
            "max_loads", \.maxLoads, .integer(1...10_000),
            "Ids read from the database at once; others wait for their turn."),
        key("max_waiters", \.maxWaiters, .integer(1...1_000_000), "Requests that wait for reads."),
    ]
}
