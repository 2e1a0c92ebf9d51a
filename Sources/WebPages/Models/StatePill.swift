/// A word on a coloured ground. The word says it all: the colour only repeats it.
package struct StatePill: Sendable {
    /// The word.
    package var text: String
    /// What it means.
    package var tone: Tone

    package init(text: String, tone: Tone) {
        self.text = text
        self.tone = tone
    }

    /// What a pill means.
    package enum Tone: String, Sendable {
        case ok, bad, warn, info, off
    }
}
