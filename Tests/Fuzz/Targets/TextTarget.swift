import Database
import Encodings
import Glibc
import Logging
import WebPages
import WebhookServices

@testable import FedoraMessaging
@testable import Gateway
@testable import HTTPServer
@testable import OIDC
@testable import WebPages

extension FuzzTarget {
    /// Text, times and numbers as they go out: on pages, into log lines, into the file of messages.
    static let text = FuzzTarget(
        "text",
        words: [
            "\u{301}", "\u{316}", "\u{1F1E9}", "\u{200D}", "\u{202E}", "\u{2028}", "\u{85}", "&amp;", "<", "\"\u{301}",
            "{{csrf}}",
            "\u{34F}", "\u{AD}", "Firefox/", "Linux", "*.", "push", ", ",
        ]
    ) { input, isPlanted in
        switch input.number(below: 8) {
        case 0, 1: try checkTime(input.integer())
        case 2: try checkNumber(input.integer())
        case 3: try checkEscaping(input.remainingText(), isPlanted)
        case 4: try checkLogLine(&input)
        case 5: try checkFileLine(&input)
        case 6: try checkFilter(input.remainingText())
        default: try checkNames(input.remainingText())
        }
    }

    /// The calendar is that of the C library.
    private static func checkTime(_ seconds: Int64) throws {
        var time = tm()
        var clock = time_t(min(max(seconds, -62_167_219_200), 253_402_300_799))
        gmtime_r(&clock, &time)
        let civil = CivilTime(secondsSince1970: seconds)
        try require(
            civil.year == Int(time.tm_year) + 1900 && civil.month == Int(time.tm_mon) + 1
                && civil.day == Int(time.tm_mday)
                && civil.hour == Int(time.tm_hour) && civil.minute == Int(time.tm_min)
                && civil.second == Int(time.tm_sec),
            "\(seconds) is \(civil)")
        try require(SentAt.format(secondsSince1970: seconds).utf8.count == 25, SentAt.format(secondsSince1970: seconds))
        let date = HTTPDate.bytes(secondsSince1970: Int(seconds))
        try require(date.count == 29 || seconds > 253_402_300_799, shown(date))
        for time in [UnixTime(milliseconds: seconds), UnixTime(secondsSince1970: seconds)] {
            let moment = Moment(time)
            try require(
                time.isKnown == (time.description != "unknown") && time.isKnown == (moment.text != "unknown"), "\(time)"
            )
            try require(UnixTime(secondsSince1970: time.secondsSince1970) <= time || !time.isKnown, "\(time) is later")
            try require(time.advanced(by: .seconds(1)) >= time, "\(time) and a second is earlier")
        }
    }

    private static func checkNumber(_ number: Int64) throws {
        let text = NumberText.grouped(number)
        let digits = text.filter { $0 != "," }.replacing("−", with: "-")
        try require(Int64(digits) == number, "\(number) is \(text)")
        _ = (NumberText.counted(number, "token", "tokens"), NumberText.size(Int(number)))
        var bytes: [UInt8] = []
        CivilTime.append(Int(number), digits: 3, to: &bytes)
        try require(Int64(String(decoding: bytes, as: UTF8.self)) == max(0, number), "\(number) is \(shown(bytes))")
        _ = UnixTime.now().advanced(by: .milliseconds(number)).description
    }

    /// Text stays text wherever a page shows it.
    private static func checkEscaping(_ text: String, _ isPlanted: Bool) throws {
        var html = StrictHTML().escapeText(text)
        // As one escapes who goes by characters: a mark with another on it is none.
        if isPlanted { html = html.replacing("&#39;\u{316}", with: "'\u{316}") }
        try require(html.utf8.allSatisfy { !"<>\"'`".utf8.contains($0) && $0 != 0 }, html)
        var plain = html
        for (entity, character) in [
            ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#96;", "`"), ("&amp;", "&"),
        ] {
            plain = String(
                decoding: Array(plain.utf8).replacing(Array(entity.utf8), with: Array(character.utf8)), as: UTF8.self)
        }
        let expected = Array(text.utf8).flatMap { $0 == 0 ? Array("\u{FFFD}".utf8) : [$0] }
        try require(Array(plain.utf8) == expected, "\(text) is \(html)")
        func page(_ text: String) -> [UInt8] {
            let page = MessagePage(title: text, text: text, advice: [text], ways: [PageLink(url: text, text: text)])
            return (try? renderer?.render(page, in: PageFrame(csrf: text))) ?? []
        }
        let marks: (UInt8) -> Bool = { "<>\"".utf8.contains($0) }
        try require(
            page(text).count(where: marks) == page("a").count(where: marks), "\(text) is more than text on a page")
    }

    private static let renderer = try? PageRenderer()

    /// One line, and JSON where it is to be.
    private static func checkLogLine(_ input: inout FuzzInput) throws {
        let isJSON = input.flag()
        let (seconds, label, key) = (input.integer(), input.text(), input.text())
        let value = input.remainingText()
        var nested: Logger.MetadataValue = .string(value)
        for _ in 0..<value.utf8.count % 7 {
            nested = .array([nested, .dictionary([key: .stringConvertible(seconds)])])
        }
        let number = Double(bitPattern: UInt64(bitPattern: seconds))
        var metadata: Logger.Metadata = ["b": nested, "c": .stringConvertible(number)]
        metadata[key] = .string(value)
        let line = LogLineFormatter(isJSON: isJSON).line(
            seconds: seconds, nanoseconds: 1, level: .info, label: label, message: value,
            metadata: metadata)
        try require(
            line.last == 0x0A && line.dropLast().allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "no line: \(shown(line))")
        try require(!isJSON || FuzzTarget.isJSON(line), "no JSON: \(shown(line))")
    }

    /// A message is one line, and JSON, whatever its names are.
    private static func checkFileLine(_ input: inout FuzzInput) throws {
        let (topic, name, header) = (input.text(), input.text(), input.text())
        let text = input.remainingText()
        var body = Array("{\"a\":\r\n\"".utf8)
        for byte in text.utf8 where byte >= 0x20 && byte != 0x22 && byte != 0x5C { body.append(byte) }
        let message = FedoraMessage(
            id: "i", topic: topic, schema: "s", schemaPackage: "p", sentAt: "t", usernames: [name, name],
            ownHeaders: [("h", header)], body: body + Array("\"}".utf8))
        let line = message.fileLine(topicPrefix: "a.", priority: 1)
        let lines = String(decoding: line, as: UTF8.self).unicodeScalars.count {
            [0xA, 0xD, 0x85, 0x2028, 0x2029].contains($0.value)
        }
        try require(lines == 1 && line.last == 0x0A && isJSON(line), "no line: \(shown(line))")
        try require(Set(message.headers.map(\.name)).count == message.headers.count, "a header twice: \(name)")
        guard let key = try? message.routingKey(prefix: "a.") else { return }
        try require((1...255).contains(key.utf8.count), "the topic \(key)")
    }

    /// A filter that was read, and is written and read again, is the same.
    private static func checkFilter(_ text: String) throws {
        guard let filter = try? EventFilter(text: text) else { return }
        try require((try? EventFilter(text: filter.description)) == filter, "\(text) is \(filter)")
        _ = (filter.allows("push"), filter.allows("issues.opened"), filter.allows(text))
    }

    private static func checkNames(_ text: String) throws {
        let safe = text.streamSafe
        try require(safe.streamSafe.utf8.elementsEqual(safe.utf8), "made safe twice, it is another text")
        try require(text.printable.unicodeScalars.count <= 64, "\(text.printable) is long")
        let trimmed = text.trimmed
        try require(trimmed.trimmed == trimmed && trimmed.utf8.count <= text.utf8.count, "\(trimmed) is not trimmed")
        if let scope = try? TokenScope(text) {
            try require(scope.contains(text.utf8) && scope.contains((text + "/x").utf8), "\(text) is outside of itself")
            try require(
                TokenScope.keys(containing: text).allSatisfy { scope.text.lowercased().hasPrefix($0) },
                "keys of \(text)")
        }
        if let id = TokenID(text) { try require(TokenID(id.description) == id, "\(text) is \(id)") }
        if let owner = try? TokenOwner(.user, name: text) {
            try require(owner.name == text, "\(text) is \(owner.name)")
        }
        _ = (text.isolated, BrowserName.text(text), LoggedPath.of(text), MarkedText.words(text))
    }

    private enum MarkedText {
        static func words(_ text: String) -> [String] { [OIDCError.word(text), PercentEncoding.encode(text)] }
    }
}
