import Foundation
import TestSupport
import Testing

/// A vector of llhttp's request tests: Markdown with the wire in an `http` block and the expected spans in a `log`
/// block. The wire is written as llhttp's own runner reads it.
struct LlhttpCase: CustomTestStringConvertible {
    var file: String
    var title: String
    /// `request`, or `request-lenient-…`.
    var type = "request"
    var skipsBody = false
    var wire: [UInt8] = []
    var log: [String] = []

    var testDescription: String { name }
    var name: String { "\(file): \(title)" }
    var isLenient: Bool { type.contains("lenient") }

    /// Whether llhttp refuses it. Its codes 21 to 24 are pauses (upgrades, CONNECT), not errors.
    var isRefused: Bool { errorCode.map { !(21...24).contains($0) } ?? false }

    var errorCode: Int? {
        guard let line = log.first(where: { $0.contains(" error code=") }) else { return nil }
        return Int(line.components(separatedBy: "code=")[1].prefix { $0.isNumber })
    }

    private static var files: [URL] {
        guard let folder = corpora?.appendingPathComponent("llhttp-request") else { return [] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().filter { $0.hasSuffix(".md") }.map { folder.appendingPathComponent($0) }
    }
    static let all: [LlhttpCase] = files.flatMap(parse)

    private static func parse(_ url: URL) -> [LlhttpCase] {
        guard let text = try? String(contentsOf: url, encoding: .utf8) else { return [] }
        var cases: [LlhttpCase] = []
        var title = ""
        var block: String?
        var lines: [String] = []
        var current = LlhttpCase(file: url.deletingPathExtension().lastPathComponent, title: "")
        for line in text.components(separatedBy: "\n") {
            if let open = block {
                guard line == "```" else {
                    lines.append(line)
                    continue
                }
                if open == "http" { current.wire = wire(lines.joined(separator: "\n")) }
                if open == "log" {
                    current.title = title
                    current.log = lines
                    cases.append(current)
                }
                block = nil
                lines = []
            } else if line.hasPrefix("```") {
                block = String(line.dropFirst(3))
            } else if line.hasPrefix("#") {
                title = line.drop { $0 == "#" || $0 == " " }.description
            } else if line.hasPrefix("<!-- meta=") {
                current.type = value("type", in: line) ?? "request"
                current.skipsBody = line.contains("\"skipBody\": true")
            }
        }
        return cases
    }

    private static func value(_ key: String, in meta: String) -> String? {
        guard let range = meta.range(of: "\"\(key)\":") else { return nil }
        return meta[range.upperBound...].components(separatedBy: "\"")[1]
    }

    /// llhttp's normalisation: a backslash at a line's end joins lines, line ends become CRLF, then escapes.
    private static func wire(_ block: String) -> [UInt8] {
        var text = block.replacingOccurrences(of: "\\\n", with: "").replacingOccurrences(of: "\n", with: "\r\n")
        for (escape, character) in [("\\r", "\r"), ("\\n", "\n"), ("\\t", "\t"), ("\\f", "\u{0C}")] {
            text = text.replacingOccurrences(of: escape, with: character)
        }
        var scalars = String.UnicodeScalarView()
        var rest = Substring(text).unicodeScalars
        while let scalar = rest.first {
            rest.removeFirst()
            let isHex = scalar == "\\" && rest.first == "x"
            let digits =
                isHex
                ? rest.dropFirst().prefix(2) : rest.prefix(3).prefix { ("0"..."7").contains($0) }
            guard scalar == "\\", let code = UInt32(String(digits), radix: isHex ? 16 : 8),
                let escaped = Unicode.Scalar(code)
            else {
                scalars.append(scalar)
                continue
            }
            scalars.append(escaped)
            rest.removeFirst(digits.count + (isHex ? 1 : 0))
        }
        return Array(String(scalars).utf8)
    }
}
