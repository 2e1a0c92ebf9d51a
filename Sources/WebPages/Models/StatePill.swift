/// A word on a coloured ground. The word says it all: the colour only repeats it.
package struct StatePill: Sendable {
    /// The word.
    package var text: String
    package var tone: Tone

    package init(text: String, tone: Tone) {
        self.text = text
        self.tone = tone
    }

    /// The meaning of a pill.
    package enum Tone: String, Sendable {
        case ok, bad, warn, info, off
    }
}
