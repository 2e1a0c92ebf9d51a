import EventLoop

/// What to do about a broker that does not let us in, where the reason it gives leaves that open.
enum RefusalAdvice {
    /// The codes by which RabbitMQ refuses a login, and a virtual host.
    private static let codes: Set<UInt16> = [403, 530]

    /// About a connection that the broker closed before messages could be published, with the certificate as login.
    static func onClose(_ code: UInt16, _ identity: TLSIdentity?, _ settings: ConnectionSettings) -> String? {
        guard settings.mechanism == .external, let identity, codes.contains(code) else { return nil }
        guard let name = identity.commonName else {
            return "the certificate in \(identity.file) has no CN, by which RabbitMQ would know its user"
        }
        let host = settings.virtualHost
        return "the certificate in \(identity.file) has the CN \(name): RabbitMQ knows no user `\(name)`, or it may "
            + "not use the vhost `\(host)`: rabbitmqctl add_user, rabbitmqctl set_permissions -p \(host) \(name)"
    }

    /// A failure of TLS; where the broker refused us, with the certificate that it was shown.
    static func text(of error: StreamError, _ identity: TLSIdentity?) -> String {
        guard case .tls(.alert) = error else { return "\(error)" }
        return "\(error); it was shown \(identity.map { "\($0)" } ?? "no certificate of ours (certfile and keyfile)")"
    }
}
