/// A name that consumers index: an account, in a message's headers or wherever a message's class takes it from.
///
/// datanommer stops at one with a NUL, with half a surrogate pair or above 2,704 bytes, and its message is delivered
/// again and again; header names are AMQP short strings.
public enum IndexedName {
    /// The most bytes of an account's name: `fedora_messaging_user_` and it share a short string of 255 bytes.
    public static let maxBytes = 233

    /// A Boolean value that indicates whether the name is text, without control characters, and fits a header's name.
    ///
    /// No account has an `@`: that is somebody's address, which is not published. U+FFFD stands for what is no text (half a surrogate pair, a broken byte), so a name with it is not usable either.
    public static func isUsable(_ name: String) -> Bool {
        let bytes = name.utf8
        guard !bytes.isEmpty, bytes.count <= maxBytes else { return false }
        guard !bytes.contains(UInt8(ascii: "@")) else { return false }
        if bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return true }
        return name.unicodeScalars.allSatisfy { scalar in
            switch scalar.value {
            case 0..<0x20, 0x7f..<0xa0, 0x2028, 0x2029, 0xfffd: false
            default: true
            }
        }
    }
}
