/// PostgreSQL's text form of `bytea` (its documentation, section 8.4).
enum PostgresBytea {
    /// The bytes of the hex form (`\x` and two digits a byte), or of the older escape form.
    static func decode(_ text: UnsafeRawBufferPointer) -> [UInt8] {
        guard text.count >= 2, text[0] == UInt8(ascii: "\\"), text[1] == UInt8(ascii: "x") else {
            return decodeEscapes(text)
        }
        let count = (text.count - 2) / 2
        return [UInt8](unsafeUninitializedCapacity: count) { output, written in
            for index in 0..<count {
                output[index] = digit(text[2 + 2 * index]) << 4 | digit(text[3 + 2 * index])
            }
            written = count
        }
    }

    /// `\\` is a backslash, `\nnn` a byte in octal, all else stands for itself.
    private static func decodeEscapes(_ text: UnsafeRawBufferPointer) -> [UInt8] {
        var bytes: [UInt8] = []
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte == UInt8(ascii: "\\"), index + 3 < text.count, text[index + 1] != UInt8(ascii: "\\") {
                bytes.append((text[index + 1] & 7) << 6 | (text[index + 2] & 7) << 3 | text[index + 3] & 7)
                index += 4
            } else {
                bytes.append(byte)
                index += byte == UInt8(ascii: "\\") ? 2 : 1
            }
        }
        return bytes
    }

    private static func digit(_ character: UInt8) -> UInt8 {
        character <= UInt8(ascii: "9") ? character &- UInt8(ascii: "0") : (character | 0x20) &- UInt8(ascii: "a") &+ 10
    }
}
