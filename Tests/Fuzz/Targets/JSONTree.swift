/// A JSON document that is made of an input, of which it is known where everything is.
indirect enum JSONTree {
    /// A number, a truth value or `null`, as JSON writes it.
    case literal(String)
    case text(String)
    case list([JSONTree])
    case object([(key: String, value: JSONTree)])
    /// A text that holds a document.
    case nested(JSONTree)

    private static let literals = [
        "null", "true", "false", "0", "-1", "1.5e3", "9223372036854775807", "18446744073709551615",
    ]

    /// An object.
    ///
    /// - Parameters:
    ///   - keys: What its keys, and those of what is in it, are.
    ///   - texts: What texts are.
    ///   - depth: How deep it may go.
    ///   - nesting: How many texts that hold documents may stand in each other.
    static func object(
        _ input: inout FuzzInput, keys: [String], texts: [String], depth: Int = 6, nesting: Int = 0
    ) -> JSONTree {
        var members: [(key: String, value: JSONTree)] = []
        while !input.isEmpty, members.count < 20, case let choice = input.byte(), choice != 0 {
            let key = keys[Int(choice) % keys.count]
            members.append((key, value(&input, keys, texts, depth - 1, nesting)))
        }
        return .object(members)
    }

    private static func value(
        _ input: inout FuzzInput, _ keys: [String], _ texts: [String], _ depth: Int, _ nesting: Int
    ) -> JSONTree {
        switch input.number(below: 8) {
        case 0: return .literal(input.pick(literals))
        case 1, 2: return .text(texts.isEmpty ? input.text() : input.pick(texts))
        case 3 where depth > 0:
            return .list((0..<input.number(below: 5)).map { _ in value(&input, keys, texts, depth - 1, nesting) })
        case 4 where depth > 0 && nesting > 0:
            return .nested(object(&input, keys: keys, texts: texts, depth: depth - 1, nesting: nesting - 1))
        case 5, 6, 7:
            guard depth > 0 else { return .literal("1") }
            return object(&input, keys: keys, texts: texts, depth: depth, nesting: nesting)
        default: return .text("")
        }
    }

    /// The same with other texts.
    ///
    /// - Parameters:
    ///   - places: Where the rest of the paths of what is cut lead on from here.
    ///   - change: Gives the text for one, and is told whether it is cut, and the key that it stands under.
    func mapTexts(
        _ cuts: CutPaths, _ places: CutPaths.Places, isCut: Bool = false, key: String = "", isOutermost: Bool = true,
        _ change: (String, _ isCut: Bool, _ key: String) -> String
    ) -> JSONTree {
        switch self {
        case .literal: return self
        case .text(let text): return .text(change(text, isCut, key))
        case .list(let items):
            let next = cuts.places(after: places, key: nil)
            let isCut = isCut || cuts.isEnd(next)
            return .list(items.map { $0.mapTexts(cuts, next, isCut: isCut, key: key, isOutermost: false, change) })
        case .object(let members):
            let isPrivate = !isOutermost && members.contains { cuts.isMark($0.key, $0.value) }
            return .object(
                members.map { member in
                    let next = cuts.places(after: places, key: member.key)
                    let goes = isPrivate && !(cuts.isKept(member.key) && member.value.isScalar)
                    let isCut = isCut || goes || cuts.isEnd(next)
                    return (
                        member.key,
                        member.value.mapTexts(
                            cuts, next, isCut: isCut, key: member.key, isOutermost: false, change)
                    )
                })
        case .nested(let inner):
            // A document of its own, and also what stands at this place.
            return .nested(
                inner.mapTexts(cuts, places.union(cuts.start), isCut: isCut, key: key, isOutermost: false, change))
        }
    }

    private var isScalar: Bool {
        switch self {
        case .literal, .text, .nested: true
        case .list, .object: false
        }
    }

    /// The document. How keys are escaped, and where blanks stand, goes by the input.
    func write(_ input: inout FuzzInput) -> [UInt8] {
        switch self {
        case .literal(let text): return Array(text.utf8)
        case .text(let text): return Self.quoted(Array(text.utf8))
        case .nested(let inner): return Self.quoted(inner.write(&input))
        case .list(let items):
            let parts = items.map { $0.write(&input) }
            return [0x5B] + Array(parts.joined(separator: Self.comma(&input))) + [0x5D]
        case .object(let members):
            let parts = members.map { Self.key($0.key, &input) + [0x3A] + $0.value.write(&input) }
            return [0x7B] + Array(parts.joined(separator: Self.comma(&input))) + [0x7D]
        }
    }

    private static func comma(_ input: inout FuzzInput) -> [UInt8] {
        Array([",", " ,", ", ", "\n,\t"][input.number(below: 4)].utf8)
    }

    private static func key(_ key: String, _ input: inout FuzzInput) -> [UInt8] {
        let escapes = input.byte()
        guard escapes & 1 == 1 else { return quoted(Array(key.utf8)) }
        let letters = key.unicodeScalars.enumerated().map { index, scalar in
            guard escapes >> UInt8(index % 8) & 1 == 1, scalar.value < 0x80 else { return String(scalar) }
            let digits = String(scalar.value, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
        return [0x22] + Array(letters.joined().utf8) + [0x22]
    }

    private static func quoted(_ text: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = [0x22]
        for byte in text {
            switch byte {
            case 0x22, 0x5C: bytes += [0x5C, byte]
            case 0..<0x20: bytes += Array(("\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16)).utf8)
            default: bytes.append(byte)
            }
        }
        return bytes + [0x22]
    }
}

/// Paths of what is cut, tried one by one: what the redaction does by a machine made ready.
struct CutPaths {
    /// How far along which paths something is: a path's number times 16, and the steps that were passed.
    typealias Places = Set<Int>

    private let paths: [[String]]
    /// By what literals an object says that it is private.
    private let marks: [String: [String]]
    private(set) var start: Places = []

    init(_ paths: [String], marks: [String: [String]] = [:]) {
        self.marks = marks
        self.paths = paths.map { $0.split(separator: ".").map(String.init) }
        start = closed(Set(paths.indices.map { $0 * 16 }))
    }

    /// The places after a key, or after an element of an array.
    func places(after places: Places, key: String?) -> Places {
        var after: Places = []
        for place in places {
            switch step(at: place) {
            case nil: continue
            case "**": after.insert(place)
            case let step: if step == "*" || step == key { after.insert(place + 1) }
            }
        }
        return closed(after)
    }

    /// Whether a member says that the object around it is private.
    func isMark(_ key: String, _ value: JSONTree) -> Bool {
        guard case .literal(let text) = value else { return false }
        return marks[key]?.contains(text) ?? false
    }

    /// Whether a member stays in an object that is private.
    func isKept(_ key: String) -> Bool { key == "id" || marks[key] != nil }

    /// Whether a path leads here.
    func isEnd(_ places: Places) -> Bool { places.contains { step(at: $0) == nil } }

    private func step(at place: Int) -> String? {
        let path = paths[place / 16]
        return place % 16 < path.count ? path[place % 16] : nil
    }

    /// `**` may stand for nothing.
    private func closed(_ places: Places) -> Places {
        var closed = places
        for place in places where step(at: place) == "**" { closed.formUnion(self.closed([place + 1])) }
        return closed
    }
}
