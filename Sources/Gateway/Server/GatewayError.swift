/// Why the server cannot start, where no other error says it.
enum GatewayError: Error, CustomStringConvertible {
    /// The broker's address is `amqps://`.
    case tlsNotSupported

    var description: String {
        switch self {
        case .tlsNotSupported:
            "TLS to the broker (amqps://) is not supported by this version: use amqp:// over loopback or a private network"
        }
    }
}
