import EventLoop

/// Opens a stream to the broker: plain TCP by default, TLS where someone gives another.
///
/// Runs on the loop. What it returns belongs to that loop; what it throws is shown to people, so it must describe itself
/// without secrets. It should heed the deadline and its task's cancellation.
public typealias Connector =
    @Sendable (BrokerEndpoint, EventLoop, ContinuousClock.Instant) async throws -> any ByteStream

/// Plain TCP.
enum TCPConnector {
    /// Resolves the name and tries its addresses in turn, each with its share of the time that is left.
    static func connect(
        to endpoint: BrokerEndpoint, on loop: EventLoop, deadline: ContinuousClock.Instant
    ) async throws(StreamError) -> any ByteStream {
        let addresses = try await SocketAddress.resolve(host: endpoint.host, port: endpoint.port)
        var failure = StreamError.deadlineExceeded
        for (index, address) in addresses.enumerated() {
            let now = ContinuousClock.now
            guard now < deadline, !Task.isCancelled else { break }
            let share = (deadline - now) / (addresses.count - index)
            do throws(StreamError) {
                return try await TCPStream.connect(to: address, on: loop, deadline: now + share)
            } catch {
                failure = error
            }
        }
        throw failure
    }
}
