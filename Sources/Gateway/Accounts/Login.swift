import Database
import HTTPServer
import OIDC

/// The reason why nobody is logged in by a callback.
enum LoginRefusal: Error {
    /// The login was used before, took too long, or is another browser's.
    case unknownAttempt
    /// The account's name is not valid here.
    case unusableAccount(String)
    /// There are too many logins from the same source.
    case tooMany(retryAfter: Int)
}

extension Accounts {
    /// Redeems the code of a callback: from here on, it costs requests to the provider, and a row once the provider has
    /// said who it is. Whatever else comes of it leaves nothing behind: made-up codes, and real ones while the provider
    /// is away, are many.
    ///
    /// Twice the same one makes one session: here, the second is refused while the first is under way; elsewhere, the
    /// provider refuses one of them (RFC 6749 section 4.1.2), and if it does not, the row does.
    func redeem(
        _ redemption: RelyingParty.Redemption, _ attempt: LoginAttempt, _ party: RelyingParty,
        _ exchange: HTTPExchange
    ) async throws -> NewSession {
        let source = exchange.clientAddress.source ?? .new()
        if case .closed(let seconds) = await loginGate.enter(source) {
            throw LoginRefusal.tooMany(retryAfter: seconds)
        }
        guard await loginGate.begin(attempt.state) else {
            await loginGate.leave(source, isMadeUp: false)
            throw LoginRefusal.unknownAttempt
        }
        do {
            // To ask with a code that was redeemed would make the provider take back what came of it.
            guard try await !store.isUsed(state: attempt.state) else { throw LoginRefusal.unknownAttempt }
            let session = try newSession(try await party.login(redemption), exchange)
            let end = UnixTime.now().advanced(by: settings.loginTimeout)
            guard try await store.use(state: attempt.state, until: end) else {
                throw LoginRefusal.unknownAttempt
            }
            await loginGate.end(attempt.state)
            await loginGate.leave(source, isMadeUp: false)
            return session
        } catch {
            var isMadeUp = false
            if case OIDCError.tokenRefused = error { isMadeUp = true }
            await loginGate.end(attempt.state)
            await loginGate.leave(source, isMadeUp: isMadeUp)
            throw error
        }
    }

    private func newSession(_ login: Login, _ exchange: HTTPExchange) throws -> NewSession {
        guard let account = AccountNames.account(login.identity.account) else {
            throw LoginRefusal.unusableAccount(login.identity.account)
        }
        let authenticatedAt = login.authenticatedAt.map { UnixTime(secondsSince1970: $0) }
        return NewSession(
            account: account, subject: login.identity.subject, name: login.identity.name,
            groups: AccountNames.groups(login.identity.groups), credentials: login.credentials, isDevelopment: false,
            userAgent: userAgent(of: exchange), authenticatedAt: authenticatedAt)
    }
}
