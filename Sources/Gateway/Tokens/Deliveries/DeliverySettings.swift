/// Bounds and times of the recorder.
struct DeliverySettings: Sendable, Hashable {
    /// The number of times that what came in is written.
    var flushInterval = Duration.seconds(1)
    /// Most deliveries that wait to be written, over all loops; the same again while the database is away.
    var maxPending = 8192
    /// Most tokens in one transaction.
    var maxBatch = 256
    /// Longest pause between tries while the database is away.
    var retryMax = Duration.seconds(15)
    /// The time that it is remembered which batch a writer wrote last that has been silent since: a process that died, for
    /// one that lives writes at least its last batch again within `retryMax`.
    var writerRetention = Duration.seconds(30 * 86_400)
    /// The time that a shutdown tries to write what is left.
    var shutdownTimeout = Duration.seconds(5)
}
