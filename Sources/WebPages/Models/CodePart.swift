/// A part of a command: what is secret of it can be hidden from someone who looks on.
package struct CodePart: Sendable {
    /// The text.
    package var text: String
    /// A Boolean value that indicates whether it is a secret, or made of nothing else.
    package var isSecret: Bool

    package init(text: String, isSecret: Bool = false) {
        self.text = text
        self.isSecret = isSecret
    }
}
