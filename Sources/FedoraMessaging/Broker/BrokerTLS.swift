/// The files of `[tls]`.
public struct BrokerTLS: Sendable, Equatable {
    /// The certificate authorities to trust, in PEM; nil trusts the system's.
    public var caCertificate: String?
    /// The client's certificate, in PEM.
    public var certificate: String?
    /// The certificate's key, in PEM.
    public var key: String?
    /// The name that the broker's certificate has to have, where that is not the host's; only pika's `ssl_options` has it.
    public var serverName: String?

    /// Files of these paths.
    public init(
        caCertificate: String? = nil, certificate: String? = nil, key: String? = nil, serverName: String? = nil
    ) {
        self.caCertificate = caCertificate
        self.certificate = certificate
        self.key = key
        self.serverName = serverName
    }

    /// With both a certificate and its key, SASL EXTERNAL takes the place of user and password.
    public var hasClientCertificate: Bool { certificate != nil && key != nil }

    /// These files, and those of `other` where there are none.
    func filled(from other: BrokerTLS) -> BrokerTLS {
        var filled = self
        filled.caCertificate = caCertificate ?? other.caCertificate
        filled.serverName = serverName ?? other.serverName
        if !hasClientCertificate { (filled.certificate, filled.key) = (other.certificate, other.key) }
        return filled
    }

    /// The keys of pika's `ssl_options` that are taken.
    private static let options: [String: any WritableKeyPath<BrokerTLS, String?> & Sendable] = [
        "ca_certs": \.caCertificate, "cafile": \.caCertificate, "certfile": \.certificate, "keyfile": \.key,
        "server_hostname": \.serverName,
    ]

    /// Reads pika's `ssl_options`.
    init(sslOptions entries: [String: SettingValue]) throws(BrokerAddressError) {
        self.init()
        for (name, value) in entries.sorted(by: { $0.key < $1.key }) {
            guard let path = Self.options[name] else {
                throw BrokerAddressError(
                    "ssl_options may have ca_certs, certfile, keyfile and server_hostname here, not \(name)")
            }
            guard case .string(let text) = value, !text.isEmpty else {
                throw BrokerAddressError("\(name) in ssl_options must be a string")
            }
            self[keyPath: path] = text
        }
        // Python takes a file that holds both.
        if certificate != nil, key == nil { key = certificate }
        guard certificate != nil || key == nil else {
            throw BrokerAddressError("keyfile in ssl_options needs a certfile")
        }
    }
}
