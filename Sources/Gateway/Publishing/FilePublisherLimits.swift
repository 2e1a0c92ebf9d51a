/// The bounds of a ``FilePublisher``: keys of `[broker]`, but for the last.
public struct FilePublisherLimits: Sendable, Hashable {
    /// Messages that wait for the disk, the batch on its way included.
    public var messages: Int
    /// Their bytes; a larger message goes alone.
    public var bytes: Int
    /// Bytes of one message's body.
    public var messageBytes: Int
    /// How long a message waits for the disk.
    public var timeout: Duration
    /// How often a disk that failed is looked at again. No key: a look is one empty write, and messages wait for it.
    public var retryInterval: Duration

    /// Bounds; the defaults are those of `[broker]` in the configuration.
    public init(
        messages: Int = 1024, bytes: Int = 32 << 20, messageBytes: Int = 16 << 20, timeout: Duration = .seconds(5),
        retryInterval: Duration = .seconds(1)
    ) {
        self.messages = messages
        self.bytes = bytes
        self.messageBytes = messageBytes
        self.timeout = timeout
        self.retryInterval = retryInterval
    }
}
