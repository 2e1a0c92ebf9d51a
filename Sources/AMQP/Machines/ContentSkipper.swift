/// Reads past the content of returned messages, which we know: a header, then as many bytes of body as it says.
struct ContentSkipper: Sendable, Equatable {
    private enum State: Sendable, Equatable {
        case idle
        case header
        case body(remaining: UInt64)
    }

    private var state: State = .idle

    /// A Boolean value that indicates whether no content is being read past: methods may come.
    var isIdle: Bool { state == .idle }

    /// A basic.return came, so content follows.
    mutating func begin() {
        state = .header
    }

    /// Takes a header or body frame.
    mutating func receive(_ frame: Frame) throws(ConnectionFailure) {
        switch (state, frame.kind) {
        case (.header, .header):
            do throws(CodecError) {
                let header = try ContentHeader(payload: frame.payload)
                state = header.bodySize == 0 ? .idle : .body(remaining: header.bodySize)
            } catch {
                throw .codec(error)
            }
        case (.body(let remaining), .body) where frame.payload.count <= remaining:
            let left = remaining - UInt64(frame.payload.count)
            state = left == 0 ? .idle : .body(remaining: left)
        default:
            throw .unexpectedFrame(kind: frame.kind.rawValue, channel: frame.channel)
        }
    }
}
