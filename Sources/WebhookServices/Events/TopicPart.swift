/// The part of a topic that a sender names (an event).
enum TopicPart {
    /// Bytes that a part may have.
    static let maxBytes = 64

    /// `name` as one or more words of a topic: `[A-Za-z0-9_.-]` stay, each other byte becomes `_`, at most 64 bytes.
    ///
    /// A dot separates words in AMQP, and an empty word matches `#` and `*` in surprising ways; so a dot stays only
    /// between two words and becomes `_` where it would make an empty one (at the start, at the end, after a dot).
    /// Nothing at all is `_`. What comes out is never empty, and the service's own prefix in front of it is never
    /// the sender's to choose: one sender cannot reach another application's topic.
    static func text(_ name: some Collection<UInt8>) -> String {
        var bytes = Array(name.prefix(maxBytes))
        var isWordOpen = false
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: ".") where isWordOpen && index < bytes.count - 1:
                isWordOpen = false
                continue
            case let byte where isWordByte(byte):
                break
            default:
                bytes[index] = UInt8(ascii: "_")
            }
            isWordOpen = true
        }
        return bytes.isEmpty ? "_" : String(decoding: bytes, as: UTF8.self)
    }

    /// Returns a Boolean value that indicates whether a word of a topic may have the byte.
    static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// The name of an event for filters: its part of the topic and, where it has one, its action.
    static func name(_ event: String, action: String?) -> String {
        guard let action, !action.isEmpty else { return event }
        return event + "." + text(action.utf8)
    }
}
