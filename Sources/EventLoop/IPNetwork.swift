/// A network of IP addresses, such as `10.0.0.0/8`, `2001:db8::/32` or, for a single address, `192.0.2.1`.
public struct IPNetwork: Sendable, Hashable, CustomStringConvertible {
    /// The network's first address, as 4 or 16 bytes.
    private let base: [UInt8]

    /// The number of leading bits that an address must share with the network.
    public let prefixLength: Int

    /// Reads CIDR notation; without a prefix length it is one address. Bits of the address below the prefix are ignored,
    /// and IPv4 written as IPv6 (`::ffff:10.0.0.0/104`) is IPv4.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = SocketAddress(literal: String(parts[0]), port: 0), var bytes = address.ipBytes else {
            return nil
        }
        var length = bytes.count * 8
        if parts.count == 2 {
            let digits = parts[1]
            guard (1...3).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = Int(digits), number <= length
            else { return nil }
            length = number
        }
        if length >= 96, case .ipv4 = address.unmapped, bytes.count == 16 {
            bytes.removeFirst(12)
            length -= 96
        }
        for index in bytes.indices { bytes[index] &= Self.mask(byte: index, prefixLength: length) }
        base = bytes
        prefixLength = length
    }

    /// Returns a Boolean value that indicates whether the address, whatever its port, is in the network. A Unix
    /// socket's path is in none.
    public func contains(_ address: SocketAddress) -> Bool {
        switch address.unmapped {
        case .ipv4(let number, _):
            guard base.count == 4 else { return false }
            return withUnsafeBytes(of: number) { matches($0) }
        case .ipv6(let bytes, _, _):
            guard base.count == 16 else { return false }
            return bytes.withUnsafeBytes { matches($0) }
        case .unix:
            return false
        }
    }

    private func matches(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count == base.count else { return false }
        return base.indices.allSatisfy { bytes[$0] & Self.mask(byte: $0, prefixLength: prefixLength) == base[$0] }
    }

    private static func mask(byte index: Int, prefixLength: Int) -> UInt8 {
        let bits = min(8, max(0, prefixLength - index * 8))
        return bits == 0 ? 0 : 0xFF << (8 - UInt8(bits))
    }

    /// CIDR notation.
    public var description: String {
        let number: SocketAddress =
            base.count == 4
            ? .ipv4(address: base.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }, port: 0)
            : .ipv6(address: base, port: 0, scope: 0)
        return "\(number.host)/\(prefixLength)"
    }
}

extension SocketAddress {
    /// The prefix of an IPv4 address written as IPv6 (RFC 4291 section 2.5.5.2).
    private static let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]

    /// The same address, as IPv4 where it is an IPv4 address written as IPv6.
    public var unmapped: SocketAddress {
        guard case .ipv6(let bytes, let port, _) = self, bytes.count == 16, bytes.starts(with: Self.mappedPrefix) else {
            return self
        }
        return .ipv4(
            address: bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 12, as: UInt32.self) }, port: port)
    }

    /// The address's 4 or 16 bytes; `nil` for a Unix socket.
    var ipBytes: [UInt8]? {
        switch self {
        case .ipv4(let address, _): withUnsafeBytes(of: address) { Array($0) }
        case .ipv6(let address, _, _): address.count == 16 ? address : nil
        case .unix: nil
        }
    }
}
