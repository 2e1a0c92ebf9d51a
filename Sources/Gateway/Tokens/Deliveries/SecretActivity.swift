import Database

/// The secret of a token that a webhook proved to have.
public struct SecretUse: Sendable, Hashable {
    /// When the token got the secrets that it had then.
    public let since: UnixTime
    /// A Boolean value that indicates whether it was the current one, and not a former one.
    public let isCurrent: Bool

    /// A use.
    ///
    /// - Parameter index: The secret's place among those that were tried, the current one first.
    init(since: UnixTime, index: Int) {
        self.since = since
        isCurrent = index == 0
    }
}

/// The secrets of a token that are in use since the last rotation that a webhook was seen after.
public struct SecretActivity: Sendable, Hashable {
    /// The rotation, or when the token was made; `nil` before the first webhook.
    public private(set) var since: UnixTime?
    /// When the current secret was first used.
    public private(set) var firstUsedAt: UnixTime?
    /// When a former secret was last used.
    public private(set) var formerUsedAt: UnixTime?

    /// Nothing yet, unless something is given.
    init(since: UnixTime? = nil, firstUsedAt: UnixTime? = nil, formerUsedAt: UnixTime? = nil) {
        self.since = since
        self.firstUsedAt = firstUsedAt
        self.formerUsedAt = formerUsedAt
    }

    /// Notes a webhook.
    mutating func add(_ use: SecretUse, at time: UnixTime) {
        add(
            SecretActivity(
                since: use.since, firstUsedAt: use.isCurrent ? time : nil, formerUsedAt: use.isCurrent ? nil : time))
    }

    /// Adds what another has: of two rotations, the later one counts.
    mutating func add(_ other: SecretActivity) {
        guard let theirs = other.since else { return }
        if let since, theirs < since { return }
        if since != theirs { self = SecretActivity(since: theirs) }
        if let time = other.firstUsedAt { firstUsedAt = firstUsedAt.map { min($0, time) } ?? time }
        if let time = other.formerUsedAt { formerUsedAt = formerUsedAt.map { max($0, time) } ?? time }
    }
}
