import HTTPServer
import Logging

/// The tokens as requests ask for them: from the cache, or from the database through it.
struct TokenLookup: Sendable {
    let cache: TokenCache
    /// Seconds in the Retry-After of a 503.
    let retryAfter: Int
    let logger: Logger

    /// The record of a token; `nil` if there is none.
    ///
    /// - Throws: 503 if that cannot be known, or not in time.
    func record(of id: TokenID, until deadline: RequestDeadline) async throws(HTTPError) -> TokenRecord? {
        switch cache.lookup(id, now: .now) {
        case .token(let known): return known
        case .absent: return nil
        case nil: return try await load(id, until: deadline)
        }
    }

    private func load(_ id: TokenID, until deadline: RequestDeadline) async throws(HTTPError) -> TokenRecord? {
        do {
            return try await cache.load(id, until: deadline)
        } catch {
            logger.error("cannot read a token", metadata: ["token": "\(id.logged)", "error": "\(error)"])
            throw .unavailable("The webhook's token cannot be checked now.", retryAfter: retryAfter)
        }
    }
}
