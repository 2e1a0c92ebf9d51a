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
        let known = ids.map { cache.lookup($0, now: .now) }
        let missing = ids.indices.filter { known[$0] == nil }.map { ids[$0] }
        return Self.merge(ids, known, missing.isEmpty ? [:] : await results(of: missing, until: deadline))
    }

    private static func merge(
        _ ids: [TokenID], _ known: [CachedToken?], _ results: [TokenID: Result<TokenRecord?, HTTPError>]
    ) -> (tokens: [TokenRecord], failure: HTTPError?) {
        var tokens: [TokenRecord] = []
        var failure: HTTPError?
        for (id, known) in zip(ids, known) {
            switch (known, results[id]) {
            case (.token(let record), _), (nil, .success(let record?)): tokens.append(record)
            case (nil, .failure(let error)): failure = error
            default: break
            }
        }
        return (tokens, failure)
    }

    private func results(
        of ids: [TokenID], until deadline: RequestDeadline
    ) async -> [TokenID: Result<TokenRecord?, HTTPError>] {
        await withTaskGroup(of: (TokenID, Result<TokenRecord?, HTTPError>).self) { group in
            for id in ids { group.addTask { (id, await result(of: id, until: deadline)) } }
            var results: [TokenID: Result<TokenRecord?, HTTPError>] = [:]
            for await (id, result) in group { results[id] = result }
            return results
        }
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
            logger.error("cannot read a token", metadata: ["token": "\(id.logged)", "error": "\(error)"])
            throw .unavailable("The webhook's token cannot be checked now.", retryAfter: retryAfter)
        }
    }
}
