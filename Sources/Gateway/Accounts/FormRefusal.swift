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
        case .loggedOut: "You are not logged in any more, so nothing was changed. Please log in and try again."
        case .forged:
            "The form was not made by this page, or your login changed since. Nothing was changed: please go back, "
                + "reload the page and try again."
        case .malformed: "The form could not be read. Nothing was changed."
        }
    }
}
