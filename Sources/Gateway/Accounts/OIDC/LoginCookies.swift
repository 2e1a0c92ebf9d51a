import HTTPServer
import OIDC

/// Logins in progress, in sealed cookies: one each, named after the state's beginning, so that several tabs can log in
/// at once; but only a few.
struct LoginCookies: Sendable {
    /// Logins in progress that a browser keeps.
    static let maximumCount = 5
    private static let prefix = "w2f-login-"

    let sealed: SealedCookie
    let policy: CookiePolicy
    let lifetime: Duration

    /// The fields that begin a login: its cookie, and the end of all others where there are too many.
    func begin(_ attempt: LoginAttempt, in head: RequestHead, now: UnixTime) throws -> [ServerResponse.Field] {
        let name = Self.name(attempt.state)
        let old = policy.names(from: Self.prefix, in: head).filter { $0 != name && Self.isName($0) }
        let ended = old.count >= Self.maximumCount ? old.prefix(2 * Self.maximumCount).map(policy.delete) : []
        return ended + [try sealed.set(name, attempt.bytes, lifetime: lifetime, now: now)]
    }

    /// The login that a callback belongs to, if this browser began it and it is not over.
    func find(_ state: String, in head: RequestHead, now: UnixTime) -> LoginAttempt? {
        sealed.value(of: Self.name(state), in: head, now: now).flatMap(LoginAttempt.init(bytes:))
    }

    /// The field that ends a login.
    func end(_ state: String) -> ServerResponse.Field { policy.delete(Self.name(state)) }

    /// Of the state only what base64url has: it comes out of a query.
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
