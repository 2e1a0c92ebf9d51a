/// A failure with a text of its own.
struct TokenCommandFailure: Error, CustomStringConvertible {
    let description: String
}
