import Database

/// The meaning of a session's times. Pure; the time is passed in.
struct SessionRules: Sendable, Hashable {
    let idleTimeout: Duration
    let rightsMaxAge: Duration
    let adminLoginMaxAge: Duration
    let touchInterval: Duration

    /// Returns a Boolean value that indicates whether it still counts.
    func isAlive(_ record: SessionRecord, now: UnixTime) -> Bool {
        now < record.expiresAt && now < record.seenAt.advanced(by: idleTimeout)
    }

    /// Returns a Boolean value that indicates whether its last use is to be written down again.
    func needsTouch(_ record: SessionRecord, now: UnixTime) -> Bool {
        record.seenAt.advanced(by: touchInterval) <= now
    }

    /// Returns a Boolean value that indicates whether the groups are too old to mean anything.
    func areRightsStale(_ record: SessionRecord, now: UnixTime) -> Bool {
        !record.isDevelopment && record.rightsAt.advanced(by: rightsMaxAge) <= now
    }

    /// Returns a Boolean value that indicates whether the provider is to be asked again.
    func needsRefresh(_ record: SessionRecord, now: UnixTime) -> Bool {
        areRightsStale(record, now: now) && record.credentials != nil && record.refreshAfter <= now
    }

    /// Until when the login is recent enough for what only administrators may change; nil if nobody knows when it was.
    func adminFreshUntil(_ record: SessionRecord) -> UnixTime? {
        record.authenticatedAt?.advanced(by: adminLoginMaxAge)
    }
}
