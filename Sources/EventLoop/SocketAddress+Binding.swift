import Encodings
import Glibc

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
