import EventLoop
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

    /// Those of the tokens that are in memory, in their order, and the ids of which it is not known whether they are any.
    func known(of ids: [TokenID]) -> (tokens: [TokenRecord], missing: [TokenID]) {
        var (tokens, missing): ([TokenRecord], [TokenID]) = ([], [])
        for id in ids {
            switch cache.lookup(id, now: .now) {
            case .token(let record): tokens.append(record)
            case .absent: break
            case nil: missing.append(id)
            }
        }
        return (tokens, missing)
    }

    /// The records of those tokens that there are, in their order, read together: that takes as long as the slowest.
    ///
    /// - Returns: those that could be read, and the error if there are others.
    func records(
        of ids: [TokenID], until deadline: RequestDeadline
    ) async -> (tokens: [TokenRecord], failure: HTTPError?) {
        let results = ids.isEmpty ? [:] : await results(of: ids, until: deadline)
        var tokens: [TokenRecord] = []
        var failure: HTTPError?
        for id in ids {
            switch results[id] {
            case .success(let record?): tokens.append(record)
            case .failure(let error): failure = error
            case .success(nil), nil: break
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
            logger.throttled(
                .error, "cannot read a token", metadata: ["token": "\(id.logged)", "error": "\(error)"])
            throw .unavailable("The webhook's token can't be verified right now.", retryAfter: retryAfter)
        }
    }
}
