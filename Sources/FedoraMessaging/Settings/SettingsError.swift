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
