import EventLoop
import HTTPServer

/// The conditions of the development login: asked for on the command line, without a provider, and nothing but this
/// machine can reach it. It lets anybody be anyone.
enum DevelopmentLoginRules {
    /// Fields by which proxies tell of themselves: behind one, loopback says nothing about who asks.
    private static let forwardingFields = [
        "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port", "x-real-ip", "via",
        "x-forwarded-server", "true-client-ip", "cf-connecting-ip",
    ]

    /// Returns a Boolean value that indicates whether a request comes from this machine, and from a browser that meant
    /// it.
    static func isTrusted(_ head: RequestHead, from remote: SocketAddress) -> Bool {
        guard remote.isLoopback, let authority = head.authority, LoopbackHost.isLoopback(authority: authority) else {
            return false
        }
        return forwardingFields.allSatisfy { head.count(of: $0) == 0 }
    }
}

/// The reason why the development login cannot be had.
enum DevelopmentLoginError: Error, Hashable, CustomStringConvertible {
    /// A provider is configured.
    case provider
    /// The server listens on an address that others can reach.
    case listen(String)
    /// The public URL is not on loopback.
    case publicURL

    var description: String {
        switch self {
        case .provider: "--dev-login and oidc.issuer can't be used together: leave one out"
        case .listen(let address):
            "--dev-login lets anyone log in as any user, but server.listen has \(address), which others can reach"
        case .publicURL: "--dev-login lets anyone log in as any user, but server.public_url is not on loopback"
        }
    }
}
