/// A notice about changes of tokens, wherever they were made.
public enum TokenNotice: Sendable, Hashable {
    /// This token was made, changed or deleted.
    case token(TokenID)
    /// Any token may have been changed.
    case everything
    /// From now on changes are heard of; some may have been missed before.
    case watching
    /// Changes made elsewhere are not heard of any more.
    case unwatched
}
