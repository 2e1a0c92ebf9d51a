import Database

/// The people who own tokens or have logged in, for the administration.
protocol PeopleDirectory: Sendable {
    /// A page of people, by name.
    func list(search: String, page: Int, perPage: Int) async throws(PageFailure) -> PeoplePage

    /// Returns the directory's knowledge of a person or a group that is to become an owner.
    func find(_ owner: TokenOwner) async throws(PageFailure) -> PeopleFinding
}

/// A directory's knowledge of a name.
enum PeopleFinding: Sendable, Hashable {
    /// There is somebody called so.
    case known
    /// There is nobody called so: said only by a directory of all accounts.
    case absent
    /// It cannot be said: whoever names them says it twice.
    case unsure
}

/// A page of people.
struct PeoplePage: Sendable {
    /// Somebody.
    struct Entry: Sendable {
        let account: String
        let tokens: Int
        let sessions: Int
        let lastLoginAt: UnixTime?
    }

    let people: [Entry]
    let total: Int
    let page: Int
    let pages: Int
}
