import Encodings

/// `uri-host [ ":" port ]` (RFC 9110 section 7.2, RFC 3986 section 3.2): what Host and a target's authority must be.
enum HostSyntax {
    /// Returns a Boolean value that indicates whether these bytes are a host, with a port if `portRequired`. An empty
    /// host is none: an http URI has one.
    static func isValid(_ bytes: Span<UInt8>, portRequired: Bool = false) -> Bool {
        guard bytes.count > 0 else { return false }
        let hostEnd = bytes[0] == 0x5B ? endOfLiteral(bytes) : endOfName(bytes)
        guard let hostEnd, hostEnd > 0 else { return false }
        guard hostEnd < bytes.count else { return !portRequired }
        return bytes[hostEnd] == ASCII.colon && isPort(bytes, from: hostEnd + 1, required: portRequired)
    }

    /// The end of a registered name or IPv4 address, or nil if a percent sign is not followed by two digits.
    private static func endOfName(_ bytes: Span<UInt8>) -> Int? {
        var index = 0
        while index < bytes.count, ASCII.isHost(bytes[index]) {
            if bytes[index] == ASCII.percent {
                guard index + 2 < bytes.count, Hex.value(of: bytes[index + 1]) != nil,
                    Hex.value(of: bytes[index + 2]) != nil
                else { return nil }
            }
            index += 1
        }
        return index
    }

    /// The end of `[` IPv6 address `]`, or nil. Only its alphabet is checked: nothing here connects to it.
    private static func endOfLiteral(_ bytes: Span<UInt8>) -> Int? {
        var index = 1
        while index < bytes.count,
            Hex.value(of: bytes[index]) != nil || bytes[index] == ASCII.colon
                || bytes[index] == 0x2E
        {
            index += 1
        }
        guard index > 2, index < bytes.count, bytes[index] == 0x5D else { return nil }
        return index + 1
    }

    /// A port may be empty (RFC 3986 section 3.2.3) unless it is required.
    private static func isPort(_ bytes: Span<UInt8>, from start: Int, required: Bool) -> Bool {
        var port = 0
        for index in start..<bytes.count {
            guard ASCII.isDigit(bytes[index]), port <= 65_535 else { return false }
            port = port * 10 + Int(bytes[index] &- 0x30)
        }
        return port <= 65_535 && (!required || start < bytes.count)
    }
}
