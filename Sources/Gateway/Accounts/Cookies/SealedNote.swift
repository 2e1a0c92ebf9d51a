/// A note in a sealed cookie between a POST and the page that follows it.
enum SealedNote: String, Sendable, Hashable, CaseIterable {
    /// The message about the last action, for the top of the next page.
    case flash = "w2f_flash"
    /// A secret that was just made, for the one page that shows it.
    case secret = "w2f_secret"
    /// The fields of a form that was sent when the login had ended, for the page with that form.
    case draft = "w2f_draft"

    /// The time that it waits for the page that shows it: a draft for somebody who logs in first.
    var lifetime: Duration { self == .draft ? .seconds(1800) : .seconds(300) }
}
