/// Walks over the bytes of a document once, and notes what to cut out of them.
///
/// It reads nothing outside the bytes, whatever they are, and always comes to an end.
struct RedactionWalk {
    /// An object or array that is open.
    private struct Frame {
        var isObject: Bool
        var isAtStart = true
        var state: Int
        var isBlanked: Bool
        /// The key under which it stands; empty for elements of arrays.
        var key: Range<Int>
        /// What holds in it, if that was asked for.
        var context: KeyMeanings.Context?
        /// Where the member before ends.
        var previousEnd: Int
        /// A Boolean value that indicates whether one of the members so far stays.
        var hasKept = false
        /// Where members that go begin, if none before them stays: they go up to the first that does.
        var openStart: Int?
    }

    /// The cuts so far, in their order.
    private(set) var edits: [RedactionEdit] = []

    /// How many strings stand in each other that are looked into. What is deeper is taken out as a whole.
    private static let maxLevel = 4
    /// How deep objects and arrays may stand in each other: deeper than consumers can read.
    private static let maxDepth = 1024

    private let base: UnsafePointer<UInt8>
    private let count: Int
    private let redaction: PayloadRedaction
    /// How many strings stand around the document.
    private let level: Int
    private var index = 0
    /// The innermost object or array that is open.
    private var top = Frame(isObject: false, state: RedactionPaths.dead, isBlanked: false, key: 0..<0, previousEnd: 0)
    /// Those around it; the first of them is none.
    private var outer: [Frame] = []
    private var mark: NextMark

    init(_ base: UnsafePointer<UInt8>, count: Int, redaction: PayloadRedaction, level: Int) {
        self.base = base
        self.count = count
        self.redaction = redaction
        self.level = level
        mark = NextMark(base, count: count)
        outer.reserveCapacity(16)
    }

    /// Walks over the whole document.
    ///
    /// - Returns: False if the bytes are not one in its outline: strings, brackets, commas and colons.
    mutating func run(from state: Int) -> Bool {
        skipBlanks()
        guard index < count, value(state: state, isBlanked: false, key: 0..<0) else { return false }
        while !outer.isEmpty {
            guard step() else { return false }
        }
        skipBlanks()
        return index == count
    }

    /// Goes on in the innermost object or array: to the end of its next value or to its own.
    private mutating func step() -> Bool {
        let isAtStart = top.isAtStart
        top.isAtStart = false
        if !isAtStart { top.previousEnd = index }
        skipBlanks()
        guard index < count else { return false }
        if base[index] == (top.isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
            if let start = top.openStart { cut(start..<top.previousEnd) }
            top = outer.removeLast()
            index += 1
            return true
        }
        if !isAtStart {
            guard base[index] == UInt8(ascii: ",") else { return false }
            index += 1
            skipBlanks()
        }
        return member()
    }

    private mutating func member() -> Bool {
        let start = index
        var key = 0..<0
        var state = RedactionPaths.dead
        let isLive = top.state != RedactionPaths.dead && !top.isBlanked
        if top.isObject {
            guard index < count, base[index] == UInt8(ascii: "\""), let isPlain = skipString() else { return false }
            key = (start + 1)..<(index - 1)
            skipBlanks()
            guard index < count, base[index] == UInt8(ascii: ":") else { return false }
            index += 1
            skipBlanks()
            if isLive { state = self.state(after: top.state, key: key, isPlain: isPlain) }
        } else if isLive {
            state = redaction.paths.states[top.state].other
        }
        guard index < count else { return false }
        if state != RedactionPaths.dead, removes(at: state) {
            guard skipValue() else { return false }
            if top.hasKept {
                cut(top.previousEnd..<index)
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
        let isBlanked =
            top.isBlanked || (state != RedactionPaths.dead && redaction.paths.states[state].action == .blank)
        return value(state: state, isBlanked: isBlanked, key: key)
    }

    private func removes(at state: Int) -> Bool {
        switch redaction.paths.states[state].action {
        case .remove: true
        case .removeUnlessObject: base[index] != UInt8(ascii: "{") && base[index] != UInt8(ascii: "n")
        case .nothing, .blank: false
        }
    }

    private func state(after state: Int, key: Range<Int>, isPlain: Bool) -> Int {
        if isPlain {
            return redaction.paths.state(after: state, key: UnsafeBufferPointer(rebasing: slice(key)))
        }
        return text(of: key, atMost: redaction.paths.longestKey).withUnsafeBufferPointer {
            redaction.paths.state(after: state, key: $0)
        }
    }

    private func slice(_ range: Range<Int>) -> Slice<UnsafeBufferPointer<UInt8>> {
        UnsafeBufferPointer(start: base, count: count)[range]
    }

    /// A string's inside with its escapes resolved, up to one byte more than `limit` at least.
    private func text(of range: Range<Int>, atMost limit: Int = .max) -> [UInt8] {
        var units = StringUnits(base, range)
        var text: [UInt8] = []
        if limit == .max { text.reserveCapacity(range.count) }
        while text.count <= limit, let unit = units.next() { StringUnits.append(unit, to: &text) }
        return text
    }

    // MARK: Values

    /// Goes behind a number, a word or a string, or into an object or array.
    private mutating func value(state: Int, isBlanked: Bool, key: Range<Int>) -> Bool {
        let start = index
        switch base[index] {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            guard outer.count < Self.maxDepth else { return false }
            var state = state
            while let exception = redaction.paths.states[state].exception, has(exception.key, exception.value) {
                state = exception.state
            }
            index += 1
            outer.append(top)
            top = Frame(
                isObject: base[start] == UInt8(ascii: "{"), state: state, isBlanked: isBlanked, key: key,
                previousEnd: index)
            return true
        case UInt8(ascii: "\""):
            guard skipString() != nil else { return false }
            string((start + 1)..<(index - 1), state: state, isBlanked: isBlanked, key: key)
            return true
        default:
            guard skipLiteral() else { return false }
            if isBlanked, base[start] != UInt8(ascii: "n") { cut(start..<index, emptyStringLevel: level) }
            return true
        }
    }

    /// Whether the object that begins here has a member with that value; the last one counts, if there are several.
    private func has(_ key: [UInt8], _ value: [UInt8]) -> Bool {
        guard base[index] == UInt8(ascii: "{") else { return false }
        var ahead = self
        var isThere = false
        ahead.index += 1
        while true {
            ahead.skipBlanks()
            let start = ahead.index + 1
            guard ahead.index < count, base[ahead.index] == UInt8(ascii: "\""), ahead.skipString() != nil else { break }
            let isNamed = text(of: start..<(ahead.index - 1), atMost: redaction.paths.longestKey) == key
            ahead.skipBlanks()
            guard ahead.index < count, base[ahead.index] == UInt8(ascii: ":") else { break }
            ahead.index += 1
            ahead.skipBlanks()
            let valueStart = ahead.index
            guard ahead.skipValue() else { break }
            if isNamed { isThere = slice(valueStart..<ahead.index).elementsEqual(value) }
            ahead.skipBlanks()
            guard ahead.index < count, base[ahead.index] == UInt8(ascii: ",") else { break }
            ahead.index += 1
        }
        return isThere
    }

    private mutating func string(_ range: Range<Int>, state: Int, isBlanked: Bool, key: Range<Int>) {
        if range.isEmpty { return }
        if isBlanked { return cut(range) }
        let isMarked = mark.isIn(range)
        guard isMarked || Self.mayBeginJSON(base[range.lowerBound]) else { return }
        switch context(ofStringUnder: key) {
        case .text, .commit:
            if isMarked { scan(range, findsAddresses: false) }
        case .address:
            if isMarked, holdsAt(range) { cut(range) }
        case .plain:
            if beginsJSON(range), redactInside(range, state: state) { return }
            if isMarked { scan(range, findsAddresses: true) }
        }
    }

    private mutating func scan(_ range: Range<Int>, findsAddresses: Bool) {
        for found in AddressScan(base, range, findsAddresses: findsAddresses).cuts { cut(found) }
    }

    private func holdsAt(_ range: Range<Int>) -> Bool {
        var units = StringUnits(base, range)
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

    /// What holds for a string in the innermost object or array.
    private mutating func context(ofStringUnder key: Range<Int>) -> KeyMeanings.Context {
        guard !outer.isEmpty else { return .plain }
        let around = context(of: outer.count)
        // Elements are what their array is.
        return key.isEmpty && !top.isObject ? around : KeyMeanings.context(inside: meaning(of: key), of: around)
    }

    /// What holds in an object or array, by its depth.
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
        redaction.keys.meaning(of: String(decoding: text(of: key, atMost: 64), as: UTF8.self))
    }

    // MARK: Strings that hold JSON

    private static func mayBeginJSON(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "\\") || byte == 0x20
    }

    private func beginsJSON(_ range: Range<Int>) -> Bool {
        var units = StringUnits(base, range)
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
    private mutating func redactInside(_ range: Range<Int>, state: Int) -> Bool {
        guard level < Self.maxLevel else {
            cut(range)
            return true
        }
        let text = text(of: range)
        let nested = redaction.paths.states[state].nested
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
        var units = StringUnits(base, range)
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

    // MARK: Moving on

    private mutating func skipBlanks() {
        while index < count, Self.isBlank(base[index]) { index += 1 }
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09
    }

    /// Goes behind a string's closing quote.
    ///
    /// - Returns: Whether it has no escapes; `nil` if it does not end.
    private mutating func skipString() -> Bool? {
        var isPlain = true
        index += 1
        while true {
            index = ByteSearch.quoteOrBackslash(base, from: index, to: count)
            guard index < count else { return nil }
            if base[index] == UInt8(ascii: "\"") {
                index += 1
                return isPlain
            }
            isPlain = false
            index += 2
            guard index < count else { return nil }
        }
    }

    /// Goes behind a number, `true`, `false` or `null`.
    private mutating func skipLiteral() -> Bool {
        let start = index
        while index < count, Self.isOfLiteral(base[index]) { index += 1 }
        return index > start
    }

    private static func isOfLiteral(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: "+") || byte == UInt8(ascii: ".")
    }

    /// Goes behind a value of any kind.
    private mutating func skipValue() -> Bool {
        var depth = 0
        repeat {
            guard index < count else { return false }
            switch base[index] {
            case UInt8(ascii: "\""):
                guard skipString() != nil else { return false }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                index += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                index += 1
            case let byte where byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":") || Self.isBlank(byte):
                index += 1
            default:
                guard skipLiteral() else { return false }
            }
        } while depth > 0
        return depth == 0
    }
}
