import Database
import Testing

@testable import Gateway

/// Each kind of person and each action.
@Suite struct AuthorizationTests {
    private static let now = UnixTime(milliseconds: 1_795_000_000_000)

    enum Kind: String, CaseIterable, Sendable {
        case loggedOut, stranger, owner, groupMember, admin, staleAdmin, neverFreshAdmin, owningStaleAdmin
        /// Somebody whose account is called as a group that owns the token, and a member of a group that is called as
        /// a person who does.
        case namesake

        var person: Person? {
            switch self {
            case .loggedOut: nil
            case .stranger: Person(account: "eve", groups: ["packager"])
            case .owner: Person(account: "alice")
            case .groupMember: Person(account: "bob", groups: ["packager", "infra"])
            case .admin: Person(account: "root", isAdmin: true, adminFreshUntil: now.advanced(by: .milliseconds(1)))
            case .staleAdmin: Person(account: "root", isAdmin: true, adminFreshUntil: now)
            case .neverFreshAdmin: Person(account: "root", isAdmin: true)
            case .owningStaleAdmin: Person(account: "alice", isAdmin: true, adminFreshUntil: nil)
            case .namesake: Person(account: "infra", groups: ["alice"])
            }
        }

        /// What is expected for a change of the token.
        var change: Authorization.Decision {
            switch self {
            case .loggedOut: .forbid(.loggedOut)
            case .stranger, .namesake: .hide
            case .owner, .owningStaleAdmin: .allow(.owner)
            case .groupMember: .allow(.groupMember)
            case .admin: .allow(.admin)
            case .staleAdmin, .neverFreshAdmin: .forbid(.staleLogin)
            }
        }

        var isAdmin: Bool { person?.isAdmin ?? false }
    }

    private func owners() throws -> [TokenOwner] {
        [try TokenOwner(.user, name: "alice"), try TokenOwner(.group, name: "infra")]
    }

    @Test(arguments: Kind.allCases, TokenAction.allCases)
    func `of a token`(_ kind: Kind, _ action: TokenAction) throws {
        let decision = Authorization.decide(kind.person, action, owners: try owners(), now: Self.now)
        let expected: Authorization.Decision =
            switch action {
            case _ where kind == .loggedOut: .forbid(.loggedOut)
            case .create: .allow(.owner)
            case .listAll: kind.isAdmin ? .allow(.admin) : .forbid(.notAdmin)
            case .view where kind.change == .forbid(.staleLogin): .allow(.admin)
            case .view, .edit, .rotate, .setState, .delete, .changeOwners, .sendTest: kind.change
            }
        #expect(decision == expected)
    }

    /// A token that is not there is as one that must not be known of, for administrators too.
    @Test(arguments: Kind.allCases, TokenAction.allCases)
    func `of no token`(_ kind: Kind, _ action: TokenAction) {
        let decision = Authorization.decide(kind.person, action, owners: nil, now: Self.now)
        if action.concernsToken {
            #expect(decision == (kind == .loggedOut ? .forbid(.loggedOut) : .hide))
        } else {
            #expect(decision != .hide)
        }
    }

    /// One that nobody owns, made on the command line, is the administrators'.
    @Test(arguments: Kind.allCases) func `of a token without owners`(_ kind: Kind) {
        let decision = Authorization.decide(kind.person, .edit, owners: [], now: Self.now)
        let expected: Authorization.Decision =
            switch kind {
            case .loggedOut: .forbid(.loggedOut)
            case .admin: .allow(.admin)
            case .staleAdmin, .neverFreshAdmin, .owningStaleAdmin: .forbid(.staleLogin)
            default: .hide
            }
        #expect(decision == expected)
    }
}
