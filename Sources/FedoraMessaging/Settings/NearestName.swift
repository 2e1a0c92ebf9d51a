/// Finds what somebody meant who wrote a name that doesn't exist.
package enum NearestName {
    /// Bytes of a name that are looked at: nobody means anything by a longer one.
    private static let maximumCount = 256

    /// The name among `names` that takes the fewest edits to reach; of several, the first. Nil if there are none.
    package static func of(_ name: String, among names: some Sequence<String>) -> String? {
        let bytes = Array(name.utf8.prefix(maximumCount))
        var best: (name: String, distance: Int)?
        for candidate in names {
            let distance = distance(bytes, Array(candidate.utf8))
            if distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// Edits (insert, delete, replace, swap two neighbours) from one text to another: the optimal string alignment
    /// distance.
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforePrevious = [Int](repeating: 0, count: right.count + 1)
        var previous = Array(0...right.count)
        for row in 0..<left.count {
            var current = [row + 1]
            current.reserveCapacity(right.count + 1)
            for column in 0..<right.count {
                let replaced = previous[column] + (left[row] == right[column] ? 0 : 1)
                var least = min(replaced, previous[column + 1] + 1, current[column] + 1)
                if row > 0 && column > 0 && left[row] == right[column - 1] && left[row - 1] == right[column] {
                    least = min(least, beforePrevious[column - 1] + 1)
                }
                current.append(least)
            }
            beforePrevious = previous
            previous = current
        }
        return previous[right.count]
    }
}
