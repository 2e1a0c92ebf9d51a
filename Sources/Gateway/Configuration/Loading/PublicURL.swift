/// The URL by which others reach the server.
enum PublicURL {
    /// `scheme://host[:port]` of a text, without the slash at its end; nil if the text is anything else, or more.
    static func normalized(_ text: String) -> String? {
        // By bytes first: steps back over characters of other scripts take the square of their number.
        guard text.utf8.allSatisfy({ $0 < 0x80 }), let mark = text.firstRange(of: "://") else { return nil }
        let scheme = text[..<mark.lowerBound].lowercased()
        guard scheme == "https" || scheme == "http" else { return nil }
        var authority = text[mark.upperBound...]
        if authority.last == "/" { authority = authority.dropLast() }
        var host = authority
        if let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") {
            host = authority[..<colon]
            let digits = authority[authority.index(after: colon)...]
            guard let port = UInt16(digits), port > 0, digits.first != "+" else { return nil }
        }
        if host.first == "[" {
            let inner = host.dropFirst().dropLast()
            guard host.last == "]", inner.contains(":"), inner.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." })
            else { return nil }
        } else {
            guard !host.isEmpty, host.utf8.allSatisfy({ isHostByte($0) }) else { return nil }
        }
        return "\(scheme)://\(authority.lowercased())"
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
