extension String {
    /// The most marks that combine with one character (UAX #15 section 13): more than any script has.
    private static let maximumMarks = 30

    /// The text in stream-safe form (UAX #15-D4): where more marks follow each other than any script has, a joiner that
    /// nobody sees stands between them. Texts are compared in normal form, and to sort the marks of one character takes the
    /// square of their number.
    public var streamSafe: String {
        if utf8.allSatisfy({ $0 < 0x80 }) { return self }
        var safe = String.UnicodeScalarView()
        var marks = 0
        var isSafe = true
        for scalar in unicodeScalars {
            marks = scalar.properties.canonicalCombiningClass == .notReordered ? 0 : marks + 1
            if marks > Self.maximumMarks {
                safe.append("\u{34F}")
                marks = 1
                isSafe = false
            }
            safe.append(scalar)
        }
        return isSafe ? self : String(safe)
    }
}
