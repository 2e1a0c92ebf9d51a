import EventLoop

/// The nodes that a forwarding header names, read from its end: the last one was written by the nearest proxy, and what
/// stands before it may be anything that a sender made up. So nothing that comes earlier can change how a later entry
/// is read.
enum ForwardingChain {
    /// An entry of the chain.
    enum Node: Equatable {
        /// An address; its port is 0 where none was given.
        case address(SocketAddress)
        /// An obfuscated identifier (RFC 7239 section 6.3), with its underscore.
        case identifier(String)
        /// `unknown`, or nothing that can be read.
        case unreadable
    }

    /// The longest entry that is read: an obfuscated name, or an address with brackets, zone and port.
    private static let maximumEntryBytes = 256
    /// The most entries that are read: nobody has so many proxies in a row, and a sender may write thousands.
    static let maximumNodes = 64

    /// The entries of all X-Forwarded-For fields, the last first. What is empty is unreadable: a proxy wrote nothing where
    /// an address had to be.
    static func xForwardedFor(_ fields: [ArraySlice<UInt8>]) -> [Node] {
        var nodes: [Node] = []
        for field in fields.reversed() where nodes.count < maximumNodes {
            for entry in pieces(of: field, at: ASCII.comma, limit: maximumNodes - nodes.count) {
                nodes.append(node(unquoted(trimmed(entry))))
            }
        }
        return nodes
    }

    /// The `for` parameters of all Forwarded fields (RFC 7239), the last first. An element without one is unreadable.
    static func forwarded(_ fields: [ArraySlice<UInt8>]) -> [Node] {
        var nodes: [Node] = []
        for field in fields.reversed() where nodes.count < maximumNodes {
            for element in pieces(of: field, at: ASCII.comma, limit: maximumNodes - nodes.count) {
                let element = trimmed(element)
                if !element.isEmpty { nodes.append(forNode(in: element)) }
            }
        }
        return nodes
    }

    private static func forNode(in element: ArraySlice<UInt8>) -> Node {
        var found: Node?
        for pair in pieces(of: element, at: ASCII.semicolon, limit: maximumNodes) {
            guard let equals = pair.firstIndex(of: ASCII.equals) else { continue }
            let name = trimmed(pair[..<equals])
            guard name.count == 3, zip(name, "for".utf8).allSatisfy({ ASCII.lowercased($0) == $1 }) else { continue }
            // Given twice, neither counts.
            guard found == nil else { return .unreadable }
            found = node(unquoted(trimmed(pair[pair.index(after: equals)...])))
        }
        return found ?? .unreadable
    }

    /// Reads `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`, `_name` or `_name:_port`.
    static func node(_ bytes: [UInt8]) -> Node {
        guard (1...maximumEntryBytes).contains(bytes.count), bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return .unreadable
        }
        let text = String(decoding: bytes, as: UTF8.self)
        if text.first == "_" { return identifier(text) }
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { return .unreadable }
            return address(text[text.index(after: text.startIndex)..<end], port: text[text.index(after: end)...])
        }
        if case .address(let whole) = address(text[...], port: "") { return .address(whole) }
        // IPv4 with a port; and all eight groups of an IPv6 address with one, for where brackets were forgotten.
        guard let colon = text.lastIndex(of: ":") else { return .unreadable }
        return address(text[..<colon], port: text[colon...])
    }

    private static func address(_ host: Substring, port: Substring) -> Node {
        var number: UInt16 = 0
        if !port.isEmpty {
            guard port.first == ":", port.utf8.count > 1 else { return .unreadable }
            let digits = port.dropFirst()
            if digits.first == "_" {
                guard isObfuscated(digits) else { return .unreadable }
            } else {
                guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = UInt16(digits) else {
                    return .unreadable
                }
                number = value
            }
        }
        guard host.first != "[" else { return .unreadable }
        // A zone says something on the machine that wrote it alone.
        let bare = host.contains(":") ? host.prefix { $0 != "%" } : host
        guard let address = SocketAddress(literal: String(bare), port: number) else { return .unreadable }
        return .address(address.unmapped)
    }

    private static func identifier(_ text: String) -> Node {
        let name = text.prefix { $0 != ":" }
        guard isObfuscated(name), name.utf8.count > 1 else { return .unreadable }
        return .identifier(String(name))
    }

    private static func isObfuscated(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."): true
            default: false
            }
        }
    }

    // MARK: - Lists

    /// The last `limit` parts between separators that stand outside of quotes, the last first. It is cut from the end, so
    /// that a quote which a sender left open cannot swallow what a proxy appended.
    private static func pieces(of bytes: ArraySlice<UInt8>, at separator: UInt8, limit: Int) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var end = bytes.endIndex
        var isQuoted = false
        var index = bytes.endIndex
        while index > bytes.startIndex, pieces.count < limit {
            index -= 1
            if bytes[index] == ASCII.quote, !isEscaped(bytes, index) {
                isQuoted.toggle()
            } else if bytes[index] == separator, !isQuoted {
                pieces.append(bytes[(index + 1)..<end])
                end = index
            }
        }
        if pieces.count < limit { pieces.append(bytes[bytes.startIndex..<end]) }
        return pieces
    }

    /// Returns a Boolean value that indicates whether an odd number of backslashes stands before the byte.
    private static func isEscaped(_ bytes: ArraySlice<UInt8>, _ index: Int) -> Bool {
        var start = index
        while start > bytes.startIndex, bytes[start - 1] == ASCII.backslash { start -= 1 }
        return (index - start) % 2 == 1
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        guard let first = bytes.firstIndex(where: { !isBlank($0) }),
            let last = bytes.lastIndex(where: { !isBlank($0) })
        else { return [] }
        return bytes[first...last]
    }

    /// The text of a quoted string; other bytes as they are.
    private static func unquoted(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        guard bytes.count >= 2, bytes.first == ASCII.quote, bytes.last == ASCII.quote else { return Array(bytes) }
        var text: [UInt8] = []
        var isEscaped = false
        for byte in bytes.dropFirst().dropLast() {
            if !isEscaped, byte == ASCII.backslash {
                isEscaped = true
            } else {
                text.append(byte)
                isEscaped = false
            }
        }
        return text
    }
}
