/// Takes what is never public out of a payload by cutting bytes out of it: what stays is not touched.
///
/// Three things go: the members at the paths it is given; addresses of people, but for those in commits and in what
/// people wrote themselves; and user names and passwords in URLs, wherever they stand.
///
/// Paths are object keys joined by dots. `*` is any one key or element of an array, `**` any number of them, none
/// included. Every occurrence of a key counts, if it is there twice, and however it is written (`"r\u0061w"` is `raw`).
/// A string that holds JSON itself is redacted inside, as if it were that JSON and a document of its own.
///
/// What comes out is valid JSON again. The document must have been validated (``JSONParser``); of one that was not,
/// anything may come out, but nothing outside it is read. Time and memory grow in step with the document's length.
struct PayloadRedaction: Sendable {
    /// An object of which only some members stay, and of those only numbers, words and strings.
    struct Reduction: Sendable {
        /// The place of the object.
        var path: String
        /// The paths of what stays, from the object on.
        var kept: [String]
        /// The proofs that leave the object as it is: any of them suffices, and each of them some members.
        var exceptions: [[Member]] = []
        /// A Boolean value that indicates whether what does not stay keeps its key, without its value.
        var isBlanking = false

        /// A member of an object. If there are several, all of them have to be as it says.
        struct Member: Sendable {
            /// Its key; that of an object around it, a dot and its own.
            var path: String
            /// The number, word or string that it has to be, as JSON writes it; `nil` for anything but null.
            var value: String?
            /// A Boolean value that indicates whether it may be missing.
            var isOptional = false
        }
    }

    /// A member by which an object says that not everybody may see it, wherever it is in the document: of such an object
    /// only its number stays, and what it says of that.
    struct PrivateMark: Sendable {
        let key: [UInt8]
        /// The values that say so, as JSON writes them.
        let values: [[UInt8]]

        init(_ key: String, _ values: String...) {
            self.key = Array(key.utf8)
            self.values = values.map { Array($0.utf8) }
        }

        /// `of objects whose private is true only id, private`.
        var description: String {
            let key = String(decoding: self.key, as: UTF8.self)
            let values = values.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " or ")
            return "of objects whose \(key) is \(values) only id, \(key)"
        }
    }

    /// The members that are blanked in every document: where a hook leads, and its secret.
    static let hookConfigurations = ["**.hook.config", "**.hook.*.config"]

    let paths: RedactionPaths
    let keys: KeyMeanings
    let marks: [PrivateMark]

    /// A redaction.
    ///
    /// - Parameters:
    ///   - removing: The paths of members and elements that are taken out, each with one comma.
    ///   - blanking: The paths of values that become `""`; objects and arrays keep their shape, and what is in them
    ///     becomes that. The configuration of a hook always does.
    ///   - reducing: Objects of which only some members stay.
    ///   - documents: The paths of strings that hold a document of their own: it is redacted as such a string is anywhere,
    ///     also if it is not in a string, and a string that holds none is emptied.
    ///   - marks: By what objects say that they are private. The outermost object is judged by others.
    ///   - texts: Keys, besides those that are known, under which people's own texts stand: addresses stay there.
    ///   - commits: Keys, besides those that are known, under which commits stand.
    ///   - keepsTexts: A Boolean value that indicates whether addresses stay in texts. They do not in those that
    ///     programs write.
    init(
        removing: [String] = [], blanking: [String] = [], reducing: [Reduction] = [],
        documents: [String] = [], marks: [PrivateMark] = [], texts: [String] = [], commits: [String] = [],
        keepsTexts: Bool = true
    ) {
        self.marks = marks
        paths = RedactionPaths(
            removing: removing, blanking: blanking + Self.hookConfigurations, reducing: reducing,
            documents: documents, marks: marks.map { String(decoding: $0.key, as: UTF8.self) })
        keys = KeyMeanings(texts: texts, commits: commits, keepsTexts: keepsTexts)
    }

    /// The pieces of the document that stay, in their order, with what stands in the place of those that do not.
    func pieces(of document: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        let edits = document.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return [RedactionEdit]() }
            var walk = RedactionWalk(base, count: bytes.count, redaction: self, level: 0)
            _ = walk.run(from: paths.start)
            return walk.edits
        }
        if edits.isEmpty { return [document] }
        var pieces: [ArraySlice<UInt8>] = []
        // Many small pieces cost more than the copy that they spare.
        let isCopied = edits.count > 64
        var copy: [UInt8] = []
        if isCopied { copy.reserveCapacity(document.count) }
        func keep(_ piece: ArraySlice<UInt8>) {
            if piece.isEmpty { return }
            if isCopied { copy.append(contentsOf: piece) } else { pieces.append(piece) }
        }
        var start = document.startIndex
        for edit in edits {
            keep(document[start..<(document.startIndex + edit.range.lowerBound)])
            if let replacement = edit.replacement { keep(replacement[...]) }
            start = document.startIndex + edit.range.upperBound
        }
        keep(document[start...])
        return isCopied ? [copy[...]] : pieces
    }
}

/// One cut.
struct RedactionEdit {
    /// The bytes that go.
    var range: Range<Int>
    /// Returns the number of strings around the empty string that replaces them; `nil` if nothing does.
    var emptyStringLevel: Int?

    /// The replacement.
    var replacement: [UInt8]? {
        guard let level = emptyStringLevel else { return nil }
        // In each string around it, a quote and each backslash has a backslash before it.
        let quote = Array(repeating: UInt8(ascii: "\\"), count: (1 << level) - 1) + [UInt8(ascii: "\"")]
        return quote + quote
    }
}
