import Database

/// One of a person's sessions, for the list of them.
public struct SessionListing: Sendable, Hashable, Identifiable {
    /// How it is named where it is to be ended; not the id that the browser has.
    public let id: String
    /// When it began.
    public let createdAt: UnixTime
    /// When it was last used, to the minute.
    public let lastSeenAt: UnixTime
    /// When it ends.
    public let expiresAt: UnixTime
    /// What the browser says that it is; untrusted text.
    public let userAgent: String?
    /// Whether it is the one that asks.
    public let isCurrent: Bool
}
