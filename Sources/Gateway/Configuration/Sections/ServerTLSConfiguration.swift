import EventLoop

/// `[server.tls]`: the certificate for HTTPS.
public struct ServerTLSConfiguration: ConfigurationSection, Equatable {
    /// The certificate, with intermediate ones behind it.
    public var certificate: String?
    /// The certificate's key.
    public var key: String?
    /// The time that a handshake may take.
    public var handshakeTimeout = Duration.seconds(10)

    /// The defaults.
    public init() {}

    static let documentation = [
        "HTTPS: with certfile and keyfile, in PEM, all addresses of server.listen speak TLS 1.2 or 1.3. SIGHUP reads both",
        "anew; where that fails, the old ones stay.",
    ]

    static let keys = [
        key(
            "certfile", \.certificate, .optionalString("a path"),
            "The server's certificate, with intermediate ones behind it; empty serves HTTP in the clear, for a proxy."),
        key("keyfile", \.key, .optionalString("a path"), "The certificate's key, without a passphrase."),
        key(
            "handshake_timeout", \.handshakeTimeout, .duration(.milliseconds(100) ... .seconds(600)),
            "How long a TLS handshake may take before the connection is closed."),
    ]

    /// The files, if HTTPS is to be spoken.
    var files: TLSServerContext.Files? {
        guard let certificate, let key else { return nil }
        return TLSServerContext.Files(certificate: certificate, key: key)
    }
}
