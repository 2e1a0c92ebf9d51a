import WebPages

/// A notice in a cookie: its kind, a blank, its text.
enum FlashText {
    static func encode(_ notice: Notice) -> [UInt8] {
        // Cookies have 4 KiB, and this one is no place for more than a sentence.
        Array("\(notice.kind.rawValue) \(notice.text.prefix(300))".utf8)
    }

    static func decode(_ bytes: [UInt8]) -> Notice? {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        let parts = text.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, let kind = Notice.Kind(rawValue: String(parts[0])) else { return nil }
        return Notice(kind: kind, text: String(parts[1]))
    }
}
