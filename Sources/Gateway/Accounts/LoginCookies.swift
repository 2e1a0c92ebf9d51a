import Database
import HTTPServer
import OIDC

/// Logins in progress, in sealed cookies: one each, named after the state's beginning, so that several tabs can log in
/// at once; but only a few.
struct LoginCookies: Sendable {
    /// The maximum number of logins in progress that a browser keeps.
    static let maximumCount = 5
    private static let prefix = "w2f-login-"

    let sealed: SealedCookie
    let policy: CookiePolicy
    let lifetime: Duration

    /// Returns the fields that begin a login: its cookie, and the end of the oldest if there are too many.
    func begin(_ attempt: LoginAttempt, in head: RequestHead, now: UnixTime) throws -> [ServerResponse.Field] {
        let name = Self.name(attempt.state)
        // What is over or cannot be read counts as the oldest of all.
        let old = names(in: head).filter { $0 != name }.map { other in
            (name: other, at: sealed.value(of: other, in: head, now: now).flatMap(LoginAttempt.init)?.startedAt ?? .min)
        }.sorted { $0.at < $1.at }
        let ended = old.prefix(max(0, old.count + 1 - Self.maximumCount)).map { policy.delete($0.name) }
        return ended + [try sealed.set(name, attempt.bytes, lifetime: lifetime, now: now)]
    }

    /// Returns the fields that end all logins of a browser.
    func endAll(in head: RequestHead) -> [ServerResponse.Field] { names(in: head).map(policy.delete) }

    /// The maximum number that is looked at: each has to be opened.
    private static let maximumSeen = 4 * maximumCount

    private func names(in head: RequestHead) -> [String] {
        Array(policy.names(from: Self.prefix, in: head).filter(Self.isName).prefix(Self.maximumSeen))
    }

    /// Returns the login that a callback belongs to, if this browser began it and it has not expired.
    func find(_ state: String, in head: RequestHead, now: UnixTime) -> LoginAttempt? {
        sealed.value(of: Self.name(state), in: head, now: now).flatMap(LoginAttempt.init(bytes:))
    }

    /// Returns the destination of a stray callback: what its login was for, if its cookie is still there, or else the
    /// start page.
    func returnAddress(of exchange: HTTPExchange, now: UnixTime) -> ReturnAddress {
        let state = FormFields(exchange.head.query ?? [])?["state"] ?? ""
        return ReturnAddress(find(state, in: exchange.head, now: now)?.returnAddress)
    }

    /// Returns the field that ends a login.
    func end(_ state: String) -> ServerResponse.Field { policy.delete(Self.name(state)) }

    /// Returns the name of a login's cookie. Of the state it has only what base64url has: it comes out of a query.
    private static func name(_ state: String) -> String {
        prefix + String(state.prefix(8).filter { isNamePart($0) })
    }

    private static func isName(_ name: String) -> Bool {
        name.dropFirst(prefix.count).count <= 8 && name.dropFirst(prefix.count).allSatisfy(isNamePart)
    }

    private static func isNamePart(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || character == "-" || character == "_")
    }
}
