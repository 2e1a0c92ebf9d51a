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

    /// The records of those tokens that there are, in their order, read together: that takes as long as the slowest.
    ///
    /// - Returns: those that are known, and the error if there are others.
    func records(
        of ids: [TokenID], until deadline: RequestDeadline
    ) async -> (tokens: [TokenRecord], failure: HTTPError?) {
        var found = ids.map { cache.lookup($0, now: .now) }
        var failure: HTTPError?
        let missing = found.indices.filter { found[$0] == nil }
        if !missing.isEmpty {
            await withTaskGroup(of: (Int, Result<TokenRecord?, HTTPError>).self) { group in
                for place in missing {
                    group.addTask { (place, await result(of: ids[place], until: deadline)) }
                }
                for await (place, result) in group {
                    switch result {
                    case .success(let record): found[place] = record.map { .token($0) }
                    case .failure(let error): failure = error
                    }
                }
            }
        }
        let tokens = found.compactMap { known in
            if case .token(let record)? = known { record } else { nil }
        }
        return (tokens, failure)
    }

    private func result(of id: TokenID, until deadline: RequestDeadline) async -> Result<TokenRecord?, HTTPError> {
        do throws(HTTPError) {
            return .success(try await load(id, until: deadline))
        } catch {
            return .failure(error)
        }
    }

    private func load(_ id: TokenID, until deadline: RequestDeadline) async throws(HTTPError) -> TokenRecord? {
        do {
            return try await cache.load(id, until: deadline)
        } catch {
            logger.error("cannot read a token", metadata: ["token": "\(id)", "error": "\(error)"])
            throw .unavailable("The webhook's token cannot be checked now.", retryAfter: retryAfter)
        }
    }
}
