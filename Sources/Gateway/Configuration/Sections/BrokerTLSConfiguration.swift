import FedoraMessaging

/// `[broker.tls]`: the files for TLS to the broker, by fedora-messaging's names.
public struct BrokerTLSConfiguration: ConfigurationSection, Equatable {
    /// The certificate authorities to trust.
    public var caCertificate: String?
    /// The client's certificate.
    public var certificate: String?
    /// The certificate's key.
    public var key: String?

    /// The defaults.
    public init() {}

    static let documentation = [
        "The files for an amqps:// broker, in PEM. With certfile and keyfile the certificate logs in (SASL EXTERNAL) in the",
        "place of user and password. They are read whenever the server connects.",
    ]

    static let keys = [
        key(
            "ca_cert", \.caCertificate, .optionalString("a path"),
            "Certificate authorities to trust; empty trusts the system's. The certificate must be for the URL's host."),
        key("certfile", \.certificate, .optionalString("a path"), "The client's certificate."),
        key("keyfile", \.key, .optionalString("a path"), "The certificate's key."),
    ]

    /// These files, and those of fedora-messaging's own configuration where there are none.
    func settings(above other: BrokerTLS) -> BrokerTLS {
        var settings = other
        settings.caCertificate = caCertificate ?? other.caCertificate
        settings.certificate = certificate ?? other.certificate
        settings.key = key ?? other.key
        return settings
    }
}
