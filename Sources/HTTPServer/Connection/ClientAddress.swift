import EventLoop
import Logging

/// The sender of a request, as far as the connection and the proxies before this server tell.
public enum ClientAddress: Sendable, Hashable, CustomStringConvertible {
    /// An address; behind a proxy its port is 0 where the proxy tells none.
    case address(SocketAddress)
    /// The name that a proxy gives the sender instead of its address (RFC 7239 section 6.3).
    case identifier(String)
    /// Behind a proxy that does not tell, or not in a way that can be read.
    case unknown

    /// The key for limits by source; `nil` where nothing is known of the sender. No two such senders may be taken for
    /// one, and none for its proxy: it is under the other limits alone.
    public var source: ClientSource? { ClientSource(self) }

    /// The address as logs show it.
    public var description: String {
        switch self {
        case .address(let address): address.port == 0 ? address.host : address.description
        case .identifier(let name): name
        case .unknown: "unknown"
        }
    }
}

/// One sender for the purpose of limits: an IPv4 address, an IPv6 network of 64 bits, a name that a proxy gives, or
/// whatever is at the other end of a Unix socket.
public struct ClientSource: Hashable, Sendable {
    private let kind: UInt8
    private let network: UInt64
    private let name: String

    init?(_ client: ClientAddress) {
        switch client {
        case .address(let address):
            switch address.unmapped {
            case .ipv4(let number, _): self.init(kind: 4, network: UInt64(UInt32(bigEndian: number)))
            case .ipv6(let bytes, _, _):
                self.init(kind: 6, network: bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
            case .unix: self.init(kind: 0, network: 0)
            }
        case .identifier(let name): self.init(kind: 1, network: 0, name: name)
        case .unknown: return nil
        }
    }

    private init(kind: UInt8, network: UInt64, name: String = "") {
        self.kind = kind
        self.network = network
        self.name = name
    }

    /// A source that no sender has had: for what must be counted by a source where none is known.
    public static func new() -> ClientSource {
        ClientSource(kind: 255, network: .random(in: .min ... .max))
    }
}

/// The header in which proxies tell the addresses of those whose requests they pass on.
public enum ForwardingHeader: String, Sendable, CaseIterable {
    /// X-Forwarded-For where it is there, else Forwarded.
    case any
    /// X-Forwarded-For alone.
    case xForwardedFor = "x-forwarded-for"
    /// Forwarded (RFC 7239) alone.
    case forwarded
}

/// The proxies whose word on their senders' addresses is taken. Nobody else's is.
public final class TrustedProxies: Sendable {
    private let networks: [IPNetwork]
    private let header: ForwardingHeader
    private let logger: Logger?
    private let hasLogged = Locked(false)

    /// - Parameters:
    ///   - networks: where these proxies are; empty trusts nobody.
    ///   - header: the header that they write.
    ///   - logger: told, once, that a sender's address could not be read.
    public init(_ networks: [IPNetwork] = [], header: ForwardingHeader = .any, logger: Logger? = nil) {
        self.networks = networks
        self.header = header
        self.logger = logger
    }

    /// Returns a Boolean value that indicates whether an address is that of such a proxy.
    public func contains(_ address: SocketAddress) -> Bool {
        networks.contains { $0.contains(address) }
    }

    /// The sender of a request that came over a connection from `peer`: the last address in the header that is not a
    /// trusted proxy's, or the first if all are.
    func client(of head: RequestHead, from peer: SocketAddress) -> ClientAddress {
        guard !networks.isEmpty, contains(peer) else { return .address(peer.unmapped) }
        let xForwardedFor = header == .forwarded ? [] : head.values("x-forwarded-for")
        let usesForwarded = xForwardedFor.isEmpty && header != .xForwardedFor
        let nodes =
            usesForwarded
            ? ForwardingChain.forwarded(head.values("forwarded")) : ForwardingChain.xForwardedFor(xForwardedFor)
        for node in nodes {
            switch node {
            case .address(let address) where contains(address): continue
            case .address(let address): return .address(address)
            case .identifier(let name): return .identifier(name)
            case .unreadable:
                warnOnce(usesForwarded ? "forwarded" : "x-forwarded-for", head, peer)
                return .unknown
            }
        }
        // A proxy that passes on what another machine within the networks sent.
        if case .address(let address) = nodes.last, nodes.count < ForwardingChain.maximumNodes {
            return .address(address)
        }
        warnOnce("", head, peer)
        return .unknown
    }

    private func warnOnce(_ name: String, _ head: RequestHead, _ peer: SocketAddress) {
        guard let logger,
            hasLogged.withLock({ hasLogged in
                let first = !hasLogged; hasLogged = true; return first
            })
        else { return }
        let value = head.values(name).last.map { RequestRecord.escaped($0.suffix(128), limit: 128) }
        logger.warning(
            "a proxy does not tell the address of a sender, or not so that it can be read: limits by source do not hold for such senders (logged once)",
            metadata: [
                "proxy": "\(peer.host)", "header": "\(name.isEmpty ? "none" : name)", "value": "\(value ?? "")",
            ])
    }
}
