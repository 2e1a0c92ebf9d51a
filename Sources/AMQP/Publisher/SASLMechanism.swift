/// The connection's proof of identity (AMQP 0-9-1 section 2.2.4).
///
/// Descriptions, mirrors and dumps of it never show the password.
public enum SASLMechanism: Sendable, Hashable {
    /// RFC 4616: user name and password in the clear; for loopback, or inside TLS.
    case plain(username: String, password: String)
    /// The broker takes the user from what it knows already: the client certificate of the TLS connection.
    case external

    /// The mechanism's name on the wire.
    public var name: String {
        switch self {
        case .plain: "PLAIN"
        case .external: "EXTERNAL"
        }
    }

    /// The response in start-ok: NUL user NUL password, or nothing. A secret.
    var response: [UInt8] {
        switch self {
        case .plain(let username, let password): [0] + Array(username.utf8) + [0] + Array(password.utf8)
        case .external: []
        }
    }
}

extension SASLMechanism: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The mechanism, and the user where there is one; never the password.
    public var description: String {
        switch self {
        case .plain(let username, _): "PLAIN(\(username))"
        case .external: "EXTERNAL"
        }
    }

    /// The same.
    public var debugDescription: String { description }

    /// Nothing to look into.
    public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .enum) }
}
