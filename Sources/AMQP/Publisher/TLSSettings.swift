import EventLoop

/// TLS to the broker. The files are read at each attempt to connect.
public struct TLSSettings: Sendable, Hashable {
    /// Whom to trust, and our certificate with its key if we have one.
    public var files: TLSClientContext.Files
    /// Whom the broker's certificate has to be for, and the name asked for (SNI); nil is the endpoint's host.
    public var serverName: String?

    /// TLS with these files.
    public init(files: TLSClientContext.Files = TLSClientContext.Files(), serverName: String? = nil) {
        self.files = files
        self.serverName = serverName
    }
}
