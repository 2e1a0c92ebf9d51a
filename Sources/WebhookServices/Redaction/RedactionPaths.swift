/// The paths of a redaction as an automaton over object keys: one look-up a key, whatever the number of paths.
struct RedactionPaths: Sendable {
    /// What is done with a value.
    enum Action: Sendable {
        case nothing
        case blank
        case remove
        /// Something in it stays and the rest goes: so does all of it if it is no object.
        case removeUnlessObject
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
        /// The member that an object may have, and the state of the object if it has.
        var exception: (key: [UInt8], value: [UInt8], state: Int)?
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
        let keys = states.flatMap(\.named).map(\.key.count) + reducing.compactMap { $0.exception?.key.utf8.count }
        longestKey = keys.max() ?? 0
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
        add(reduction.path + ".*", .rest, of: index)
        for kept in reduction.kept {
            add(reduction.path + "." + kept, .keep, of: index)
            let keys = kept.split(separator: ".")
            for count in 1..<max(1, keys.count) {
                let part = reduction.path + "." + keys.prefix(count).joined(separator: ".")
                add(part, .keepPart, of: index)
                add(part + ".*", .rest, of: index)
            }
        }
    }

    /// The first reduction with an exception whose object a value at these places is.
    func exception(at places: Set<Place>) -> Int? {
        reductions.indices.first { index in
            guard reductions[index].exception != nil else { return false }
            return places.contains { place in
                let path = paths[place.path]
                return path.reduction == index && path.mark == .rest
                    && path.segments.count == Self.segments(of: reductions[index].path).count + 1
                    && place.passed == path.segments.count - 1
            }
        }
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

    /// The places after a key; after one that no path names if it is `nil`.
    func places(after places: Set<Place>, key: String?) -> Set<Place> {
        var after: Set<Place> = []
        for place in places {
            let segments = paths[place.path].segments
            guard place.passed < segments.count else { continue }
            switch segments[place.passed] {
            case .any: after.insert(place)
            case .one: after.insert(Place(path: place.path, passed: place.passed + 1))
            case .key(let name) where name == key: after.insert(Place(path: place.path, passed: place.passed + 1))
            case .key: break
            }
        }
        return closure(after)
    }

    func action(at places: Set<Place>) -> RedactionPaths.Action {
        let marks = places.filter { paths[$0.path].segments.count == $0.passed }.map { paths[$0.path].mark }
        let isKept = marks.contains(.keep)
        if marks.contains(.remove) { return .remove }
        if marks.contains(.rest), !isKept, !marks.contains(.keepPart) { return .remove }
        if marks.contains(.blank) { return .blank }
        return marks.contains(.keepPart) && !isKept ? .removeUnlessObject : .nothing
    }

    func states() -> [RedactionPaths.State] {
        let start = closure(Set(paths.indices.map { Place(path: $0, passed: 0) }))
        // The empty set is the dead state. Without any path, the start is dead as well.
        var sets: [Set<Place>] = [[], start]
        var states = [RedactionPaths.State(), RedactionPaths.State()]
        func number(of set: Set<Place>) -> Int {
            if let known = sets.firstIndex(of: set) { return known }
            sets.append(set)
            states.append(RedactionPaths.State())
            return sets.count - 1
        }
        let keys = Set(
            paths.flatMap(\.segments).compactMap { segment in
                if case .key(let name) = segment { name } else { nil }
            }
        ).sorted()
        var index = 1
        while index < sets.count {
            let set = sets[index]
            states[index].action = action(at: set)
            let nested = number(of: set.union(start))
            states[index].nested = nested
            if let reduction = exception(at: set), let member = reductions[reduction].exception {
                let without = number(of: set.filter { paths[$0.path].reduction != reduction })
                states[index].exception = (Array(member.key.utf8), Array(member.value.utf8), without)
            }
            let other = number(of: places(after: set, key: nil))
            states[index].other = other
            for key in keys {
                let next = number(of: places(after: set, key: key))
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
