import Database

/// Someone who is logged in, as far as rights go. Made by whoever keeps the sessions, anew for each request.
public struct Person: Sendable, Hashable {
    /// The Fedora account's name.
    public let account: String
    /// The groups of Fedora accounts that the account is a member of.
    public let groups: Set<String>
    /// A Boolean value that indicates whether one of them is a group of administrators.
    public let isAdmin: Bool
    /// Until when the login is recent enough for what only administrators may change; `nil` if it never was.
    public let adminFreshUntil: UnixTime?

    /// A person.
    public init(account: String, groups: Set<String> = [], isAdmin: Bool = false, adminFreshUntil: UnixTime? = nil) {
        self.account = account
        self.groups = groups
        self.isAdmin = isAdmin
        self.adminFreshUntil = adminFreshUntil
    }

    /// Returns a Boolean value that indicates whether the person may change what only administrators can: as one whose
    /// login is recent.
    public func mayAdminister(at now: UnixTime) -> Bool {
        isAdmin && adminFreshUntil.map { now < $0 } ?? false
    }
}

/// An action of a person on tokens.
public enum TokenAction: String, Sendable, Hashable, CaseIterable {
    /// Make a token of one's own.
    case create
    /// List the tokens of everybody.
    case listAll
    /// See a token with its deliveries and its history.
    case view
    /// Change name, scope, event filter, settings, or whether private content is published.
    case edit
    /// Give it another secret.
    case rotate
    /// Enable or disable it.
    case setState
    /// Delete it.
    case delete
    /// Add or remove owners.
    case changeOwners
    /// Send a test event through it.
    case sendTest

    /// A Boolean value that indicates whether it is about one token that is there, and not about tokens at large.
    var concernsToken: Bool {
        switch self {
        case .create, .listAll: false
        default: true
        }
    }

    /// A Boolean value that indicates whether nothing is changed by it.
    var onlyReads: Bool { self == .view || self == .listAll }
}

/// The rules of who may do what: the one place that decides it.
///
/// - Owners and members of owning groups may do everything with a token.
/// - Administrators may see every token; to change another's, their login has to be recent.
/// - For everybody else the token is not there.
public enum Authorization {
    /// By what right.
    public enum Role: String, Sendable, Hashable, CaseIterable {
        /// The token is the person's own, or it concerns no token yet.
        case owner
        /// The person is a member of a group that owns it.
        case groupMember
        /// The person is an administrator.
        case admin
        /// Whoever can run the program's commands.
        case commandLine
    }

    /// The reason why something is forbidden that is no secret.
    public enum Denial: String, Sendable, Hashable, CaseIterable {
        /// Nobody is logged in: a page leads to the login, a change is 403. Says nothing about the token.
        case loggedOut
        /// The login of an administrator is too old: log in again.
        case staleLogin
        /// Only administrators may.
        case notAdmin
    }

    /// The decision.
    public enum Decision: Sendable, Hashable {
        /// Go on.
        case allow(Role)
        /// 404: as if there were no such token.
        case hide
        /// 403, or the login.
        case forbid(Denial)
    }

    /// Decides.
    ///
    /// - Parameters:
    ///   - person: Who is logged in; `nil` if nobody is.
    ///   - action: What is wanted.
    ///   - owners: The owners of the token; `nil` if there is no such token, or the action concerns none.
    public static func decide(
        _ person: Person?, _ action: TokenAction, owners: [TokenOwner]? = nil, now: UnixTime = .now()
    ) -> Decision {
        guard let person else { return .forbid(.loggedOut) }
        switch action {
        case .create: return .allow(.owner)
        case .listAll: return person.isAdmin ? .allow(.admin) : .forbid(.notAdmin)
        default: break
        }
        guard let owners else { return .hide }
        if let role = role(of: person, among: owners) { return .allow(role) }
        guard person.isAdmin else { return .hide }
        if action.onlyReads { return .allow(.admin) }
        guard person.mayAdminister(at: now) else { return .forbid(.staleLogin) }
        return .allow(.admin)
    }

    private static func role(of person: Person, among owners: [TokenOwner]) -> Role? {
        if owners.contains(where: { $0.kind == .user && $0.name == person.account }) { return .owner }
        return owners.contains { $0.kind == .group && person.groups.contains($0.name) } ? .groupMember : nil
    }
}

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
