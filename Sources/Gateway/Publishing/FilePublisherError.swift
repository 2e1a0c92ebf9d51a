/// Why the file of messages can't be used.
public struct FilePublisherError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, with the path, and what to do.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
