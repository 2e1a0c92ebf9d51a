import EventLoop

/// Opens a stream to the broker, in the place of the publisher's own way: for tests.
///
/// Runs on the loop. What it returns belongs to that loop; what it throws is shown to people, so it must describe itself
/// without secrets. It should heed the deadline and its task's cancellation.
public typealias Connector =
    @Sendable (BrokerEndpoint, EventLoop, ContinuousClock.Instant) async throws -> any ByteStream
