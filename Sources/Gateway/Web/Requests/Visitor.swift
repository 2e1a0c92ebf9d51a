/// Who is logged in, as pages need it.
struct Visitor: Sendable {
    /// Their rights.
    let person: Person
    /// What they are called, if the provider told: untrusted text.
    let displayName: String?
    /// Their groups, in order.
    let groups: [String]
    /// Whether the provider could not be asked for their groups lately: they count as having none.
    let rightsAreStale: Bool
    /// What forms must send along.
    let csrfToken: String
    /// The session behind it.
    var session: Session?

    /// The account's name.
    var account: String { person.account }
}
