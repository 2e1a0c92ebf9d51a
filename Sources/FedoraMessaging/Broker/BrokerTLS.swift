/// The files of `[tls]`.
public struct BrokerTLS: Sendable, Equatable {
    /// The certificate authorities to trust, in PEM; nil trusts the system's.
    public var caCertificate: String?
    /// The client's certificate, in PEM.
    public var certificate: String?
    /// The certificate's key, in PEM.
    public var key: String?

    /// Files of these paths.
    public init(caCertificate: String? = nil, certificate: String? = nil, key: String? = nil) {
        self.caCertificate = caCertificate
        self.certificate = certificate
        self.key = key
    }

    /// With both a certificate and its key, SASL EXTERNAL takes the place of user and password.
    public var hasClientCertificate: Bool { certificate != nil && key != nil }
}
