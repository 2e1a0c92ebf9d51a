extension JSONScanner {
    /// The text that a string's inside stands for (RFC 8259 section 7); `nil` if an escape is none.
    static func unescaped(_ text: ArraySlice<UInt8>) -> String? {
        var units: [UInt16] = []
        var rest = String(decoding: text, as: UTF8.self).utf16[...]
        while let unit = rest.popFirst() {
            guard unit == UInt16(UInt8(ascii: "\\")) else {
                units.append(unit)
                continue
            }
            guard let escape = rest.popFirst().flatMap(UInt8.init(exactly:)) else { return nil }
            switch escape {
            case UInt8(ascii: "u"):
                let digits = rest.prefix(4)
                guard digits.count == 4, let unit = UInt16(String(Substring(digits)), radix: 16) else { return nil }
                units.append(unit)
                rest = rest.dropFirst(4)
            case UInt8(ascii: "b"): units.append(0x08)
            case UInt8(ascii: "f"): units.append(0x0c)
            case UInt8(ascii: "n"): units.append(0x0a)
            case UInt8(ascii: "r"): units.append(0x0d)
            case UInt8(ascii: "t"): units.append(0x09)
            default: units.append(UInt16(escape))
            }
        }
        return String(decoding: units, as: UTF16.self)
    }
}
