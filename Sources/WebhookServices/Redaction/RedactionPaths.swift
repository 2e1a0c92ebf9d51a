/// The paths of a redaction as an automaton over object keys, which is at all the places at once that fit.
///
/// A place is a path and how many of its segments are behind. It is a bit, so that a step of all of them takes a few
/// operations on words, however many paths there are. (A state for each set of places that can be met would cost less a
/// step; but where reductions can stand anywhere in each other, there are too many of them to be made beforehand.)
///
/// A class, for it is large and asked at every key.
final class RedactionPaths: Sendable {
    /// Places, a bit each.
    typealias Places = SIMD2<UInt64>

    /// The treatment of a value.
    enum Action: Sendable {
        case nothing
        case blank
        case remove
        /// It stays, if it is a number, a word or a string.
        case removeContainer
        case blankContainer
        /// Something in it stays and the rest goes: so does all of it if there is nothing in it.
        case removeScalar
        case blankScalar
    }

    /// A reduction of the objects at some place.
    struct Reduction: Sendable {
        var place: Places
        /// The proofs that leave an object as it is; any of them suffices.
        fileprivate var proofs: [PublicProof]
        /// The places at which an object without a proof begins, besides where it is anyway.
        var inside: Places

        /// A Boolean value that indicates whether the value that begins there stays as it is.
        func isProven(by value: JSONCursor) -> Bool { proofs.contains { $0.isTrue(of: value) } }
    }

    /// No place: nothing is left to find.
    static let nowhere = Places()

    /// The places at which a document begins.
    let start: Places
    /// The places at which a document in a string begins: what is reduced as a whole is so once.
    let innerStart: Places
    /// The places at which a private object begins, besides where it is anyway.
    let insideMarked: Places
    /// All reductions.
    let reductions: [Reduction]
    /// Bytes of the longest key that is named.
    let longestKey: Int
    private let masks: PathMasks
    private let keys: KeyTable

    init(
        removing: [String], blanking: [String], reducing: [PayloadRedaction.Reduction], documents: [String],
        marks: [String]
    ) {
        var masks = PathMasks()
        var start = masks.add(removing, \.removed).starts | masks.add(blanking, \.blanked).starts
        // What stays of an object does not depend on where it is.
        var known: [(like: PayloadRedaction.Reduction, inside: Places)] = []
        var reductions: [Reduction] = []
        for reduction in reducing {
            let same = known.first { $0.like.kept == reduction.kept && $0.like.isBlanking == reduction.isBlanking }
            let inside = same?.inside ?? masks.addInside(reduction)
            if same == nil { known.append((reduction, inside)) }
            let (starts, ends) = masks.add([reduction.path], \.beginning)
            start |= starts
            let proofs = reduction.exceptions.map(PublicProof.init)
            reductions.append(Reduction(place: ends, proofs: proofs, inside: inside))
        }
        start |= masks.add(documents, \.document).starts
        start = masks.closed(start | masks.add(marks.map { "**." + $0 }, \.marking).starts)
        let insideMarked = masks.addInside(PayloadRedaction.Reduction(path: "", kept: ["id"] + marks))
        for index in reductions.indices { reductions[index].inside = masks.closed(reductions[index].inside) }
        self.start = start
        innerStart = start & ~(masks.beginning & start)
        self.insideMarked = masks.closed(insideMarked)
        self.reductions = reductions
        keys = KeyTable(masks.layout.keys)
        longestKey = masks.layout.keys.keys.map(\.utf8.count).max() ?? 0
        self.masks = masks
    }

    // MARK: Steps

    /// The places after a key.
    func places(after places: Places, key: UnsafeBufferPointer<UInt8>) -> Places {
        guard let named = keys[key] else { return self.places(inside: places) }
        return masks.closed(masks.moved(places) | (places & named) &<< 1)
    }

    /// The places after a key that no path names, or of an element of an array.
    func places(inside places: Places) -> Places { masks.closed(masks.moved(places)) }

    /// A Boolean value that indicates whether a member at these places may say that the object around it is private.
    func mayMark(at places: Places) -> Bool { places & masks.marking != Self.nowhere }

    /// The treatment of a value at these places.
    func action(at places: Places) -> Action {
        let ends = places & masks.ends
        if ends == Self.nowhere { return .nothing }
        func has(_ mark: Places) -> Bool { ends & mark != Self.nowhere }
        let isKept = has(masks.kept)
        let isPart = has(masks.keptInside)
        if has(masks.removed) { return .remove }
        if has(masks.rest), !isKept, !isPart { return .remove }
        if has(masks.blanked) { return .blank }
        if has(masks.blankedRest), !isKept, !isPart { return .blank }
        // Both are of a reduction, and so among what is its rest.
        if isKept, isPart { return .nothing }
        if isKept { return has(masks.rest) ? .removeContainer : .blankContainer }
        if isPart { return has(masks.rest) ? .removeScalar : .blankScalar }
        return .nothing
    }

    /// A Boolean value that indicates whether a string at these places has to hold a document.
    func isDocument(at places: Places) -> Bool { places & masks.document != Self.nowhere }

    /// A Boolean value that indicates whether an object at these places is reduced if it proves nothing.
    func isReduced(at places: Places) -> Bool { places & masks.beginning != Self.nowhere }
}

/// The treatments by place.
private struct PathMasks: Sendable {
    typealias Places = RedactionPaths.Places

    /// The places before `**` and before `*`.
    private var any = Places()
    private var one = Places()
    /// The ends of paths, those that say what is done with a value, and by what they say; those of `beginning` lead to
    /// reductions.
    private(set) var ends = Places()
    var removed = Places()
    var blanked = Places()
    var kept = Places()
    var keptInside = Places()
    var rest = Places()
    var blankedRest = Places()
    var beginning = Places()
    var document = Places()
    var marking = Places()
    private(set) var layout = PlaceLayout()

    /// Adds paths; the result are their first and last places.
    mutating func add(
        _ paths: [String], _ mark: WritableKeyPath<PathMasks, Places>
    ) -> (starts: Places, ends: Places) {
        let places = layout.add(paths)
        any |= places.any
        one |= places.one
        // What marks does nothing with its own value.
        if mark != \.marking { ends |= places.ends }
        self[keyPath: mark] |= places.ends
        return (places.starts, places.ends)
    }

    /// Adds what stays in an object and what goes; the result are the first places.
    mutating func addInside(_ reduction: PayloadRedaction.Reduction) -> Places {
        let parts = Set(
            reduction.kept.flatMap { path in
                let keys = path.split(separator: ".")
                return keys.indices.dropFirst().map { keys[..<$0].joined(separator: ".") }
            }
        ).sorted()
        let others = reduction.isBlanking ? \PathMasks.blankedRest : \PathMasks.rest
        return add(["*"] + parts.map { $0 + ".*" }, others).starts | add(reduction.kept, \.kept).starts
            | add(parts, \.keptInside).starts
    }

    func moved(_ places: Places) -> Places { places & any | (places & one) &<< 1 }

    /// `**` may stand for nothing.
    func closed(_ places: Places) -> Places { places | (places & any) &<< 1 }
}

/// Gives each place its bit. Paths of the same kind that differ in their last key only share theirs.
private struct PlaceLayout: Sendable {
    typealias Places = RedactionPaths.Places

    /// The places before each key.
    private(set) var keys: [String: Places] = [:]
    /// The number of bits taken of each word.
    private var taken = [Int](repeating: 0, count: Places.scalarCount)

    /// Adds paths of one kind: their first and last places, and those before `**` and `*`.
    mutating func add(_ paths: [String]) -> (starts: Places, ends: Places, any: Places, one: Places) {
        var result = (starts: Places(), ends: Places(), any: Places(), one: Places())
        var last: [[Substring]: Places] = [:]
        for path in paths {
            var segments = path.split(separator: ".")
            // Two that may stand for nothing are as good as one, and a step is over one alone.
            segments = zip(segments, [""] + segments).filter { $0 != "**" || $1 != "**" }.map(\.0)
            let isNamed = segments.last.map { $0 != "*" && $0 != "**" } ?? false
            if isNamed, let place = last[Array(segments.dropLast())] {
                keys[String(segments[segments.count - 1]), default: Places()] |= place
                continue
            }
            let places = self.places(segments.count + 1)
            for (segment, place) in zip(segments, places) {
                switch segment {
                case "**": result.any |= place
                case "*": result.one |= place
                default: keys[String(segment), default: Places()] |= place
                }
            }
            result.starts |= places[0]
            result.ends |= places[segments.count]
            if isNamed { last[Array(segments.dropLast())] = places[segments.count - 1] }
        }
        return result
    }

    /// Places that follow one another: they lie in one word, so that a step is a shift.
    private mutating func places(_ count: Int) -> [Places] {
        guard let word = taken.indices.first(where: { taken[$0] + count <= UInt64.bitWidth }) else {
            // Not by what comes from outside: a test makes the tables of all services.
            preconditionFailure("The paths of a redaction have more than \(taken.count * UInt64.bitWidth) places.")
        }
        defer { taken[word] += count }
        return (0..<count).map { index in
            var places = Places()
            places[word] = 1 << UInt64(taken[word] + index)
            return places
        }
    }
}

/// The places before each key that is named. Most keys of a document are told from those by
/// their length, their first byte or their hash.
private struct KeyTable: Sendable {
    private struct Entry {
        var bytes: Range<Int>
        var places: RedactionPaths.Places
    }

    /// The keys, one after the other, as their hashes are.
    private var text: [UInt8] = []
    private var entries: [Entry] = []
    /// The start of the entries of each hash, and the end after the last one.
    private var starts: [Int] = []
    /// The lengths and the first bytes of the keys, a bit for each that is the same in its lowest six.
    private var lengths: UInt64 = 0
    private var firsts: UInt64 = 0

    private static let hashes = 256

    init(_ keys: [String: RedactionPaths.Places]) {
        var byHash = [[(key: String, places: RedactionPaths.Places)]](repeating: [], count: Self.hashes)
        for (key, places) in keys {
            var key = key
            byHash[key.withUTF8(Self.hash)].append((key, places))
            lengths |= Self.bit(key.utf8.count)
            firsts |= Self.bit(Int(key.utf8.first ?? 0))
        }
        for found in byHash {
            starts.append(entries.count)
            for (key, places) in found {
                let start = text.count
                text.append(contentsOf: key.utf8)
                entries.append(Entry(bytes: start..<text.count, places: places))
            }
        }
        starts.append(entries.count)
    }

    private static func hash(_ key: UnsafeBufferPointer<UInt8>) -> Int {
        guard let first = key.first, let last = key.last else { return 0 }
        return (key.count &* 31 &+ Int(first) &* 7 &+ Int(last)) & (hashes - 1)
    }

    private static func bit(_ number: Int) -> UInt64 { 1 << UInt64(number & 63) }

    subscript(_ key: UnsafeBufferPointer<UInt8>) -> RedactionPaths.Places? {
        guard lengths & Self.bit(key.count) != 0, firsts & Self.bit(Int(key.first ?? 0)) != 0 else { return nil }
        let hash = Self.hash(key)
        for index in starts[hash]..<starts[hash + 1] where text[entries[index].bytes].elementsEqual(key) {
            return entries[index].places
        }
        return nil
    }
}

/// Members by which an object proves that it is public. Each one counts, if there are several of the same key.
private struct PublicProof: Sendable {
    private struct Member: Sendable {
        /// Its key, after those of the objects in between.
        var keys: ArraySlice<[UInt8]>
        /// The required value, as JSON writes it; `nil` for anything but null.
        var value: [UInt8]?
        var isThere: Bool

        func allows(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
            guard let value else { return bytes.first != UInt8(ascii: "n") }
            return bytes.elementsEqual(value)
        }
    }

    /// Those that may be missing count as there from the beginning.
    private let members: [Member]

    init(_ members: [PayloadRedaction.Reduction.Member]) {
        self.members = members.map { member in
            Member(
                keys: member.path.split(separator: ".").map { Array($0.utf8) }[...],
                value: member.value.map { Array($0.utf8) }, isThere: member.isOptional)
        }
    }

    /// A Boolean value that indicates whether the value that begins there is an object that has all members as they have
    /// to be.
    func isTrue(of value: JSONCursor) -> Bool { Self.areTrue(members, of: value) }

    private static func areTrue(_ members: [Member], of value: JSONCursor) -> Bool {
        var members = members
        var cursor = value
        guard cursor.take("{") else { return false }
        repeat {
            cursor.skipBlanks()
            guard let name = cursor.skipKey() else { break }
            let start = cursor
            guard cursor.skipValue() else { break }
            for index in members.indices where isNamed(name, members[index].keys.first, in: cursor) {
                var inner = members[index]
                inner.keys = inner.keys.dropFirst()
                let isAllowed =
                    inner.keys.isEmpty
                    ? inner.allows(cursor.slice(start.index..<cursor.index)) : areTrue([inner], of: start)
                guard isAllowed else { return false }
                members[index].isThere = true
            }
            cursor.skipBlanks()
        } while cursor.take(",")
        return members.allSatisfy(\.isThere)
    }

    private static func isNamed(
        _ name: (range: Range<Int>, isPlain: Bool), _ key: [UInt8]?, in cursor: JSONCursor
    ) -> Bool {
        guard let key else { return false }
        if name.isPlain { return name.range.count == key.count && cursor.slice(name.range).elementsEqual(key) }
        return cursor.text(of: name.range, atMost: key.count) == key
    }
}
