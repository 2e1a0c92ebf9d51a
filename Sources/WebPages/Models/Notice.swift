/// Something to know, with its weight.
package struct Notice: Sendable {
    /// Its weight.
    package var kind: Kind
    package var text: String

    package init(kind: Kind, text: String) {
        self.kind = kind
        self.text = text
    }

    package enum Kind: String, Sendable {
        case success, info, warning, error
    }
}
