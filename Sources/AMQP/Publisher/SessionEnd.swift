/// The reason why a connection ended, or was never made.
enum SessionEnd: Sendable, CustomStringConvertible {
    /// No stream to the broker.
    case notConnected(String)
    /// The stream failed, or the broker dropped it.
    case lost(String)
    /// The broker closed the connection and said why; with what to do about it, where that is known.
    case closedByBroker(CloseReason, advice: String? = nil)
    /// The broker broke the protocol, or does not answer.
    case failed(ConnectionFailure)
    /// We are shutting down.
    case shutdown

    /// One line for people.
    var description: String {
        switch self {
        case .notConnected(let why): "cannot connect: \(why)"
        case .lost(let why): "connection lost: \(why)"
        case .closedByBroker(let reason, let advice):
            "the broker closed the connection: \(reason)\(advice.map { "; " + $0 } ?? "")"
        case .failed(let failure): "\(failure)"
        case .shutdown: "shutting down"
        }
    }
}
