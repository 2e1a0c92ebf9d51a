import HTTPServer
import Logging

/// Logins as the pages see them, over ``Accounts``.
struct LiveAccounts: PageAccounts {
    let accounts: Accounts
    let logger: Logger

    func visit(_ exchange: HTTPExchange) async throws(PageFailure) -> PageVisit {
        do throws(HTTPError) {
            let context = try await accounts.context(of: exchange)
            return PageVisit(visitor: context.session.map { Visitor($0) }, fields: context.responseFields)
        } catch {
            throw .http(error)
        }
    }

    func form(of exchange: HTTPExchange, in visit: PageVisit) async throws(PageFailure) -> FormFields {
        let context = SessionContext(
            session: visit.visitor?.session, isDevelopmentLogin: accounts.isDevelopmentLogin, responseFields: [])
        do {
            return try await accounts.form(of: exchange, in: context)
        } catch let error as HTTPError {
            throw .http(error)
        } catch {
            throw error as? FormRefusal == .loggedOut ? .login : .forged
        }
    }

    func typed(in exchange: HTTPExchange) async -> FormFields? { await accounts.typed(in: exchange) }

    func login(from exchange: HTTPExchange, isFresh: Bool) -> ServerResponse {
        isFresh ? accounts.freshLoginRedirect(for: exchange) : accounts.loginRedirect(for: exchange)
    }

    func read(_ note: SealedNote, of exchange: HTTPExchange) -> [UInt8]? {
        accounts.sealedCookie.value(of: note.rawValue, in: exchange.head)
    }

    func field(setting note: SealedNote, to bytes: [UInt8]) -> ServerResponse.Field? {
        do {
            return try accounts.sealedCookie.set(note.rawValue, bytes, lifetime: note.lifetime)
        } catch {
            logger.throttled(.error, "cannot seal a cookie", metadata: ["error": "\(error)"])
            return nil
        }
    }

    func field(clearing note: SealedNote) -> ServerResponse.Field {
        accounts.sealedCookie.delete(note.rawValue)
    }

    func goodbye(to exchange: HTTPExchange) -> [ServerResponse.Field] { accounts.goodbye(to: exchange) }

    func sessions(of visitor: Visitor) async throws(PageFailure) -> [PageSession] {
        guard let session = visitor.session else { return [] }
        return try await asked { try await accounts.sessions(of: session) }.map { listing in
            PageSession(
                id: listing.id, userAgent: listing.userAgent, createdAt: listing.createdAt,
                lastSeenAt: listing.lastSeenAt, expiresAt: listing.expiresAt, isCurrent: listing.isCurrent)
        }
    }

    func endSession(_ id: String, of visitor: Visitor) async throws(PageFailure) {
        guard let session = visitor.session else { return }
        _ = try await asked { try await accounts.endSession(id, of: session) }
    }

    func endAllSessions(of visitor: Visitor) async throws(PageFailure) {
        guard let session = visitor.session else { return }
        try await asked { try await accounts.endAllSessions(of: session) }
    }

    private func asked<Value>(_ call: () async throws -> Value) async throws(PageFailure) -> Value {
        do {
            return try await call()
        } catch {
            throw .service(.unavailable("\(error)"))
        }
    }
}

extension Visitor {
    /// Of a session.
    init(_ session: Session) {
        self.init(
            person: session.person, displayName: session.displayName, groups: session.groups,
            rightsAreStale: session.rightsAreStale, csrfToken: session.csrfToken, session: session)
    }
}
