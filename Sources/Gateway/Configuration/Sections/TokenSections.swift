extension ConfigurationSection {
    /// `[cache]`
    static let cache = ConfigurationSection(
        "cache",
        documentation: ["Tokens held in memory, so that a webhook asks the database nothing."],
        keys: [
            key("entries", \.cache.entries, .integer(1...10_000_000), "Tokens held."),
            key(
                "ttl", \.cache.times.timeToLive, .duration(.milliseconds(100) ... .seconds(86_400)),
                "How long a token is used before it is read again."),
            key(
                "negative_entries", \.cache.absentEntries, .integer(1...10_000_000),
                "Ids held of which it is known that there is no token, and as many whose token can't be read."),
            key(
                "negative_ttl", \.cache.times.absentTimeToLive, .duration(.milliseconds(100) ... .seconds(86_400)),
                "How long such an id is refused before it is looked for again."),
            key(
                "stale_after", \.cache.times.staleAfter, .duration(.milliseconds(10) ... .seconds(86_400)),
                "How long a token is used, or an id refused, before it is read again while changes aren't heard of "
                    + "(the connection that listens to PostgreSQL is down)."),
            key(
                "recheck_wait", \.cache.times.recheckWait, .duration(.zero ... .seconds(60)),
                "How long a request waits for a token that may have changed to be read again, before the known one is "
                    + "used."
            ),
            key(
                "stale_ttl", \.cache.times.staleTimeToLive, .duration(.zero ... .seconds(604_800)),
                "How long a token is used while the database can't be asked, from when it was last read."),
            key(
                "stale_retry", \.cache.times.staleRetry, .duration(.milliseconds(10) ... .seconds(3600)),
                "How long a token is used without asking again, after the database couldn't be asked; or refused, if "
                    + "what the database holds of it can't be read."),
            key(
                "shards", \.cache.shards, .integer(1...256),
                "Locked parts that ids are spread over; rounded up to a power of two."),
            key(
                "max_loads", \.cache.loads, .integer(1...10_000),
                "Ids read from the database at once; others wait for their turn."),
            key("max_waiters", \.cache.waiters, .integer(1...1_000_000), "Requests that wait for reads."),
        ])

    /// `[tokens]`
    static let tokens = ConfigurationSection(
        "tokens",
        documentation: ["What people may do with tokens in the browser."],
        keys: [
            key(
                "max_per_account", \.tokens.maxPerAccount, .integer(1...1_000_000),
                "Tokens that one account may have made and not deleted; the command line is not bound by it."),
            key(
                "max_tests_per_minute", \.tokens.maxTestsPerMinute, .integer(0...10_000),
                "Test events that can be sent through one token in a minute."),
            key(
                "history_retention", \.tokens.historyRetention,
                .duration(.seconds(86_400) ... .seconds(36_500 * 86_400)),
                "How long it is kept who did what to which token."),
        ])

    /// `[deliveries]`
    static let deliveries = ConfigurationSection(
        "deliveries",
        documentation: [
            "What is written down about the webhooks of each token: counters, and the last 25 accepted and refused ones."
        ],
        keys: [
            key(
                "flush_interval", \.deliveries.flushInterval, .duration(.milliseconds(50) ... .seconds(60)),
                "How often what came in is written to the database."),
            key(
                "max_pending", \.deliveries.maxPending, .integer(1...1_000_000),
                "Deliveries that wait to be written; further ones are only counted."),
            key(
                "max_batch", \.deliveries.maxBatch, .integer(1...2000),
                "Tokens whose deliveries are written in one transaction."),
            key(
                "retry_max", \.deliveries.retryMax, .duration(.milliseconds(50) ... .seconds(3600)),
                "The longest pause between tries while the database is away; what came in is counted until then."),
            key(
                "writer_retention", \.deliveries.writerRetention, .duration(.seconds(86_400) ... .seconds(315_360_000)),
                "How long it is remembered which batch a server wrote last that is gone since, so that none counts "
                    + "twice."),
            key(
                "shutdown_timeout", \.deliveries.shutdownTimeout, .duration(.zero ... .seconds(300)),
                "How long a shutdown tries to write what is left."),
        ])
}
