/// The maximum size and depth of a payload. Bounds on what a sender can make us and the messages' consumers do.
public struct JSONLimits: Sendable, Hashable {
    /// Arrays and objects in each other, the outermost object being one deep; 64, `ingest.max_depth`.
    public var maxDepth: Int
    /// Bytes of a document; 25 MiB, GitHub's own limit.
    public var maxBytes: Int

    /// Limits; the defaults are those of the configuration.
    public init(maxDepth: Int = 64, maxBytes: Int = 25 << 20) {
        self.maxDepth = maxDepth
        self.maxBytes = maxBytes
    }
}
