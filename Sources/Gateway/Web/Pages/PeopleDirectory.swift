/// Who owns tokens or has logged in, for the administration.
protocol PeopleDirectory: Sendable {
    /// A page of people, by name.
    func list(search: String, page: Int, perPage: Int) async throws(PageFailure) -> PeoplePage
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
