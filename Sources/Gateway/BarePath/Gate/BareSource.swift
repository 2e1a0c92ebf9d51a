import EventLoop

/// Where webhooks come from, as far as patience with failures goes: an IPv4 address, an IPv6 network of 64 bits, or
/// whatever is at the other end of a Unix socket; for each service on its own.
struct BareSource: Hashable, Sendable {
    /// What an IPv4 address begins with where it stands as one of IPv6 (RFC 4291 section 2.5.5.2): as the network of
    /// 64 bits that it would count by, all of IPv4 would be one source.
    private static let mappedIPv4: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]

    private let network: UInt64
    private let kind: UInt8
    private let service: UInt16

    /// - Parameter service: The service's place among those offered.
    init(_ address: SocketAddress, service: Int) {
        self.service = UInt16(truncatingIfNeeded: service)
        switch address {
        case .ipv4(let address, _):
            kind = 4
            network = UInt64(UInt32(bigEndian: address))
        case .ipv6(let address, _, _) where address.starts(with: Self.mappedIPv4):
            kind = 4
            network = Self.number(address.dropFirst(Self.mappedIPv4.count))
        case .ipv6(let address, _, _):
            kind = 6
            network = Self.number(address.prefix(8))
        case .unix:
            kind = 0
            network = 0
        }
    }

    /// The address that a proxy gives in a header, its last entry; `nil` if there is none that can be read.
    static func address(in value: ArraySlice<UInt8>) -> SocketAddress? {
        let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        let start = value.lastIndex(of: UInt8(ascii: ",")).map { value.index(after: $0) } ?? value.startIndex
        let entry = value[start...].drop(while: isBlank)
        // The longest literal of IPv6 has 45 characters, and two brackets.
        guard (2...47).contains(entry.count) else { return nil }
        return SocketAddress(literal: String(decoding: entry, as: UTF8.self), port: 0)
    }

    private static func number(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
