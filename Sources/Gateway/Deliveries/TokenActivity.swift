/// What came in for a token, over all replicas and restarts; a second behind, at most.
public struct TokenActivity: Sendable, Hashable {
    /// Webhooks that were published.
    public var published: Int64
    /// Authentic webhooks that were not published: the event filter, private content, or published before.
    public var withheld: Int64
    /// Webhooks that were refused.
    public var refused: Int64
    /// When the last one was published or withheld.
    public var lastAcceptedAt: UnixTime?
    /// When the last one was refused.
    public var lastRefusedAt: UnixTime?

    /// Nothing yet, unless something is given.
    public init(
        published: Int64 = 0, withheld: Int64 = 0, refused: Int64 = 0, lastAcceptedAt: UnixTime? = nil,
        lastRefusedAt: UnixTime? = nil
    ) {
        self.published = published
        self.withheld = withheld
        self.refused = refused
        self.lastAcceptedAt = lastAcceptedAt
        self.lastRefusedAt = lastRefusedAt
    }

    /// When the last delivery came, and whether it was accepted.
    public var last: (at: UnixTime, isAccepted: Bool)? {
        switch (lastAcceptedAt, lastRefusedAt) {
        case (let accepted?, let refused?): accepted < refused ? (refused, false) : (accepted, true)
        case (let accepted?, nil): (accepted, true)
        case (nil, let refused?): (refused, false)
        case (nil, nil): nil
        }
    }
}
