/// The purpose of a key that is derived from the root key. Each purpose has a key of its own, by an info string of its
/// own.
enum KeyPurpose: String, CaseIterable {
    /// Sealing of secrets in the database.
    case sealing = "webhook2fedmsg v1 sealing"
    /// Hashes by which a secret that a service sends in the clear is looked up.
    case lookup = "webhook2fedmsg v1 look-up hashes"
    /// Sealing of cookies.
    case cookies = "webhook2fedmsg v1 cookies"
    /// The tags in tokens' public ids. Its key outlives a rotation of the root key: the ids stand in people's settings.
    case idTags = "webhook2fedmsg v1 id tags"
    /// The public name of a root key.
    case name = "webhook2fedmsg v1 key id"
    /// The value in the database that tells whether the root key is the right one.
    case check = "webhook2fedmsg v1 check value"
}
