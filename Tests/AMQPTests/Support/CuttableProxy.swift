import EventLoop
import Foundation
import Glibc

/// A TCP proxy on loopback whose connections can be stalled and cut: what befalls real ones. Each direction has a
/// thread of its own.
final class CuttableProxy: Sendable {
    let port: UInt16
    private let listener: CInt
    private let state = Locked(State())

    private struct State: Sendable {
        var descriptors: [CInt] = []
        var isStalled = false
    }

    init(to target: UInt16) throws {
        let (listener, port) = try Loopback.listen(backlog: 8)
        self.listener = listener
        self.port = port
        let state = state
        Thread.detachNewThread {
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { break }
                let server = Self.connect(to: target)
                state.withLock { $0.descriptors += [client, server] }
                Thread.detachNewThread { Self.pump(client, server) {} }
                Thread.detachNewThread {
                    Self.pump(server, client) { while state.withLock({ $0.isStalled }) { usleep(1000) } }
                }
            }
        }
    }

    deinit {
        shutdown(listener, CInt(SHUT_RDWR))
        close(listener)
        cut()
    }

    private static func connect(to port: UInt16) -> CInt {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var address = Loopback.address(port: port)
        _ = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return descriptor
    }

    private static func pump(_ from: CInt, _ to: CInt, wait: () -> Void) {
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = recv(from, &chunk, chunk.count, 0)
            wait()
            guard count > 0, send(to, chunk, count, CInt(MSG_NOSIGNAL)) == count else { break }
        }
        shutdown(to, CInt(SHUT_RDWR))
    }

    /// Holds back what the broker says, or lets it go on.
    func stall(_ on: Bool) {
        state.withLock { $0.isStalled = on }
    }

    /// Cuts all connections, and drops what was held back. The descriptors stay until the process ends: a pump may still
    /// be using them.
    func cut() {
        let descriptors = state.withLock { state in
            defer { state.descriptors = [] }
            return state.descriptors
        }
        for descriptor in descriptors { shutdown(descriptor, CInt(SHUT_RDWR)) }
        // Only now, or what was held back would still get through.
        stall(false)
    }
}
