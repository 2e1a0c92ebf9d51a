import Glibc

/// Plain sockets on 127.0.0.1.
enum Loopback {
    static func address(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return address
    }

    /// A listening socket on a free port.
    static func listen(backlog: CInt) throws -> (descriptor: CInt, port: UInt16) {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var address = address(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) | getsockname(descriptor, pointer, &length)
            }
        }
        guard status == 0, Glibc.listen(descriptor, backlog) == 0 else { throw PeerError(description: "cannot listen") }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }
}

/// A listener that accepts nothing, and whose queue is full: further connections hang.
final class FullListener {
    let port: UInt16
    private var descriptors: [CInt] = []

    init() throws {
        let (listener, port) = try Loopback.listen(backlog: 0)
        self.port = port
        descriptors.append(listener)
        for _ in 0..<8 {
            let filler = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
            var address = Loopback.address(port: port)
            _ = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(filler, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            descriptors.append(filler)
        }
    }

    deinit {
        for descriptor in descriptors { close(descriptor) }
    }
}
