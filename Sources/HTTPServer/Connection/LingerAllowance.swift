/// The time that a connection that was answered is read on, so that its answer is not lost to a reset: while its peer
/// sends at the minimum rate, or has fallen behind it by no more than `lingerTimeout`, and within bounds of bytes and
/// of time.
///
/// Who sends faster makes up for what it fell behind, and earns nothing for later.
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

    /// Until when to wait for more; nil where it is over.
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
