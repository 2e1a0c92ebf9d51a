import Database

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
