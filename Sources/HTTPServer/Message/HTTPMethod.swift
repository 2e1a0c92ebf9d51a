/// A request's method (RFC 9110 section 9). The well-known ones are told apart, all others are `other`: no handler
/// can be registered for them, so the router answers them with 405 (or 404).
public enum HTTPMethod: UInt8, Sendable, Hashable, CaseIterable {
    /// Reads a resource.
    case get
    /// GET without the body of the answer.
    case head
    /// Gives the resource something to process: how webhooks come.
    case post
    /// Replaces the resource.
    case put
    /// Changes a part of the resource (RFC 5789).
    case patch
    /// Removes the resource.
    case delete
    /// Asks what is allowed.
    case options
    /// Asks for a tunnel, which this server never gives.
    case connect
    /// Asks for a loop-back, which this server never gives.
    case trace
    /// Any other token; its bytes are in `RequestHead.methodBytes`.
    case other

    /// The method that these bytes name. Methods are case-sensitive: `get` is `other`.
    init(_ bytes: Span<UInt8>) {
        for method in Self.allCases where method != .other {
            let name = method.name
            guard name.utf8CodeUnitCount == bytes.count else { continue }
            if name.withUTF8Buffer({ ASCII.equal($0, bytes) }) {
                self = method
                return
            }
        }
        self = .other
    }

    /// The method's name on the wire; empty for `other`.
    public var name: StaticString {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .patch: "PATCH"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .connect: "CONNECT"
        case .trace: "TRACE"
        case .other: ""
        }
    }
}
