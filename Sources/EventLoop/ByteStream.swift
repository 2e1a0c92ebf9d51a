/// A connection of bytes on a loop: `TCPStream` in the clear, `TLSStream` encrypted over another.
///
/// Everything but `cancel` is confined to `loop`. One reader and one writer at a time.
public protocol ByteStream: AnyObject, Sendable {
    /// The loop that the stream belongs to.
    var loop: EventLoop { get }

    /// The other end.
    var remoteAddress: SocketAddress { get }

    /// A read or write that still waits at this time throws `StreamError.deadlineExceeded`. Nil: no limit.
    var deadline: ContinuousClock.Instant? { get set }

    /// A Boolean value that indicates whether a read that failed had taken a part of what it waited for: the beginning of a
    /// TLS record.
    var hasPartialInput: Bool { get }

    /// Appends what has come to `buffer`, waiting for it if there is nothing yet.
    /// - Returns: the number of bytes; 0 at the end of the stream.
    func read(into buffer: inout ReadBuffer) async throws(StreamError) -> Int

    /// Writes all of `bytes`, waiting for room as it must.
    func write(_ bytes: [UInt8]) async throws(StreamError)

    /// Writes what goes without waiting. Where not all was taken, the next write has to go on with the rest.
    /// - Returns: the number of bytes taken; 0 where the socket is full.
    func writeNow(_ bytes: UnsafeRawBufferPointer) throws(StreamError) -> Int

    /// Waits until a write would make progress.
    func waitWritable() async throws(StreamError)

    /// Sends the end of the stream; reading goes on.
    func shutdownWrite()

    /// Closes both directions; what waits throws `StreamError.closed`. May be called again.
    func close()

    /// Ends what waits now or later with `StreamError.cancelled`. From any thread.
    func cancel()
}

extension ByteStream {
    /// No: each byte that has come is one that a read gives.
    public var hasPartialInput: Bool { false }
}
