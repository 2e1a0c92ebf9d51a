/// The paths of a redaction as an automaton over object keys: one look-up a key, whatever the number of paths.
struct RedactionPaths: Sendable {
    /// What is done with a value.
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

    struct State: Sendable {
        var action: Action = .nothing
        /// Where keys that are named lead.
        var named: [(key: [UInt8], state: Int)] = []
        /// The lengths and the first bytes of those, a bit for each that is the same in its lowest six.
        var lengths: UInt64 = 0
        var firsts: UInt64 = 0
        /// Where all other keys and the elements of arrays lead.
        var other = RedactionPaths.dead
        /// Where a string leads that holds a document of its own.
        var nested = RedactionPaths.start
        /// What an object may prove by its members, and the state of the object if it does.
        var exception: (proofs: [[Member]], state: Int)?
    }

    /// A member that proves something about the object around it.
    struct Member: Sendable {
        var keys: ArraySlice<[UInt8]>
        var value: [UInt8]?
        var isOptional: Bool

        init(_ member: PayloadRedaction.Reduction.Member) {
            keys = member.path.split(separator: ".").map { Array($0.utf8) }[...]
            value = member.value.map { Array($0.utf8) }
            isOptional = member.isOptional
        }
    }

    /// The state in which nothing is left to find.
    static let dead = 0
    /// The state of the whole document.
    static let start = 1

    private(set) var states: [State] = []
    /// Bytes of the longest key that is named.
    private(set) var longestKey = 0

    init(removing: [String], blanking: [String], reducing: [PayloadRedaction.Reduction]) {
        var builder = Builder()
        for path in removing { builder.add(path, .remove) }
        for path in blanking { builder.add(path, .blank) }
        for reduction in reducing { builder.add(reduction) }
        states = builder.states()
        let proving = reducing.flatMap(\.exceptions).joined().flatMap { Member($0).keys }
        longestKey = (states.flatMap(\.named).map(\.key.count) + proving.map(\.count)).max() ?? 0
    }

    /// The state after a key.
    func state(after state: Int, key: UnsafeBufferPointer<UInt8>) -> Int {
        // Most keys are told from those that are named by their length or their first byte.
        guard states[state].lengths >> UInt64(key.count & 63) & 1 == 1,
            states[state].firsts >> UInt64((key.first ?? 0) & 63) & 1 == 1
        else { return states[state].other }
        for named in states[state].named
        where named.key.count == key.count && named.key.elementsEqual(key) { return named.state }
        return states[state].other
    }
}

/// Makes the states: each stands for a set of places in the paths (subset construction).
private struct Builder {
    enum Segment: Equatable {
        case key(String)
        case one
        case any
    }

    enum Mark {
        case remove
        case blank
        /// Stays where the rest goes.
        case keep
        /// Something in it stays where the rest goes.
        case keepPart
        /// Is the rest.
        case rest
        /// Is the rest, of which the keys stay.
        case blankRest
    }

    struct Path {
        var segments: [Segment]
        var mark: Mark
        /// The reduction that it is of.
        var reduction: Int?
    }

    /// A path, and how many of its segments are behind.
    struct Place: Hashable {
        var path: Int
        var passed: Int
    }

    var paths: [Path] = []
    var reductions: [PayloadRedaction.Reduction] = []

    static func segments(of path: String) -> [Segment] {
        path.split(separator: ".").map { part in
            switch part {
            case "*": .one
            case "**": .any
            default: .key(String(part))
            }
        }
    }

    mutating func add(_ path: String, _ mark: Mark, of reduction: Int? = nil) {
        paths.append(Path(segments: Self.segments(of: path), mark: mark, reduction: reduction))
    }

    mutating func add(_ reduction: PayloadRedaction.Reduction) {
        let index = reductions.count
        reductions.append(reduction)
        let rest = reduction.isBlanking ? Mark.blankRest : .rest
        add(reduction.path + ".*", rest, of: index)
        for kept in reduction.kept {
            add(reduction.path + "." + kept, .keep, of: index)
            let keys = kept.split(separator: ".")
            for count in 1..<max(1, keys.count) {
                let part = reduction.path + "." + keys.prefix(count).joined(separator: ".")
                add(part, .keepPart, of: index)
                add(part + ".*", rest, of: index)
            }
        }
    }

    /// The first reduction with an exception whose object a value at these places is, and the places without what it
    /// does in that object. What it does to other objects there stays.
    func exception(at places: Set<Place>) -> (reduction: PayloadRedaction.Reduction, without: Set<Place>)? {
        for (index, reduction) in reductions.enumerated() where !reduction.exceptions.isEmpty {
            let length = Self.segments(of: reduction.path).count
            let isInside = { (place: Place) in paths[place.path].reduction == index && place.passed >= length }
            guard places.contains(where: { isInside($0) && $0.passed == length }) else { continue }
            return (reduction, places.filter { !isInside($0) })
        }
        return nil
    }

    func closure(_ places: Set<Place>) -> Set<Place> {
        var closed = places
        var open = Array(places)
        while let place = open.popLast() {
            let segments = paths[place.path].segments
            guard place.passed < segments.count, segments[place.passed] == .any else { continue }
            let next = Place(path: place.path, passed: place.passed + 1)
            if closed.insert(next).inserted { open.append(next) }
        }
        return closed
    }

    /// The places after a key that no path names, and after each of those that one names here.
    func places(after places: Set<Place>) -> (other: Set<Place>, named: [(key: String, places: Set<Place>)]) {
        var other: Set<Place> = []
        var named: [String: Set<Place>] = [:]
        for place in places {
            let segments = paths[place.path].segments
            guard place.passed < segments.count else { continue }
            let next = Place(path: place.path, passed: place.passed + 1)
            switch segments[place.passed] {
            case .any: other.insert(place)
            case .one: other.insert(next)
            case .key(let name): named[name, default: []].insert(next)
            }
        }
        return (closure(other), named.sorted { $0.key < $1.key }.map { ($0.key, closure($0.value.union(other))) })
    }

    func action(at places: Set<Place>) -> RedactionPaths.Action {
        let marks = places.filter { paths[$0.path].segments.count == $0.passed }.map { paths[$0.path].mark }
        let isKept = marks.contains(.keep)
        let isPart = marks.contains(.keepPart)
        if marks.contains(.remove) { return .remove }
        if marks.contains(.rest), !isKept, !isPart { return .remove }
        if marks.contains(.blank) { return .blank }
        if marks.contains(.blankRest), !isKept, !isPart { return .blank }
        // Both are of a reduction, and so among what is its rest.
        if isKept, isPart { return .nothing }
        if isKept { return marks.contains(.rest) ? .removeContainer : .blankContainer }
        if isPart { return marks.contains(.rest) ? .removeScalar : .blankScalar }
        return .nothing
    }

    func states() -> [RedactionPaths.State] {
        let start = closure(Set(paths.indices.map { Place(path: $0, passed: 0) }))
        // The empty set is the dead state. Without any path, the start is dead as well.
        var sets: [Set<Place>] = [[], start]
        var states = [RedactionPaths.State(), RedactionPaths.State()]
        var numbers: [Set<Place>: Int] = [start: RedactionPaths.start]
        numbers[[]] = RedactionPaths.dead
        func number(of set: Set<Place>) -> Int {
            if let known = numbers[set] { return known }
            numbers[set] = sets.count
            sets.append(set)
            states.append(RedactionPaths.State())
            return sets.count - 1
        }
        var index = 1
        while index < sets.count {
            let set = sets[index]
            states[index].action = action(at: set)
            let nested = number(of: set.union(start))
            states[index].nested = nested
            if let (reduction, without) = exception(at: set) {
                let proofs = reduction.exceptions.map { $0.map(RedactionPaths.Member.init) }
                let without = number(of: without)
                states[index].exception = (proofs, without)
            }
            let after = places(after: set)
            let other = number(of: after.other)
            states[index].other = other
            for (key, places) in after.named {
                let next = number(of: places)
                guard next != other else { continue }
                states[index].named.append((Array(key.utf8), next))
                states[index].lengths |= 1 << UInt64(key.utf8.count & 63)
                states[index].firsts |= 1 << UInt64((key.utf8.first ?? 0) & 63)
            }
            index += 1
        }
        return states
    }
}
