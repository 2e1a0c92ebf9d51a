import Database

/// One of a person's sessions, for the list of them.
public struct SessionListing: Sendable, Hashable, Identifiable {
    /// The name for ending it; not the id that the browser has.
    public let id: String
    /// When it began.
    public let createdAt: UnixTime
    /// When it was last used, to the minute.
    public let lastSeenAt: UnixTime
    /// When it ends.
    public let expiresAt: UnixTime
    /// The browser's name for itself; untrusted text.
    public let userAgent: String?
    /// A Boolean value that indicates whether it is the one that asks.
    public let isCurrent: Bool
}
