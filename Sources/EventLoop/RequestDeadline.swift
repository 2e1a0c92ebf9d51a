/// The time by which a request is to be answered. One for each request, made when its head is complete: whatever the
/// request waits for (its body, its token, the database, the publisher) takes of the same time.
public struct RequestDeadline: Sendable, Hashable {
    /// The end.
    public let instant: ContinuousClock.Instant

    /// The time until the end; none after it.
    public var left: Duration { max(.zero, ContinuousClock.now.duration(to: instant)) }

    /// The same or a later end, with a quarter of `limit` left: for a body that was seen late, by a server that stood still.
    public func leavingTime(of limit: Duration) -> RequestDeadline {
        RequestDeadline(max(instant, .now + limit / 4))
    }

    /// An end at a known time.
    public init(_ instant: ContinuousClock.Instant) {
        self.instant = instant
    }

    /// `limit` (`ingest.deadline`) after the request's head was complete.
    public init(from start: ContinuousClock.Instant, limit: Duration) {
        instant = start + limit
    }
}
