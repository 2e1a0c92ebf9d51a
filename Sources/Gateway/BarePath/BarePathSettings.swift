/// What bounds webhooks that come without a token's id.
struct BarePathSettings: Sendable {
    /// Bytes of a body (413 above).
    let maxBodySize: Int
    /// How long a body may take, from when there is a slot for it.
    let bodyTimeout: Duration
    /// Tokens that one webhook is tried with at most.
    let candidates: Int
    /// Failures are answered at multiples of this, counted from the end of the body.
    let failureTime: Duration
    /// Seconds in the Retry-After of a 503.
    let retryAfter: Int

    init(_ configuration: Configuration) {
        let bare = configuration.barePath
        maxBodySize = min(bare.maxBodySize, configuration.ingest.maxBodySize)
        bodyTimeout = bare.bodyTimeout
        candidates = bare.maxCandidates
        failureTime = bare.failureTime
        retryAfter = Int(configuration.ingest.retryAfter.components.seconds)
    }
}
