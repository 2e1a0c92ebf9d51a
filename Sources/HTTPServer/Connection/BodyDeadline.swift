/// The time that a body may take: `grace`, and then as long as it holds the minimum rate on average, but never beyond
/// `end`.
struct BodyDeadline {
    /// A read that ends this much after its deadline shows that the server stood still: timers are never as late else.
    static let stall = Duration.milliseconds(100)

    private var start: ContinuousClock.Instant
    private let grace: Duration
    private let minRate: Int
    private let end: ContinuousClock.Instant?

    init(start: ContinuousClock.Instant, grace: Duration, minRate: Int, end: ContinuousClock.Instant? = nil) {
        self.start = start
        self.grace = grace
        self.minRate = max(1, minRate)
        self.end = end
    }

    /// When patience ends if nothing more comes after `received` bytes.
    func deadline(received: Int) -> ContinuousClock.Instant {
        let deadline = start + grace + .milliseconds(received * 1000 / minRate)
        return end.map { min($0, deadline) } ?? deadline
    }

    /// Returns the time that a wait of this side's may take that begins now and would take `timeout`.
    func bound(_ timeout: Duration, from now: ContinuousClock.Instant) -> Duration {
        end.map { max(.zero, min(timeout, now.duration(to: $0))) } ?? timeout
    }

    /// Bytes were read after the deadline. Where that is because this side stood still, they may have come long before, and
    /// their sender may have waited for room in the socket: none of that wait is the sender's.
    /// - Parameter begin: when the read began.
    mutating func came(
        _ now: ContinuousClock.Instant, after deadline: ContinuousClock.Instant, since begin: ContinuousClock.Instant
    ) {
        guard now > deadline + Self.stall else { return }
        forgive(begin.duration(to: now))
    }

    /// Time in which it was this side that did not read is not the sender's.
    mutating func forgive(_ pause: Duration) {
        start += pause
    }
}

/// The time that a connection that was answered is read on, so that its answer is not lost to a reset: while its peer
/// sends at the minimum rate, or has fallen behind it by no more than `lingerTimeout`, and within bounds of bytes and
/// of time.
///
/// A sender that is faster makes up for what it fell behind, and earns nothing for later.
struct LingerAllowance {
    private let patience: Duration
    private let minRate: Int
    /// When it is over in any case.
    private let end: ContinuousClock.Instant
    private var bytesLeft: Int
    private var behind = Duration.zero
    private var last: ContinuousClock.Instant

    /// - Parameter most: the most time that it takes, where it is less than the limits'.
    init(_ limits: HTTPServerLimits, now: ContinuousClock.Instant, atMost most: Duration? = nil) {
        patience = limits.lingerTimeout
        minRate = limits.minBodyRate
        end = now + min(most ?? limits.lingerLimit, limits.lingerLimit)
        bytesLeft = limits.lingerBytes
        last = now
    }

    /// The time until which to wait for more; nil where it is over.
    var deadline: ContinuousClock.Instant? {
        guard bytesLeft > 0, behind <= patience, last < end else { return nil }
        return min(last + (patience - behind), end)
    }

    /// So many bytes came.
    mutating func received(_ bytes: Int, now: ContinuousClock.Instant) {
        // The peer did not fall behind while this side stood still: what came may have waited in the socket.
        let isLate = deadline.map { now > $0 + BodyDeadline.stall } ?? false
        let taken = isLate ? .zero : last.duration(to: now)
        behind = minRate > 0 ? max(.zero, behind + taken - .microseconds(bytes * 1_000_000 / minRate)) : .zero
        bytesLeft -= bytes
        last = now
    }
}
