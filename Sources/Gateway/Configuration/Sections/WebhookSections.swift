import WebhookServices

/// The services that are offered.
struct ServicesConfiguration: Sendable {
    /// The built-in services, by name.
    var enabled = ["github", "gitlab", "forgejo", "discourse"]
    /// The services of `[services.NAME]`, by name.
    var configured: [GenericService] = []

    /// The services as the rest of the server sees them.
    var registry: ServiceRegistry { ServiceRegistry(enabled: enabled, configured: configured) }
}

extension ConfigurationSection {
    /// `[ingest]`
    static let ingest = ConfigurationSection(
        "ingest",
        documentation: ["What becomes of webhooks."],
        keys: [
            key(
                "max_body_size", \.ingest.json.maxBytes, .size(1 << 10...1 << 30),
                "Bytes of a webhook's body (413 above); GitHub sends up to 25 MB."),
            key(
                "max_depth", \.ingest.json.maxDepth, .integer(4...500),
                "How deep arrays and objects may stand in each other (400 above); consumers in Python die at 1000."),
            key(
                "deadline", \.ingest.deadline, .duration(.milliseconds(500) ... .seconds(300)),
                "From the end of a request's head to its answer: body, token, database and publisher share it (503); "
                    + "GitHub waits 10 seconds."
            ),
            key(
                "retry_after", \.server.limits.retryAfter, .seconds(.seconds(1) ... .seconds(3600)),
                "What Retry-After says in a 503, in whole seconds."),
            key(
                "deduplication_entries", \.ingest.deduplicationEntries, .integer(0...10_000_000),
                "Deliveries remembered, over all loops, so that one that is sent again is not published again."),
            key(
                "deduplication_window", \.ingest.deduplicationWindow, .duration(.zero ... .seconds(86_400)),
                "How long a delivery is remembered."),
            key(
                "max_messages_per_minute", \.ingest.rates.token.messages, .integer(0...1_000_000_000),
                "Authentic webhooks of one token in a minute (429 above), at each replica; 0 takes any number."),
            key(
                "max_bytes_per_minute", \.ingest.rates.token.bytes, .size(0...1 << 50),
                "Bytes of one token's webhooks in a minute (429 above), at each replica; 0 takes any number."),
            key(
                "max_messages_per_account", \.ingest.rates.account.messages, .integer(0...1_000_000_000),
                "Authentic webhooks in a minute of all tokens that one account made (of a token of the command line: "
                    + "its first owner), at each replica; 0 takes any number."),
            key(
                "max_bytes_per_account", \.ingest.rates.account.bytes, .size(0...1 << 50),
                "Bytes of these webhooks in a minute (429 above), at each replica; 0 takes any number."),
        ])

    /// `[messages]`
    static let messages = ConfigurationSection(
        "messages",
        documentation: ["What the messages are made of, besides the payload."],
        keys: [
            key(
                "own_classes", \.ingest.ownClasses, .choice,
                "What becomes of a message that the published Python class of its schema raises on: with \"never\" "
                    + "it names nobody, or is withheld if that does not help (unsafe_for_consumers); with \"needed\" "
                    + "it goes out under a class of webhook2fedmsg-messages. For consumers without that package such "
                    + "a message is no notification at all, so install it in theirs first: datanommer, FMN, badges."),
            key(
                "provenance", \.ingest.namesOwners, .boolean,
                "Whether messages name the owners of the token that they came by, and its scope, in the headers "
                    + "webhook2fedmsg_owner and webhook2fedmsg_scope. Fedora's archive keeps them for ever. The "
                    + "header webhook2fedmsg_token, by which administrators find the token, is there either way."),
        ])

    /// `[bare_path]`
    static let barePath = ConfigurationSection(
        "bare_path",
        documentation: [
            "Webhooks sent to /<service>, without a token's id: the token is found by the repository and proved by the",
            "secret. Whoever fails is slowed down; all of it costs no more than is said here.",
        ],
        keys: [
            key("enabled", \.barePath.isEnabled, .boolean, "Whether such webhooks are taken at all (405 if not)."),
            key(
                "max_body_size", \.barePath.maxBodySize, .size(1 << 10...25 << 20), "Bytes of a body there (413 above)."
            ),
            key(
                "max_candidates", \.barePath.admission.candidates, .integer(1...64),
                "Tokens that one webhook is tried with; of one owner, two."),
            key(
                "entries", \.barePath.admission.sources, .integer(16...1_000_000),
                "Repositories and secrets whose tokens are held in memory, for as long as cache.ttl and "
                    + "cache.negative_ttl say; and sources whose failures are counted."),
            key(
                "max_in_flight", \.barePath.admission.slots, .integer(1...4096),
                "Webhooks being read or tried at once, over all loops: of one source an eighth, and a quarter is "
                    + "kept for proven sources, from which good webhooks came in the last ten minutes. Eight times "
                    + "as many wait for their turn (401 above, as for any failure)."),
            key(
                "body_timeout", \.barePath.bodyTimeout, .duration(.milliseconds(10) ... .seconds(60)),
                "How long one waits for its turn (401), and then a body may take (408), within ingest.deadline: it "
                    + "takes up a place meanwhile."),
            key(
                "failure_time", \.barePath.failureTime, .duration(.milliseconds(1) ... .seconds(5)),
                "When a failure is answered, from the end of its body: so that the time tells nothing. Longer work "
                    + "is answered at the next multiple."),
            key(
                "max_failures_per_minute", \.barePath.admission.failuresPerMinute, .integer(1...1_000_000),
                "Failures that a source (an IPv4 address, an IPv6 network of 64 bits; for each service) may have in "
                    + "a minute, a proven one ten times as many; after these it gets 401 unread."),
            key(
                "failure_budget", \.barePath.admission.failureBudget, .size(64 << 10...1 << 40),
                "Bytes of work a second that failures may take, over all sources; above, what comes is refused unread "
                    + "(401). A failure counts 8 KiB and its body 2 + max_candidates times. Of one source an eighth, "
                    + "and a quarter is kept for proven ones."),
        ])

    /// `[services]`
    static let services = ConfigurationSection(
        "services",
        documentation: [
            "The services whose webhooks are taken. These are built in:",
            ServiceRegistry.builtIn.map(\.name).joined(separator: ", ") + ".",
            "Others that sign by HMAC can be set up below.",
        ],
        keys: [
            key(
                "enabled", \.services.enabled, .names("a list of services' names"),
                "Services offered. Tokens of one that is taken out are kept, but their URLs answer 404.")
        ])
}
