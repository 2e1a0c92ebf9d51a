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
    private var frames: [Frame] = []
    private var mark: NextMark

    init(_ base: UnsafePointer<UInt8>, count: Int, redaction: PayloadRedaction, level: Int) {
        self.base = base
        self.count = count
        self.redaction = redaction
        self.level = level
        mark = NextMark(base, count: count)
        frames.reserveCapacity(16)
    }

    /// Walks over the whole document.
    ///
    /// - Returns: False if the bytes are not one in its outline: strings, brackets, commas and colons.
    mutating func run(from state: Int) -> Bool {
        skipBlanks()
        guard index < count, value(state: state, isBlanked: false, key: 0..<0) else { return false }
        while !frames.isEmpty {
            guard step() else { return false }
        }
        skipBlanks()
        return index == count
    }

    /// Goes on in the innermost object or array: to the end of its next value or to its own.
    private mutating func step() -> Bool {
        let top = frames.count - 1
        let isAtStart = frames[top].isAtStart
        frames[top].isAtStart = false
        if !isAtStart { frames[top].previousEnd = index }
        skipBlanks()
        guard index < count else { return false }
        if base[index] == (frames[top].isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
            if let start = frames[top].openStart { cut(start..<frames[top].previousEnd) }
            frames.removeLast()
            index += 1
            return true
        }
        if !isAtStart {
            guard base[index] == UInt8(ascii: ",") else { return false }
            index += 1
            skipBlanks()
        }
        return member(of: top)
    }

    private mutating func member(of top: Int) -> Bool {
        let start = index
        var key = 0..<0
        var state = RedactionPaths.dead
        let outer = frames[top].state
        if frames[top].isObject {
            guard index < count, base[index] == UInt8(ascii: "\""), let isPlain = skipString() else { return false }
            key = (start + 1)..<(index - 1)
            skipBlanks()
            guard index < count, base[index] == UInt8(ascii: ":") else { return false }
            index += 1
            skipBlanks()
            if outer != RedactionPaths.dead, !frames[top].isBlanked {
                state = self.state(after: outer, key: key, isPlain: isPlain)
            }
        } else if outer != RedactionPaths.dead, !frames[top].isBlanked {
            state = redaction.paths.states[outer].other
        }
        guard index < count else { return false }
        if state != RedactionPaths.dead, removes(at: state) {
            guard skipValue() else { return false }
            if frames[top].hasKept {
                cut(frames[top].previousEnd..<index)
            } else if frames[top].openStart == nil {
                frames[top].openStart = start
            }
            return true
        }
        if let open = frames[top].openStart { cut(open..<start) }
        frames[top].openStart = nil
        frames[top].hasKept = true
        if !key.isEmpty, mark.isIn(key) { scan(key, findsAddresses: context(of: top) == .plain) }
        let isBlanked = frames[top].isBlanked || redaction.paths.states[state].action == .blank
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
            guard frames.count < Self.maxDepth else { return false }
            index += 1
            frames.append(
                Frame(
                    isObject: base[start] == UInt8(ascii: "{"), state: state, isBlanked: isBlanked, key: key,
                    previousEnd: index))
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
        let top = frames.count - 1
        guard top >= 0 else { return .plain }
        let around = context(of: top)
        // Elements are what their array is.
        return key.isEmpty && !frames[top].isObject ? around : KeyMeanings.context(inside: meaning(of: key), of: around)
    }

    private mutating func context(of top: Int) -> KeyMeanings.Context {
        var known = top
        while known > 0, frames[known].context == nil { known -= 1 }
        var context = frames[known].context ?? .plain
        if known == 0 { frames[0].context = context }
        while known < top {
            known += 1
            if !frames[known].key.isEmpty {
                context = KeyMeanings.context(inside: meaning(of: frames[known].key), of: context)
            } else if frames[known - 1].isObject {
                context = KeyMeanings.context(inside: .other, of: context)
            }
            frames[known].context = context
        }
        // A member of an object has a meaning of its own.
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
