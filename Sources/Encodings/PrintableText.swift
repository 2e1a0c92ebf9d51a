extension Unicode.Scalar {
    /// A Boolean value that indicates whether it controls how text is shown or split: no place for it in names and
    /// secrets.
    public var isControlOrSeparator: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
        default: false
        }
    }
}

extension Unicode.Scalar {
    /// A Boolean value that indicates whether it joins what is beside it, and is needed to write it: the zero-width
    /// (non-)joiners of Persian, of Indic scripts and of emoji, and the tags that the flags of regions are made of.
    public var isJoiner: Bool { value == 0x200C || value == 0x200D || (0xE0020...0xE007F).contains(value) }

    /// A Boolean value that indicates whether it has no place in a name that people give.
    public var isUnfitForNames: Bool { isControlOrSeparator && !isJoiner }

    /// A Boolean value that indicates whether there is anything to see of it.
    public var isVisible: Bool {
        !properties.isWhitespace && !properties.isDefaultIgnorableCodePoint
    }
}

extension String {
    /// A name within a sentence: if it may run from right to left, what surrounds it is not turned around (UAX #9).
    public var isolated: String { utf8.allSatisfy { $0 < 0x80 } ? self : "\u{2068}\(self)\u{2069}" }

    /// Without blanks at its ends. By code points: to go back over characters takes the square of their number, if they are
    /// flags.
    public var trimmed: String {
        let start = unicodeScalars.drop { $0.properties.isWhitespace }
        guard let last = start.lastIndex(where: { !$0.properties.isWhitespace }) else { return "" }
        return String(String.UnicodeScalarView(start[...last]))
    }

    /// At most 64 characters of it, without those that control how text is shown: fit for an error's text.
    public var printable: String {
        String(String.UnicodeScalarView(unicodeScalars.lazy.filter { !$0.isUnfitForNames }.prefix(64)))
    }
}

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
