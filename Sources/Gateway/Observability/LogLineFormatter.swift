import Encodings
import FedoraMessaging
import Logging

/// Writes log events as lines. Pure: the time is passed in.
struct LogLineFormatter: Sendable {
    /// ``LogFormat/json`` or ``LogFormat/text``.
    var isJSON: Bool
    /// The most bytes of a value.
    var valueLimit = 512
    /// The most bytes of a message.
    var messageLimit = 2048
    /// The most values of an event, or of a list or dictionary in it.
    var countLimit = 64
    /// The maximum depth of nested lists and dictionaries.
    var depthLimit = 4

    /// Names that the line itself uses.
    private static let reserved: Set<String> = ["time", "level", "message", "logger"]

    /// A line, with its end.
    func line(
        seconds: Int64, nanoseconds: Int, level: Logger.Level, label: String, message: String,
        metadata: Logger.Metadata
    ) -> [UInt8] {
        var line: [UInt8] = []
        line.reserveCapacity(256)
        let entries = metadata.sorted { $0.key < $1.key }.prefix(countLimit)
        if isJSON {
            line.append(contentsOf: "{\"time\":\"".utf8)
            appendTime(seconds, nanoseconds, to: &line)
            line.append(contentsOf: "\",\"level\":\"\(level.rawValue)\",\"message\":".utf8)
            LogText(limit: messageLimit).appendQuoted(message, .json, to: &line)
            line.append(contentsOf: ",\"logger\":".utf8)
            values.appendQuoted(label, .json, to: &line)
            for (key, value) in entries {
                line.append(UInt8(ascii: ","))
                values.appendQuoted(Self.reserved.contains(key) ? key + "_" : key, .json, to: &line)
                line.append(UInt8(ascii: ":"))
                appendJSON(value, depth: 1, to: &line)
            }
            line.append(UInt8(ascii: "}"))
        } else {
            appendTime(seconds, nanoseconds, to: &line)
            line.append(contentsOf: " \(level.rawValue) ".utf8)
            values.append(label, .text, to: &line)
            line.append(contentsOf: ": ".utf8)
            LogText(limit: messageLimit).append(message, .text, to: &line)
            for (key, value) in entries {
                line.append(UInt8(ascii: " "))
                values.append(key, .text, to: &line)
                line.append(UInt8(ascii: "="))
                appendText(value, depth: 1, to: &line)
            }
        }
        line.append(UInt8(ascii: "\n"))
        return line
    }

    private var values: LogText { LogText(limit: valueLimit) }

    /// RFC 3339 in UTC, with milliseconds.
    private func appendTime(_ seconds: Int64, _ nanoseconds: Int, to line: inout [UInt8]) {
        CivilTime(secondsSince1970: seconds).appendISO8601(to: &line)
        line.append(UInt8(ascii: "."))
        CivilTime.append(nanoseconds / 1_000_000, digits: 3, to: &line)
        line.append(UInt8(ascii: "Z"))
    }

    private func appendJSON(_ value: Logger.MetadataValue, depth: Int, to line: inout [UInt8]) {
        switch value {
        case .string(let text): values.appendQuoted(text, .json, to: &line)
        case .stringConvertible(let value): appendJSON(value, to: &line)
        case .array(let items):
            guard depth < depthLimit else { return values.appendQuoted("…", .json, to: &line) }
            line.append(UInt8(ascii: "["))
            for (index, item) in items.prefix(countLimit).enumerated() {
                if index > 0 { line.append(UInt8(ascii: ",")) }
                appendJSON(item, depth: depth + 1, to: &line)
            }
            line.append(UInt8(ascii: "]"))
        case .dictionary(let entries):
            guard depth < depthLimit else { return values.appendQuoted("…", .json, to: &line) }
            line.append(UInt8(ascii: "{"))
            for (index, entry) in entries.sorted(by: { $0.key < $1.key }).prefix(countLimit).enumerated() {
                if index > 0 { line.append(UInt8(ascii: ",")) }
                values.appendQuoted(entry.key, .json, to: &line)
                line.append(UInt8(ascii: ":"))
                appendJSON(entry.value, depth: depth + 1, to: &line)
            }
            line.append(UInt8(ascii: "}"))
        }
    }

    /// Numbers and booleans stay what they are, so that they can be searched by their size.
    private func appendJSON(_ value: any CustomStringConvertible & Sendable, to line: inout [UInt8]) {
        switch value {
        case let number as any FixedWidthInteger: line.append(contentsOf: String(describing: number).utf8)
        case let flag as Bool: line.append(contentsOf: (flag ? "true" : "false").utf8)
        case let number as Double where number.isFinite: line.append(contentsOf: String(describing: number).utf8)
        default: values.appendQuoted(value.description, .json, to: &line)
        }
    }

    private func appendText(_ value: Logger.MetadataValue, depth: Int, to line: inout [UInt8]) {
        switch value {
        case .string(let text): appendText(text, to: &line)
        case .stringConvertible(let value): appendText(value.description, to: &line)
        case .array(let items):
            guard depth < depthLimit else { return values.append("…", .text, to: &line) }
            line.append(UInt8(ascii: "["))
            for (index, item) in items.prefix(countLimit).enumerated() {
                if index > 0 { line.append(contentsOf: ", ".utf8) }
                appendText(item, depth: depth + 1, to: &line)
            }
            line.append(UInt8(ascii: "]"))
        case .dictionary(let entries):
            guard depth < depthLimit else { return values.append("…", .text, to: &line) }
            line.append(UInt8(ascii: "{"))
            for (index, entry) in entries.sorted(by: { $0.key < $1.key }).prefix(countLimit).enumerated() {
                if index > 0 { line.append(contentsOf: ", ".utf8) }
                values.append(entry.key, .text, to: &line)
                line.append(UInt8(ascii: "="))
                appendText(entry.value, depth: depth + 1, to: &line)
            }
            line.append(UInt8(ascii: "}"))
        }
    }

    /// Quoted only where it could be taken for more than one value.
    private func appendText(_ text: String, to line: inout [UInt8]) {
        let isPlain = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && !"\"\\=,[]{}".utf8.contains($0) }
        if isPlain {
            values.append(text, .text, to: &line)
        } else {
            values.appendQuoted(text, .text, to: &line)
        }
    }
}

/// Makes text safe for a log line: bounded, and without anything that could end the line or play with a terminal.
struct LogText {
    /// The way of writing a character that may not stand as it is.
    enum Escape {
        /// `\u001b`, as JSON does.
        case json
        /// The same, and `\n` for a line's end.
        case text
    }

    /// The most bytes of a value, in UTF-8 before escaping.
    var limit: Int

    /// Appends a text without quotes.
    func append(_ text: String, _ escape: Escape, to line: inout [UInt8]) {
        var left = limit
        for scalar in text.unicodeScalars {
            let width = UTF8.width(scalar)
            guard width <= left else {
                line.append(contentsOf: "…".utf8)
                return
            }
            left -= width
            append(scalar, escape, to: &line)
        }
    }

    /// Appends a text in quotes.
    func appendQuoted(_ text: String, _ escape: Escape, to line: inout [UInt8]) {
        line.append(UInt8(ascii: "\""))
        append(text, escape, to: &line)
        line.append(UInt8(ascii: "\""))
    }

    private func append(_ scalar: Unicode.Scalar, _ escape: Escape, to line: inout [UInt8]) {
        switch scalar.value {
        case 0x22, 0x5C:
            line.append(UInt8(ascii: "\\"))
            line.append(UInt8(truncatingIfNeeded: scalar.value))
        case 0x20..<0x7F: line.append(UInt8(truncatingIfNeeded: scalar.value))
        case 0x0A: line.append(contentsOf: "\\n".utf8)
        case _ where Self.isUnsafe(scalar): JSONText.appendEscape(scalar.value, to: &line)
        default: line.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        }
    }

    /// Control characters of both sets, line separators, and what turns the direction of writing around.
    static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF: true
        default: false
        }
    }
}
