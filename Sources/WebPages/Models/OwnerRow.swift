/// An owner of a token.
package struct OwnerRow: Sendable {
    /// Person or group.
    package var kind: Kind
    /// The name.
    package var name: String
    /// A Boolean value that indicates whether it is who looks at the page.
    package var isYou: Bool
    /// A Boolean value that indicates whether it can be removed.
    package var canRemove: Bool

    package init(kind: Kind, name: String, isYou: Bool = false, canRemove: Bool = false) {
        self.kind = kind
        self.name = name
        self.isYou = isYou
        self.canRemove = canRemove
    }

    /// Person or group.
    package enum Kind: String, Sendable {
        case person, group
    }
}
