/// One thing that is wrong in the settings: where, which key, and what to do about it. Never holds a secret's value.
public struct SettingsProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// The source of a setting.
    public enum Source: Sendable, Hashable {
        /// A file, and the line of the key where it has one (the first line is 1).
        case file(path: String, line: Int?)
        /// An environment variable, by its name.
        case environment(variable: String)
        /// Nothing set it: the built-in default.
        case builtIn
    }

    /// The source of the setting.
    public var source: Source
    /// The key with its section, for example `server.listen`; empty if the problem is no single key's.
    public var key: String
    /// The fault and the expectation.
    public var message: String

    /// A problem of these parts.
    public init(source: Source, key: String, message: String) {
        self.source = source
        self.key = key
        self.message = message
    }

    /// `<file>:<line>: <key>: <message>`, or with the variable's name in the file's place.
    public var description: String {
        let place =
            switch source {
            case .file(let path, let line?): "\(path):\(line): "
            case .file(let path, nil): "\(path): "
            case .environment(let variable): "environment variable \(variable): "
            case .builtIn: ""
            }
        return place + (key.isEmpty ? "" : "\(key): ") + message
    }
}

/// Settings that can't be used, with everything that is wrong in them.
public struct SettingsError: Error, Sendable, CustomStringConvertible {
    /// All problems found, in the order of the file; never empty.
    public let problems: [SettingsProblem]

    /// An error of these problems.
    public init(_ problems: [SettingsProblem]) {
        self.problems = problems
    }

    /// One problem a line.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}

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
