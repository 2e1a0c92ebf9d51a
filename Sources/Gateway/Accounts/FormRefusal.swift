/// Why a form is not taken, in words for people: 403.
public enum FormRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// Nobody is logged in, or not any more.
    case loggedOut
    /// The form's token is missing or another session's, or a page of somebody else sent it.
    case forged
    /// It is no form.
    case malformed

    /// A sentence for the page.
    public var description: String {
        switch self {
        case .loggedOut: "You’re no longer logged in, so nothing was changed. Log in and try again."
        case .forged: "Your session changed, so nothing was saved. Go back, reload the page, and try again."
        case .malformed: "The form couldn’t be read. Nothing was changed."
        }
    }
}
