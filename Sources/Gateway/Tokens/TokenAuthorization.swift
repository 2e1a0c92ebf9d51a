import Database

/// The right by which somebody uses tokens, decided for each call by ``Authorization``: a person's, or that of whoever can
/// run the program's commands.
public enum TokenAuthorization: Sendable, Hashable {
    /// Whoever can run the program's commands: everything is allowed.
    case commandLine
    /// A person who is logged in; `nil` if nobody is: then nothing is allowed, whatever the token.
    case person(Person?)

    /// The account that acts; `nil` for the command line.
    var account: String? {
        if case .person(let person) = self { return person?.account }
        return nil
    }

    /// A Boolean value that indicates whether what only administrators can set may be set.
    func mayAdminister(at now: UnixTime) -> Bool {
        switch self {
        case .commandLine: true
        case .person(let person): person?.mayAdminister(at: now) ?? false
        }
    }

    /// The person that acts.
    ///
    /// - Throws: `forbidden(.loggedOut)` if there is none.
    func requirePerson() throws(TokenServiceError) -> Person {
        guard case .person(let person?) = self else { throw .forbidden(.loggedOut) }
        return person
    }

    /// Refuses somebody who is not logged in, before the database is asked for them.
    func requireLogin() throws(TokenServiceError) {
        if case .person(nil) = self { throw .forbidden(.loggedOut) }
    }

    /// Returns the right by which an action is allowed.
    ///
    /// - Parameter owners: The owners of the token; `nil` if there is no such token, or the action concerns none.
    /// - Throws: `notFound`, `forbidden`.
    func role(
        for action: TokenAction, owners: [TokenOwner]?, now: UnixTime
    ) throws(TokenServiceError) -> Authorization.Role {
        switch self {
        case .commandLine:
            if owners == nil, action.concernsToken { throw .notFound }
            return .commandLine
        case .person(let person):
            switch Authorization.decide(person, action, owners: owners, now: now) {
            case .allow(let role): return role
            case .hide: throw .notFound
            case .forbid(let denial): throw .forbidden(denial)
            }
        }
    }

    /// Returns the actor, for the history.
    func actor(as role: Authorization.Role) -> TokenActor {
        TokenActor(account: account, byAdmin: role == .admin)
    }
}
