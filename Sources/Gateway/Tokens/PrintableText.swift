extension Unicode.Scalar {
    /// Whether it controls how text is shown or split: no place for it in names and secrets.
    var isControlOrSeparator: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
        default: false
        }
    }
}

extension String {
    /// At most 64 characters of it, without those that control how text is shown: fit for an error's text.
    var printable: String {
        String(String.UnicodeScalarView(unicodeScalars.lazy.filter { !$0.isControlOrSeparator }.prefix(64)))
    }
}
