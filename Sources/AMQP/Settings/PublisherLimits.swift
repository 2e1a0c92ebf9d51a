/// The bounds of one publisher, with their defaults.
public struct PublisherLimits: Sendable, Hashable {
    /// Messages sent and not confirmed yet.
    public var windowMessages: Int
    /// Bytes of bodies sent and not confirmed yet. A larger message goes out alone.
    public var windowBytes: Int
    /// The time that a publish waits for its confirm. Under the ten seconds that GitHub waits for an answer.
    public var confirmTimeout: Duration
    /// The time that nothing at all may be confirmed, after the first confirm came too late, until the connection is
    /// given up and the next address is tried.
    public var suspectTimeout: Duration
    /// Bytes that the socket has not taken yet. A larger message goes out alone.
    public var outputBufferBytes: Int
    /// The first pause before connecting again.
    public var backoffMinimum: Duration
    /// The longest pause before connecting again.
    public var backoffMaximum: Duration
    /// The time that a shutdown waits for confirms.
    public var shutdownTimeout: Duration
    /// The time that a shutdown then waits for the broker's answer to our close, though no longer than for confirms:
    /// nothing depends on the answer any more.
    public var farewellTimeout: Duration
    /// The time that a topic or a size that the broker refused is not sent again.
    public var refusalMemory: Duration

    /// Limits for one of several publishers of a gateway.
    public init(
        windowMessages: Int = 1024,
        windowBytes: Int = 32 << 20,
        confirmTimeout: Duration = .seconds(5),
        suspectTimeout: Duration = .seconds(30),
        outputBufferBytes: Int = 16 << 20,
        backoffMinimum: Duration = .milliseconds(200),
        backoffMaximum: Duration = .seconds(15),
        shutdownTimeout: Duration = .seconds(10),
        farewellTimeout: Duration = .seconds(2),
        refusalMemory: Duration = .seconds(60)
    ) {
        self.windowMessages = windowMessages
        self.windowBytes = windowBytes
        self.confirmTimeout = confirmTimeout
        self.suspectTimeout = suspectTimeout
        self.outputBufferBytes = outputBufferBytes
        self.backoffMinimum = backoffMinimum
        self.backoffMaximum = backoffMaximum
        self.shutdownTimeout = shutdownTimeout
        self.farewellTimeout = farewellTimeout
        self.refusalMemory = refusalMemory
    }
}
