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
