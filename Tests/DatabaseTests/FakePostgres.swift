import Foundation
import Glibc
import Synchronization

/// A server that knows as much of PostgreSQL's protocol as a login takes, and does what a test says.
final class FakePostgres: Sendable {
    let port: UInt16
    private let encoding: String
    private let descriptor: Atomic<CInt>
    private let count = Atomic<Int>(0)

    /// - Parameter encoding: what it says that its databases are in.
    init(encoding: String = "UTF8") throws {
        let listener = try SilentListener()
        port = listener.port
        descriptor = Atomic(listener.descriptor)
        self.encoding = encoding
        serve(listener.descriptor)
    }

    /// Connections so far.
    var visits: Int { count.load(ordering: .sequentiallyConsistent) }

    /// Listens no more: connections are refused.
    func close() {
        let descriptor = descriptor.exchange(-1, ordering: .sequentiallyConsistent)
        guard descriptor >= 0 else { return }
        // Closing alone would not wake the thread.
        shutdown(descriptor, CInt(SHUT_RDWR))
        Glibc.close(descriptor)
    }

    /// Listens again, at the same port.
    func open() throws {
        let listener = try SilentListener(port: port)
        descriptor.store(listener.descriptor, ordering: .sequentiallyConsistent)
        serve(listener.descriptor)
    }

    private func serve(_ descriptor: CInt) {
        Thread.detachNewThread { [self] in
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { return }
                count.add(1, ordering: .sequentiallyConsistent)
                // Stays open: its client closes it.
                greet(connection)
            }
        }
    }

    private func greet(_ connection: CInt) {
        var request = [UInt8](repeating: 0, count: 4096)
        _ = read(connection, &request, request.count)
        var answer = Self.message("R", [0, 0, 0, 0])
        for (name, value) in [
            ("server_version", "15.0"), ("server_encoding", encoding), ("client_encoding", "UTF8"),
            ("standard_conforming_strings", "on"),
        ] {
            answer += Self.message("S", Array("\(name)\0\(value)\0".utf8))
        }
        answer += Self.message("K", [0, 0, 0, 1, 0, 0, 0, 2]) + Self.message("Z", [UInt8(ascii: "I")])
        _ = write(connection, answer, answer.count)
    }

    private static func message(_ type: Unicode.Scalar, _ body: [UInt8]) -> [UInt8] {
        let length = UInt32(body.count + 4)
        return [UInt8(ascii: type)] + (0..<4).map { UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * $0)) } + body
    }
}
