/// Walks over the bytes of a document once, and notes what to cut out of them.
///
/// It reads nothing outside the bytes, whatever they are, and always comes to an end.
struct RedactionWalk {
    /// An object or array that is open.
    private struct Frame {
        var isObject: Bool
        var isAtStart = true
        var places: RedactionPaths.Places
        var isBlanked: Bool
        /// The key under which it stands; empty for elements of arrays.
        var key: Range<Int>
        /// The treatment of it, if that was asked for.
        var context: KeyMeanings.Context?
        /// The end of the previous member.
        var previousEnd: Int
        /// A Boolean value that indicates whether one of the members so far stays.
        var hasKept = false
        /// The start of members to remove, if none before them stays: they go up to the first that does.
        var openStart: Int?
        /// A Boolean value that indicates whether the walk goes back to its beginning if it turns out to be private.
        var canGoBack = false
        /// A Boolean value that indicates whether it said that it is private.
        var isMarked = false
    }

    /// The walk as an object began.
    private struct Beginning {
        var index: Int
        var edits: Int
        var mark: NextMark
    }

    /// The cuts so far, in their order.
    private(set) var edits: [RedactionEdit] = []

    /// The maximum number of nested strings that are looked into. What is deeper is taken out as a whole.
    private static let maxLevel = 4
    /// The maximum depth of an object that proves that it is public, or keeps something though it is private: deeper
    /// than any that services send. To walk over an object twice takes as long as it is, and such objects may stand in
    /// each other.
    private static let maxProvingDepth = 16
    /// The maximum depth of objects and arrays: deeper than consumers can read.
    private static let maxDepth = 1024

    private let redaction: PayloadRedaction
    /// The number of strings around the document.
    private let level: Int
    private var cursor: JSONCursor
    /// The innermost object or array that is open.
    private var top = Frame(
        isObject: false, places: RedactionPaths.nowhere, isBlanked: false, key: 0..<0, previousEnd: 0)
    /// Those around it; the first of them is none.
    private var outer: [Frame] = []
    /// The beginnings of all these that the walk can go back to.
    private var beginnings: [Beginning] = []
    private var mark: NextMark

    init(_ base: UnsafePointer<UInt8>, count: Int, redaction: PayloadRedaction, level: Int) {
        cursor = JSONCursor(base, count: count)
        self.redaction = redaction
        self.level = level
        mark = NextMark(base, count: count)
        outer.reserveCapacity(16)
    }

    /// Walks over the whole document.
    ///
    /// - Returns: False if the bytes are not one in its outline: strings, brackets, commas and colons.
    mutating func run(from places: RedactionPaths.Places) -> Bool {
        cursor.skipBlanks()
        guard !cursor.isAtEnd, value(at: places, isBlanked: false, key: 0..<0) else { return false }
        while !outer.isEmpty {
            guard step() else { return false }
        }
        cursor.skipBlanks()
        return cursor.isAtEnd
    }

    /// Goes on in the innermost object or array: to the end of its next value or to its own.
    private mutating func step() -> Bool {
        let isAtStart = top.isAtStart
        top.isAtStart = false
        if !isAtStart { top.previousEnd = cursor.index }
        cursor.skipBlanks()
        if cursor.isAt(top.isObject ? "}" : "]") {
            if top.canGoBack, let beginning = beginnings.popLast(), top.isMarked {
                goBack(to: beginning)
                return true
            }
            cursor.index += 1
            if let start = top.openStart { cut(start..<top.previousEnd) }
            top = outer.removeLast()
            return true
        }
        if !isAtStart {
            guard cursor.take(",") else { return false }
            cursor.skipBlanks()
        }
        return member()
    }

    private mutating func member() -> Bool {
        let start = cursor.index
        var key = 0..<0
        var places = RedactionPaths.nowhere
        let isLive = top.places != RedactionPaths.nowhere && !top.isBlanked
        if top.isObject {
            guard let name = cursor.skipKey() else { return false }
            key = name.range
            if isLive { places = self.places(after: top.places, key: key, isPlain: name.isPlain) }
            if redaction.paths.mayMark(at: places), top.canGoBack, isMark(name) { top.isMarked = true }
        } else if isLive {
            places = redaction.paths.places(inside: top.places)
        }
        guard !cursor.isAtEnd else { return false }
        let action = redaction.paths.action(at: places)
        if action != .nothing, removes(action) {
            guard cursor.skipValue() else { return false }
            if top.hasKept {
                cut(top.previousEnd..<cursor.index)
            } else if top.openStart == nil {
                top.openStart = start
            }
            return true
        }
        if let open = top.openStart {
            cut(open..<start)
            top.openStart = nil
        }
        top.hasKept = true
        if !key.isEmpty, mark.isIn(key) { scan(key, findsAddresses: !context(of: outer.count).keepsAddresses) }
        let isBlanked = top.isBlanked || (action != .nothing && blanks(action))
        return value(at: places, isBlanked: isBlanked, key: key)
    }

    // MARK: Private objects

    /// A Boolean value that indicates whether a member says that the object around it is private; its value comes next.
    private func isMark(_ name: (range: Range<Int>, isPlain: Bool)) -> Bool {
        redaction.marks.contains { mark in
            let isNamed =
                name.isPlain
                ? name.range.count == mark.key.count && cursor.slice(name.range).elementsEqual(mark.key)
                : cursor.text(of: name.range, atMost: mark.key.count) == mark.key
            return isNamed && mark.values.contains { cursor.isAt($0) }
        }
    }

    /// Walks over an object again, of which little stays.
    private mutating func goBack(to beginning: Beginning) {
        edits.removeLast(edits.count - beginning.edits)
        guard outer.count <= Self.maxProvingDepth else {
            cut(beginning.index..<cursor.index)
            top = outer.removeLast()
            cursor.index += 1
            return
        }
        cursor.index = beginning.index
        mark = beginning.mark
        top = Frame(
            isObject: true, places: top.places | redaction.paths.insideMarked, isBlanked: top.isBlanked, key: top.key,
            context: top.context, previousEnd: beginning.index)
    }

    private func removes(_ action: RedactionPaths.Action) -> Bool {
        switch action {
        case .remove: true
        case .removeContainer: beginsContainer
        case .removeScalar: !beginsContainer && !cursor.isAt("n")
        case .nothing, .blank, .blankContainer, .blankScalar: false
        }
    }

    private func blanks(_ action: RedactionPaths.Action) -> Bool {
        switch action {
        case .blank: true
        case .blankContainer: beginsContainer
        case .blankScalar: !beginsContainer
        case .nothing, .remove, .removeContainer, .removeScalar: false
        }
    }

    private var beginsContainer: Bool { cursor.isAt("{") || cursor.isAt("[") }

    private func places(
        after places: RedactionPaths.Places, key: Range<Int>, isPlain: Bool
    ) -> RedactionPaths.Places {
        if isPlain {
            return redaction.paths.places(after: places, key: UnsafeBufferPointer(rebasing: cursor.slice(key)))
        }
        return cursor.text(of: key, atMost: redaction.paths.longestKey).withUnsafeBufferPointer {
            redaction.paths.places(after: places, key: $0)
        }
    }

    // MARK: Values

    /// Goes behind a number, a word or a string, or into an object or array.
    private mutating func value(at places: RedactionPaths.Places, isBlanked: Bool, key: Range<Int>) -> Bool {
        let start = cursor.index
        let places = redaction.paths.isDocument(at: places) ? places | redaction.paths.innerStart : places
        switch cursor.base[start] {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            guard outer.count < Self.maxDepth else { return false }
            let inside = redaction.paths.isReduced(at: places) ? reduced(places) : places
            let isObject = cursor.isAt("{")
            cursor.index += 1
            // The outermost object is the event's; and what a rule has reduced is as it has to be.
            let canGoBack =
                isObject && !redaction.marks.isEmpty && !isBlanked && inside == places
                && (level > 0 || !outer.isEmpty)
            outer.append(top)
            top = Frame(
                isObject: isObject, places: inside, isBlanked: isBlanked, key: key, previousEnd: cursor.index)
            if canGoBack {
                top.canGoBack = true
                beginnings.append(Beginning(index: cursor.index, edits: edits.count, mark: mark))
            }
            return true
        case UInt8(ascii: "\""):
            guard cursor.skipString() != nil else { return false }
            string((start + 1)..<(cursor.index - 1), at: places, isBlanked: isBlanked, key: key)
            return true
        default:
            guard cursor.skipLiteral() else { return false }
            if isBlanked, cursor.base[start] != UInt8(ascii: "n") {
                cut(start..<cursor.index, emptyStringLevel: level)
            }
            return true
        }
    }

    /// The places in an object that begins there, at places where objects are reduced that prove nothing.
    private func reduced(_ places: RedactionPaths.Places) -> RedactionPaths.Places {
        var inside = places
        for reduction in redaction.paths.reductions where reduction.place & places != RedactionPaths.nowhere {
            let isProven =
                outer.count < Self.maxProvingDepth
                && reduction.isProven(by: cursor)
            if !isProven { inside |= reduction.inside }
        }
        return inside
    }

    private mutating func string(
        _ range: Range<Int>, at places: RedactionPaths.Places, isBlanked: Bool, key: Range<Int>
    ) {
        if range.isEmpty { return }
        if isBlanked { return cut(range) }
        let isMarked = mark.isIn(range)
        // An object or a document is what is known; a text in its place may say anything.
        if redaction.paths.isDocument(at: places) || redaction.paths.isReduced(at: places) {
            if !beginsJSON(range) || !redactInside(range, at: places) { cut(range) }
            return
        }
        guard isMarked || Self.mayBeginJSON(cursor.base[range.lowerBound]) else { return }
        let context = context(ofStringUnder: key)
        // Commits are in the repository as they are.
        if context != .commit, beginsJSON(range), redactInside(range, at: places) { return }
        guard isMarked else { return }
        switch context {
        case .text, .commit: scan(range, findsAddresses: false)
        case .address: if holdsAt(range) { cut(range) }
        case .plain: scan(range, findsAddresses: true)
        }
    }

    private mutating func scan(_ range: Range<Int>, findsAddresses: Bool) {
        for found in TextScan.cuts(cursor.base, range, findsAddresses: findsAddresses) { cut(found) }
    }

    private func holdsAt(_ range: Range<Int>) -> Bool {
        var units = PercentUnits(cursor.base, range, decodes: true)
        while let unit = units.next() {
            if unit.ascii == UInt8(ascii: "@") { return true }
        }
        return false
    }

    private mutating func cut(_ range: Range<Int>, emptyStringLevel: Int? = nil) {
        guard !range.isEmpty else { return }
        edits.append(RedactionEdit(range: range, emptyStringLevel: emptyStringLevel))
    }

    // MARK: Contexts

    /// The treatment of a string in the innermost object or array.
    private mutating func context(ofStringUnder key: Range<Int>) -> KeyMeanings.Context {
        guard !outer.isEmpty else { return .plain }
        let around = context(of: outer.count)
        // Elements are what their array is.
        return key.isEmpty && !top.isObject ? around : KeyMeanings.context(inside: meaning(of: key), of: around)
    }

    /// The treatment in an object or array, by its depth.
    private mutating func context(of depth: Int) -> KeyMeanings.Context {
        func frame(_ depth: Int) -> Frame { depth == outer.count ? top : outer[depth] }
        var known = depth
        while known > 1, frame(known).context == nil { known -= 1 }
        // The outermost is of no kind.
        var context = frame(known).context ?? .plain
        while known < depth {
            known += 1
            let key = frame(known).key
            if !key.isEmpty {
                context = KeyMeanings.context(inside: meaning(of: key), of: context)
            } else if frame(known - 1).isObject {
                context = KeyMeanings.context(inside: .other, of: context)
            }
            if known == outer.count { top.context = context } else { outer[known].context = context }
        }
        return context
    }

    private func meaning(of key: Range<Int>) -> KeyMeanings.Meaning {
        redaction.keys.meaning(of: String(decoding: cursor.text(of: key, atMost: 64), as: UTF8.self))
    }

    // MARK: Strings that hold JSON

    private static func mayBeginJSON(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "\\") || byte == 0x20
    }

    private func beginsJSON(_ range: Range<Int>) -> Bool {
        var units = StringUnits(cursor.base, range)
        while let unit = units.next() {
            switch unit.ascii {
            case 0x20, 0x09, 0x0a, 0x0d: continue
            case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "\""): return true
            default: return false
            }
        }
        return false
    }

    /// Redacts the JSON in a string; false if there is none.
    private mutating func redactInside(_ range: Range<Int>, at places: RedactionPaths.Places) -> Bool {
        guard level < Self.maxLevel else {
            cut(range)
            return true
        }
        let text = cursor.text(of: range)
        // What holds a document is one itself as well.
        let nested = places | redaction.paths.innerStart
        let inner = text.withUnsafeBufferPointer { bytes -> [RedactionEdit]? in
            guard let base = bytes.baseAddress else { return nil }
            var walk = RedactionWalk(base, count: bytes.count, redaction: redaction, level: level + 1)
            return walk.run(from: nested) ? walk.edits : nil
        }
        guard let inner else { return false }
        if !inner.isEmpty { take(inner, in: range) }
        return true
    }

    /// Takes over the cuts in a string's text: finds where its places stand in the string.
    private mutating func take(_ inner: [RedactionEdit], in range: Range<Int>) {
        var units = StringUnits(cursor.base, range)
        var passed = 0
        func place(_ offset: Int) -> Int {
            while passed < offset, let unit = units.next() { passed += unit.length }
            return units.index
        }
        for edit in inner {
            let start = place(edit.range.lowerBound)
            cut(start..<place(edit.range.upperBound), emptyStringLevel: edit.emptyStringLevel)
        }
    }
}
