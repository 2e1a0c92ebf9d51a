import EventLoop

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

/// Advice for a broker that does not let us in, where the reason it gives leaves that open.
enum RefusalAdvice {
    /// The words in RabbitMQ's texts (`rabbit_reader.erl`).
    private enum Words {
        static let refusedForUser = "refused for user"
        static let notFound = "not found"
        static let limit = "limit"
    }

    /// The alerts that are about a certificate (RFC 8446 section 6.2), by OpenSSL's names.
    private static let certificateAlerts: Set<String> = [
        "bad certificate", "unsupported certificate", "certificate revoked", "certificate expired",
        "certificate unknown", "unknown ca", "certificate required", "access denied",
    ]

    /// About a connection that the broker closed before messages could be published, with the certificate as login.
    static func onClose(
        _ reason: CloseReason, _ identity: TLSIdentity?, _ settings: ConnectionSettings
    ) -> String? {
        guard settings.mechanism == .external, let identity else { return nil }
        guard let name = identity.commonName else {
            return reason.code == 403
                ? "the certificate in \(identity.file) has no CN, by which RabbitMQ would know its user" : nil
        }
        switch reason.code {
        case 403: return noUser(name, identity)
        case 530: return noVirtualHost(reason.text, name, settings.virtualHost)
        default: return nil
        }
    }

    private static func noUser(_ name: String, _ identity: TLSIdentity) -> String {
        "the certificate in \(identity.file) has the CN \(name), and RabbitMQ knows no such user (if it has "
            + "ssl_cert_login_from = common_name): rabbitmqctl add_user \(name)"
    }

    private static func noVirtualHost(_ text: String, _ name: String, _ host: String) -> String? {
        if text.contains(Words.limit) { return nil }
        if text.contains(Words.notFound) { return "there is no such virtual host: rabbitmqctl add_vhost \(host)" }
        guard text.contains(Words.refusedForUser) else { return nil }
        return "the user may not use the virtual host: "
            + #"rabbitmqctl set_permissions -p \#(host) \#(name) '^$' '^amq\.topic$' '^$'"#
    }

    /// A failure of TLS; where it is about a certificate, with the one that the broker was shown.
    static func text(of error: StreamError, _ identity: TLSIdentity?) -> String {
        guard case .tls(.alert(let name)) = error, certificateAlerts.contains(name) else { return "\(error)" }
        return "\(error); it was shown \(identity.map { "\($0)" } ?? "no certificate of ours (certfile and keyfile)")"
    }
}
