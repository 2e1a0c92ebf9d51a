/// A moment as `<time>` needs it.
package struct Moment: Sendable {
    /// ISO 8601, for programs.
    package var iso: String
    /// For people, in UTC.
    package var text: String

    package init(iso: String, text: String) {
        self.iso = iso
        self.text = text
    }
}
