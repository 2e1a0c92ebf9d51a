/// What is kept in a sealed cookie between a POST and the page that follows it.
enum SealedNote: String, Sendable, Hashable, CaseIterable {
    /// What was just done, for the top of the next page.
    case flash = "w2f_flash"
    /// A secret that was just made, for the one page that shows it.
    case secret = "w2f_secret"
}
