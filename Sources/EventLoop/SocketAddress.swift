import Encodings
import Glibc

/// The address of a socket: an IPv4 or IPv6 address and port, or a Unix socket's path.
public enum SocketAddress: Sendable, Hashable, CustomStringConvertible {
    /// `address` in network byte order, `port` in the host's.
    case ipv4(address: UInt32, port: UInt16)
    /// `address` as its 16 bytes, `port` in the host's byte order, `scope` for link-local addresses.
    case ipv6(address: [UInt8], port: UInt16, scope: UInt32)
    /// A path of at most 107 bytes.
    case unix(path: String)

    /// Reads a literal address; no name is looked up. Brackets around IPv6 are optional.
    public init?(literal host: String, port: UInt16) {
        // What comes after a zero byte would not be read.
        guard !host.utf8.contains(0) else { return nil }
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        var v4 = in_addr()
        if inet_pton(AF_INET, bare, &v4) == 1 {
            self = .ipv4(address: v4.s_addr, port: port)
            return
        }
        var v6 = in6_addr()
        guard inet_pton(AF_INET6, bare, &v6) == 1 else { return nil }
        self = .ipv6(address: withUnsafeBytes(of: &v6) { Array($0) }, port: port, scope: 0)
    }

    /// Copies the address out of the kernel's form; nil for other families.
    init?(_ storage: UnsafePointer<sockaddr_storage>) {
        let raw = UnsafeRawPointer(storage)
        switch CInt(storage.pointee.ss_family) {
        case AF_INET:
            let v4 = raw.loadUnaligned(as: sockaddr_in.self)
            self = .ipv4(address: v4.sin_addr.s_addr, port: UInt16(bigEndian: v4.sin_port))
        case AF_INET6:
            var v6 = raw.loadUnaligned(as: sockaddr_in6.self)
            let bytes = withUnsafeBytes(of: &v6.sin6_addr) { Array($0) }
            self = .ipv6(address: bytes, port: UInt16(bigEndian: v6.sin6_port), scope: v6.sin6_scope_id)
        case AF_UNIX:
            self = .unix(path: "")
        default:
            return nil
        }
    }

    /// The port, or 0 for a Unix socket.
    public var port: UInt16 {
        switch self {
        case .ipv4(_, let port), .ipv6(_, let port, _): port
        case .unix: 0
        }
    }

    /// A Boolean value that indicates whether only this machine can reach it: 127.0.0.0/8, also as an address of IPv6
    /// (RFC 4291 section 2.5.5.2), ::1 or a Unix socket.
    public var isLoopback: Bool {
        switch self {
        case .ipv4(let address, _): UInt32(bigEndian: address) >> 24 == 127
        case .ipv6(let address, _, _):
            address == [UInt8](repeating: 0, count: 15) + [1]
                || address.starts(with: [UInt8](repeating: 0, count: 10) + [0xff, 0xff, 127])
        case .unix: true
        }
    }

    /// The address without its port, as text.
    public var host: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN) + 1)
        switch self {
        case .ipv4(let address, _):
            var v4 = in_addr(s_addr: address)
            inet_ntop(AF_INET, &v4, &text, socklen_t(text.count))
        case .ipv6(let address, _, _):
            address.withUnsafeBytes { _ = inet_ntop(AF_INET6, $0.baseAddress, &text, socklen_t(text.count)) }
        case .unix(let path):
            return path
        }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// `127.0.0.1:8080`, `[::1]:8080` or `unix:/path`.
    public var description: String {
        switch self {
        case .ipv4(_, let port): "\(host):\(port)"
        case .ipv6(_, let port, _): "[\(host)]:\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    var family: CInt {
        switch self {
        case .ipv4: AF_INET
        case .ipv6: AF_INET6
        case .unix: AF_UNIX
        }
    }

    /// Calls `body` with the kernel's form of the address; nil where a path is too long for it.
    func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result? {
        var storage = sockaddr_storage()
        let length: Int
        switch self {
        case .ipv4(let address, let port):
            var v4 = sockaddr_in()
            v4.sin_family = sa_family_t(AF_INET)
            v4.sin_port = port.bigEndian
            v4.sin_addr.s_addr = address
            length = MemoryLayout<sockaddr_in>.size
            withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: v4, as: sockaddr_in.self) }
        case .ipv6(let address, let port, let scope):
            var v6 = sockaddr_in6()
            v6.sin6_family = sa_family_t(AF_INET6)
            v6.sin6_port = port.bigEndian
            v6.sin6_scope_id = scope
            withUnsafeMutableBytes(of: &v6.sin6_addr) { $0.copyBytes(from: address.prefix($0.count)) }
            length = MemoryLayout<sockaddr_in6>.size
            withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: v6, as: sockaddr_in6.self) }
        case .unix(let path):
            let pathOffset = MemoryLayout<sa_family_t>.size
            let bytes = Array(path.utf8)
            guard bytes.count < MemoryLayout<sockaddr_un>.size - pathOffset else { return nil }
            length = pathOffset + bytes.count + 1
            storage.ss_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &storage) {
                UnsafeMutableRawBufferPointer(rebasing: $0[pathOffset...]).copyBytes(from: bytes)
            }
        }
        return withUnsafePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(length)) }
        }
    }
}

extension SocketAddress {
    /// A Boolean value that indicates whether this machine has the address, so that a socket can listen there: no port
    /// is taken to find out.
    public var isOfThisMachine: Bool { with(port: 0).bindingError == nil }

    /// The reason why nothing can listen here, in words, as far as that can be told beside a server that does already;
    /// nil where something can.
    public var bindingProblem: String? {
        let error = isOfThisMachine ? bindingError : with(port: 0).bindingError
        guard let error, error != EADDRINUSE else { return nil }
        return systemErrorText(error)
    }

    /// The error of binding a socket that is closed again at once. UDP's: a TCP port that was bound may stay taken.
    private var bindingError: CInt? {
        let descriptor = socket(family, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        if case .ipv6 = self {
            var on: CInt = 1
            setsockopt(descriptor, CInt(IPPROTO_IPV6), IPV6_V6ONLY, &on, socklen_t(MemoryLayout<CInt>.size))
        }
        guard let status = withSockaddr({ bind(descriptor, $0, $1) }) else { return ENAMETOOLONG }
        return status == 0 ? nil : errno
    }
}
