/// The person who is logged in, as pages need it.
struct Visitor: Sendable {
    /// Their rights.
    let person: Person
    /// The display name, if the provider told it: untrusted text.
    let displayName: String?
    /// Their groups, in order.
    let groups: [String]
    /// A Boolean value that indicates whether the provider could not be asked for their groups lately: they count as
    /// having none.
    let rightsAreStale: Bool
    /// The token that forms must send along.
    let csrfToken: String
    /// The session behind it.
    var session: Session?

    /// The account's name.
    var account: String { person.account }
}
