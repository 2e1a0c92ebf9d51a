/// Bounds and times of the recorder.
public struct DeliverySettings: Sendable, Hashable {
    /// The number of times that what came in is written.
    public var flushInterval = Duration.seconds(1)
    /// Most deliveries that wait to be written, over all loops; the same again while the database is away.
    public var maxPending = 8192
    /// Most tokens in one transaction.
    public var maxBatch = 256
    /// Longest pause between tries while the database is away.
    public var retryMax = Duration.seconds(15)
    /// The time that a shutdown tries to write what is left.
    public var shutdownTimeout = Duration.seconds(5)

    /// The defaults.
    public init() {}
}
