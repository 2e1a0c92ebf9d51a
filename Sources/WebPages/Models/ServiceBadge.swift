/// A service as pages show it: its title, and letters on a colour, for its sign is not ours to draw.
package struct ServiceBadge: Sendable {
    /// Its name in URLs.
    package var name: String
    /// The display name.
    package var title: String
    /// Two letters.
    package var letters: String
    /// The colour, 0 to 7.
    package var tone: Int

    package init(name: String, title: String, letters: String, tone: Int) {
        self.name = name
        self.title = title
        self.letters = letters
        self.tone = tone
    }
}
