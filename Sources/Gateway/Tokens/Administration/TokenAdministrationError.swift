import Encodings

/// Why a command on a token cannot be done.
public enum TokenAdministrationError: Error, Hashable, CustomStringConvertible {
    /// What was given is neither an id nor a URL with one.
    case malformedID(String)
    /// There is no such token.
    case notFound(TokenID)

    /// What is wrong and what to do.
    public var description: String {
        switch self {
        case .malformedID(let text):
            """
            "\(text.printable)" is no token's id: those have \(TokenID.characterCount) letters and digits. \
            webhook2fedmsg token list shows them
            """
        case .notFound(let id):
            "there is no token \(id). webhook2fedmsg token list shows those there are"
        }
    }
}
