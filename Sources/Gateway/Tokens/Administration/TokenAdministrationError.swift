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
            "\(text.printable)" is not a token ID (\(TokenID.characterCount) letters and digits). Run \
            "webhook2fedmsg token list" to see all tokens
            """
        case .notFound(let id):
            "token \(id) not found. Run \"webhook2fedmsg token list\" to see all tokens"
        }
    }
}
