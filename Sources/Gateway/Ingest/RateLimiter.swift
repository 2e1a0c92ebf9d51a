import EventLoop
import HTTPServer

/// The limits of a token, and of an account with all its tokens, in a minute: messages and bytes. Each process counts
/// for itself.
///
/// The account is whoever made the token, or the first owner of a token that the command line made. Other owners do not
/// count: anybody can add them, unasked, and would use up what is theirs. Only authentic webhooks count, and what is
/// refused does not: else strangers could keep a token busy, and a sender that does not wait would never get through.
final class RateLimiter: Sendable {
    private let table: Locked<RateTable>

    /// - Parameter tokens: Tokens and accounts that are counted at once; who is forgotten begins a new minute.
    /// - Returns: nil where nothing is limited.
    init?(_ limits: RateTable.Limits, tokens: Int) {
        guard limits.token.isLimited || limits.account.isLimited else { return nil }
        table = Locked(RateTable(limits, capacity: max(1, tokens)))
    }

    /// Counts a webhook. Takes the one lock once.
    ///
    /// - Returns: nil if it may be taken, else what it goes beyond.
    func admit(_ token: TokenRecord, size: Int, now: ContinuousClock.Instant) -> RateTable.Refusal? {
        table.withLock { $0.admit(token.id, of: token.account, size: size, now: now) }
    }
}

/// Windows of a minute, of tokens and of accounts; a minute begins with the first webhook. A value without lock or clock.
struct RateTable: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// The most in a minute; 0 for any number.
    struct Limit: Sendable, Hashable {
        var messages: Int
        var bytes: Int

        var isLimited: Bool { messages > 0 || bytes > 0 }
    }

    struct Limits: Sendable {
        var token = Limit(messages: 6000, bytes: 512 << 20)
        var account = Limit(messages: 30_000, bytes: 2 << 30)
    }

    /// The limit that a webhook exceeds.
    struct Refusal: Sendable, Hashable {
        /// A Boolean value that indicates whether it is the account, with all its tokens together.
        let isOfAccount: Bool
        /// The limit.
        let limit: Limit
        /// Whole seconds until the minute is over, 1 or more.
        let retryAfter: Int
    }

    private struct Window: Sendable {
        let end: Instant
        var messages = 0
        var bytes = 0

        /// A webhook that is larger than the limit by itself is taken when it is the first one.
        func hasRoom(for size: Int, _ limit: Limit) -> Bool {
            (limit.messages == 0 || messages < limit.messages)
                && (limit.bytes == 0 || messages == 0 || size <= limit.bytes - min(bytes, limit.bytes))
        }

        mutating func add(_ size: Int) {
            messages += 1
            bytes = bytes.addingReportingOverflow(size).overflow ? .max : bytes + size
        }
    }

    private static let minute = Duration.seconds(60)

    private let limits: Limits
    private var tokens: ClockTable<TokenID, Window>
    private var accounts: ClockTable<String, Window>

    /// - Parameter capacity: Tokens, and accounts, that are counted at most.
    init(_ limits: Limits, capacity: Int) {
        self.limits = limits
        tokens = ClockTable(capacity: capacity)
        accounts = ClockTable(capacity: capacity)
    }

    /// Counts a webhook for its token and the token's account, unless it goes beyond what either may send.
    mutating func admit(_ token: TokenID, of account: String?, size: Int, now: Instant) -> Refusal? {
        var own = Self.window(tokens.use(token), now)
        guard own.hasRoom(for: size, limits.token) else { return Self.refusal(own, limits.token, false, now) }
        if let account, limits.account.isLimited {
            var all = Self.window(accounts.use(account), now)
            guard all.hasRoom(for: size, limits.account) else { return Self.refusal(all, limits.account, true, now) }
            all.add(size)
            accounts.set(all, for: account)
        }
        if limits.token.isLimited {
            own.add(size)
            tokens.set(own, for: token)
        }
        return nil
    }

    private static func window(_ known: Window?, _ now: Instant) -> Window {
        if let known, now < known.end { return known }
        return Window(end: now + minute)
    }

    private static func refusal(_ window: Window, _ limit: Limit, _ isOfAccount: Bool, _ now: Instant) -> Refusal {
        let left = now.duration(to: window.end).components
        return Refusal(
            isOfAccount: isOfAccount, limit: limit,
            retryAfter: max(1, Int(left.seconds) + (left.attoseconds > 0 ? 1 : 0)))
    }
}

extension HTTPError {
    /// 429: more than a token or an account may send in a minute.
    static func rateLimited(_ refusal: RateTable.Refusal) -> HTTPError {
        let who = refusal.isOfAccount ? "All tokens of this token's account together" : "This token"
        let limit = [
            refusal.limit.messages > 0 ? "\(refusal.limit.messages) webhooks" : nil,
            refusal.limit.bytes > 0 ? "\(refusal.limit.bytes) bytes" : nil,
        ].compactMap(\.self).joined(separator: " or ")
        return HTTPError(
            HTTPStatus(429), code: DeliveryReason.rateLimited,
            message: "\(who) can send \(limit) per minute. Send the delivery again later.",
            retryAfter: refusal.retryAfter)
    }
}
