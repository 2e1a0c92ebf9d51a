import Encodings
import Glibc

extension FedoraMessage {
    /// The message as one line of the file that `fedora-messaging publish FILE` reads, newline included.
    ///
    /// The body's bytes go in as they are but for what would end the line early: see ``FileLineWriter``.
    /// - Parameters:
    ///   - topicPrefix: goes before the topic. Whoever publishes the file adds the `topic_prefix` of their own
    ///     configuration once more, so this is empty unless theirs is.
    ///   - priority: what `publish_priority` says.
    public func fileLine(topicPrefix: String, priority: UInt8? = nil) -> [UInt8] {
        fileLine(routingKey: unboundedRoutingKey(prefix: topicPrefix), priority: priority)
    }

    /// The same for whoever has made the routing key already.
    public func fileLine(routingKey: String, priority: UInt8?) -> [UInt8] {
        var writer = FileLineWriter(capacity: body.count + body.count / 64 + 512)
        writer.raw("{\"id\": ")
        writer.string(id)
        writer.raw(", \"topic\": ")
        writer.string(routingKey)
        writer.raw(", \"headers\": {")
        for (index, header) in headers(priority: priority).enumerated() {
            if index > 0 { writer.raw(", ") }
            writer.string(header.name)
            writer.raw(": ")
            writer.value(header.value)
        }
        writer.raw("}, \"priority\": ")
        writer.raw(priority.map { String($0) } ?? "null")
        writer.raw(", \"queue\": null, \"body\": ")
        writer.json(body)
        writer.raw("}\n")
        return writer.bytes
    }
}

/// Writes JSON that stays on one line for every reader of lines.
///
/// Python's `str.splitlines`, by which fedora-messaging cuts a file, ends a line not only at LF and CR but at U+0085,
/// U+2028 and U+2029 too, all three legal inside a JSON string: those are written as escapes.
private struct FileLineWriter {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int) {
        bytes.reserveCapacity(capacity)
    }

    /// Appends text that needs no escape.
    mutating func raw(_ text: String) {
        var text = text
        text.withUTF8 { bytes.append(contentsOf: $0) }
    }

    /// Appends a header's value.
    mutating func value(_ value: MessageHeaderValue) {
        switch value {
        case .longString(let text): string(text)
        case .int32(let number): raw(String(number))
        case .bool(let flag): raw(flag ? "true" : "false")
        }
    }

    /// Appends a JSON string.
    mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        if !appendPlain(text) { appendEscaped(text) }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Appends the text if nothing in it needs an escape, and tells whether it did.
    private mutating func appendPlain(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { text in
            guard text.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }) else { return false }
            bytes.append(contentsOf: text)
            return true
        }
    }

    private mutating func appendEscaped(_ text: String) {
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x22, 0x5C:
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(UInt8(truncatingIfNeeded: scalar.value))
            case 0..<0x20, 0x7F, 0x85, 0x2028, 0x2029: JSONText.appendEscape(scalar.value, to: &bytes)
            default: bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
    }

    /// Appends a JSON document that is known to be valid, on one line.
    ///
    /// LF and CR stand only between tokens there, so a blank does as well; the three other separators stand only
    /// inside strings, and never behind a backslash, so an escape does.
    mutating func json(_ document: [UInt8]) {
        document.withUnsafeBufferPointer { source in
            guard !Self.isPlain(source) else { return bytes.append(contentsOf: source) }
            var copied = 0
            var index = 0
            while index < source.count {
                let byte = source[index]
                // Nearly every byte is none of these four, and what lies between goes over in one piece.
                guard byte == 0x0A || byte == 0x0D || byte == 0xC2 || byte == 0xE2 else {
                    index += 1
                    continue
                }
                guard let (length, escaped) = Self.separator(at: index, in: source) else {
                    index += 1
                    continue
                }
                bytes.append(contentsOf: source[copied..<index])
                if let escaped { JSONText.appendEscape(escaped, to: &bytes) } else { bytes.append(UInt8(ascii: " ")) }
                index += length
                copied = index
            }
            bytes.append(contentsOf: source[copied...])
        }
    }

    /// Returns a Boolean value that indicates whether no byte begins a line separator, as in most documents: the C
    /// library searches at memory speed.
    private static func isPlain(_ source: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let base = source.baseAddress else { return true }
        return [0x0A, 0x0D, 0xC2, 0xE2].allSatisfy { memchr(base, $0, source.count) == nil }
    }

    /// The line separator that begins at `index`: its length in bytes, and its code point if it needs an escape.
    private static func separator(
        at index: Int, in source: UnsafeBufferPointer<UInt8>
    ) -> (length: Int, escaped: UInt32?)? {
        switch source[index] {
        case 0x0A, 0x0D: return (1, nil)
        case 0xC2 where index + 1 < source.count && source[index + 1] == 0x85: return (2, 0x85)
        case 0xE2 where index + 2 < source.count && source[index + 1] == 0x80 && source[index + 2] & 0xFE == 0xA8:
            return (3, 0x2000 | UInt32(source[index + 2] & 0x3F))
        default: return nil
        }
    }
}
