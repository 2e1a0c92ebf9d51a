import EventLoop

/// The reason why the server cannot start, where no other error says it.
enum GatewayError: Error, CustomStringConvertible {
    /// The certificate for HTTPS can't be used.
    case certificate(TLSError)

    var description: String {
        switch self {
        case .certificate(let error): "server.tls: \(error)"
        }
    }
}
