import Glibc

@testable import AMQP

/// What went wrong on the other side of a conversation.
struct PeerError: Error, CustomStringConvertible {
    var description: String
}

/// A blocking socket that speaks AMQP frames, for the other side of a test: a broker that is played, or a second client
/// of a real one. Belongs to one thread; every wait ends after ten seconds.
final class PeerConnection {
    private let descriptor: CInt
    private var buffer: [UInt8] = []

    init(adopting descriptor: CInt) {
        self.descriptor = descriptor
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    convenience init(connectingTo port: UInt16) throws {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var address = Loopback.address(port: port)
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw PeerError(description: "cannot connect to port \(port)") }
        self.init(adopting: descriptor)
    }

    deinit {
        close(descriptor)
    }

    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            guard count > 0 else { throw PeerError(description: "send: \(String(cString: strerror(errno)))") }
            rest = rest.dropFirst(count)
        }
    }

    func send(_ method: some AMQPMethod, channel: UInt16 = 0) throws {
        try send(frame(method, channel: channel))
    }

    /// The next `count` bytes.
    func read(_ count: Int) throws -> [UInt8] {
        while buffer.count < count { try fill() }
        defer { buffer.removeFirst(count) }
        return Array(buffer.prefix(count))
    }

    private func fill() throws {
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        guard count > 0 else {
            throw PeerError(description: count == 0 ? "end of stream" : "recv: \(String(cString: strerror(errno)))")
        }
        buffer += chunk.prefix(count)
    }

    /// The next frame that is no heartbeat.
    func nextFrame() throws -> Frame {
        while true {
            var input = buffer[...]
            if let frame = try Frame.next(in: &input, limit: 1 << 25) {
                buffer = Array(input)
                if frame.kind != .heartbeat { return frame }
            } else {
                try fill()
            }
        }
    }

    /// The next frame, which must be this method.
    @discardableResult
    func expect<Method: AMQPMethod>(_ type: Method.Type = Method.self) throws -> Method {
        let frame = try nextFrame()
        guard frame.kind == .method else { throw PeerError(description: "expected \(Method.id), got \(frame.kind)") }
        let method = try MethodFrame(frame)
        guard method.id == Method.id else { throw PeerError(description: "expected \(Method.id), got \(method.id)") }
        return try method.decode()
    }

    /// A content header and its body.
    func expectContent() throws -> (header: ContentHeader, body: [UInt8], frames: Int) {
        let header = try ContentHeader(payload: try nextFrame().payload)
        var body: [UInt8] = []
        var frames = 0
        while body.count < Int(header.bodySize) {
            body += try nextFrame().payload
            frames += 1
        }
        return (header, body, frames)
    }

    /// Reads until the other side is gone; fails if it is not, in time.
    func expectEnd() throws {
        do {
            while true { try fill() }
        } catch let error as PeerError where error.description.contains("temporarily") {
            throw PeerError(description: "the other side did not hang up")
        } catch {}
    }
}
